//! The configuration.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use watchbell_model::{
    ApiKey, ConnectionScope, Environment, Integration, IntegrationId, IntegrationState, LegacyKey,
    LevelMapping, Link, ProjectMapping, Scope, Service, ServiceId, ServiceKey, ServiceKind,
    Severity, SeverityAction, Subscription, SubscriptionState,
};

use super::Fixture;
use super::samples::{at, id, service_id};
use crate::{
    ApiKeyRecord, ConfigChange, ConfigStore, RoutingKeyRecord, SigningSecretRecord, StoreError,
    SubscriptionRecord,
};

pub(super) fn service(place: u8, slug: Option<&str>) -> Service {
    Service {
        id: service_id(),
        key: ServiceKey::from_random([place; 10]),
        legacy_key: LegacyKey::new(place.into()),
        slug: slug.map(|slug| slug.parse().unwrap()),
        name: format!("service {place}"),
        description: Some("what it does".to_owned()),
        active: true,
        default_severity: Some(Severity::Sev3),
        environment: Environment::Staging,
        kind: ServiceKind::Database,
        repository: Some("owner/repo".to_owned()),
        url: Some("https://example.com".to_owned()),
        team: None,
        created_at: at(1),
    }
}

pub(super) fn bare_service(place: u8) -> Service {
    Service {
        description: None,
        active: false,
        default_severity: None,
        environment: Environment::Production,
        kind: ServiceKind::Api,
        repository: None,
        url: None,
        ..service(place, None)
    }
}

fn integration(services: &[ServiceId]) -> Integration {
    let mapping = LevelMapping::new([
        ("critical".to_owned(), SeverityAction::Severity(Severity::Sev0)),
        ("none".to_owned(), SeverityAction::DoNotCreate),
    ]);
    Integration {
        id: id("int"),
        provider: "alertmanager".to_owned(),
        name: "an integration".to_owned(),
        state: IntegrationState::Connected,
        rate_limit: u32::MAX,
        accept_over_limit: true,
        default_service: services.first().copied(),
        links: services
            .iter()
            .map(|service| Link { service: *service, mapping: mapping.clone() })
            .collect(),
        projects: services
            .iter()
            .enumerate()
            .map(|(place, service)| ProjectMapping {
                scope: if place == 0 { ConnectionScope::NONE } else { id("scp") },
                project: format!("project-{place}"),
                service: *service,
                active: place == 0,
            })
            .collect(),
        restricted_to_links: true,
        options: BTreeMap::from([("heartbeat_every".to_owned(), "15m \"ü\"".to_owned())]),
        created_at: at(2),
    }
}

pub(super) fn bare_integration() -> Integration {
    Integration {
        rate_limit: 0,
        accept_over_limit: false,
        state: IntegrationState::Disconnected,
        restricted_to_links: false,
        options: BTreeMap::new(),
        ..integration(&[])
    }
}

pub(super) fn routing_key(integration: IntegrationId, byte: u8) -> RoutingKeyRecord {
    RoutingKeyRecord {
        hash: [byte; 32],
        integration,
        sealed: vec![byte, 0, 255],
        created_at: at(3),
        expires_at: None,
    }
}

pub(super) fn secret(integration: IntegrationId) -> SigningSecretRecord {
    SigningSecretRecord { id: id("sec"), integration, sealed: vec![9, 0, 255], created_at: at(4) }
}

pub(super) fn subscription(integration: IntegrationId, topic: &str) -> SubscriptionRecord {
    SubscriptionRecord {
        integration,
        subscription: Subscription {
            topic: topic.to_owned(),
            state: SubscriptionState::Waiting,
            at: at(4),
        },
        sealed: Some(vec![7, 0, 255]),
    }
}

pub(super) fn api_key(byte: u8) -> ApiKeyRecord {
    ApiKeyRecord {
        key: ApiKey {
            id: id("key"),
            name: "a key".to_owned(),
            hint: "abcd".to_owned(),
            scopes: vec![Scope::DeliveriesRead, Scope::IncidentsRead],
            created_at: at(5),
            expires_at: Some(at(6)),
            revoked_at: Some(at(7)),
        },
        hash: [byte; 32],
    }
}

