//! From a file's references to secrets to changes.

use watchbell_model::{Integration, RoutingKey, Secret};
use watchbell_provider::{Options, Provider};
use watchbell_store::ConfigChange;
use watchbell_vault::random;

use super::node::within;
use super::planner::Planner;
use super::wanted::WantedIntegration;
use crate::ControlError;
use crate::error::problem;
use crate::keys::{
    MAX_SECRETS, brought_key, check_secrets, owner_of, secrets_of, was_never_secret,
};

impl Planner<'_> {
    /// What a new integration has beside its document: its routing key and its signing secrets.
    pub(super) fn secrets_of_new(
        &mut self,
        integration: &Integration,
        provider: &dyn Provider,
        wanted: &WantedIntegration,
    ) -> Result<Vec<ConfigChange>, ControlError> {
        let secrets = wanted.secrets.as_deref().unwrap_or_default();
        self.check(secrets, provider, wanted);
        let key = match &wanted.routing_key {
            Some(brought) => {
                let key = brought_key(brought, provider, !secrets.is_empty());
                self.noted(&within(&wanted.path, "routing_key"), key)?
            }
            None => Some(RoutingKey::generate(provider.key_prefix(), random()?)),
        };
        let mut changes = Vec::new();
        if let Some(key) = key {
            changes.extend(self.key_added(integration, &key, wanted)?);
        }
        for secret in secrets {
            let record = self.control.secret_record(integration.id, secret)?;
            changes.push(ConfigChange::SigningSecretAdd(record));
        }
        Ok(changes)
    }

    /// What changes about the routing key and the signing secrets of an integration that is there.
    pub(super) fn secrets_of_known(
        &mut self,
        integration: &Integration,
        provider: Option<&dyn Provider>,
        wanted: &WantedIntegration,
    ) -> Result<Vec<ConfigChange>, ControlError> {
        if wanted.secrets.is_none() && wanted.routing_key.is_none() {
            return Ok(Vec::new());
        }
        let Some(provider) = provider else {
            let expected = "no secrets: this version of Watchbell does not know its provider";
            self.problems.push(problem(&wanted.path, expected, integration.provider.clone()));
            return Ok(Vec::new());
        };
        let mut changes = Vec::new();
        let stored: Vec<_> = secrets_of(&self.now, integration).cloned().collect();
        let will_have_secret = match &wanted.secrets {
            Some(secrets) => !secrets.is_empty(),
            None => !stored.is_empty(),
        };
        if let Some(secrets) = &wanted.secrets {
            self.check(secrets, provider, wanted);
            let mut missing: Vec<_> = secrets.iter().collect();
            for record in stored {
                let open = self.control.open_secret(&record)?;
                match missing.iter().position(|secret| **secret == open) {
                    Some(place) => drop(missing.remove(place)),
                    None => changes.push(ConfigChange::SigningSecretRemove(record.id)),
                }
            }
            for secret in missing {
                let record = self.control.secret_record(integration.id, secret)?;
                changes.push(ConfigChange::SigningSecretAdd(record));
            }
        }
        changes.extend(self.key_of_known(integration, provider, wanted, will_have_secret)?);
        Ok(changes)
    }

    fn key_of_known(
        &mut self,
        integration: &Integration,
        provider: &dyn Provider,
        wanted: &WantedIntegration,
        will_have_secret: bool,
    ) -> Result<Vec<ConfigChange>, ControlError> {
        let live: Vec<_> = self.control.live_keys(&self.now, integration).cloned().collect();
        let path = within(&wanted.path, "routing_key");
        if let Some(brought) = &wanted.routing_key {
            let key = brought_key(brought, provider, will_have_secret);
            let Some(key) = self.noted(&path, key)? else { return Ok(Vec::new()) };
            let record = self.control.key_record(integration.id, &key)?;
            if live.iter().any(|known| known.hash == record.hash) {
                return Ok(Vec::new());
            }
            let end =
                ConfigChange::RoutingKeysEnd { integration: integration.id, at: record.created_at };
            let added = self.key_added(integration, &key, wanted)?;
            return Ok(std::iter::once(end).chain(added).collect());
        }
        if !will_have_secret {
            for record in &live {
                if was_never_secret(&self.control.open_key(record)?) {
                    let expected = "a signing secret: the routing key was never secret, so the last \
                                    one stays while it lives";
                    let path = within(&wanted.path, "signing_secrets");
                    self.problems.push(problem(&path, expected, "none"));
                }
            }
        }
        Ok(Vec::new())
    }

    fn key_added(
        &mut self,
        integration: &Integration,
        key: &RoutingKey,
        wanted: &WantedIntegration,
    ) -> Result<Option<ConfigChange>, ControlError> {
        let record = self.control.key_record(integration.id, key)?;
        if let Some(owner) = owner_of(&record, &self.now) {
            let path = within(&wanted.path, "routing_key");
            let expected = "a key that nobody has or had";
            self.problems.push(problem(&path, expected, format!("one of {owner}")));
            return Ok(None);
        }
        Ok(Some(ConfigChange::RoutingKeyAdd(record)))
    }

    /// Notes what is wrong with secrets, none of which is shown.
    fn check(&mut self, secrets: &[Secret], provider: &dyn Provider, wanted: &WantedIntegration) {
        let path = within(&wanted.path, "signing_secrets");
        if secrets.is_empty() {
            return;
        }
        if !provider.proof(&Options::none()).takes_secret() {
            let expected = format!("none: {} has no signature scheme", provider.name());
            self.problems.push(problem(&path, expected, secrets.len().to_string()));
            return;
        }
        if secrets.len() > MAX_SECRETS {
            let expected = format!("at most {MAX_SECRETS}");
            self.problems.push(problem(&path, expected, secrets.len().to_string()));
            return;
        }
        for (place, secret) in secrets.iter().enumerate() {
            if let Err(ControlError::Invalid(found)) = check_secrets(provider, &[secret]) {
                self.problems.extend(found.into_iter().map(|mut one| {
                    one.path = format!("{path}[{place}]");
                    one
                }));
            }
        }
        if let [one, other] = secrets
            && one == other
        {
            self.problems.push(problem(&path, "two that differ", "the same one twice"));
        }
    }
}
