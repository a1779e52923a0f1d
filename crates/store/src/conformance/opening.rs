//! Incidents that people and programs open.

use std::sync::Mutex;
use std::time::Duration;

use watchbell_model::{Actor, IdempotencyKey, IncidentNumber, Timestamp};

use super::Fixture;
use super::races::at_once;
use super::samples::{assert_sound, bare_incident, id, line, open_given, seconds, service_id};
use crate::{
    ApiRequest, IncidentFilter, IncidentStore, NewIncident, Opened, Opening, Page, Store,
    StoreError,
};

/// How long requests are remembered.
const REMEMBERED: Duration = Duration::from_hours(1);

pub(super) fn opening(at: Timestamp, request: Option<ApiRequest>) -> Opening {
    Opening { at, request, remembered_since: at - REMEMBERED }
}

pub(super) fn request(by: Actor, key: &str, body: &str) -> ApiRequest {
    ApiRequest { by, key: IdempotencyKey::new(key, body.as_bytes()) }
}

/// A bare incident with a line and an answer of its own.
fn make(number: IncidentNumber) -> NewIncident {
    let incident = bare_incident(service_id(), number);
    let timeline = vec![line(incident.id, seconds(0), "opened by hand")];
    let response = format!("{{\"{number}\": \u{1f514}}}").into();
    NewIncident { incident, timeline, jobs: Vec::new(), response }
}

pub(super) fn opened(store: &impl Store, opening: &Opening) -> NewIncident {
    match store.incident_open(opening, &mut make).unwrap() {
        Opened::New(new) => *new,
        other => panic!("{other:?}"),
    }
}

fn stored(store: &impl Store) -> usize {
    store.incident_list(&IncidentFilter::default(), Page::new(1_000, 0)).unwrap().items.len()
}

pub fn an_incident_is_opened_under_the_next_number<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let by_batch = open_given(store, 2026, 1);
    let first = opened(store, &opening(seconds(0), None));
    let second = opened(store, &opening(seconds(1), None));
    let later = open_given(store, 2026, 1);
    assert!(by_batch[0] < first.incident.number && first.incident.number < second.incident.number);
    assert!(F::NUMBERS_HAVE_GAPS || second.incident.number < later[0]);
    assert!(later[0] != first.incident.number && later[0] != second.incident.number);
    let next_year = opened(store, &opening("2027-01-01T00:00:00Z".parse().unwrap(), None));
    assert_eq!(next_year.incident.number.year, 2027);
    let last_year = opened(store, &opening("2025-12-31T23:59:59Z".parse().unwrap(), None));
    assert_eq!(last_year.incident.number.year, 2025);
    for new in [first, second, next_year, last_year] {
        let NewIncident { incident, timeline, .. } = new;
        assert_eq!(store.incident_get(incident.number).unwrap(), (incident, timeline));
    }
    // One with a number of its own is refused, and the number is not lost.
    let refused = store.incident_open(&opening(seconds(2), None), &mut |number| {
        make(IncidentNumber { place: number.place + 1, ..number })
    });
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
    assert_eq!(stored(store), 6);
    opened(store, &opening(seconds(3), None));
    assert_sound(store);
}

pub fn a_request_that_is_repeated_gets_its_first_answer<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let (ann, bob) = (Actor::User(id("usr")), Actor::ApiKey(id("key")));
    let first = opened(store, &opening(seconds(0), Some(request(ann, "one", "body"))));
    let repeat = |by, key: &str, body: &str, second| {
        again.incident_open(&opening(seconds(second), Some(request(by, key, body))), &mut make)
    };
    let number = first.incident.number;
    let response = first.response;
    let before = Opened::Before { number, response };
    assert_eq!(repeat(ann, "one", "body", 1).unwrap(), before);
    assert_eq!(repeat(ann, "one", "another body", 2).unwrap(), Opened::OtherBody { number });
    assert_eq!(repeat(ann, "one", "body", 3).unwrap(), before, "a conflict changes nothing");
    assert_eq!(stored(store), 1);
    // Somebody else's, and another id, are their own.
    assert!(matches!(repeat(bob, "one", "body", 4).unwrap(), Opened::New(_)));
    assert!(matches!(repeat(ann, "two", "body", 5).unwrap(), Opened::New(_)));
    // So long as it is remembered, and not longer; then it is as if it had never been.
    let hour = REMEMBERED.as_secs();
    assert_eq!(repeat(ann, "one", "body", hour).unwrap(), before);
    let anew = repeat(ann, "one", "another body", hour + 1).unwrap();
    assert!(matches!(&anew, Opened::New(new) if new.incident.number != number), "{anew:?}");
    assert!(matches!(repeat(ann, "one", "body", hour + 2).unwrap(), Opened::OtherBody { .. }));
    assert_eq!(stored(store), 4);
    assert_sound(store);
}

pub fn of_many_repeats_at_once_exactly_one_opens<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let by = Actor::ApiKey(id("key"));
    let (new, before) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    at_once(&[store, &again], 16, |store, _| {
        let opening = opening(seconds(0), Some(request(by, "contested", "body")));
        match store.incident_open(&opening, &mut make).unwrap() {
            Opened::New(one) => new.lock().unwrap().push((one.incident.number, one.response)),
            Opened::Before { number, response } => before.lock().unwrap().push((number, response)),
            Opened::OtherBody { number } => panic!("{number} had the same body"),
        }
    });
    let (new, before) = (new.into_inner().unwrap(), before.into_inner().unwrap());
    assert_eq!((new.len(), before.len(), stored(store)), (1, 15, 1));
    assert!(before.iter().all(|one| *one == new[0]), "all get the first answer");
    assert_sound(store);
}
