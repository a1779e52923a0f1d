//! What is forgotten, when, and what stays.

use watchbell_model::{
    Actor, DeliveryRecord, IdempotencyKey, Incident, IntegrationId, Outcome, Status, Timestamp,
};

use super::Fixture;
use super::furnish;
use super::log::{small, total};
use super::opening::{opened, opening, request};
use super::samples::{
    apply, ask, assert_sound, at, delivery, ended, id, identity, incident, line, logged, number,
    open, open_given, seconds, sender_id, service_id, wanted,
};
use crate::{
    Changes, Class, DeliveryFilter, Expired, Expiry, IncidentStore, LogStore, MaintenanceStore,
    Opened, Page, Store, StoreError,
};

fn int() -> IntegrationId {
    id("int")
}

/// With what is of this class and older than so many seconds after noon.
fn before(class: Class, second: u64) -> Expiry {
    Expiry::default().with(class, seconds(second))
}

/// Forgets until nothing is left to forget; gives how much went.
pub(super) fn expire_all(store: &impl Store, expiry: &Expiry) -> Expired {
    let mut gone = Expired::default();
    loop {
        let step = store.expire(expiry).unwrap();
        if step.is_empty() {
            return gone;
        }
        step.iter().for_each(|(class, rows)| gone.add(class, rows));
    }
}

/// One that arrived so many seconds after noon.
fn arrived(integration: IntegrationId, outcome: Outcome, second: u64) -> DeliveryRecord {
    DeliveryRecord { received_at: seconds(second), ..small(integration, outcome) }
}

pub fn each_class_of_deliveries_goes_after_its_own_time<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (int(), int());
    let mut records = Vec::new();
    for second in 0..10 {
        for outcome in Outcome::ALL {
            records.push(arrived(one, outcome, second));
            records.push(arrived(two, outcome, second + 5));
        }
    }
    apply(store, &logged(records)).unwrap();
    let mut left = Outcome::ALL.map(|outcome| (outcome, 10, 10));
    let mut counted = 0;
    for (place, second) in [(3, 2_u64), (0, 7), (4, 9), (1, 1), (2, 100)] {
        let (outcome, of_one, of_two) = &mut left[place];
        let class = Class::Deliveries(*outcome);
        let old = |first: u64| i64::try_from(second.saturating_sub(first).min(10)).unwrap();
        *of_one -= old(0);
        *of_two -= old(5);
        counted += old(0) + old(5);
        let gone = expire_all(store, &before(class, second));
        let expected = usize::try_from(old(0) + old(5)).unwrap();
        assert_eq!(gone.iter().collect::<Vec<_>>(), [(class, expected)]);
        for (outcome, of_one, of_two) in left {
            let found = (total(store, one, outcome), total(store, two, outcome));
            assert_eq!(found, (of_one, of_two), "{outcome} after {class:?}");
        }
        let counts = store.counts().unwrap();
        assert!(counts.iter().all(|(_, counts)| counts.is_sound() && counts.received == 50));
        assert_eq!(counts.iter().map(|(_, counts)| counts.counted).sum::<i64>(), counted);
        assert_sound(store);
    }
}

pub fn forgetting_is_done_in_steps_the_oldest_first_and_by_whom_it_may<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = int();
    let ours: Vec<_> = (0..1_300).map(|second| arrived(one, Outcome::Ignored, second)).collect();
    apply(store, &logged(ours.clone())).unwrap();
    let class = Class::Deliveries(Outcome::Ignored);
    let expiry = before(class, 1_200);
    // Each step through another store, as after a restart.
    let mut gone = 0;
    while gone < 1_200 {
        let step = fixture.open_again().expire(&expiry).unwrap().of(class);
        assert!((1..=500).contains(&step), "{step} in one step");
        gone += step;
        let filter = DeliveryFilter { integration: Some(one), ..DeliveryFilter::default() };
        let listed = store.delivery_list(&filter, Page::new(2_000, 0)).unwrap().items;
        let listed: Vec<_> = listed.iter().rev().map(|record| record.id).collect();
        assert_eq!(listed, ours.iter().skip(gone).map(|record| record.id).collect::<Vec<_>>());
        assert_sound(store);
    }
    assert_eq!((gone, store.expire(&expiry).unwrap()), (1_200, Expired::default()));
}

/// An incident with a line that ended then.
fn over(place: i64, status: Status, end: Timestamp) -> (Incident, Changes) {
    let incident = ended(incident(&identity("over"), service_id(), number(place)), end);
    let incident = Incident { status, ..incident };
    let timeline = vec![line(incident.id, at(2), "one"), line(incident.id, at(3), "two")];
    (incident, Changes { timeline, at: at(0), ..Changes::default() })
}

