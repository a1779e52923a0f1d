//! Incidents, their timelines and numbers.

use watchbell_model::{Actor, Incident, IncidentNumber, Severity, Status, TimelineKind};

use super::Fixture;
use super::samples::{
    apply, ask, assert_sound, at, bare_incident, delivery_id, ended, id, identity, identity_of,
    incident, line, number, open, open_given, places, seconds, service_id, wanted,
};
use crate::{
    Changes, IncidentChange, IncidentCursor, IncidentFilter, IncidentStore, Page, Store, Wanted,
};

pub fn every_field_of_an_incident_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let mut incidents = vec![
        incident(&identity("full"), service_id(), number(1)),
        bare_incident(service_id(), number(2)),
        ended(incident(&identity("ended"), service_id(), number(3)), at(9)),
    ];
    for (place, status) in (4..).zip(Status::ALL) {
        incidents.push(Incident { status, ..bare_incident(service_id(), number(place)) });
    }
    for (place, severity) in (10..).zip(Severity::ALL) {
        let other = bare_incident(service_id(), number(place));
        incidents.push(Incident { severity, worst_reported: severity, ..other });
    }
    open(store, &incidents);
    let again = fixture.open_again();
    for incident in &incidents {
        assert_eq!(again.incident_get(incident.number).unwrap(), (incident.clone(), vec![]));
    }
    let listed = again.incident_list(&IncidentFilter::default(), Page::new(100, 0)).unwrap();
    assert_eq!(listed.total, Some(14));
    for incident in &incidents {
        assert!(listed.items.contains(incident));
    }
}

pub fn every_field_of_a_timeline_comes_back_in_order<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let incidents =
        [bare_incident(service_id(), number(1)), bare_incident(service_id(), number(2))];
    open(store, &incidents);
    let actors =
        [Actor::System, Actor::Integration(id("int")), Actor::ApiKey(id("key")), Actor::System];
    let mut lines = Vec::new();
    for (kind, actor) in TimelineKind::ALL.into_iter().zip(actors.into_iter().cycle()) {
        let mut next = line(incidents[0].id, at(1), "Text: ü \"quoted\" 🔔");
        next.kind = kind;
        next.actor = actor;
        next.delivery = (kind != TimelineKind::Noted).then(delivery_id);
        lines.push(next);
    }
    let other = line(incidents[1].id, at(2), "another's");
    let mut timeline = lines.clone();
    timeline.push(other.clone());
    timeline.reverse();
    apply(store, &Changes { timeline, at: at(0), ..Changes::default() }).unwrap();
    assert_eq!(store.incident_get(number(1)).unwrap().1, lines);
    assert_eq!(store.incident_get(number(2)).unwrap().1, [other]);
}

pub fn versions_tell_of_every_change<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    assert!(store.incident_versions(10, &[number(1)]).unwrap().is_empty());
    let incidents: Vec<_> =
        (1..=5).map(|place| bare_incident(service_id(), number(place))).collect();
    open(store, &incidents);
    let again = fixture.open_again();
    let check = |newest, also: &[IncidentNumber], expected: &[(i64, i64)]| {
        let mut found = again.incident_versions(newest, also).unwrap();
        found.sort_unstable();
        found.dedup();
        let expected: Vec<_> = expected.iter().map(|(n, version)| (number(*n), *version)).collect();
        assert_eq!(found, expected, "{newest} {also:?}");
    };
    check(2, &[], &[(4, 1), (5, 1)]);
    check(0, &[number(3)], &[(3, 1)]);
    let touched = store.incident_change(number(2), &mut |mut incident| {
        incident.version += 1;
        Some(IncidentChange { incident, timeline: Vec::new(), jobs: Vec::new() })
    });
    assert_eq!(touched.unwrap().version, 2);
    let unknown = IncidentNumber { year: 2026, place: i64::MAX };
    check(1, &[number(2), number(5), number(9), unknown], &[(2, 2), (5, 1)]);
}

