//! A database with something of everything, for tests of what is done to whole databases.

use watchbell_model::{
    DeliveryRecord, IncidentId, LinkPurpose, Outcome, Service, TimelineEntry, TimelineKind,
};

use super::config::{api_key, bare_integration, bare_service, routing_key, secret, subscription};
use super::connections::{app, connection};
use super::deploys::{deploy, key_of, suspects, token_of};
use super::enrichments::enrichment;
use super::issue_links::issue_link;
use super::jobs::dead_job;
use super::people::{settings, team, user};
use super::samples::{
    apply, at, delivery, ended, entry, id, identity_of, incident, line, logged, number, sender_id,
};
use super::sessions::{link, session};
use crate::{ConfigChange, NewJob, Store};

fn opened(incident: IncidentId, by: &DeliveryRecord) -> TimelineEntry {
    let kind = TimelineKind::Opened;
    TimelineEntry { kind, delivery: Some(by.id), ..line(incident, at(2), "opened") }
}

/// Puts something into an empty database: a user who is signed in, their team, a service, an
/// integration with keys and a connection, an entry of the audit log, a delivery of each outcome, a job
/// that waits and one that is dead, a deploy, an incident that is open and linked with an issue, and one that is over. The key of
/// both is `checked`.
pub fn furnish(store: &impl Store) {
    let ada = user("ada@example.com");
    let owners = team("owners", &[ada.id]);
    let service = Service { team: Some(owners.id), ..bare_service(1) };
    let (integration, key) = (bare_integration(), api_key(1));
    let changes = [
        ConfigChange::UserAdd(ada.clone()),
        ConfigChange::TeamAdd(owners),
        ConfigChange::SettingsSet(settings()),
        ConfigChange::ServiceAdd(service.clone()),
        ConfigChange::IntegrationAdd(integration.clone()),
        ConfigChange::RoutingKeyAdd(routing_key(integration.id, 1)),
        ConfigChange::SigningSecretAdd(secret(integration.id)),
        ConfigChange::SubscriptionSet(subscription(integration.id, "arn:topic")),
        ConfigChange::ConnectionSet(connection(integration.id, "acme")),
        ConfigChange::AppSet(app(integration.id)),
        ConfigChange::ApiKeyAdd(key.clone()),
        ConfigChange::DeployKeyAdd(token_of(service.id, 1)),
        ConfigChange::DeployKeyAdd(key_of(service.id)),
    ];
    store.config_change(0, &changes, &[entry(1)]).unwrap();
    store.password_set(ada.id, "$argon2id$", None, &[]).unwrap();
    store.session_add(&[1; 32], &session(ada.id), None, &[]).unwrap();
    store.link_add(&[1; 32], &link(None, LinkPurpose::FirstRun), &[]).unwrap();
    store.link_add(&[2; 32], &link(Some(ada.id), LinkPurpose::Reset), &[]).unwrap();
    store.account_bind(ada.id, "https://id.example.com", "1").unwrap();
    store.key_used(key.key.id, at(1)).unwrap();
    // One delivery of each outcome, an incident that is open and one that is over.
    let mut deliveries = Outcome::ALL.map(|outcome| delivery(integration.id, outcome));
    let first = deliveries[0].clone();
    for record in &mut deliveries {
        record.repeats = (record.outcome == Outcome::Duplicate).then_some(first.id);
    }
    let one = deploy(service.id, at(1));
    store.deploy_add(&one, at(1), &[]).unwrap();
    store
        .commits_add(service.id, &one.told.commit_sha, &one.told.commits[..1], at(1), &[])
        .unwrap();
    let identity = identity_of(integration.id, "checked");
    let open = incident(&identity, service.id, number(1));
    let over = ended(incident(&identity, service.id, number(2)), at(8));
    let mut changes = logged(deliveries.to_vec());
    changes.timeline = vec![opened(open.id, &first), opened(over.id, &first)];
    changes.clocks = vec![(identity, at(1))];
    changes.remembered = vec![(integration.id, sender_id("checked"), first.id)];
    changes.links = vec![issue_link(open.number, integration.id, "1")];
    changes.opened = vec![open, over];
    changes.numbers_used = 2;
    let ids = [changes.opened[0].id, changes.opened[1].id];
    apply(store, &changes).unwrap();
    dead_job(store, "checked");
    store.jobs_add(&[NewJob::joining(id("job"), "checked", "checked", "{}")]).unwrap();
    for id in ids {
        store.suspects_set(&suspects(id, at(3))).unwrap();
        store.enrichment_set(&enrichment(id, at(3))).unwrap();
    }
}
