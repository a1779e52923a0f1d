//! Deploys: what proves them, and taking them in.

use chrono::TimeDelta;
use watchbell_deploy::{Pushed, Report};
use watchbell_model::{
    DeployId, DeploySource, JobId, Secret, SecretId, Service, ServiceId, Timestamp,
};
use watchbell_store::{
    ConfigChange, DeployAdded, DeployKeyKind, DeployKeyRecord, DeployProof, StoredConfig,
};
use watchbell_vault::{purpose, random, token_hash};

use crate::documents::hex;
use crate::keys::generate_secret;
use crate::{Control, ControlError, MAX_GRACE_S, find, suspects};

/// For how long another deploy with the same commit, environment and address is the same one.
const SAME: TimeDelta = TimeDelta::minutes(10);
/// The fewest and the most characters of a pasted secret.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 8..=1_000;

/// A deploy token that was just made.
#[derive(Debug, Clone)]
pub struct DeployTokenMade {
    /// The service that it is for.
    pub service: Service,
    /// The token: shown once.
    pub token: Secret,
}

/// A secret for GitHub that was just stored.
#[derive(Debug, Clone)]
pub struct GithubSecretMade {
    /// The service that it is for.
    pub service: Service,
    /// The secret, if it was generated: shown once.
    pub generated: Option<Secret>,
}

/// What proves a service's deploys, without the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeployKeyView {
    /// Which proof it is.
    pub kind: DeployKeyKind,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it has been replaced.
    pub expires_at: Option<Timestamp>,
}

impl Control {
    /// Gives a service a new deploy token. The old ones end after `grace_s` seconds; without a time of
    /// grace there must be none.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] if the grace time is longer than [`MAX_GRACE_S`];
    /// [`ControlError::Refused`] if there is one and no grace time; [`ControlError::NotFound`].
    pub fn deploy_token_rotate(
        &self,
        reference: &str,
        grace_s: Option<u32>,
    ) -> Result<DeployTokenMade, ControlError> {
        let grace = grace_s.map(grace).transpose()?;
        self.change(|config| {
            let service = find::service(config, reference)?.clone();
            let digits = hex(&random::<16>()?);
            let hash = token_hash(purpose::DEPLOY_TOKEN, &digits);
            let token = Secret::new(format!("{}{digits}", purpose::DEPLOY_TOKEN_PREFIX));
            let record = self.deploy_key(service.id, |_| Ok(DeployProof::Token { hash }))?;
            let changes = replacing(config, record, grace)?;
            Ok((changes, DeployTokenMade { service, token }))
        })
    }

    /// Stores the secret that GitHub signs a service's webhooks with, a generated one if none is
    /// given. The old ones end after `grace_s` seconds; without a time of grace there must be none.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for the secret or the grace time; [`ControlError::Refused`] if the
    /// service has no repository, by which its webhooks are found, or if there is a secret and no
    /// grace time; [`ControlError::NotFound`].
    pub fn github_secret_set(
        &self,
        reference: &str,
        pasted: Option<&Secret>,
        grace_s: Option<u32>,
    ) -> Result<GithubSecretMade, ControlError> {
        let grace = grace_s.map(grace).transpose()?;
        if let Some(secret) = pasted {
            let length = secret.expose().chars().count();
            if !SECRET_CHARS.contains(&length) {
                let expected = "8 to 1000 characters";
                return Err(ControlError::invalid("secret", expected, format!("{length}")));
            }
        }
        let secret = pasted.cloned().map_or_else(generate_secret, Ok)?;
        self.change(|config| {
            let service = find::service(config, reference)?.clone();
            if service.repository.is_none() {
                return Err(ControlError::refused(format!(
                    "{} has no repository: set it first (owner/repo), GitHub's webhooks are found by \
                     it",
                    service.legacy_key
                )));
            }
            let record = self.deploy_key(service.id, |id| {
                let context = purpose::github_secret(id);
                let sealed = self.vault.seal(&context, secret.expose().as_bytes())?;
                Ok(DeployProof::GitHub { sealed })
            })?;
            let changes = replacing(config, record, grace)?;
            let generated = pasted.is_none().then(|| secret.clone());
            Ok((changes, GithubSecretMade { service, generated }))
        })
    }

