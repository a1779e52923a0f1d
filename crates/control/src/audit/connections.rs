//! What is told of connections and apps. Tokens that follow each other are no change: only what
//! people can see is.

use serde_json::{Value, json};
use watchbell_model::{
    AuditAction as Action, AuditSubject, Connection, ConnectionApp, ConnectionScope, IntegrationId,
    SubjectKind as Kind,
};
use watchbell_store::{ConnectionRecord, StoredConfig};

use super::{Told, changed, of_integration, subject};

pub(super) fn set(before: &StoredConfig, record: &ConnectionRecord) -> Vec<Told> {
    let connection = &record.connection;
    let subject = of(connection);
    let is = shown(connection);
    let Some(was) = find(before, connection.id) else {
        return vec![Told::done(Action::ConnectionAdded, subject).with(is)];
    };
    let was = shown(was);
    if was == is {
        return Vec::new();
    }
    vec![changed(Action::ConnectionChanged, subject, Some(&was), &is)]
}

pub(super) fn removed(before: &StoredConfig, id: ConnectionScope) -> Told {
    match find(before, id) {
        Some(connection) => Told {
            before: Some(shown(connection)),
            ..Told::done(Action::ConnectionRemoved, of(connection))
        },
        None => {
            Told::done(Action::ConnectionRemoved, subject(Kind::Connection, id.to_string(), ""))
        }
    }
}

pub(super) fn app_set(before: &StoredConfig, app: &ConnectionApp) -> Told {
    let was = before.apps.iter().find(|one| one.integration == app.integration);
    Told {
        action: Action::AppSet,
        subject: of_integration(before, app.integration),
        before: was.map(shown_app),
        after: Some(shown_app(app)),
    }
}

pub(super) fn app_removed(before: &StoredConfig, integration: IntegrationId) -> Told {
    let was = before.apps.iter().find(|one| one.integration == integration);
    let told = Told::done(Action::AppRemoved, of_integration(before, integration));
    Told { before: was.map(shown_app), ..told }
}

fn find(config: &StoredConfig, id: ConnectionScope) -> Option<&Connection> {
    config.connections.iter().map(|one| &one.connection).find(|one| one.id == id)
}

fn of(connection: &Connection) -> AuditSubject {
    subject(Kind::Connection, connection.id.to_string(), &connection.organization)
}

fn shown(connection: &Connection) -> Value {
    json!({
        "integration": connection.integration.to_string(),
        "mode": connection.mode.as_str(),
        "base_url": connection.base_url,
        "organization": connection.organization,
        "installation": connection.installation.map(|uuid| uuid.to_string()),
        "scopes": connection.scopes,
        "state": connection.state.as_str(),
        "reason": connection.reason,
    })
}

fn shown_app(app: &ConnectionApp) -> Value {
    json!({"slug": app.slug, "client_id": app.client_id, "base_url": app.base_url})
}
