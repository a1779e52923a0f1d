//! Integrations that are added from a service.

use std::collections::BTreeMap;

use watchbell_provider::{Options, presets};

use crate::{ControlError, IntegrationNew, find};

/// The severities that such an integration starts with, where its provider has them.
const PRESET: &str = "opsknight";

impl IntegrationNew {
    /// An integration of `provider` that has `service` linked and as its default, and starts with
    /// the preset `opsknight` if its provider has that.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] if there is no such provider.
    pub fn from_service(
        provider: &str,
        service: &str,
        name: Option<String>,
    ) -> Result<Self, ControlError> {
        let found = find::provider(provider)?;
        let chosen = presets(found, &Options::new(&BTreeMap::new()));
        let chosen = chosen.into_iter().filter(|preset| preset.name == PRESET);
        let options = chosen.filter_map(|one| Some((one.setting?.to_owned(), PRESET.to_owned())));
        Ok(Self {
            provider: provider.to_owned(),
            name,
            default_service: Some(service.to_owned()),
            options: options.collect(),
            ..Self::default()
        })
    }
}
