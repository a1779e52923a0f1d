//! An integration as a document.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use watchbell_model::{ConnectionScope, Integration, Link, ProjectMapping};
use watchbell_store::StoredConfig;

use super::service_name;

/// An integration, without its keys and secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntegrationDocument {
    /// The provider's slug.
    pub provider: String,
    /// What people call it.
    pub name: String,
    /// Whether it takes deliveries.
    pub state: String,
    /// The most accepted deliveries in any 60 seconds; 0 = no limit.
    pub rate_limit: u32,
    /// Over the limit: accept and mark, instead of 429.
    pub accept_over_limit: bool,
    /// The key of the service of alerts that name none.
    pub default_service: Option<String>,
    /// Its linked services, in the order of linking.
    pub services: Vec<LinkDocument>,
    /// Which project at the source opens incidents on which service.
    pub projects: Vec<ProjectDocument>,
    /// Whether only linked services may be named.
    pub restricted_to_links: bool,
    /// The provider's own settings.
    pub options: BTreeMap<String, String>,
}

/// A linked service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkDocument {
    /// Its key.
    pub service: String,
    /// How it reads levels, above the provider's table.
    #[serde(default)]
    pub mapping: BTreeMap<String, String>,
}

/// A project at the source and its service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProjectDocument {
    /// What the source calls it.
    pub project: String,
    /// The service's key.
    pub service: String,
    /// Whether it holds.
    pub active: bool,
    /// The connection whose organization has it, if it is that one's own. Files name none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<String>,
}

impl IntegrationDocument {
    /// The document of `integration`, whose services are in `config`.
    pub fn of(config: &StoredConfig, integration: &Integration) -> Self {
        let link = |Link { service, mapping }: &Link| LinkDocument {
            service: service_name(config, *service),
            mapping: mapping.iter().map(|(l, action)| (l.to_owned(), action.to_string())).collect(),
        };
        let project = |mapping: &ProjectMapping| ProjectDocument {
            project: mapping.project.clone(),
            service: service_name(config, mapping.service),
            active: mapping.active,
            connection_id: (mapping.scope != ConnectionScope::NONE)
                .then(|| mapping.scope.to_string()),
        };
        let mut projects: Vec<_> = integration.projects.iter().map(project).collect();
        // Two organizations may have projects of one name, which are stored in any order.
        projects
            .sort_by(|a, b| (&a.project, &a.connection_id).cmp(&(&b.project, &b.connection_id)));
        Self {
            provider: integration.provider.clone(),
            name: integration.name.clone(),
            state: integration.state.to_string(),
            rate_limit: integration.rate_limit,
            accept_over_limit: integration.accept_over_limit,
            default_service: integration.default_service.map(|id| service_name(config, id)),
            services: integration.links.iter().map(link).collect(),
            projects,
            restricted_to_links: integration.restricted_to_links,
            options: integration.options.clone(),
        }
    }
}
