//! Routing keys and signing secrets of integrations.

mod rules;

use chrono::TimeDelta;
use serde_json::{Value, json};
use watchbell_model::{
    AuditAction, Integration, IntegrationId, RoutingKey, Secret, SecretId, SubjectKind,
};
use watchbell_provider::Provider;
use watchbell_store::{ConfigChange, RoutingKeyRecord, SigningSecretRecord, StoredConfig};
use watchbell_vault::{purpose, random, token_hash};

use crate::audit::{Told, subject};
use crate::{Control, ControlError, IntegrationNew, IntegrationView, find};
pub(crate) use rules::{brought_key, check_secrets, generate_secret, owner_of, was_never_secret};

/// The most signing secrets of an integration: one to use and one to move to.
pub const MAX_SECRETS: usize = 2;
/// The longest that a replaced routing key may live on, in seconds: 30 days.
pub const MAX_GRACE_S: u32 = 30 * 24 * 60 * 60;

/// An integration that was just added, with what is shown once.
#[derive(Debug, Clone)]
pub struct IntegrationCreated {
    /// The integration.
    pub view: IntegrationView,
    /// Its routing key.
    pub routing_key: RoutingKey,
    /// Its signing secret, if one was generated.
    pub generated_secret: Option<Secret>,
}

/// A signing secret that was just stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretAdded {
    /// Its id.
    pub id: SecretId,
    /// The secret, if it was generated: shown once.
    pub generated: Option<Secret>,
}

/// Which signing secrets to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretRemove {
    /// All of them: from then on no signature is asked for.
    All,
    /// This one, unless it is the last: that no signature is asked for any more takes [`Self::All`].
    One(SecretId),
}

/// What one needs to send as an integration's sender does.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The integration.
    pub view: IntegrationView,
    /// Its newest routing key.
    pub routing_key: RoutingKey,
    /// Its newest signing secret, if there is one.
    pub secret: Option<Secret>,
}

impl Control {
    /// Adds an integration with its routing key and signing secrets.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with the wrong values, [`ControlError::NotFound`] for a service,
    /// [`ControlError::Taken`] for a routing key that is or was somebody's.
    pub fn integration_add(
        &self,
        new: &IntegrationNew,
    ) -> Result<IntegrationCreated, ControlError> {
        let provider = find::provider(&new.provider)?;
        self.change(|config| self.integration_changes(new, provider, config))
    }

    pub(crate) fn integration_changes(
        &self,
        new: &IntegrationNew,
        provider: &dyn Provider,
        config: &StoredConfig,
    ) -> Result<(Vec<ConfigChange>, IntegrationCreated), ControlError> {
        let integration = self.integration_of(new, provider, config)?;
        let generated_secret = new.generate_secret.then(generate_secret).transpose()?;
        let secrets: Vec<_> = new.secrets.iter().chain(&generated_secret).collect();
        check_secrets(provider, &secrets)?;
        let routing_key = match &new.routing_key {
            Some(brought) => brought_key(brought, provider, !secrets.is_empty())?,
            None => RoutingKey::generate(provider.key_prefix(), random()?),
        };
        let key = self.key_record(integration.id, &routing_key)?;
        if let Some(owner) = owner_of(&key, config) {
            return Err(ControlError::Taken { what: "the routing key".to_owned(), owner });
        }
        let mut records = Vec::new();
        for secret in &secrets {
            records.push(self.secret_record(integration.id, secret)?);
        }
        let mut after = config.clone();
        after.routing_keys.push(key.clone());
        after.signing_secrets.extend(records.iter().cloned());
        let view = self.view(&after, &integration);
        let mut changes =
            vec![ConfigChange::IntegrationAdd(integration), ConfigChange::RoutingKeyAdd(key)];
        changes.extend(records.into_iter().map(ConfigChange::SigningSecretAdd));
        Ok((changes, IntegrationCreated { view, routing_key, generated_secret }))
    }

