//! The audit log of the configuration: derived from the changes themselves, so that no use case can
//! forget it.

mod connections;
mod deploys;

use serde::Serialize;
use serde_json::{Map, Value, json};
use watchbell_model::{
    ApiKey, ApiKeyId, AuditAction as Action, AuditEntry, AuditId, AuditSubject, DeliveryId,
    Integration, IntegrationId, Scope, SecretId, Service, SubjectKind as Kind, SubscriptionState,
    Team, TeamId, Timestamp, User,
};
use watchbell_store::{
    AuditFilter, AuditPage, ConfigChange, RoutingKeyRecord, StoredConfig, SubscriptionRecord,
};

use crate::documents::{
    IntegrationDocument, ServiceDocument, SettingsDocument, TeamDocument, UserDocument,
};
use crate::{Control, ControlError, after};

/// What is told of one change.
pub(crate) struct Told {
    pub(crate) action: Action,
    pub(crate) subject: AuditSubject,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

impl Told {
    /// That something was done to something, and no more.
    pub(crate) const fn done(action: Action, subject: AuditSubject) -> Self {
        Self { action, subject, before: None, after: None }
    }

    /// The same, with what there is to say about it.
    pub(crate) fn with(self, after: Value) -> Self {
        Self { after: Some(after), ..self }
    }
}

impl Control {
    /// A part of the audit log.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn audit_list(
        &self,
        filter: &AuditFilter,
        page: AuditPage,
    ) -> Result<Vec<AuditEntry>, ControlError> {
        Ok(self.store.audit_list(filter, page)?)
    }

    /// Writes down that a stored delivery was run again, as another one.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn replayed(
        &self,
        integration: IntegrationId,
        delivery: DeliveryId,
        ran: DeliveryId,
    ) -> Result<(), ControlError> {
        let config = self.store.config_load()?;
        let of = of_integration(&config, integration);
        let subject = subject(Kind::Delivery, delivery.to_string(), &of.name);
        let told = Told::done(Action::DeliveryReplayed, subject);
        let told = told.with(json!({"ran_as": ran.to_string()}));
        Ok(self.store.audit_append(&[self.entry(told)])?)
    }

    /// The entry that tells something, by whoever acts.
    pub(crate) fn entry(&self, told: Told) -> AuditEntry {
        let Told { action, subject, before, after } = told;
        AuditEntry {
            id: AuditId::from_uuid(self.ids.next()),
            at: self.clock.now(),
            actor: self.actor,
            action,
            subject,
            before: before.map(|value| value.to_string()),
            after: after.map(|value| value.to_string()),
            request: self.request,
        }
    }

    /// What the audit log tells of changes to `config`, by whoever acts: what every change writes.
    pub fn audit_entries(
        &self,
        config: &StoredConfig,
        changes: &[ConfigChange],
    ) -> Vec<AuditEntry> {
        let mut config = config.clone();
        let mut entries = Vec::with_capacity(changes.len());
        for change in changes {
            // What is added is called by its name in what follows.
            let before = config.clone();
            after::apply(&mut config, change);
            entries.extend(told(&before, &config, change).into_iter().map(|told| self.entry(told)));
        }
        entries
    }
}

