//! Connections with organizations at the source, and their apps.

use uuid::Uuid;
use watchbell_model::{
    Connection, ConnectionApp, ConnectionMode, ConnectionScope, ConnectionState, IntegrationId,
};

use super::Fixture;
use super::config::bare_integration;
use super::samples::{assert_sound, at, id};
use crate::{ConfigChange, ConfigStore, ConnectionRecord, StoreError};

/// A connection with every optional field set.
pub(super) fn connection(integration: IntegrationId, organization: &str) -> ConnectionRecord {
    let id: ConnectionScope = id("scp");
    let connection = Connection {
        id,
        integration,
        mode: ConnectionMode::OAuth,
        base_url: "https://sentry.io".to_owned(),
        region_url: Some("https://de.sentry.io".to_owned()),
        organization: organization.to_owned(),
        organization_name: "Eine Organisation \"\u{fc}\"".to_owned(),
        installation: Some(Uuid::from_u128(id.as_uuid().as_u128().wrapping_add(1 << 64))),
        scopes: vec!["event:read".to_owned(), "org:read".to_owned()],
        state: ConnectionState::Degraded,
        reason: Some("it does not answer".to_owned()),
        state_at: at(5),
        expires_at: Some(at(6)),
        attempts: 3,
        retry_at: Some(at(7)),
        created_at: at(1),
    };
    ConnectionRecord { connection, sealed: Some(vec![1, 0, 255]) }
}

/// The same with every optional field absent.
fn bare(record: ConnectionRecord) -> ConnectionRecord {
    let connection = Connection {
        mode: ConnectionMode::Internal,
        region_url: None,
        installation: None,
        scopes: Vec::new(),
        state: ConnectionState::Connected,
        reason: None,
        expires_at: None,
        attempts: 0,
        retry_at: None,
        ..record.connection
    };
    ConnectionRecord { connection, sealed: None }
}

pub(super) fn app(integration: IntegrationId) -> ConnectionApp {
    ConnectionApp {
        integration,
        slug: "watchbell".to_owned(),
        client_id: "a client".to_owned(),
        base_url: "https://sentry.io".to_owned(),
    }
}

pub fn every_field_of_a_connection_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (bare_integration(), bare_integration());
    let connections = [
        connection(one.id, "acme"),
        bare(connection(one.id, "other")),
        bare(connection(two.id, "acme")),
    ];
    let apps = [app(one.id), ConnectionApp { slug: "b".to_owned(), ..app(two.id) }];
    let mut changes = vec![ConfigChange::IntegrationAdd(one), ConfigChange::IntegrationAdd(two)];
    changes.extend(connections.iter().rev().cloned().map(ConfigChange::ConnectionSet));
    changes.extend(apps.iter().rev().cloned().map(ConfigChange::AppSet));
    store.config_change(0, &changes, &[]).unwrap();
    let loaded = fixture.open_again().config_load().unwrap();
    assert_eq!((loaded.connections, loaded.apps), (connections.to_vec(), apps.to_vec()));
    assert_sound(store);
}

pub fn connections_and_apps_change_and_go<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = bare_integration();
    let (first, second) = (connection(one.id, "acme"), connection(one.id, "other"));
    let changes = [
        ConfigChange::IntegrationAdd(one.clone()),
        ConfigChange::ConnectionSet(first.clone()),
        ConfigChange::ConnectionSet(second.clone()),
        ConfigChange::AppSet(app(one.id)),
    ];
    store.config_change(0, &changes, &[]).unwrap();
    let first = bare(first);
    let other = ConnectionApp { client_id: "another".to_owned(), ..app(one.id) };
    let changes = [
        ConfigChange::ConnectionSet(first.clone()),
        ConfigChange::ConnectionRemove(second.connection.id),
        ConfigChange::AppSet(other.clone()),
    ];
    store.config_change(1, &changes, &[]).unwrap();
    let loaded = store.config_load().unwrap();
    assert_eq!((loaded.connections, loaded.apps), (vec![first], vec![other]));
    store.config_change(2, &[ConfigChange::AppRemove(one.id)], &[]).unwrap();
    assert_eq!(store.config_load().unwrap().apps, []);
}

pub fn an_organization_and_an_installation_are_connected_once<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (bare_integration(), bare_integration());
    let first = connection(one.id, "acme");
    let changes = [
        ConfigChange::IntegrationAdd(one.clone()),
        ConfigChange::IntegrationAdd(two.clone()),
        ConfigChange::ConnectionSet(first.clone()),
    ];
    store.config_change(0, &changes, &[]).unwrap();
    let same_installation = |integration: IntegrationId| {
        let mut record = connection(integration, "other");
        record.connection.installation = first.connection.installation;
        record
    };
    for rival in [connection(one.id, "acme"), same_installation(one.id)] {
        let refused = store.config_change(1, &[ConfigChange::ConnectionSet(rival)], &[]);
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    }
    // Another integration is another app.
    let changes = [
        ConfigChange::ConnectionSet(connection(two.id, "acme")),
        ConfigChange::ConnectionSet(same_installation(two.id)),
    ];
    assert_eq!(store.config_change(1, &changes, &[]).unwrap(), 2);
    let nobody = [
        ConfigChange::ConnectionSet(connection(id("int"), "acme")),
        ConfigChange::ConnectionRemove(id("scp")),
        ConfigChange::AppSet(app(id("int"))),
        ConfigChange::AppRemove(one.id),
    ];
    for change in nobody {
        let refused = store.config_change(2, std::slice::from_ref(&change), &[]);
        assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{change:?}: {refused:?}");
    }
}
