//! What a batch is told before it is decided.

use std::time::Duration;

use watchbell_model::{ConnectionScope, GroupHash, Identity, Incident, IntegrationId, Outcome};

use super::Fixture;
use super::samples::{
    apply, ask, assert_sound, at, bare_incident, delivery, ended, id, identity, identity_of,
    incident, logged, number, open, places, result, seconds, sender_id, service_id, wanted,
};
use crate::{IncidentFilter, IncidentStore, IntakeStore, LogStore, Page};

pub fn open_incidents_are_found_on_every_service<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let asked = identity("key");
    let other_scope = Identity { scope: id::<ConnectionScope>("scp"), ..asked.clone() };
    let other_integration = identity("key");
    let other_key = identity_of(asked.integration, "another key");
    let service = service_id();
    let incidents = [
        incident(&asked, service, number(1)),
        incident(&asked, service_id(), number(2)),
        incident(&other_scope, service, number(3)),
        incident(&other_integration, service, number(4)),
        incident(&other_key, service, number(5)),
        ended(incident(&asked, service, number(6)), at(1)),
        bare_incident(service, number(7)),
    ];
    open(store, &incidents);
    let known = ask(store, &wanted(std::slice::from_ref(&asked)));
    assert_eq!(places(&known.incidents), [1, 2]);
    for found in &known.incidents {
        assert!(incidents.contains(found), "every field comes along");
    }
    let known = ask(store, &wanted(&[asked, other_scope, other_key]));
    assert_eq!(places(&known.incidents), [1, 2, 3, 5]);
    assert!(ask(store, &wanted(&[])).incidents.is_empty());
}

pub fn strange_keys_are_found_exactly<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let integration: IntegrationId = id("int");
    let long = "ä".repeat(255);
    let keys = [
        "Key", "key", " key", "key ", "1", "01", "1.0", "1e0", "null", "true", "[]", "{}", "%",
        "_", "a\"b", "a\\b", "a'b", "a\u{0}b", "ü", "u\u{308}", "🔔", "\u{7f}", "\n", &long,
    ];
    let mut incidents = Vec::new();
    for (place, key) in (1..).zip(keys) {
        let mut next = incident(&identity_of(integration, key), service_id(), number(place));
        next.occurrence = Some(key.replace('\0', "-"));
        incidents.push(next);
    }
    open(store, &incidents);
    for opened in &incidents {
        let identity = opened.identity().unwrap();
        let known = ask(store, &wanted(&[identity]));
        assert_eq!(known.incidents, std::slice::from_ref(opened));
    }
    let mut changes = logged(Vec::new());
    changes.changed = incidents.iter().map(|i| ended(i.clone(), seconds(1))).collect();
    changes.clocks = incidents.iter().map(|i| (i.identity().unwrap(), i.opened_at)).collect();
    apply(store, &changes).unwrap();
    for over in &changes.changed {
        let mut wanted = wanted(&[over.identity().unwrap()]);
        wanted.keys[0].occurrences = vec![over.occurrence.clone().unwrap()];
        let known = ask(store, &wanted);
        assert_eq!(known.incidents, std::slice::from_ref(over));
        assert_eq!(known.clocks, [(over.identity().unwrap(), over.opened_at)]);
    }
}

/// An incident of an occurrence that ended so many seconds after noon.
fn over(
    identity: &Identity,
    service: watchbell_model::ServiceId,
    place: i64,
    occurrence: &str,
    end: u64,
) -> Incident {
    let mut incident = ended(incident(identity, service, number(place)), seconds(end));
    incident.occurrence = (!occurrence.is_empty()).then(|| occurrence.to_owned());
    incident
}

pub fn the_latest_ended_incident_of_an_occurrence_is_found_per_service<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let asked = identity("key");
    let (one, two) = (service_id(), service_id());
    open(
        store,
        &[
            over(&asked, one, 1, "a", 30),
            over(&asked, one, 2, "a", 10),
            over(&asked, one, 3, "b", 90),
            over(&asked, two, 4, "a", 20),
            over(&asked, two, 5, "", 99),
            over(&identity("key"), one, 6, "a", 99),
            incident(&asked, one, number(7)),
        ],
    );
    let found = |occurrences: &[&str], since: u64| {
        let mut wanted = wanted(std::slice::from_ref(&asked));
        wanted.keys[0].occurrences = occurrences.iter().map(ToString::to_string).collect();
        wanted.ended_since = seconds(since);
        places(&ask(store, &wanted).incidents)
    };
    // The seventh is open and comes always.
    assert_eq!(found(&["a"], 0), [1, 4, 7]);
    assert_eq!(found(&["b"], 0), [3, 7]);
    assert_eq!(found(&["a", "b"], 0), [1, 3, 4, 7]);
    assert_eq!(found(&["c"], 0), [7]);
    assert_eq!(found(&[], 0), [7]);
    // Only what ended at the moment or later.
    assert_eq!(found(&["a"], 20), [1, 4, 7]);
    assert_eq!(found(&["a"], 21), [1, 7]);
    assert_eq!(found(&["a"], 31), [7]);
}

