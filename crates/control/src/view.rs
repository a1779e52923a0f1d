//! Integrations as people see them: names instead of ids, and no secret.

use watchbell_model::{
    Connection, IncidentNumber, Integration, LevelMapping, RoutingKey, Secret, SecretId, Service,
    ServiceId, Timestamp,
};
use watchbell_provider::{GuideContext, Options};
use watchbell_store::{RoutingKeyRecord, StoredConfig};
use watchbell_vault::purpose;

use crate::documents::{IntegrationDocument, etag};
use crate::{Control, ControlError, connections, find};

/// An integration with everything that may be shown about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationView {
    /// The integration.
    pub integration: Integration,
    /// Its provider's name for people; the slug if this version does not know the provider.
    pub provider_name: String,
    /// Whether its provider has a signature scheme.
    pub takes_secret: bool,
    /// Its routing keys that live, the newest first.
    pub keys: Vec<KeyView>,
    /// Its signing secrets, the newest first.
    pub secrets: Vec<SecretView>,
    /// Its linked services, in the order of linking.
    pub links: Vec<LinkView>,
    /// Its default service.
    pub default_service: Option<Service>,
    /// Its connections with organizations at the source, in the order of their making.
    pub connections: Vec<Connection>,
    /// What stands for exactly this state of it: the [`etag`] of its document.
    pub etag: String,
}

impl IntegrationView {
    /// How to set its sender up, in Markdown: with the address that `key` makes, else with the masked
    /// one. None if this program does not have the provider.
    pub fn guide(&self, public_url: &str, key: Option<&RoutingKey>) -> Option<String> {
        let provider = find::provider_of(&self.integration).ok()?;
        let masked = || {
            let key = self.keys.first().and_then(|key| key.masked.as_deref()).unwrap_or("…");
            Secret::new(format!("{}/webhooks/{key}", public_url.trim_end_matches('/')))
        };
        let linked = || self.links.first().map(|link| &link.service);
        let service = self.default_service.as_ref().or_else(linked);
        let context = GuideContext {
            url: key.map_or_else(masked, |key| intake_url(public_url, key)),
            service_key: service.map_or_else(|| "SER-00001".to_owned(), |one| one.key.to_string()),
        };
        Some(provider.guide(&context))
    }
}

/// A routing key, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    /// Its beginning and its last four characters; none if the master key here does not open it.
    pub masked: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it has been replaced.
    pub expires_at: Option<Timestamp>,
}

/// A signing secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    /// Its id.
    pub id: SecretId,
    /// When it was set.
    pub created_at: Timestamp,
}

/// A linked service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkView {
    /// The service.
    pub service: Service,
    /// How it reads levels, above the provider's table.
    pub mapping: LevelMapping,
}

/// The intake address of `key`. It holds the key: show it only where somebody asked for it.
pub fn intake_url(public_url: &str, key: &RoutingKey) -> Secret {
    Secret::new(format!("{}/webhooks/{}", public_url.trim_end_matches('/'), key.expose()))
}

/// The page of an incident.
pub fn incident_url(public_url: &str, number: IncidentNumber) -> String {
    format!("{}/incidents/{number}", public_url.trim_end_matches('/'))
}

/// What the forms of `provider`'s alert rules begin with. It holds the key, as [`intake_url`] does.
pub fn form_url(public_url: &str, provider: &str, key: &RoutingKey) -> Secret {
    let base = public_url.trim_end_matches('/');
    Secret::new(format!("{base}/api/integrations/{provider}/{}", key.expose()))
}

impl Control {
    /// Every integration, in the order of their making.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn integration_list(&self) -> Result<Vec<IntegrationView>, ControlError> {
        let config = self.store.config_load()?;
        Ok(config.integrations.iter().map(|i| self.view(&config, i)).collect())
    }

    /// The integration with this id or name, or the only one of the provider of this name.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Ambiguous`].
    pub fn integration_show(&self, reference: &str) -> Result<IntegrationView, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        Ok(self.view(&config, integration))
    }

    pub(crate) fn view(&self, config: &StoredConfig, integration: &Integration) -> IntegrationView {
        let provider = find::provider_of(integration).ok();
        let service = |id: ServiceId| config.services.iter().find(|s| s.id == id).cloned();
        let keys = self.live_keys(config, integration);
        let secrets = config.signing_secrets.iter().rev();
        IntegrationView {
            provider_name: provider
                .map_or_else(|| integration.provider.clone(), |p| p.name().to_owned()),
            takes_secret: provider
                .is_some_and(|p| p.proof(&Options::new(&integration.options)).takes_secret()),
            keys: keys
                .map(|record| KeyView {
                    masked: self.open_key(record).ok().map(|key| key.masked()),
                    created_at: record.created_at,
                    expires_at: record.expires_at,
                })
                .collect(),
            secrets: secrets
                .filter(|secret| secret.integration == integration.id)
                .map(|secret| SecretView { id: secret.id, created_at: secret.created_at })
                .collect(),
            links: integration
                .links
                .iter()
                .filter_map(|link| {
                    let service = service(link.service)?;
                    Some(LinkView { service, mapping: link.mapping.clone() })
                })
                .collect(),
            default_service: integration.default_service.and_then(service),
            connections: connections::of(config, integration.id)
                .map(|record| record.connection.clone())
                .collect(),
            etag: etag(&IntegrationDocument::of(config, integration)),
            integration: integration.clone(),
        }
    }

    /// The keys of `integration` that live now, the newest first.
    pub(crate) fn live_keys<'a>(
        &self,
        config: &'a StoredConfig,
        integration: &Integration,
    ) -> impl Iterator<Item = &'a RoutingKeyRecord> {
        let (now, id) = (self.clock.now(), integration.id);
        config.routing_keys.iter().rev().filter(move |record| {
            record.integration == id && record.expires_at.is_none_or(|end| now < end)
        })
    }

    pub(crate) fn open_key(&self, record: &RoutingKeyRecord) -> Result<RoutingKey, ControlError> {
        let context = purpose::routing_key(record.integration);
        let text = self.vault.open_text(&context, &record.sealed)?;
        RoutingKey::parse(text.expose())
            .ok_or_else(|| ControlError::refused("the stored routing key is damaged: rotate it"))
    }
}
