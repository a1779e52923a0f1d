//! Everything that is sealed in the database: with which key, and sealing it anew.

use std::collections::BTreeMap;

use watchbell_model::{IntegrationId, ServiceId};
use watchbell_store::{
    ConfigChange, ConnectionRecord, DeployProof, StoreError, StoredConfig, SubscriptionRecord,
};
use watchbell_vault::{KeyId, KeyUse, Vault, purpose};

use crate::{Control, ControlError};

/// The most values that one change of the configuration seals anew. Whoever else wants to change
/// something waits no longer than for these.
const AT_ONCE: usize = 64;

/// A master key, and what is sealed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyStatus {
    /// Its id.
    pub id: KeyId,
    /// What it is there for; none if it is not here: what is sealed with it does not open.
    pub purpose: Option<KeyUse>,
    /// The routing keys that are sealed with it.
    pub routing_keys: usize,
    /// The signing secrets that are sealed with it, those of GitHub's webhooks included.
    pub signing_secrets: usize,
    /// The addresses that confirm waiting topics and are sealed with it.
    pub confirmations: usize,
    /// The connections whose tokens are sealed with it.
    pub connections: usize,
}

impl KeyStatus {
    const fn of(id: KeyId, purpose: Option<KeyUse>) -> Self {
        Self { id, purpose, routing_keys: 0, signing_secrets: 0, confirmations: 0, connections: 0 }
    }

    /// Everything that is sealed with it.
    pub const fn values(&self) -> usize {
        self.routing_keys
            .saturating_add(self.signing_secrets)
            .saturating_add(self.confirmations)
            .saturating_add(self.connections)
    }
}

/// Which master keys seal what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultStatus {
    /// Every key that is here or seals something; the one that seals comes first.
    pub keys: Vec<KeyStatus>,
    /// The names of the integrations and services with values that no key here opens.
    pub unreadable: Vec<String>,
}

impl VaultStatus {
    /// How many values are sealed with another key than the one that seals now.
    pub fn behind(&self) -> usize {
        let others = self.keys.iter().filter(|key| key.purpose != Some(KeyUse::Seals));
        others.map(KeyStatus::values).sum()
    }

    /// Whether a rotation was begun and is not over.
    pub fn is_rotating(&self) -> bool {
        let under_way = [Some(KeyUse::Next), Some(KeyUse::Leaving)];
        self.keys.iter().any(|key| under_way.contains(&key.purpose))
    }
}

/// Whose a sealed value is.
#[derive(Clone, Copy)]
enum Owner {
    Integration(IntegrationId),
    Service(ServiceId),
}

impl Owner {
    /// What people call it.
    fn name(self, config: &StoredConfig) -> String {
        match self {
            Self::Integration(id) => {
                let found = config.integrations.iter().find(|integration| integration.id == id);
                found.map_or_else(|| id.to_string(), |integration| integration.name.clone())
            }
            Self::Service(id) => {
                let found = config.services.iter().find(|service| service.id == id);
                found.map_or_else(|| id.to_string(), |service| service.name.clone())
            }
        }
    }
}

/// One sealed value of the configuration.
pub(crate) struct Sealed<'a> {
    owner: Owner,
    pub(crate) bytes: &'a [u8],
    context: String,
    place: Place<'a>,
}

enum Place<'a> {
    RoutingKey([u8; 32]),
    SigningSecret(watchbell_model::SecretId),
    Confirmation(&'a SubscriptionRecord),
    Connection(&'a ConnectionRecord),
    GitHubSecret(watchbell_model::SecretId),
}

/// Every sealed value of `config`.
pub(crate) fn all(config: &StoredConfig) -> impl Iterator<Item = Sealed<'_>> {
    let keys = config.routing_keys.iter().map(|record| Sealed {
        owner: Owner::Integration(record.integration),
        bytes: &record.sealed,
        context: purpose::routing_key(record.integration),
        place: Place::RoutingKey(record.hash),
    });
    let secrets = config.signing_secrets.iter().map(|record| Sealed {
        owner: Owner::Integration(record.integration),
        bytes: &record.sealed,
        context: purpose::signing_secret(record.id),
        place: Place::SigningSecret(record.id),
    });
    let confirmations = config.subscriptions.iter().filter_map(|record| {
        let topic = &record.subscription.topic;
        Some(Sealed {
            owner: Owner::Integration(record.integration),
            bytes: record.sealed.as_ref()?,
            context: purpose::confirmation(record.integration, topic),
            place: Place::Confirmation(record),
        })
    });
    let connections = config.connections.iter().filter_map(|record| {
        Some(Sealed {
            owner: Owner::Integration(record.connection.integration),
            bytes: record.sealed.as_ref()?,
            context: purpose::connection(record.connection.id),
            place: Place::Connection(record),
        })
    });
    let github = config.deploy_keys.iter().filter_map(|record| match &record.proof {
        DeployProof::GitHub { sealed } => Some(Sealed {
            owner: Owner::Service(record.service),
            bytes: sealed,
            context: purpose::github_secret(record.id),
            place: Place::GitHubSecret(record.id),
        }),
        DeployProof::Token { .. } => None,
    });
    keys.chain(secrets).chain(confirmations).chain(connections).chain(github)
}

