//! The form that a source shows while a person sets up an alert rule there.

use serde_json::json;
use watchbell_provider::{FormContext, Options};

use crate::{Control, ControlError, find, form_url};

impl Control {
    /// The document that describes the form of an integration's alert rules, services in the order
    /// of linking. It holds the routing key, so the audit log tells of it. `public_url` is the server's own address.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Refused`] if its provider has no form, or no
    /// service is linked.
    pub fn rule_form(
        &self,
        reference: &str,
        public_url: &str,
        extended: bool,
    ) -> Result<String, ControlError> {
        let opened = self.integration_credentials(reference)?;
        let view = &opened.view;
        let provider = find::provider_of(&view.integration)?;
        let Some(form) = provider.rule_form() else {
            let name = provider.name();
            return Err(ControlError::refused(format!("{name} has no form of alert rules")));
        };
        let services =
            view.links.iter().map(|link| (link.service.key.to_string(), link.service.name.clone()));
        let options = Options::new(&view.integration.options);
        let context = FormContext {
            address: form_url(public_url, provider.slug(), &opened.routing_key),
            services: services.collect(),
            extended,
            links: provider.issue_links().is_some_and(|links| links.is_offered(&options)),
        };
        let document =
            form.document(&context).map_err(|error| ControlError::refused(error.to_string()))?;
        self.told_reveal(view, json!({"routing_key": "shown", "in": "the form of alert rules"}))?;
        Ok(document)
    }
}
