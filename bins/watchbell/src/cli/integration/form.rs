//! `watchbell integration sentry-json`.

use serde_json::{Value, json};
use watchbell_control::{Control, form_url};
use watchbell_provider::FormContext;
use watchbell_providers::find;

use super::super::Failure;
use super::super::integration_args::Which;
use crate::out::Out;

/// Prints the document of the integration's form, services in the order of linking.
pub(super) fn document(
    which: &Which,
    extended: bool,
    control: &Control,
    base: &str,
    out: Out,
) -> Result<(), Failure> {
    let opened = control.integration_credentials(&which.integration)?;
    let view = &opened.view;
    let provider = find(&view.integration.provider);
    let Some((provider, form)) = provider.and_then(|p| Some((p, p.rule_form()?))) else {
        return Err(Failure::Usage(format!("{} has no form of alert rules", view.provider_name)));
    };
    let services =
        view.links.iter().map(|link| (link.service.key.to_string(), link.service.name.clone()));
    let context = FormContext {
        address: form_url(base, provider.slug(), &opened.routing_key),
        services: services.collect(),
        extended,
    };
    let document = form.document(&context).map_err(|error| Failure::Failed(error.to_string()))?;
    let value = serde_json::from_str(&document).unwrap_or(Value::Null);
    out.result(&json!(value), || document.clone());
    Ok(())
}