pub fn an_empty_database_has_revision_zero<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    assert_eq!(store.config_revision().unwrap(), 0);
    assert_eq!(store.config_load().unwrap(), crate::StoredConfig::default());
}

pub fn every_field_of_a_configuration_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let services = vec![service(1, Some("svc_CHECKOUT1")), bare_service(2)];
    // Linked in another order than that of the services' making.
    let first = integration(&[services[1].id, services[0].id]);
    let second = bare_integration();
    let keys = vec![
        routing_key(first.id, 9),
        RoutingKeyRecord { expires_at: Some(at(8)), ..routing_key(first.id, 1) },
    ];
    let secrets = vec![secret(second.id), secret(first.id)];
    let bare_key = api_key(1);
    let bare_key = ApiKeyRecord {
        key: ApiKey { scopes: Vec::new(), expires_at: None, revoked_at: None, ..bare_key.key },
        hash: bare_key.hash,
    };
    let api_keys = vec![api_key(9), bare_key];
    let topics = [subscription(first.id, "arn:a"), subscription(first.id, "arn:b")];
    let mut changes: Vec<_> =
        services.iter().rev().cloned().map(ConfigChange::ServiceAdd).collect();
    changes.extend([&first, &second].map(|one| ConfigChange::IntegrationAdd(one.clone())));
    changes.extend(keys.iter().cloned().map(ConfigChange::RoutingKeyAdd));
    changes.extend(secrets.iter().cloned().map(ConfigChange::SigningSecretAdd));
    changes.extend(api_keys.iter().cloned().map(ConfigChange::ApiKeyAdd));
    changes.extend(topics.iter().rev().cloned().map(ConfigChange::SubscriptionSet));
    assert_eq!(store.config_change(0, &changes, &[]).unwrap(), 1);

    let loaded = fixture.open_again().config_load().unwrap();
    assert_eq!(loaded.revision, 1);
    assert_eq!(loaded.services, services);
    assert_eq!(loaded.integrations, [first, second]);
    assert_eq!(loaded.routing_keys, keys);
    assert_eq!(loaded.signing_secrets, secrets);
    assert_eq!(loaded.api_keys, api_keys);
    assert_eq!(loaded.subscriptions, topics);
}