pub fn the_latest_ended_incident_of_an_identity_is_found_per_service<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let asked = identity("key");
    let (one, two) = (service_id(), service_id());
    open(
        store,
        &[
            over(&asked, one, 1, "a", 30),
            over(&asked, one, 2, "b", 40),
            over(&asked, one, 3, "", 10),
            over(&asked, two, 4, "", 20),
            over(&identity_of(asked.integration, "other"), one, 5, "a", 99),
            // Two that ended at one moment: the later number is the later one.
            over(&asked, two, 6, "z", 20),
        ],
    );
    let found = |since: u64| {
        let mut wanted = wanted(std::slice::from_ref(&asked));
        wanted.keys[0].latest_ended = true;
        wanted.ended_since = seconds(since);
        places(&ask(store, &wanted).incidents)
    };
    assert_eq!(found(0), [2, 6]);
    assert_eq!(found(20), [2, 6]);
    assert_eq!(found(21), [2]);
    assert_eq!(found(41), Vec::<i64>::new());
}

pub fn open_incidents_of_a_group_are_found<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let integration: IntegrationId = id("int");
    let in_group = |place: i64, group: Option<&str>| {
        let mut next =
            incident(&identity_of(integration, &format!("{place}")), service_id(), number(place));
        next.group = group.map(GroupHash::of);
        next
    };
    let mut elsewhere = incident(&identity("x"), service_id(), number(5));
    elsewhere.group = Some(GroupHash::of("asked"));
    let moved = in_group(6, Some("asked"));
    open(
        store,
        &[
            in_group(1, Some("asked")),
            in_group(2, Some("asked")),
            in_group(3, Some("another")),
            in_group(4, None),
            elsewhere,
            moved.clone(),
            ended(in_group(7, Some("asked")), at(1)),
        ],
    );
    // Last seen in another group since then.
    let mut changes = logged(Vec::new());
    changes.changed = vec![Incident { group: Some(GroupHash::of("another")), ..moved }];
    apply(store, &changes).unwrap();
    let mut wanted = wanted(&[]);
    wanted.groups = vec![(integration, GroupHash::of("asked"))];
    assert_eq!(places(&ask(store, &wanted).incidents), [1, 2]);
    wanted.groups.push((integration, GroupHash::of("another")));
    assert_eq!(places(&ask(store, &wanted).incidents), [1, 2, 3, 6]);
    wanted.groups = vec![(id("int"), GroupHash::of("asked"))];
    assert!(ask(store, &wanted).incidents.is_empty());
}

pub fn an_incident_that_is_wanted_twice_comes_once<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let asked = identity("key");
    let service = service_id();
    open(store, &[incident(&asked, service, number(1)), over(&asked, service, 2, "a", 9)]);
    let mut wanted = wanted(std::slice::from_ref(&asked));
    wanted.keys[0].occurrences = vec!["a".to_owned()];
    wanted.keys[0].latest_ended = true;
    wanted.groups = vec![(asked.integration, GroupHash::of("a group"))];
    assert_eq!(places(&ask(store, &wanted).incidents), [1, 2]);
}

pub fn clocks_are_kept_and_age<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (identity("one"), identity("two"));
    let set = |identity: &Identity, clock: u64, moment: u64| {
        let mut changes = logged(Vec::new());
        changes.clocks = vec![(identity.clone(), at(clock))];
        changes.at = seconds(moment);
        apply(store, &changes).unwrap();
    };
    set(&one, 5, 1);
    set(&two, 6, 2);
    let mut wanted = wanted(&[one.clone(), two.clone(), identity("three")]);
    let clocks = |wanted: &crate::Wanted| {
        let mut clocks = ask(store, wanted).clocks;
        clocks.sort();
        clocks
    };
    assert_eq!(clocks(&wanted), [(one.clone(), at(5)), (two.clone(), at(6))]);
    // Only what was set at the moment or later; what is set again is young again.
    wanted.remembered_since = seconds(2);
    assert_eq!(clocks(&wanted), [(two.clone(), at(6))]);
    set(&one, 4, 3);
    assert_eq!(clocks(&wanted), [(one, at(4)), (two, at(6))]);
}