pub fn incidents_go_some_time_after_their_end_with_their_timelines<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (resolved, resolved_lines) = over(1, Status::Resolved, seconds(10));
    let (closed, closed_lines) = over(2, Status::Closed, seconds(19));
    let (later, later_lines) = over(3, Status::Resolved, seconds(20));
    let still_open = incident(&identity("open"), service_id(), number(4));
    open(store, &[resolved.clone(), closed.clone(), later.clone(), still_open.clone()]);
    for lines in [&resolved_lines, &closed_lines, &later_lines] {
        apply(store, lines).unwrap();
    }
    assert!(expire_all(store, &before(Class::Incidents, 10)).is_empty());
    assert_eq!(expire_all(store, &before(Class::Incidents, 20)).of(Class::Incidents), 2);
    for gone in [&resolved, &closed] {
        let found = store.incident_get(gone.number);
        assert!(matches!(found, Err(StoreError::NotFound { .. })), "{found:?}");
    }
    let kept = store.incident_get(later.number).unwrap();
    assert_eq!(kept, (later.clone(), later_lines.timeline.clone()));
    // What is open is kept, however old it is.
    assert_eq!(expire_all(store, &before(Class::Incidents, 1_000_000)).of(Class::Incidents), 1);
    assert_eq!(store.incident_get(still_open.number).unwrap().0, still_open);
    // No number is given twice.
    assert!(open_given(store, 2026, 1)[0] > still_open.number);
    assert_sound(store);
}

pub fn many_incidents_go_in_steps<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let of = |place| {
        let ending = ended(incident(&identity("many"), service_id(), number(place)), seconds(1));
        Incident {
            severity: watchbell_model::Severity::ALL[usize::try_from(place % 5).unwrap()],
            ..ending
        }
    };
    open(store, &(1..=250).map(of).collect::<Vec<_>>());
    let expiry = before(Class::Incidents, 2);
    let mut gone = 0;
    while gone < 250 {
        let step = store.expire(&expiry).unwrap().of(Class::Incidents);
        assert!((1..=100).contains(&step), "{step} in one step");
        gone += step;
    }
    assert_eq!((gone, store.expire(&expiry).unwrap()), (250, Expired::default()));
    assert_sound(store);
}

pub fn what_has_served_its_time_is_forgotten<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let identities = [identity("early"), identity("late")];
    let integration = identities[0].integration;
    for (moment, identity) in (1..).zip(&identities) {
        let record = delivery(integration, Outcome::Processed);
        let mut changes = logged(vec![record.clone()]);
        changes.clocks = vec![(identity.clone(), at(1))];
        changes.remembered = vec![(integration, sender_id(identity.key.as_str()), record.id)];
        changes.at = seconds(moment);
        apply(store, &changes).unwrap();
    }
    let mut wanted = wanted(&identities);
    wanted.idempotency = vec![(integration, sender_id("early")), (integration, sender_id("late"))];
    let known = ask(store, &wanted);
    assert_eq!((known.clocks.len(), known.remembered.len()), (2, 2));
    let both =
        |second| before(Class::DeliveryIds, second).with(Class::SourceClocks, seconds(second));
    assert!(expire_all(store, &both(1)).is_empty());
    let gone = expire_all(store, &both(2));
    let expected = [(Class::DeliveryIds, 1), (Class::SourceClocks, 1)];
    assert_eq!(gone.iter().collect::<Vec<_>>(), expected);
    let known = ask(store, &wanted);
    assert_eq!(known.clocks, [(identities[1].clone(), at(1))]);
    assert_eq!(known.remembered.len(), 1);
    assert_eq!(known.remembered[0].key, sender_id("late"));
    assert_sound(store);
}

pub fn requests_to_the_api_are_forgotten_in_time<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let by = Actor::ApiKey(id("key"));
    let [early, late] = [1, 2].map(|second| {
        let opening = opening(seconds(second), Some(request(by, &second.to_string(), "a body")));
        opened(store, &opening);
        opening
    });
    assert_eq!(early.request.map(|r| r.key), Some(IdempotencyKey::new("1", b"a body")));
    assert!(expire_all(store, &before(Class::ApiRequests, 1)).is_empty());
    assert_eq!(expire_all(store, &before(Class::ApiRequests, 2)).of(Class::ApiRequests), 1);
    let mut none = |_| panic!("it was opened before");
    assert!(matches!(store.incident_open(&late, &mut none), Ok(Opened::Before { .. })));
    opened(store, &early);
    assert_sound(store);
}

pub fn forgetting_breaks_no_promise<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    furnish(store);
    let everything = Class::ALL
        .into_iter()
        .fold(Expiry::default(), |expiry, class| expiry.with(class, seconds(9)));
    let gone = expire_all(store, &everything);
    for class in Class::ALL {
        let expected =
            usize::from(!matches!(class, Class::Accepted | Class::ApiRequests | Class::DeadJobs));
        assert_eq!(gone.of(class), expected, "{class:?}");
    }
    // The incident that is still open tells of a delivery that has gone.
    assert_eq!(store.check().unwrap(), []);
}
