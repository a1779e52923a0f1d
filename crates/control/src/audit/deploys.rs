//! What is told of deploy tokens and GitHub's secrets: that they are there, never what they are.

use serde_json::json;
use watchbell_model::{
    AuditAction as Action, AuditSubject, SecretId, ServiceId, SubjectKind as Kind, Timestamp,
};
use watchbell_store::{DeployKeyKind, DeployKeyRecord, StoredConfig};

use super::{Told, of_service, subject, time};

pub(super) fn added(config: &StoredConfig, record: &DeployKeyRecord) -> Told {
    let (action, what) = match record.proof.kind() {
        DeployKeyKind::Token => (Action::DeployTokenAdded, "deploy_token"),
        DeployKeyKind::GitHub => (Action::GithubSecretAdded, "github_secret"),
    };
    let after = json!({"id": record.id.to_string(), what: "set"});
    Told::done(action, of(config, record.service)).with(after)
}

pub(super) fn ended(
    config: &StoredConfig,
    service: ServiceId,
    kind: DeployKeyKind,
    at: Timestamp,
) -> Told {
    let action = match kind {
        DeployKeyKind::Token => Action::DeployTokensEnded,
        DeployKeyKind::GitHub => Action::GithubSecretsEnded,
    };
    Told::done(action, of(config, service)).with(json!({"at": time(at)}))
}

pub(super) fn resealed(config: &StoredConfig, id: SecretId) -> Told {
    let record = config.deploy_keys.iter().find(|record| record.id == id);
    let subject = match record {
        Some(record) => of(config, record.service),
        None => subject(Kind::Service, String::new(), ""),
    };
    Told::done(Action::GithubSecretResealed, subject).with(json!({"id": id.to_string()}))
}

fn of(config: &StoredConfig, id: ServiceId) -> AuditSubject {
    let service = config.services.iter().find(|service| service.id == id);
    service.map_or_else(|| subject(Kind::Service, id.to_string(), ""), of_service)
}
