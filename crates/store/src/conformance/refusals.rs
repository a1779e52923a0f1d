//! What cannot be stored, and what must not stay behind.

use std::panic::{AssertUnwindSafe, catch_unwind};

use watchbell_model::{Counts, Incident, Outcome, Status};

use super::Fixture;
use super::samples::{
    apply, ask, assert_sound, at, bare_incident, delivery, delivery_id, ended, identity, incident,
    incident_id, line, logged, number, open, places, seconds, service_id, wanted,
};
use crate::{
    ChangeError, Changes, DeliveryFilter, IncidentChange, IncidentFilter, IncidentStore,
    IntakeStore, LogStore, Page, StoreError, Wanted, change_or_refuse,
};

/// Asserts that a store holds nothing and still works.
fn assert_empty_and_usable<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let deliveries = store.delivery_list(&DeliveryFilter::default(), Page::new(10, 0)).unwrap();
    let incidents = store.incident_list(&IncidentFilter::default(), Page::new(10, 0)).unwrap();
    assert_eq!((deliveries.total, incidents.total), (Some(0), Some(0)));
    assert_eq!(store.counts().unwrap(), []);
    assert_sound(store);
    let first = ask(store, &Wanted { numbers: 1, ..wanted(&[]) }).first_number;
    assert_eq!(first.year, 2026);
    assert!(if F::NUMBERS_HAVE_GAPS { first.place >= 1 } else { first == number(1) });
}

pub fn two_open_incidents_of_one_identity_are_refused<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (identity, service) = (identity("twice"), service_id());
    let mut changes = logged(vec![delivery(identity.integration, Outcome::Processed)]);
    changes.opened =
        vec![incident(&identity, service, number(1)), incident(&identity, service, number(2))];
    changes.numbers_used = 2;
    let refused = apply(store, &changes);
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    assert_empty_and_usable(fixture);

    // On two services, in two scopes, or with one of them over, they are no rivals.
    let mut elsewhere = incident(&identity, service, number(3));
    elsewhere.scope = super::samples::id("scp");
    changes.opened = vec![
        incident(&identity, service, number(1)),
        incident(&identity, service_id(), number(2)),
        elsewhere,
        ended(incident(&identity, service, number(4)), seconds(1)),
    ];
    changes.numbers_used = 4;
    apply(store, &changes).unwrap();
}

pub fn wrong_data_is_refused_and_nothing_of_its_batch_is_written<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let integration = super::samples::id("int");
    let record = delivery(integration, Outcome::Processed);
    let mut unsound = Counts::default();
    unsound.add_stored(Outcome::Processed);
    unsound.stored += 1;
    let opened = bare_incident(service_id(), number(1));
    let same_number = bare_incident(service_id(), number(1));
    let mut same_id = bare_incident(service_id(), number(2));
    same_id.id = opened.id;
    let good = logged(vec![record.clone()]);
    let wrong = [
        ("a delivery twice", Changes { deliveries: vec![record.clone(), record], ..good.clone() }),
        ("unsound counts", Changes { counts: vec![(integration, unsound)], ..good.clone() }),
        (
            "a line without its incident",
            Changes { timeline: vec![line(incident_id(), at(0), "lost")], ..good.clone() },
        ),
        ("a change of nothing", Changes { changed: vec![opened.clone()], ..good.clone() }),
        ("a number twice", Changes { opened: vec![opened.clone(), same_number], ..good.clone() }),
        ("an id twice", Changes { opened: vec![opened, same_id], ..good.clone() }),
    ];
    for (what, changes) in wrong {
        let refused = apply(store, &changes);
        assert!(matches!(refused, Err(StoreError::Refused { .. })), "{what}: {refused:?}");
        assert_empty_and_usable(fixture);
    }
    apply(store, &good).unwrap();
}