pub fn every_change_does_what_it_says<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (service(1, None), service(2, None));
    let before = integration(&[one.id, two.id]);
    let other = bare_integration();
    let gone = secret(before.id);
    let revoked =
        ApiKeyRecord { key: ApiKey { revoked_at: None, ..api_key(1).key }, hash: [1; 32] };
    let earlier = RoutingKeyRecord { expires_at: Some(at(10)), ..routing_key(before.id, 2) };
    let later = RoutingKeyRecord { expires_at: Some(at(90)), ..routing_key(before.id, 3) };
    let changes = [
        ConfigChange::ServiceAdd(one),
        ConfigChange::ServiceAdd(two.clone()),
        ConfigChange::IntegrationAdd(before.clone()),
        ConfigChange::IntegrationAdd(other.clone()),
        ConfigChange::RoutingKeyAdd(routing_key(before.id, 1)),
        ConfigChange::RoutingKeyAdd(earlier),
        ConfigChange::RoutingKeyAdd(later),
        ConfigChange::RoutingKeyAdd(routing_key(other.id, 4)),
        ConfigChange::SigningSecretAdd(gone.clone()),
        ConfigChange::SigningSecretAdd(secret(before.id)),
        ConfigChange::ApiKeyAdd(revoked.clone()),
        ConfigChange::SubscriptionSet(subscription(before.id, "arn:a")),
        ConfigChange::SubscriptionSet(subscription(other.id, "arn:a")),
    ];
    assert_eq!(store.config_change(0, &changes, &[]).unwrap(), 1);
    let waiting = subscription(before.id, "arn:a");
    let confirmed = SubscriptionRecord {
        subscription: Subscription {
            state: SubscriptionState::Confirmed,
            at: at(9),
            ..waiting.subscription
        },
        sealed: None,
        ..waiting
    };
    let after = Integration {
        provider: "custom".to_owned(),
        name: "renamed".to_owned(),
        state: IntegrationState::Disabled,
        rate_limit: 7,
        accept_over_limit: false,
        default_service: None,
        links: vec![Link { service: two.id, mapping: LevelMapping::default() }],
        projects: vec![ProjectMapping { active: true, ..before.projects[1].clone() }],
        restricted_to_links: false,
        options: BTreeMap::new(),
        ..before.clone()
    };
    let changes = [
        ConfigChange::IntegrationSet(after.clone()),
        ConfigChange::RoutingKeysEnd { integration: before.id, at: at(50) },
        ConfigChange::SigningSecretRemove(gone.id),
        ConfigChange::ApiKeyRevoke { id: revoked.key.id, at: at(60) },
        ConfigChange::SubscriptionSet(confirmed.clone()),
    ];
    assert_eq!(store.config_change(1, &changes, &[]).unwrap(), 2);

    let loaded = store.config_load().unwrap();
    assert_eq!(store.config_revision().unwrap(), 2);
    assert_eq!(loaded.integrations, [after, other]);
    let ends: Vec<_> = loaded.routing_keys.iter().map(|key| key.expires_at).collect();
    assert_eq!(ends, [Some(at(50)), Some(at(10)), Some(at(50)), None]);
    assert_eq!(loaded.signing_secrets.len(), 1);
    assert_ne!(loaded.signing_secrets[0].id, gone.id);
    assert_eq!(loaded.api_keys[0].key.revoked_at, Some(at(60)));
    assert_eq!(loaded.subscriptions.len(), 2);
    assert!(loaded.subscriptions.contains(&confirmed), "{:?}", loaded.subscriptions);
}

pub fn sealed_secrets_are_sealed_anew<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = bare_integration();
    let keys = [
        RoutingKeyRecord { expires_at: Some(at(8)), ..routing_key(one.id, 1) },
        routing_key(one.id, 2),
    ];
    let secrets = [secret(one.id), secret(one.id)];
    let mut changes = vec![ConfigChange::IntegrationAdd(one)];
    changes.extend(keys.iter().cloned().map(ConfigChange::RoutingKeyAdd));
    changes.extend(secrets.iter().cloned().map(ConfigChange::SigningSecretAdd));
    store.config_change(0, &changes, &[]).unwrap();
    let sealed = || vec![0, 255, 7];
    let changes = [
        ConfigChange::RoutingKeyReseal { hash: keys[0].hash, sealed: sealed() },
        ConfigChange::SigningSecretReseal { id: secrets[1].id, sealed: sealed() },
    ];
    assert_eq!(store.config_change(1, &changes, &[]).unwrap(), 2);
    let loaded = fixture.open_again().config_load().unwrap();
    let [first, second] = keys;
    assert_eq!(loaded.routing_keys, [RoutingKeyRecord { sealed: sealed(), ..first }, second]);
    let [first, second] = secrets;
    assert_eq!(loaded.signing_secrets, [first, SigningSecretRecord { sealed: sealed(), ..second }]);
}

pub fn a_change_for_another_revision_is_a_conflict<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    assert_eq!(
        store.config_change(0, &[ConfigChange::ServiceAdd(service(1, None))], &[]).unwrap(),
        1
    );
    for expected in [0, 2] {
        let refused =
            store.config_change(expected, &[ConfigChange::ServiceAdd(service(2, None))], &[]);
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    }
    assert_eq!(store.config_load().unwrap().services.len(), 1);
}