impl Sealed<'_> {
    /// The change that seals it anew with the key of now; none if it does not open.
    fn anew(&self, vault: &Vault) -> Result<Option<ConfigChange>, ControlError> {
        let Ok(plain) = vault.open(&self.context, self.bytes) else {
            return Ok(None);
        };
        let sealed = vault.seal(&self.context, &plain)?;
        Ok(Some(match self.place {
            Place::RoutingKey(hash) => ConfigChange::RoutingKeyReseal { hash, sealed },
            Place::SigningSecret(id) => ConfigChange::SigningSecretReseal { id, sealed },
            Place::GitHubSecret(id) => ConfigChange::DeployKeyReseal { id, sealed },
            Place::Confirmation(record) => ConfigChange::SubscriptionSet(SubscriptionRecord {
                sealed: Some(sealed),
                ..record.clone()
            }),
            Place::Connection(record) => ConfigChange::ConnectionSet(ConnectionRecord {
                sealed: Some(sealed),
                ..record.clone()
            }),
        }))
    }
}

impl Control {
    /// Which master keys seal what.
    ///
    /// # Errors
    /// [`ControlError::Store`]; [`ControlError::Vault`] if the key file cannot be read.
    pub fn vault_status(&self) -> Result<VaultStatus, ControlError> {
        let config = self.store.config_load()?;
        self.vault.refresh()?;
        let here = |(id, purpose): (KeyId, KeyUse)| KeyStatus::of(id, Some(purpose));
        let mut keys: Vec<_> = self.vault.keys().into_iter().map(here).collect();
        let mut gone: BTreeMap<KeyId, KeyStatus> = BTreeMap::new();
        for value in all(&config) {
            let Some(id) = Vault::sealed_with(value.bytes) else {
                continue;
            };
            let status = match keys.iter_mut().find(|key| key.id == id) {
                Some(status) => status,
                None => gone.entry(id).or_insert_with(|| KeyStatus::of(id, None)),
            };
            let count = match value.place {
                Place::RoutingKey(_) => &mut status.routing_keys,
                Place::SigningSecret(_) | Place::GitHubSecret(_) => &mut status.signing_secrets,
                Place::Confirmation(_) => &mut status.confirmations,
                Place::Connection(_) => &mut status.connections,
            };
            *count = count.saturating_add(1);
        }
        keys.extend(gone.into_values());
        Ok(VaultStatus { keys, unreadable: self.unreadable(&config) })
    }

    /// The names of the integrations and services with values that do not open, each once.
    pub(crate) fn unreadable(&self, config: &StoredConfig) -> Vec<String> {
        let mut names = Vec::new();
        for value in all(config) {
            if self.vault.open(&value.context, value.bytes).is_ok() {
                continue;
            }
            let name = value.owner.name(config);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Seals some values anew that are sealed with another key than the one that seals now. Gives
    /// how many, and how many are left; both are 0 when there is none. What does not open is left as
    /// it is.
    ///
    /// # Errors
    /// [`ControlError::Busy`] if others keep changing the configuration.
    pub fn vault_reseal(&self) -> Result<(usize, usize), ControlError> {
        self.change(|config| {
            let ours = self.vault.key_id();
            let mut changes = Vec::new();
            let mut left = 0_usize;
            for value in all(config).filter(|v| Vault::sealed_with(v.bytes) != Some(ours)) {
                if changes.len() < AT_ONCE {
                    changes.extend(value.anew(&self.vault)?);
                } else {
                    left = left.saturating_add(1);
                }
            }
            let sealed = changes.len();
            Ok((changes, (sealed, left)))
        })
    }

    /// Moves the revision without a change, so that every change that others decided before this
    /// is decided again: with the keys of now. An empty database stays as it is.
    pub(crate) fn config_touch(&self) -> Result<(), ControlError> {
        loop {
            let revision = self.store.config_revision()?;
            if revision == 0 {
                return Ok(());
            }
            match self.store.config_change(revision, &[], &[]) {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