pub fn deliveries_are_remembered_with_their_results<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let integration: IntegrationId = id("int");
    let record = delivery(integration, Outcome::Processed);
    let mut changes = logged(vec![record.clone()]);
    changes.remembered = vec![(integration, sender_id("first"), record.id)];
    changes.at = seconds(1);
    apply(store, &changes).unwrap();

    let mut wanted = wanted(&[]);
    // Asked for with another body: the key counts, and the first body is told.
    let mut asked = sender_id("first");
    asked.body = [7; 32];
    wanted.idempotency = vec![(integration, asked), (integration, sender_id("never"))];
    let known = ask(store, &wanted);
    assert_eq!(known.remembered.len(), 1);
    let remembered = &known.remembered[0];
    assert_eq!(remembered.integration, integration);
    assert_eq!(remembered.key, sender_id("first"));
    assert_eq!(remembered.delivery, record.id);
    assert_eq!(remembered.results, record.results);
    assert_eq!(remembered.results[0], result());

    wanted.remembered_since = seconds(1) + Duration::from_micros(1);
    assert!(ask(store, &wanted).remembered.is_empty(), "it has served its time");
    wanted.remembered_since = seconds(1);
    wanted.idempotency = vec![(id("int"), sender_id("first"))];
    assert!(ask(store, &wanted).remembered.is_empty(), "another integration's");

    // One that has served its time gives way to the next with its id.
    let second = delivery(integration, Outcome::Ignored);
    let mut changes = logged(vec![second.clone()]);
    changes.remembered = vec![(integration, sender_id("first"), second.id)];
    changes.at = seconds(9);
    apply(store, &changes).unwrap();
    wanted.idempotency = vec![(integration, sender_id("first"))];
    assert_eq!(ask(store, &wanted).remembered[0].delivery, second.id);
}

pub fn a_large_batch_is_one_batch<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let integration: IntegrationId = id("int");
    let service = service_id();
    let identities: Vec<_> =
        (0..2_000).map(|n| identity_of(integration, &format!("key {n}"))).collect();
    let mut changes = logged(vec![delivery(integration, Outcome::Processed)]);
    changes.opened = (1..)
        .zip(&identities)
        .map(|(place, identity)| incident(identity, service, number(place)))
        .collect();
    changes.numbers_used = identities.len();
    apply(store, &changes).unwrap();
    let mut wanted = wanted(&identities);
    for key in &mut wanted.keys {
        key.occurrences = vec!["first".to_owned()];
        key.latest_ended = true;
    }
    let known = ask(store, &wanted);
    assert_eq!(known.incidents.len(), 2_000);
    assert!(known.first_number > number(2_000));
    assert!(F::NUMBERS_HAVE_GAPS || known.first_number == number(2_001));
    let listed = store.incident_list(&IncidentFilter::default(), Page::new(1, 1_999)).unwrap();
    assert_eq!((listed.items.len(), listed.total), (1, Some(2_000)));
    assert_eq!(store.counts().unwrap().len(), 1);
    assert_sound(store);
}

pub fn looking_takes_no_number_and_writes_nothing<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let asked = identity("key");
    open(store, &[incident(&asked, service_id(), number(1))]);
    let wanted = wanted(&[asked]);
    let first = store.batch_look(&wanted).unwrap();
    assert_eq!(places(&first.incidents), [1]);
    for _ in 0..3 {
        assert_eq!(store.batch_look(&wanted).unwrap(), first);
    }
    assert_eq!(ask(store, &wanted).first_number, first.first_number);
    // Another process looks without knowing what this one has on stock.
    let elsewhere = fixture.open_again().batch_look(&wanted).unwrap();
    assert_eq!(elsewhere.incidents, first.incidents);
    assert!(elsewhere.first_number >= first.first_number);
    assert_eq!(store.counts().unwrap(), []);
    assert_eq!(
        store.incident_list(&IncidentFilter::default(), Page::new(9, 0)).unwrap().total,
        Some(1)
    );
}