pub fn a_service_name_is_unique_over_all_three_kinds_without_case<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let taken = service(1, Some("Checkout"));
    let key = taken.key.to_string();
    store.config_change(0, &[ConfigChange::ServiceAdd(taken.clone())], &[]).unwrap();
    let rivals = [
        service(2, Some("cHECKOUT")),
        service(2, Some("ser-00001")),
        service(2, Some(&key.to_lowercase())),
        Service { legacy_key: taken.legacy_key, ..service(2, None) },
        Service { key: taken.key.clone(), ..service(2, None) },
    ];
    for rival in rivals {
        let refused = store.config_change(1, &[ConfigChange::ServiceAdd(rival.clone())], &[]);
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{rival:?}: {refused:?}");
    }
    // Nothing of the refused ones is left to be in the way of a good one, which may well be called
    // the same twice.
    let good = service(2, Some("SER-00002"));
    assert_eq!(store.config_change(1, &[ConfigChange::ServiceAdd(good)], &[]).unwrap(), 2);
}

pub fn hashes_are_unique<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (bare_integration(), bare_integration());
    let changes = [
        ConfigChange::IntegrationAdd(one.clone()),
        ConfigChange::IntegrationAdd(two.clone()),
        ConfigChange::RoutingKeyAdd(routing_key(one.id, 1)),
        ConfigChange::ApiKeyAdd(api_key(1)),
    ];
    store.config_change(0, &changes, &[]).unwrap();
    for change in
        [ConfigChange::RoutingKeyAdd(routing_key(two.id, 1)), ConfigChange::ApiKeyAdd(api_key(1))]
    {
        let refused = store.config_change(1, std::slice::from_ref(&change), &[]);
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{change:?}: {refused:?}");
    }
}

pub fn what_is_not_there_cannot_be_changed<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let nobody = bare_integration();
    let changes = [
        ConfigChange::IntegrationSet(nobody.clone()),
        ConfigChange::IntegrationAdd(integration(&[service_id()])),
        ConfigChange::RoutingKeyAdd(routing_key(nobody.id, 1)),
        ConfigChange::RoutingKeysEnd { integration: nobody.id, at: at(0) },
        ConfigChange::SigningSecretAdd(secret(nobody.id)),
        ConfigChange::RoutingKeyReseal { hash: [1; 32], sealed: vec![1] },
        ConfigChange::SigningSecretReseal { id: id("sec"), sealed: vec![1] },
        ConfigChange::SigningSecretRemove(id("sec")),
        ConfigChange::SubscriptionSet(subscription(nobody.id, "arn:a")),
        ConfigChange::ApiKeyRevoke { id: id("key"), at: at(0) },
    ];
    for change in changes {
        let refused = store.config_change(0, std::slice::from_ref(&change), &[]);
        assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{change:?}: {refused:?}");
    }
    assert_eq!(store.config_load().unwrap(), crate::StoredConfig::default());
}

pub fn all_changes_are_made_or_none<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let changes = [
        ConfigChange::ServiceAdd(service(1, None)),
        ConfigChange::ApiKeyAdd(api_key(1)),
        ConfigChange::ServiceAdd(service(1, None)),
    ];
    assert!(store.config_change(0, &changes, &[]).is_err());
    assert_eq!(store.config_load().unwrap(), crate::StoredConfig::default());
    assert_eq!(store.config_change(0, &changes[..2], &[]).unwrap(), 1);
}

pub fn of_many_changes_at_once_exactly_one_wins<F: Fixture>(fixture: &F) {
    let stores = [fixture.open_again(), fixture.open_again()];
    let (start, won) = (Barrier::new(16), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for place in 1..=16_u8 {
            let (store, start, won) = (&stores[usize::from(place % 2)], &start, &won);
            scope.spawn(move || {
                start.wait();
                match store.config_change(0, &[ConfigChange::ServiceAdd(service(place, None))], &[])
                {
                    Ok(revision) => {
                        assert_eq!(revision, 1);
                        won.fetch_add(1, Ordering::SeqCst);
                    }
                    Err(StoreError::Conflict { .. }) => {}
                    Err(other) => panic!("{other:?}"),
                }
            });
        }
    });
    assert_eq!(won.into_inner(), 1);
    assert_eq!(fixture.store().config_load().unwrap().services.len(), 1);
}