pub fn a_change_keeps_what_it_does_not_touch<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let full = incident(&identity("full"), service_id(), number(1));
    let untouched = incident(&identity("other"), service_id(), number(2));
    open(store, &[full.clone(), untouched.clone()]);
    let same = store.incident_change(number(1), &mut |_| None).unwrap();
    assert_eq!(same, full);
    // Everything that may change does, by a person and by the committer.
    let by = Actor::ApiKey(id("key"));
    let emptied = |before: &Incident| {
        let bare = bare_incident(before.service, before.number);
        Incident {
            id: before.id,
            integration: before.integration,
            scope: before.scope,
            dedup_key: before.dedup_key.clone(),
            opened_at: before.opened_at,
            test: before.test,
            version: before.version + 1,
            status: Status::Closed,
            ended_at: Some(at(8)),
            resolved_by: Some(by),
            ..bare
        }
    };
    let expected = emptied(&full);
    let returned = store
        .incident_change(number(1), &mut |now| {
            Some(IncidentChange {
                timeline: vec![line(now.id, at(0), "emptied")],
                jobs: Vec::new(),
                incident: emptied(&now),
            })
        })
        .unwrap();
    assert_eq!(returned, expected);
    let (read, lines) = store.incident_get(number(1)).unwrap();
    assert_eq!((read, lines.len()), (expected, 1));

    let expected = Incident { version: 3, ..full };
    let changes = Changes { changed: vec![expected.clone()], at: at(0), ..Changes::default() };
    apply(store, &changes).unwrap();
    assert_eq!(store.incident_get(number(1)).unwrap().0, expected);
    assert_eq!(store.incident_get(number(2)).unwrap().0, untouched);
}

/// The numbers on a page of a list, and how many there are in all.
fn list(
    store: &impl Store,
    filter: &IncidentFilter,
    page: Page<IncidentCursor>,
) -> (Vec<i64>, i64) {
    let listed = store.incident_list(filter, page).unwrap();
    (listed.items.iter().map(|incident| incident.number.place).collect(), listed.total.unwrap())
}

pub fn incidents_are_listed_filtered_and_the_newest_first<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let mut incidents = Vec::new();
    for (place, status) in (1..).zip(Status::ALL) {
        let opened = u64::try_from(place).unwrap() * 10;
        let mut next = bare_incident(service_id(), number(place));
        next.opened_at = seconds(opened);
        next.severity = if place % 2 == 0 { Severity::Sev0 } else { Severity::Sev4 };
        next.status = status;
        next.ended_at = (!status.is_open()).then(|| seconds(opened + 5));
        incidents.push(next);
    }
    open(store, &incidents);
    let check = |filter: IncidentFilter, expected: &[i64]| {
        let total = i64::try_from(expected.len()).unwrap();
        let found = list(store, &filter, Page::new(100, 0));
        assert_eq!(found, (expected.to_vec(), total), "{filter:?}");
    };
    let any = IncidentFilter::default;
    check(any(), &[6, 5, 4, 3, 2, 1]);
    check(IncidentFilter { status: vec![Status::New], ..any() }, &[1]);
    check(IncidentFilter { status: vec![Status::Fixing, Status::Closed], ..any() }, &[6, 3]);
    check(IncidentFilter { severity: vec![Severity::Sev0], ..any() }, &[6, 4, 2]);
    let open = vec![Status::New, Status::Investigating, Status::Fixing, Status::Monitoring];
    let open = IncidentFilter { status: open, ..any() };
    check(open.clone(), &[4, 3, 2, 1]);
    check(IncidentFilter { severity: vec![Severity::Sev4], ..open }, &[3, 1]);
    check(IncidentFilter { opened_after: Some(seconds(50)), ..any() }, &[6, 5]);
    check(IncidentFilter { opened_before: Some(seconds(20)), ..any() }, &[2, 1]);
    check(IncidentFilter { ended_after: Some(seconds(65)), ..any() }, &[6]);
    check(IncidentFilter { ended_before: Some(seconds(55)), ..any() }, &[5]);
    let none = IncidentFilter { opened_after: Some(seconds(61)), ..any() };
    check(none, &[]);
    let both = IncidentFilter {
        opened_after: Some(seconds(20)),
        opened_before: Some(seconds(40)),
        ..any()
    };
    check(both, &[4, 3, 2]);
    assert_eq!(list(store, &any(), Page::new(2, 0)), (vec![6, 5], 6));
    assert_eq!(list(store, &any(), Page::new(2, 4)), (vec![2, 1], 6));
    assert_eq!(list(store, &any(), Page::new(2, 6)), (vec![], 6));
    assert_eq!(list(store, &any(), Page::new(0, 0)), (vec![], 6));
}