fn told(before: &StoredConfig, after: &StoredConfig, change: &ConfigChange) -> Vec<Told> {
    vec![match change {
        ConfigChange::ServiceAdd(service) => {
            added(Action::ServiceAdded, of_service(service), ServiceDocument::of(after, service))
        }
        ConfigChange::ServiceSet(service) => service_set(before, after, service),
        ConfigChange::IntegrationAdd(integration) => added(
            Action::IntegrationAdded,
            of_integration(after, integration.id),
            IntegrationDocument::of(after, integration),
        ),
        ConfigChange::IntegrationSet(integration) => integration_set(before, after, integration),
        ConfigChange::RoutingKeyAdd(record) => key_added(after, record),
        ConfigChange::RoutingKeysEnd { integration, at } => {
            Told::done(Action::KeysEnded, of_integration(after, *integration))
                .with(json!({"routing_keys": "ended", "at": time(*at)}))
        }
        ConfigChange::RoutingKeyReseal { hash, sealed: _ } => {
            let record = after.routing_keys.iter().find(|record| record.hash == *hash);
            let subject = record.map_or_else(
                || subject(Kind::Integration, String::new(), ""),
                |record| of_integration(after, record.integration),
            );
            Told::done(Action::KeyResealed, subject)
        }
        ConfigChange::SigningSecretAdd(record) => {
            Told::done(Action::SecretAdded, of_integration(after, record.integration))
                .with(json!({"id": record.id.to_string(), "signing_secret": "set"}))
        }
        ConfigChange::SigningSecretReseal { id, sealed: _ } => {
            secret(Action::SecretResealed, before, *id, "resealed")
        }
        ConfigChange::SigningSecretRemove(id) => {
            secret(Action::SecretRemoved, before, *id, "removed")
        }
        ConfigChange::SubscriptionSet(record) => topic(before, record),
        ConfigChange::DeployKeyAdd(record) => deploys::added(after, record),
        ConfigChange::DeployKeysEnd { service, kind, at } => {
            deploys::ended(after, *service, *kind, *at)
        }
        ConfigChange::DeployKeyReseal { id, sealed: _ } => deploys::resealed(before, *id),
        ConfigChange::ConnectionSet(record) => return connections::set(before, record),
        ConfigChange::ConnectionRemove(id) => connections::removed(before, *id),
        ConfigChange::AppSet(app) => connections::app_set(before, app),
        ConfigChange::AppRemove(id) => connections::app_removed(before, *id),
        ConfigChange::ApiKeyAdd(record) => api_key_added(&record.key),
        ConfigChange::ApiKeyRevoke { id, at } => {
            Told::done(Action::ApiKeyRevoked, of_api_key(before, *id))
                .with(json!({"revoked_at": time(*at)}))
        }
        ConfigChange::TeamAdd(team) => {
            added(Action::TeamAdded, of_team(team), TeamDocument::of(after, team))
        }
        ConfigChange::TeamSet(team) => {
            let was = before.teams.iter().find(|other| other.id == team.id);
            changed(
                Action::TeamChanged,
                of_team(team),
                was.map(|was| TeamDocument::of(before, was)).as_ref(),
                &TeamDocument::of(after, team),
            )
        }
        ConfigChange::TeamRemove(team) => return team_removed(before, after, *team),
        ConfigChange::UserAdd(user) => {
            added(Action::UserAdded, of_user(user), UserDocument::of(user))
        }
        ConfigChange::UserSet(user) => {
            let was = before.users.iter().find(|other| other.id == user.id);
            let was = was.map(UserDocument::of);
            changed(Action::UserChanged, of_user(user), was.as_ref(), &UserDocument::of(user))
        }
        ConfigChange::SettingsSet(settings) => changed(
            Action::SettingsChanged,
            subject(Kind::Settings, String::new(), "settings"),
            Some(&SettingsDocument::of(&before.settings)),
            &SettingsDocument::of(settings),
        ),
        // The change that causes it is told.
        ConfigChange::JobAdd(_) => return Vec::new(),
    }]
}

fn service_set(before: &StoredConfig, after: &StoredConfig, service: &Service) -> Told {
    let was = before.services.iter().find(|other| other.id == service.id);
    changed(
        Action::ServiceChanged,
        of_service(service),
        was.map(|was| ServiceDocument::of(before, was)).as_ref(),
        &ServiceDocument::of(after, service),
    )
}

fn integration_set(before: &StoredConfig, after: &StoredConfig, integration: &Integration) -> Told {
    let was = before.integrations.iter().find(|other| other.id == integration.id);
    changed(
        Action::IntegrationChanged,
        of_integration(after, integration.id),
        was.map(|was| IntegrationDocument::of(before, was)).as_ref(),
        &IntegrationDocument::of(after, integration),
    )
}

fn key_added(config: &StoredConfig, record: &RoutingKeyRecord) -> Told {
    Told::done(Action::KeyAdded, of_integration(config, record.integration))
        .with(json!({"routing_key": "set", "expires_at": record.expires_at.map(time)}))
}

