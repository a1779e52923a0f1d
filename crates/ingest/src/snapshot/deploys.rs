//! What proves that a deploy is a service's.

use std::collections::{HashMap, HashSet};

use watchbell_model::{SecretId, Service, ServiceId, Timestamp, error_chain};
use watchbell_signature::HmacKey;
use watchbell_store::{DeployKeyRecord, DeployProof};
use watchbell_vault::{Vault, purpose};

/// What proves that a deploy is a service's.
#[derive(Debug, Default)]
pub struct DeployProofs {
    /// Every service of which deploys were ever told.
    services: HashSet<ServiceId>,
    tokens: HashMap<[u8; 32], (ServiceId, Option<Timestamp>)>,
    /// By repository, in lower case: GitHub tells names apart without case.
    repositories: HashMap<String, Vec<Secret>>,
}

#[derive(Debug)]
struct Secret {
    service: ServiceId,
    key: HmacKey,
    expires_at: Option<Timestamp>,
}

/// A service that GitHub may tell about.
#[derive(Debug)]
pub struct Hook {
    /// The service.
    pub service: ServiceId,
    /// Its live secrets, at least one.
    pub secrets: Vec<HmacKey>,
}

impl DeployProofs {
    /// What `records` prove. A secret that does not open proves nothing, so leaving it out opens no
    /// door.
    pub(super) fn new(records: &[DeployKeyRecord], services: &[Service], vault: &Vault) -> Self {
        let mut proofs = Self::default();
        for DeployKeyRecord { id, service, proof, expires_at, .. } in records {
            proofs.services.insert(*service);
            match proof {
                DeployProof::Token { hash } => {
                    proofs.tokens.insert(*hash, (*service, *expires_at));
                }
                DeployProof::GitHub { sealed } => {
                    let owner = services.iter().find(|one| one.id == *service);
                    let repository = owner.and_then(|one| one.repository.as_deref());
                    let (Some(repository), Some(key)) = (repository, opened(*id, sealed, vault))
                    else {
                        continue;
                    };
                    let secrets = proofs.repositories.entry(repository.to_lowercase()).or_default();
                    secrets.push(Secret { service: *service, key, expires_at: *expires_at });
                }
            }
        }
        proofs
    }

    /// Whether deploys of a service may have been told: without any, none can be suspected.
    pub fn has(&self, service: ServiceId) -> bool {
        self.services.contains(&service)
    }

    /// The service with this deploy token, and the token's digest.
    pub fn by_token(&self, token: &str, now: Timestamp) -> Option<(ServiceId, [u8; 32])> {
        let bare = token.strip_prefix(purpose::DEPLOY_TOKEN_PREFIX)?;
        let hash = watchbell_vault::token_hash(purpose::DEPLOY_TOKEN, bare);
        let (service, expires_at) = self.tokens.get(&hash)?;
        expires_at.is_none_or(|end| now < end).then_some((*service, hash))
    }

    /// The services with this repository, `owner/repo`, that GitHub may tell about.
    pub fn hooks(&self, repository: &str, now: Timestamp) -> Vec<Hook> {
        let mut hooks: Vec<Hook> = Vec::new();
        let secrets = self.repositories.get(&repository.to_lowercase()).into_iter().flatten();
        for Secret { service, key, expires_at } in secrets {
            if expires_at.is_some_and(|end| end <= now) {
                continue;
            }
            match hooks.iter_mut().find(|hook| hook.service == *service) {
                Some(hook) => hook.secrets.push(key.clone()),
                None => hooks.push(Hook { service: *service, secrets: vec![key.clone()] }),
            }
        }
        hooks
    }
}

fn opened(id: SecretId, sealed: &[u8], vault: &Vault) -> Option<HmacKey> {
    match vault.open(&purpose::github_secret(id), sealed) {
        Ok(secret) => HmacKey::new(&secret).ok(),
        Err(error) => {
            let error = error_chain(&error);
            tracing::warn!(secret = %id, error, "a secret of a GitHub webhook does not open");
            None
        }
    }
}