pub fn time_is_kept_and_ordered_below_a_second<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let mut incidents = Vec::new();
    for place in 1..=3_i64 {
        let mut next = bare_incident(service_id(), number(place));
        next.opened_at = at(1_000_000 + u64::try_from(place).unwrap());
        incidents.push(next);
    }
    open(store, &incidents);
    let filter = IncidentFilter {
        opened_after: Some(at(1_000_002)),
        opened_before: Some(at(1_000_003)),
        ..IncidentFilter::default()
    };
    assert_eq!(list(store, &filter, Page::new(9, 0)), (vec![3, 2], 2));
    assert_eq!(store.incident_get(number(2)).unwrap().0.opened_at, at(1_000_002));
}

pub fn numbers_grow_and_begin_anew_each_year<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let first = |year| ask(store, &Wanted { year, numbers: 1, ..wanted(&[]) }).first_number;
    let begins = [first(2026), first(2027)];
    assert_eq!(begins.map(|number| number.year), [2026, 2027]);
    assert!(begins.iter().all(|number| number.place >= 1));
    let mut given = open_given(store, 2026, 3);
    // One who asks for numbers and uses none; and those of another year.
    let unused = first(2026);
    let next_year = open_given(store, 2027, 1);
    given.extend(open_given(store, 2026, 2));
    assert!(given.is_sorted_by(|one, next| one < next), "{given:?}");
    assert!(unused > given[2] && unused <= given[3], "what was not used is given again");
    if !F::NUMBERS_HAVE_GAPS {
        assert_eq!(given, [1, 2, 3, 4, 5].map(number));
        assert_eq!(next_year, [IncidentNumber { year: 2027, place: 1 }]);
    }
    // Another store, and this one after it: what was given stays given.
    let again = fixture.open_again();
    given.extend(next_year);
    for (store, year) in [(&again, 2026), (store, 2026), (&again, 2027), (store, 2027)] {
        given.extend(open_given(store, year, 2));
    }
    for number in &given {
        assert!(store.incident_get(*number).is_ok());
    }
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), 14);
    assert_sound(store);
}

pub fn what_ends_makes_room_in_the_same_batch<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let identity = identity_of(id("int"), "cycle");
    let service = service_id();
    let first = incident(&identity, service, number(1));
    open(store, std::slice::from_ref(&first));
    // Resolved, and opened anew, and that resolved, and opened anew: all in one batch.
    let changes = Changes {
        opened: vec![
            ended(incident(&identity, service, number(2)), at(20)),
            incident(&identity, service, number(3)),
        ],
        changed: vec![Incident { version: 2, ..ended(first.clone(), at(10)) }],
        numbers_used: 2,
        at: at(0),
        ..Changes::default()
    };
    apply(store, &changes).unwrap();
    // The first one comes back in the batch that ends the third.
    let third = ask(store, &wanted(std::slice::from_ref(&identity))).incidents;
    assert_eq!(places(&third), [3]);
    let mut over = ended(third[0].clone(), at(30));
    over.version += 1;
    let changes = Changes {
        changed: vec![Incident { version: 3, ..first }, over],
        at: at(0),
        ..Changes::default()
    };
    apply(store, &changes).unwrap();
    assert_eq!(places(&ask(store, &wanted(&[identity])).incidents), [1]);
    assert_sound(store);
}