    /// The newest routing key and signing secret of an integration. Only for somebody who asked to
    /// see or to use them.
    ///
    /// # Errors
    /// [`ControlError::Vault`] if the master key here does not open them.
    pub fn integration_credentials(&self, reference: &str) -> Result<Credentials, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        let key = self.live_keys(&config, integration).next().ok_or_else(|| {
            ControlError::refused(format!(
                "{:?} has no routing key that lives: rotate it to make one",
                integration.name
            ))
        })?;
        let secret = secrets_of(&config, integration).next_back();
        Ok(Credentials {
            routing_key: self.open_key(key)?,
            secret: secret.map(|record| self.open_secret(record)).transpose()?,
            view: self.view(&config, integration),
        })
    }

    /// The same for somebody who asked to see them, which the audit log tells.
    ///
    /// # Errors
    /// As for [`Control::integration_credentials`]. What cannot be told there is not shown.
    pub fn integration_reveal(&self, reference: &str) -> Result<Credentials, ControlError> {
        let credentials = self.integration_credentials(reference)?;
        self.told_reveal(&credentials.view, json!({"routing_key": "shown"}))?;
        Ok(credentials)
    }

    /// Writes into the audit log that a routing key is shown.
    pub(crate) fn told_reveal(
        &self,
        view: &IntegrationView,
        what: Value,
    ) -> Result<(), ControlError> {
        let Integration { id, name, .. } = &view.integration;
        let subject = subject(SubjectKind::Integration, id.to_string(), name);
        let told = Told::done(AuditAction::KeyRevealed, subject).with(what);
        Ok(self.store.audit_append(&[self.entry(told)])?)
    }

    /// Gives an integration a new routing key. The old ones end after `grace_s` seconds, at once
    /// by default.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] if the grace time is longer than [`MAX_GRACE_S`].
    pub fn integration_rotate(
        &self,
        reference: &str,
        grace_s: u32,
    ) -> Result<IntegrationCreated, ControlError> {
        if grace_s > MAX_GRACE_S {
            let expected = format!("at most {MAX_GRACE_S} seconds");
            return Err(ControlError::invalid("grace", expected, grace_s.to_string()));
        }
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            let provider = find::provider_of(integration)?;
            let routing_key = RoutingKey::generate(provider.key_prefix(), random()?);
            let key = self.key_record(integration.id, &routing_key)?;
            let at = key.created_at + TimeDelta::seconds(i64::from(grace_s));
            let mut after = config.clone();
            for old in &mut after.routing_keys {
                let outlives = old.expires_at.is_none_or(|end| at < end);
                if old.integration == integration.id && outlives {
                    old.expires_at = Some(at);
                }
            }
            after.routing_keys.push(key.clone());
            let view = self.view(&after, integration);
            let end = ConfigChange::RoutingKeysEnd { integration: integration.id, at };
            let created = IntegrationCreated { view, routing_key, generated_secret: None };
            Ok((vec![end, ConfigChange::RoutingKeyAdd(key)], created))
        })
    }

    /// Stores a signing secret, a generated one if none is given. From then on a signature is
    /// asked for.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if the provider has no signature scheme or two are stored.
    pub fn secret_add(
        &self,
        reference: &str,
        pasted: Option<&Secret>,
    ) -> Result<SecretAdded, ControlError> {
        let generated = match pasted {
            Some(_) => None,
            None => Some(generate_secret()?),
        };
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            let mut secrets = Vec::new();
            for record in secrets_of(config, integration) {
                secrets.push(self.open_secret(record)?);
            }
            secrets.extend(pasted.or(generated.as_ref()).cloned());
            let all: Vec<_> = secrets.iter().collect();
            check_secrets(find::provider_of(integration)?, &all)?;
            let Some(newest) = secrets.last() else {
                return Err(ControlError::Busy);
            };
            let record = self.secret_record(integration.id, newest)?;
            let added = SecretAdded { id: record.id, generated: generated.clone() };
            Ok((vec![ConfigChange::SigningSecretAdd(record)], added))
        })
    }

    /// Removes signing secrets; gives how many stay. When none stays, no signature is asked for.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if it is the last one and not [`SecretRemove::All`] was said, or if
    /// the routing key was never secret and none would stay.
    pub fn secret_remove(
        &self,
        reference: &str,
        which: SecretRemove,
    ) -> Result<usize, ControlError> {
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            let goes = |record: &SigningSecretRecord| match which {
                SecretRemove::All => true,
                SecretRemove::One(id) => record.id == id,
            };
            let (gone, staying): (Vec<_>, Vec<_>) =
                secrets_of(config, integration).partition(|record| goes(record));
            if let (SecretRemove::One(id), true) = (which, gone.is_empty()) {
                return Err(ControlError::NotFound {
                    what: "signing secret",
                    reference: id.to_string(),
                    hint: format!(" of {:?}", integration.name),
                });
            }
            if let (SecretRemove::One(_), true) = (which, staying.is_empty()) {
                return Err(ControlError::refused(format!(
                    "it is the last signing secret of {:?}: remove all to ask for no signature any \
                     more",
                    integration.name
                )));
            }
            if staying.is_empty() && !gone.is_empty() {
                for key in self.live_keys(config, integration) {
                    if was_never_secret(&self.open_key(key)?) {
                        return Err(ControlError::refused(format!(
                            "the routing key of {:?} was never secret, so its last signing secret \
                             must stay: rotate the routing key first",
                            integration.name
                        )));
                    }
                }
            }
            let changes = gone.iter().map(|record| ConfigChange::SigningSecretRemove(record.id));
            Ok((changes.collect(), staying.len()))
        })
    }

    pub(crate) fn key_record(
        &self,
        integration: IntegrationId,
        key: &RoutingKey,
    ) -> Result<RoutingKeyRecord, ControlError> {
        let context = purpose::routing_key(integration);
        Ok(RoutingKeyRecord {
            hash: token_hash(purpose::ROUTING_KEY, key.expose()),
            integration,
            sealed: self.vault.seal(&context, key.expose().as_bytes())?,
            created_at: self.clock.now(),
            expires_at: None,
        })
    }

    pub(crate) fn secret_record(
        &self,
        integration: IntegrationId,
        secret: &Secret,
    ) -> Result<SigningSecretRecord, ControlError> {
        let id = SecretId::from_uuid(self.ids.next());
        let context = purpose::signing_secret(id);
        Ok(SigningSecretRecord {
            id,
            integration,
            sealed: self.vault.seal(&context, secret.expose().as_bytes())?,
            created_at: self.clock.now(),
        })
    }

    pub(crate) fn open_secret(&self, record: &SigningSecretRecord) -> Result<Secret, ControlError> {
        let context = purpose::signing_secret(record.id);
        Ok(self.vault.open_text(&context, &record.sealed)?)
    }
}

/// The secrets of `integration`, the newest last.
pub(crate) fn secrets_of<'a>(
    config: &'a StoredConfig,
    integration: &Integration,
) -> impl DoubleEndedIterator<Item = &'a SigningSecretRecord> {
    let id = integration.id;
    config.signing_secrets.iter().filter(move |record| record.integration == id)
}
