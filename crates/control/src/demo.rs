//! What a fresh database starts with, so that the first `curl` works.

use watchbell_model::{Service, ServiceKind};
use watchbell_providers::PROVIDERS;
use watchbell_store::{ConfigChange, StoreError, StoredConfig};

use crate::{
    ApiKeyCreated, ApiKeyNew, Control, ControlError, IntegrationCreated, IntegrationNew, ServiceNew,
};

/// What the services are called that a fresh database starts with.
pub const DEMO_SERVICES: [&str; 2] = ["Demo API", "Demo Database"];

/// What was put into a fresh database. Its secrets are shown once.
#[derive(Debug, Clone)]
pub struct Demo {
    /// `SER-00001` and `SER-00002`.
    pub services: Vec<Service>,
    /// One for each provider, linked to both services, with the first as its default.
    pub integrations: Vec<IntegrationCreated>,
    /// An API key for everything.
    pub api_key: ApiKeyCreated,
}

impl Control {
    /// Puts two services, an integration for each provider and an API key into the database, in
    /// one step. None if something was configured before, or if another process was faster.
    ///
    /// # Errors
    /// [`ControlError::Store`]; [`ControlError::Vault`].
    pub fn demo_setup(&self) -> Result<Option<Demo>, ControlError> {
        if self.store.config_revision()? != 0 {
            return Ok(None);
        }
        self.vault.refresh()?;
        let (changes, demo) = self.demo()?;
        let audit = self.audit_entries(&StoredConfig::default(), &changes);
        match self.store.config_change(0, &changes, &audit) {
            Ok(_) => Ok(Some(demo)),
            Err(StoreError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn demo(&self) -> Result<(Vec<ConfigChange>, Demo), ControlError> {
        // The configuration as it will be, built up step by step, so that names and numbers follow.
        let mut config = StoredConfig::default();
        let mut changes = Vec::new();
        let [api, database] = DEMO_SERVICES;
        let api = ServiceNew {
            description: Some("What the first curl opens an incident on.".to_owned()),
            ..ServiceNew::named(api)
        };
        let database = ServiceNew { kind: ServiceKind::Database, ..ServiceNew::named(database) };
        for new in [api, database] {
            let service = self.service_of(&new, &config)?;
            changes.push(ConfigChange::ServiceAdd(service.clone()));
            config.services.push(service);
        }
        let keys: Vec<_> = config.services.iter().map(|s| s.legacy_key.to_string()).collect();
        let mut integrations = Vec::new();
        for provider in PROVIDERS {
            let new = IntegrationNew {
                provider: provider.slug().to_owned(),
                services: keys.clone(),
                default_service: keys.first().cloned(),
                ..IntegrationNew::default()
            };
            let (more, created) = self.integration_changes(&new, *provider, &config)?;
            config.integrations.push(created.view.integration.clone());
            changes.extend(more);
            integrations.push(created);
        }
        let all = ApiKeyNew { name: "First run".to_owned(), scopes: Vec::new(), expires_at: None };
        let (change, api_key) = self.api_key_change(&all)?;
        changes.push(change);
        Ok((changes, Demo { services: config.services, integrations, api_key }))
    }
}