    /// What proves deploys of a service now, without the secrets, the newest first.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn deploy_keys(&self, reference: &str) -> Result<Vec<DeployKeyView>, ControlError> {
        let config = self.store.config_load()?;
        let (service, now) = (find::service(&config, reference)?.id, self.clock.now());
        let its = config.deploy_keys.iter().rev();
        let its = its.filter(|record| record.service == service && record.is_live(now));
        Ok(its
            .map(|record| DeployKeyView {
                kind: record.proof.kind(),
                created_at: record.created_at,
                expires_at: record.expires_at,
            })
            .collect())
    }

    /// Takes no more deploys that are told with a token of the service's. False if it had none.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn deploy_token_remove(&self, reference: &str) -> Result<bool, ControlError> {
        self.deploy_keys_end(reference, DeployKeyKind::Token)
    }

    /// Takes no more webhooks of GitHub's for a service. False if it took none.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn github_secret_remove(&self, reference: &str) -> Result<bool, ControlError> {
        self.deploy_keys_end(reference, DeployKeyKind::GitHub)
    }

    fn deploy_keys_end(&self, reference: &str, kind: DeployKeyKind) -> Result<bool, ControlError> {
        self.change(|config| {
            let service = find::service(config, reference)?.id;
            let at = self.clock.now();
            let is_there = live(config, service, kind, at);
            let end = ConfigChange::DeployKeysEnd { service, kind, at };
            Ok((if is_there { vec![end] } else { Vec::new() }, is_there))
        })
    }

    fn deploy_key(
        &self,
        service: ServiceId,
        proof: impl FnOnce(SecretId) -> Result<DeployProof, ControlError>,
    ) -> Result<DeployKeyRecord, ControlError> {
        let id = SecretId::from_uuid(self.ids.next());
        let created_at = self.clock.now();
        Ok(DeployKeyRecord { id, service, proof: proof(id)?, created_at, expires_at: None })
    }

    /// Takes a deploy in that was told. The same one within ten minutes is told once.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn deploy_take(
        &self,
        service: ServiceId,
        source: DeploySource,
        report: Report,
    ) -> Result<DeployAdded, ControlError> {
        let id = DeployId::from_uuid(self.ids.next());
        let deploy = report.into_deploy(id, service, source, self.clock.now());
        // Incidents that have begun since are looked at again.
        let job = suspects::job_since(JobId::from_uuid(self.ids.next()), service, deploy.at);
        Ok(self.store.deploy_add(&deploy, deploy.at - SAME, &[job])?)
    }

    /// Takes commits in that were pushed to a service's repository.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn commits_take(&self, service: ServiceId, pushed: &Pushed) -> Result<(), ControlError> {
        let now = self.clock.now();
        let since = now - suspects::WINDOW;
        let job = suspects::job_since(JobId::from_uuid(self.ids.next()), service, since);
        Ok(self.store.commits_add(service, &pushed.head, &pushed.commits, now, &[job])?)
    }
}

fn grace(grace_s: u32) -> Result<TimeDelta, ControlError> {
    if grace_s > MAX_GRACE_S {
        let expected = format!("at most {MAX_GRACE_S} seconds");
        return Err(ControlError::invalid("grace", expected, grace_s.to_string()));
    }
    Ok(TimeDelta::seconds(i64::from(grace_s)))
}

/// The changes that put `record` in the place of those like it, which end after `grace`. Without it
/// there must be none: whoever makes a first one must not end one that somebody else just made.
fn replacing(
    config: &StoredConfig,
    record: DeployKeyRecord,
    grace: Option<TimeDelta>,
) -> Result<Vec<ConfigChange>, ControlError> {
    let DeployKeyRecord { service, created_at, .. } = record;
    let kind = record.proof.kind();
    if grace.is_none() && live(config, service, kind, created_at) {
        let what = match kind {
            DeployKeyKind::Token => "deploy token",
            DeployKeyKind::GitHub => "secret for GitHub",
        };
        return Err(ControlError::refused(format!(
            "the service has a {what} already: say how long it shall live on beside a new one"
        )));
    }
    let at = created_at + grace.unwrap_or_default();
    let end = ConfigChange::DeployKeysEnd { service, kind, at };
    let ends = live(config, service, kind, at).then_some(end);
    Ok(ends.into_iter().chain([ConfigChange::DeployKeyAdd(record)]).collect())
}

/// Whether a service has a key of this kind that proves something at that moment.
fn live(config: &StoredConfig, service: ServiceId, kind: DeployKeyKind, at: Timestamp) -> bool {
    let is_one = |record: &DeployKeyRecord| {
        record.service == service && record.proof.kind() == kind && record.is_live(at)
    };
    config.deploy_keys.iter().any(is_one)
}
