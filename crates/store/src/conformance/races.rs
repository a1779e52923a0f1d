//! Many at once, in one process and as two.

use std::sync::Barrier;

use watchbell_model::{Identity, Outcome, ServiceId, Status};

use super::Fixture;
use super::samples::{
    apply, assert_sound, at, delivery, ended, identity, incident, incident_id, line, logged,
    number, open, open_given, places, seconds, service_id, wanted,
};
use crate::{
    Changes, IncidentChange, IncidentFilter, IncidentStore, IntakeStore, Known, Page, Store,
};

/// What the smallest committer would make of one trigger: count it on the open incident, or open
/// one.
fn trigger(known: &Known, identity: &Identity, service: ServiceId) -> Changes {
    let mut changes = logged(vec![delivery(identity.integration, Outcome::Processed)]);
    if let Some(open) = one_open(known) {
        let mut next = open.clone();
        next.occurrences += 1;
        next.version += 1;
        changes.changed.push(next);
    } else {
        let mut new = incident(identity, service, known.first_number);
        new.occurrences = 1;
        new.id = incident_id();
        changes.timeline.push(line(new.id, at(0), "opened"));
        changes.opened.push(new);
        changes.numbers_used = 1;
    }
    changes
}

/// The same for one resolve.
fn resolve(known: &Known, identity: &Identity) -> Changes {
    let mut changes = logged(vec![delivery(identity.integration, Outcome::Processed)]);
    if let Some(open) = one_open(known) {
        let mut next = ended(open.clone(), seconds(1));
        next.version += 1;
        changes.changed.push(next);
    }
    changes
}

fn one_open(known: &Known) -> Option<&watchbell_model::Incident> {
    let open: Vec<_> = known.incidents.iter().filter(|i| i.status.is_open()).collect();
    assert!(open.len() <= 1, "{} open incidents of one identity", open.len());
    open.first().copied()
}

/// Lets `threads` threads begin at once, on the stores in turn.
pub(super) fn at_once<S: Store>(stores: &[&S], threads: usize, work: impl Fn(&S, usize) + Sync) {
    let start = Barrier::new(threads);
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (store, start, work) = (stores[thread % stores.len()], &start, &work);
            scope.spawn(move || {
                start.wait();
                work(store, thread);
            });
        }
    });
}

fn all(store: &impl Store) -> Vec<watchbell_model::Incident> {
    store.incident_list(&IncidentFilter::default(), Page::new(10_000, 0)).unwrap().items
}

fn triggers_open_one<S: Store>(stores: &[&S]) {
    let (identity, service) = (identity("one key"), service_id());
    let wanted = wanted(std::slice::from_ref(&identity));
    at_once(stores, 64, |store, _| {
        store.batch_apply(&wanted, &mut |known| trigger(&known, &identity, service)).unwrap();
    });
    let incidents = all(stores[0]);
    assert_eq!(incidents.len(), 1);
    assert_eq!((incidents[0].occurrences, incidents[0].version), (64, 64));
    let counts = stores[0].counts().unwrap();
    assert_eq!((counts[0].1.received, counts[0].1.stored), (64, 64));
    assert_sound(stores[0]);
}

pub fn many_triggers_of_one_key_open_one_incident<F: Fixture>(fixture: &F) {
    triggers_open_one(&[fixture.store()]);
}

pub fn many_triggers_through_two_stores_open_one_incident<F: Fixture>(fixture: &F) {
    triggers_open_one(&[fixture.store(), &fixture.open_again()]);
}

pub fn resolves_between_triggers_never_leave_two_open<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let (identity, service) = (identity("on and off"), service_id());
    let wanted = wanted(std::slice::from_ref(&identity));
    at_once(&[store, &again], 32, |store, thread| {
        for _ in 0..8 {
            if thread % 4 == 0 {
                store.batch_apply(&wanted, &mut |known| resolve(&known, &identity)).unwrap();
            } else {
                store
                    .batch_apply(&wanted, &mut |known| trigger(&known, &identity, service))
                    .unwrap();
            }
        }
    });
    let incidents = all(store);
    assert_eq!(incidents.iter().map(|i| i.occurrences).sum::<i64>(), 24 * 8);
    assert!(incidents.iter().filter(|i| i.status.is_open()).count() <= 1);
    assert!(incidents.len() > 1, "no resolve came between two triggers: nothing was raced");
    assert_sound(store);
}

pub fn people_and_the_committer_lose_no_change<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let (identity, service) = (identity("contested"), service_id());
    let contested = incident(&identity, service, number(1));
    open(store, std::slice::from_ref(&contested));
    let wanted = wanted(std::slice::from_ref(&identity));
    // Threads 0 and 3 are people, 1 and 2 committers, and so on: both kinds on both stores.
    let is_person = |thread: usize| matches!(thread % 4, 0 | 3);
    at_once(&[store, &again], 16, |store, thread| {
        for round in 0..10 {
            if !is_person(thread) {
                store
                    .batch_apply(&wanted, &mut |known| trigger(&known, &identity, service))
                    .unwrap();
                continue;
            }
            store
                .incident_change(number(1), &mut |mut now| {
                    now.version += 1;
                    now.status = if round % 2 == 0 { Status::Fixing } else { Status::Monitoring };
                    let timeline = vec![line(now.id, at(0), "moved")];
                    Some(IncidentChange { incident: now, timeline, jobs: Vec::new() })
                })
                .unwrap();
        }
    });
    let (incident, lines) = store.incident_get(number(1)).unwrap();
    assert_eq!(incident.version, 1 + 160);
    assert_eq!(incident.occurrences, contested.occurrences + 80);
    assert_eq!(lines.len(), 80);
    assert_eq!(all(store).len(), 1);
    assert_sound(store);
}

pub fn numbers_are_given_once_across_stores<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    at_once(&[store, &again], 16, |store, thread| {
        for round in 0..4 {
            let identity = identity(&format!("{thread}-{round}"));
            let service = service_id();
            store
                .batch_apply(&wanted(std::slice::from_ref(&identity)), &mut |known| {
                    trigger(&known, &identity, service)
                })
                .unwrap();
        }
    });
    // A batch that uses none leaves no gap.
    apply(store, &Changes { at: at(0), ..Changes::default() }).unwrap();
    open_given(store, 2026, 1);
    let mut given = places(&all(store));
    if !F::NUMBERS_HAVE_GAPS {
        assert_eq!(given, (1..=65).collect::<Vec<_>>());
    }
    given.dedup();
    assert_eq!(given.len(), 65);
    assert!(given[0] >= 1);
    assert_sound(store);
}