pub fn people_cannot_open_an_identity_twice<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (identity, service) = (identity("back"), service_id());
    let over = ended(incident(&identity, service, number(1)), seconds(1));
    open(store, &[over.clone(), incident(&identity, service, number(2))]);
    let refused = store.incident_change(number(1), &mut |now| Some(reopened(now)));
    assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{refused:?}");
    assert_eq!(store.incident_get(number(1)).unwrap(), (over, vec![]));
    store
        .incident_change(number(2), &mut |now| {
            let mut now = ended(now, seconds(2));
            now.version += 1;
            Some(IncidentChange { incident: now, timeline: Vec::new(), jobs: Vec::new() })
        })
        .unwrap();
    let again = store.incident_change(number(1), &mut |now| Some(reopened(now))).unwrap();
    assert_eq!((again.status, again.version), (Status::Investigating, 2));
    assert_sound(store);
}

fn reopened(mut incident: Incident) -> IncidentChange {
    incident.status = Status::Investigating;
    (incident.ended_at, incident.resolved_by) = (None, None);
    incident.version += 1;
    let timeline = vec![line(incident.id, at(0), "reopened")];
    IncidentChange { incident, timeline, jobs: Vec::new() }
}

pub fn a_decision_may_refuse_with_a_reason_of_its_own<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let before = bare_incident(service_id(), number(1));
    open(store, std::slice::from_ref(&before));
    let refused = change_or_refuse(store, number(1), |now| {
        Err::<Option<IncidentChange>, _>(format!("{} is enough", now.status))
    });
    assert!(matches!(refused, Err(ChangeError::Refused(why)) if why == "new is enough"));
    assert_eq!(store.incident_get(number(1)).unwrap(), (before.clone(), vec![]));
    let same = change_or_refuse(store, number(1), |_| Ok::<_, ()>(None)).unwrap();
    assert_eq!(same, before);
    let changed = change_or_refuse(store, number(1), |mut now| {
        now.version += 1;
        now.status = Status::Fixing;
        Ok::<_, ()>(Some(IncidentChange { incident: now, timeline: Vec::new(), jobs: Vec::new() }))
    });
    assert_eq!(changed.unwrap(), store.incident_get(number(1)).unwrap().0);
    let none = change_or_refuse(store, number(2), |_| Err::<Option<IncidentChange>, _>(()));
    assert!(matches!(none, Err(ChangeError::Store(StoreError::NotFound { .. }))), "{none:?}");
}

pub fn people_cannot_skip_a_version<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let before = bare_incident(service_id(), number(1));
    open(store, std::slice::from_ref(&before));
    for step in [0, 2] {
        let refused = store.incident_change(number(1), &mut |mut now| {
            now.version += step;
            "changed".clone_into(&mut now.title);
            Some(IncidentChange { incident: now, timeline: Vec::new(), jobs: Vec::new() })
        });
        assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    }
    assert_eq!(store.incident_get(number(1)).unwrap(), (before, vec![]));
}

pub fn a_panic_leaves_the_store_usable_and_nothing_written<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        store.batch_apply(&wanted(&[]), &mut |_| panic!("a mistake in a decision"))
    }));
    assert!(caught.is_err());
    assert_empty_and_usable(fixture);
    let before = bare_incident(service_id(), number(1));
    open(store, std::slice::from_ref(&before));
    let caught = catch_unwind(AssertUnwindSafe(|| {
        store.incident_change(number(1), &mut |_| panic!("a mistake in a decision"))
    }));
    assert!(caught.is_err());
    // Neither this store nor another one waits for a lock that nobody gives back.
    assert_eq!(places(std::slice::from_ref(&before)), [1]);
    let other = fixture.open_again();
    open(&other, &[bare_incident(service_id(), number(2))]);
    open(store, &[bare_incident(service_id(), number(3))]);
    assert_eq!(store.incident_get(number(1)).unwrap(), (before, vec![]));
}

pub fn what_is_not_there_is_not_found<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    for place in [1, 0, -1, i64::MAX] {
        let none = store.incident_get(number(place));
        assert!(matches!(none, Err(StoreError::NotFound { .. })), "{none:?}");
    }
    let none = store.incident_change(number(1), &mut |_| panic!("there is nothing to decide"));
    assert!(matches!(none, Err(StoreError::NotFound { .. })), "{none:?}");
    let none = store.delivery_get(delivery_id());
    assert!(matches!(none, Err(StoreError::NotFound { .. })), "{none:?}");
}
