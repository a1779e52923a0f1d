//! The whole configuration as one document.

use serde::Serialize;
use watchbell_model::ConnectionScope;
use watchbell_store::StoredConfig;

use super::{IntegrationDocument, ServiceDocument, SettingsDocument, TeamDocument};

/// The version of this form of document.
pub(crate) const VERSION: u64 = 1;

/// Everything that a file may say, as it is. Keys and secrets are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConfigDocument {
    /// The version of this form.
    pub version: u64,
    /// The settings of the instance.
    pub settings: SettingsDocument,
    /// Every team, by name.
    pub teams: Vec<TeamDocument>,
    /// Every service, in the order of their legacy keys.
    pub services: Vec<ServiceDocument>,
    /// Every integration, in the order of their making.
    pub integrations: Vec<IntegrationDocument>,
}

impl ConfigDocument {
    /// The document of `config`.
    pub fn of(config: &StoredConfig) -> Self {
        let integrations = config.integrations.iter().map(|integration| {
            // Projects of a connection are the source's own, and not named in a file.
            let mut integration = integration.clone();
            integration.projects.retain(|mapping| mapping.scope == ConnectionScope::NONE);
            IntegrationDocument::of(config, &integration)
        });
        Self {
            version: VERSION,
            settings: SettingsDocument::of(&config.settings),
            teams: config.teams.iter().map(|team| TeamDocument::of(config, team)).collect(),
            services: config.services.iter().map(|one| ServiceDocument::of(config, one)).collect(),
            integrations: integrations.collect(),
        }
    }
}
