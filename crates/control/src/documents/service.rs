//! A service as a document.

use serde::{Deserialize, Serialize};
use watchbell_model::{Service, ServiceSlug, Severity};
use watchbell_store::StoredConfig;

use super::team_name;

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceDocument {
    /// Its canonical key.
    pub key: String,
    /// Its sequential key.
    pub legacy_key: String,
    /// A key that was brought along.
    pub slug: Option<String>,
    /// What people call it.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Whether new incidents may be opened on it.
    pub active: bool,
    /// The severity of its incidents when nothing else names one.
    pub default_severity: Option<String>,
    /// Where it runs.
    pub environment: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its source code.
    pub repository: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// The name of the team that owns it.
    pub team: Option<String>,
}

impl ServiceDocument {
    /// The document of `service`, whose team is in `config`.
    pub fn of(config: &StoredConfig, service: &Service) -> Self {
        Self {
            key: service.key.to_string(),
            legacy_key: service.legacy_key.to_string(),
            slug: service.slug.as_ref().map(ServiceSlug::to_string),
            name: service.name.clone(),
            description: service.description.clone(),
            active: service.active,
            default_severity: service.default_severity.as_ref().map(Severity::to_string),
            environment: service.environment.to_string(),
            kind: service.kind.to_string(),
            repository: service.repository.clone(),
            url: service.url.clone(),
            team: service.team.map(|team| team_name(config, team)),
        }
    }
}