fn secret(action: Action, config: &StoredConfig, id: SecretId, what: &str) -> Told {
    let record = config.signing_secrets.iter().find(|record| record.id == id);
    let subject = record.map_or_else(
        || subject(Kind::Integration, String::new(), ""),
        |record| of_integration(config, record.integration),
    );
    Told::done(action, subject).with(json!({"id": id.to_string(), "signing_secret": what}))
}

fn topic(config: &StoredConfig, record: &SubscriptionRecord) -> Told {
    let name = &record.subscription.topic;
    let state = |state: SubscriptionState| json!({"topic": name, "state": state.as_str()});
    let was = config
        .subscriptions
        .iter()
        .find(|other| other.integration == record.integration && other.subscription.topic == *name);
    Told {
        action: Action::TopicChanged,
        subject: of_integration(config, record.integration),
        before: was.map(|was| state(was.subscription.state)),
        after: Some(state(record.subscription.state)),
    }
}

fn api_key_added(key: &ApiKey) -> Told {
    let scopes: Vec<_> = key.scopes.iter().copied().map(Scope::as_str).collect();
    Told::done(Action::ApiKeyAdded, subject(Kind::ApiKey, key.id.to_string(), &key.name))
        .with(json!({"scopes": scopes, "expires_at": key.expires_at.map(time)}))
}

/// A team's services lose it: that is told of each of them, too.
fn team_removed(before: &StoredConfig, after: &StoredConfig, id: TeamId) -> Vec<Told> {
    let Some(team) = before.teams.iter().find(|team| team.id == id) else {
        return vec![Told::done(Action::TeamRemoved, subject(Kind::Team, id.to_string(), ""))];
    };
    let gone = Told {
        before: json_of(&TeamDocument::of(before, team)),
        ..Told::done(Action::TeamRemoved, of_team(team))
    };
    let owned = |service: &&Service| {
        before.services.iter().any(|was| was.id == service.id && was.team == Some(id))
    };
    let services = after.services.iter().filter(owned);
    std::iter::once(gone).chain(services.map(|one| service_set(before, after, one))).collect()
}

fn added(action: Action, subject: AuditSubject, document: impl Serialize) -> Told {
    Told { after: json_of(&document), ..Told::done(action, subject) }
}

/// Of a change the fields that differ.
fn changed<D: Serialize>(action: Action, subject: AuditSubject, was: Option<&D>, is: &D) -> Told {
    let fields = |document: &D| match json_of(document) {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (mut before, mut after) = (was.map(fields).unwrap_or_default(), fields(is));
    let same: Vec<_> = after
        .iter()
        .filter(|(name, value)| before.get(*name) == Some(value))
        .map(|(name, _)| name.clone())
        .collect();
    for name in same {
        before.remove(&name);
        after.remove(&name);
    }
    let (before, after) = (Some(Value::Object(before)), Some(Value::Object(after)));
    Told { action, subject, before, after }
}

fn json_of(document: &impl Serialize) -> Option<Value> {
    serde_json::to_value(document).ok()
}

fn time(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

pub(crate) fn subject(kind: Kind, id: String, name: &str) -> AuditSubject {
    AuditSubject { kind, id, name: name.to_owned() }
}

fn of_service(service: &Service) -> AuditSubject {
    subject(Kind::Service, service.key.to_string(), &service.name)
}

pub(crate) fn of_integration(config: &StoredConfig, id: IntegrationId) -> AuditSubject {
    let found = config.integrations.iter().find(|integration| integration.id == id);
    subject(Kind::Integration, id.to_string(), found.map_or("", |found| &found.name))
}

fn of_api_key(config: &StoredConfig, id: ApiKeyId) -> AuditSubject {
    let found = config.api_keys.iter().find(|record| record.key.id == id);
    subject(Kind::ApiKey, id.to_string(), found.map_or("", |record| &record.key.name))
}

fn of_team(team: &Team) -> AuditSubject {
    subject(Kind::Team, team.id.to_string(), &team.name)
}

pub(crate) fn of_user(user: &User) -> AuditSubject {
    subject(Kind::User, user.id.to_string(), user.email.as_str())
}
