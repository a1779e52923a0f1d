//! When a heartbeat is missing, by a clock that the test moves.

#![cfg(test)]

mod world;

use watchbell_model::{IntegrationState, Severity, Status};
use watchbell_store::Next;

use world::World;

#[test]
fn a_heartbeat_in_time_is_waited_for_again_for_the_rest_of_its_time() {
    let world = World::new();
    world.at(100);
    assert_eq!(world.run(40), [(840, 40)], "it was heard at 40, and is due at 940");
    assert_eq!(world.incidents(), []);
}

#[test]
fn a_missing_one_opens_one_incident_however_often_it_is_looked_for() {
    let world = World::new();
    world.at(939);
    assert_eq!(world.run(40), [(1, 40)]);
    world.at(940);
    assert_eq!(world.run(40), [(900, 40)]);
    world.at(5_000);
    assert_eq!(world.run(40), [(900, 40)]);
    let incidents = world.incidents();
    assert_eq!(incidents.len(), 1);
    let incident = &incidents[0];
    assert_eq!((incident.severity, incident.status), (Severity::Sev1, Status::New));
    assert_eq!(incident.dedup_key.as_ref().unwrap().as_str(), "heartbeat-Pulse");
    assert_eq!(incident.title, "Pulse is missing: no heartbeat for 900 s");
    assert_eq!(incident.service, world::service().id);
    let text = incident.description.as_deref().unwrap();
    assert!(text.contains("\"Alive\" since 2026-11-21T12:00:40Z"), "{text}");
    world.assert_sound();
}

#[test]
fn a_server_that_has_just_started_has_not_heard_what_came_before() {
    let world = World::started_at(2_000);
    world.at(2_300);
    // The last one that is known came long before the start.
    assert_eq!(world.run(40), [(600, 40)]);
    world.at(2_900);
    assert_eq!(world.run(40), [(900, 40)]);
    assert_eq!(world.incidents().len(), 1);
}

#[test]
fn one_that_is_heard_while_it_is_looked_for_is_not_missing() {
    let world = World::new();
    world.at(5_000);
    // It left a job of its own, since this one runs.
    world.watch.begin().unwrap();
    assert_eq!(world.run(40), []);
    assert_eq!(world.incidents(), []);
}

#[test]
fn who_expects_none_any_more_has_nothing_looked_for() {
    let world = World::new();
    world.at(5_000);
    world.change(|integration| integration.state = IntegrationState::Disabled);
    assert_eq!(world.run(40), []);
    world.change(|integration| {
        integration.state = IntegrationState::Connected;
        integration.options.clear();
    });
    assert_eq!(world.run(40), []);
    world.watch.begin().unwrap();
    assert!(world.waiting().is_empty());
    assert_eq!(world.incidents(), []);
}

#[test]
fn waiting_begins_once_with_the_configuration() {
    let world = World::new();
    world.at(10);
    world.watch.begin().unwrap();
    world.at(500);
    world.watch.begin().unwrap();
    assert_eq!(world.waiting(), [10], "who waits already stays as they are");
}

#[test]
fn without_a_service_somebody_must_be_told() {
    let world = World::new();
    world.at(5_000);
    let check = |expected: &str| {
        let error = world.try_run(40).unwrap_err();
        assert_eq!(error.next, Next::GiveUp);
        assert_eq!(error.why, format!("no Pulse for 900 s, and no incident can open: {expected}"));
    };
    world.change(|integration| integration.links.clear());
    check("service_not_linked (the default service)");
    world.change(|integration| integration.default_service = None);
    check("the integration has no default service");
}
