//! Lists: every filter, and cursors.

use watchbell_model::{
    Actor, AlertResult, DeliveryId, DeliveryRecord, Incident, IncidentNumber, IntegrationId,
    Outcome, Reason, Severity, Status, UserId,
};

use super::Fixture;
use super::samples::{
    apply, at, bare_incident, delivery, delivery_at, ended, id, key, logged, number, open, result,
    seconds, service_id,
};
use crate::{DeliveryFilter, IncidentFilter, IncidentStore, LogStore, Page, Store};

/// The numbers of what a filter lets through; the same by place and by cursors.
fn incidents(store: &impl Store, filter: &IncidentFilter) -> Vec<i64> {
    let places = |items: &[Incident]| items.iter().map(|one| one.number.place).collect();
    let listed = store.incident_list(filter, Page::new(100, 0)).unwrap();
    let found: Vec<i64> = places(&listed.items);
    assert_eq!(listed.total, Some(found.len().try_into().unwrap()), "{filter:?}");
    let (mut walked, mut after): (Vec<i64>, _) = (Vec::new(), None);
    loop {
        let part = store.incident_list(filter, Page::after(2, after)).unwrap();
        assert_eq!(part.total, None);
        walked.extend::<Vec<i64>>(places(&part.items));
        after = part.next;
        if after.is_none() {
            assert_eq!(walked, found, "by cursors: {filter:?}");
            return found;
        }
    }
}

pub fn incidents_are_filtered_by_whose_they_are_and_who_ended_them<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (ann, bob): (UserId, UserId) = (id("usr"), id("usr"));
    let integration: IntegrationId = id("int");
    let of = |place: i64, user: Option<UserId>, by: Option<Actor>| {
        let mut one = bare_incident(service_id(), number(place));
        one.opened_at = seconds(place.try_into().unwrap());
        if let Some(by) = by {
            one = ended(one, seconds(100));
            one.resolved_by = Some(by);
        }
        Incident { assigned_to: user, ..one }
    };
    let all = [
        of(1, Some(ann), None),
        of(2, Some(bob), Some(Actor::User(bob))),
        of(3, Some(ann), Some(Actor::Integration(integration))),
        of(4, None, Some(Actor::User(bob))),
        of(5, None, Some(Actor::System)),
        of(6, None, None),
    ];
    open(store, &all);
    let check = |assigned_to, resolved_by, expected: &[i64]| {
        let filter = IncidentFilter { assigned_to, resolved_by, ..IncidentFilter::default() };
        assert_eq!(incidents(store, &filter), expected, "{filter:?}");
    };
    check(Some(ann), None, &[3, 1]);
    check(Some(bob), None, &[2]);
    check(Some(id("usr")), None, &[]);
    check(None, Some(Actor::User(bob)), &[4, 2]);
    check(None, Some(Actor::User(ann)), &[]);
    check(None, Some(Actor::System), &[5]);
    check(None, Some(Actor::Integration(integration)), &[3]);
    check(Some(ann), Some(Actor::Integration(integration)), &[3]);
    check(Some(ann), Some(Actor::System), &[]);
    let filter = IncidentFilter {
        assigned_to: Some(ann),
        status: vec![Status::New],
        ..IncidentFilter::default()
    };
    assert_eq!(incidents(store, &filter), [1]);
}

pub fn incidents_are_filtered_by_their_services<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let [one, two, three] = [service_id(), service_id(), service_id()];
    let of = |place: i64, service, severity| {
        let opened_at = seconds(place.try_into().unwrap());
        let also_affected = vec![three];
        Incident { opened_at, severity, also_affected, ..bare_incident(service, number(place)) }
    };
    let (bad, worse) = (Severity::Sev4, Severity::Sev0);
    open(store, &[of(1, one, bad), of(2, two, bad), of(3, one, worse), of(4, two, worse)]);
    let check = |services: Option<Vec<_>>, severity: &[Severity], expected: &[i64]| {
        let severity = severity.to_vec();
        let filter = IncidentFilter { severity, services, ..IncidentFilter::default() };
        assert_eq!(incidents(store, &filter), expected, "{filter:?}");
    };
    check(None, &[], &[4, 3, 2, 1]);
    check(Some(vec![one]), &[], &[3, 1]);
    check(Some(vec![two, one]), &[], &[4, 3, 2, 1]);
    check(Some(vec![two, two]), &[], &[4, 2]);
    check(Some(vec![two, one]), &[worse], &[4, 3]);
    check(Some(vec![]), &[], &[]);
    check(Some(vec![three]), &[], &[]);
}

pub fn incidents_are_walked_through_by_cursors_while_others_come<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    // Five that were opened at one moment, and two at others.
    let of = |place: i64, opened: u64| {
        let opened_at = at(opened);
        Incident { opened_at, ..bare_incident(service_id(), number(place)) }
    };
    open(store, &[of(1, 5), of(2, 5), of(3, 5), of(4, 5), of(5, 5), of(6, 1), of(7, 9)]);
    let expected = [7, 5, 4, 3, 2, 1, 6];
    for limit in 1..=8 {
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let part = store.incident_list(&IncidentFilter::default(), Page::after(limit, after));
            let part = part.unwrap();
            walked.extend(part.items.iter().map(|one| one.number.place));
            let Some(next) = part.next else { break };
            assert_eq!(part.items.len(), usize::try_from(limit).unwrap());
            after = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(walked, expected, "{limit} at a time");
    }
    // A newer one comes, and one that was walked past ends: the rest is what it was.
    let first = store.incident_list(&IncidentFilter::default(), Page::after(3, None)).unwrap();
    open(store, &[of(8, 20)]);
    let mut changes = logged(Vec::new());
    changes.changed = vec![ended(of(7, 9), seconds(30))];
    apply(store, &changes).unwrap();
    let rest = store.incident_list(&IncidentFilter::default(), Page::after(9, first.next)).unwrap();
    let rest: Vec<_> = rest.items.iter().map(|one| one.number.place).collect();
    assert_eq!(rest, [3, 2, 1, 6]);
    // By place the cursor of the next part is told too.
    let by_place = store.incident_list(&IncidentFilter::default(), Page::new(2, 1)).unwrap();
    let next = store.incident_list(&IncidentFilter::default(), Page::after(1, by_place.next));
    assert_eq!(next.unwrap().items[0].number, number(4));
    let last = store.incident_list(&IncidentFilter::default(), Page::new(2, 6)).unwrap();
    assert_eq!((last.items.len(), last.next), (2, None));
}

/// The ids of what a filter lets through; the same by place and by cursors.
fn deliveries(store: &impl Store, filter: &DeliveryFilter) -> Vec<DeliveryId> {
    let listed = store.delivery_list(filter, Page::new(100, 0)).unwrap();
    let found: Vec<_> = listed.items.iter().map(|record| record.id).collect();
    assert_eq!(listed.total, Some(found.len().try_into().unwrap()), "{filter:?}");
    let (mut walked, mut after) = (Vec::new(), None);
    loop {
        let part = store.delivery_list(filter, Page::after(2, after)).unwrap();
        assert_eq!(part.total, None);
        walked.extend(part.items.iter().map(|record| record.id));
        after = part.next;
        if after.is_none() {
            assert_eq!(walked, found, "by cursors: {filter:?}");
            return found;
        }
    }
}

fn ids<const N: usize>(records: [&DeliveryRecord; N]) -> Vec<DeliveryId> {
    records.map(|record| record.id).into()
}

pub fn deliveries_are_filtered_by_the_moment_of_receipt<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let [one, two]: [IntegrationId; 2] = [id("int"), id("int")];
    let [early, noon, late] = [10, 20, 30].map(|second| delivery_at(one, seconds(second)));
    // Within one millisecond; and an id that ran ahead of a clock that was set back a little.
    let first = delivery_at(two, at(40_000_200));
    let second = delivery_at(two, at(40_000_700));
    let ahead = DeliveryRecord { received_at: seconds(38), ..delivery_at(two, seconds(41)) };
    let all = [early, noon, late, first, second, ahead];
    apply(store, &logged(all.to_vec())).unwrap();
    let [early, noon, late, first, second, ahead] = &all;
    let check = |after, before, expected: Vec<DeliveryId>| {
        let (received_after, received_before) = (after, before);
        let any = DeliveryFilter::default();
        let filter = DeliveryFilter { received_after, received_before, ..any };
        assert_eq!(deliveries(store, &filter), expected, "{filter:?}");
    };
    check(None, None, ids([ahead, second, first, late, noon, early]));
    check(Some(seconds(20)), None, ids([ahead, second, first, late, noon]));
    check(Some(at(20_000_001)), None, ids([ahead, second, first, late]));
    check(None, Some(seconds(20)), ids([noon, early]));
    check(None, Some(at(19_999_999)), ids([early]));
    check(Some(seconds(10)), Some(seconds(30)), ids([late, noon, early]));
    check(Some(at(40_000_200)), Some(at(40_000_200)), ids([first]));
    check(Some(at(40_000_201)), Some(at(40_000_700)), ids([second]));
    check(Some(seconds(38)), Some(seconds(39)), ids([ahead]));
    check(Some(seconds(50)), None, vec![]);
    check(Some(seconds(30)), Some(seconds(20)), vec![]);
    let filter = DeliveryFilter {
        integration: Some(one),
        outcome: Some(Outcome::Processed),
        received_after: Some(seconds(15)),
        ..DeliveryFilter::default()
    };
    assert_eq!(deliveries(store, &filter), ids([late, noon]));
}

pub fn the_newest_arrivals_of_each_integration_are_read<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let [busy, calm, other, none]: [IntegrationId; 4] =
        [id("int"), id("int"), id("int"), id("int")];
    let of = |integration, second, outcome, reason| DeliveryRecord {
        outcome,
        reason,
        ..delivery_at(integration, seconds(second))
    };
    let (processed, failed) = (Outcome::Processed, Outcome::Failed);
    let all = [
        of(calm, 10, processed, Reason::Created),
        of(busy, 20, failed, Reason::Internal),
        of(busy, 21, processed, Reason::Created),
        of(busy, 22, processed, Reason::Created),
        of(busy, 23, Outcome::Rejected, Reason::Internal),
        of(other, 30, processed, Reason::Created),
        of(calm, 40, Outcome::Ignored, Reason::Stale),
    ];
    apply(store, &logged(all.to_vec())).unwrap();
    let check = |of: &[IntegrationId], after, most, expected: &[u64]| {
        let found = store.delivery_arrivals(of, after, most).unwrap();
        let found: Vec<_> =
            found.iter().map(|a| (a.integration, a.received_at, a.outcome)).collect();
        let of = |second: &u64| {
            let one = all.iter().find(|one| one.received_at == seconds(*second)).unwrap();
            (one.integration, one.received_at, one.outcome)
        };
        assert_eq!(found, expected.iter().map(of).collect::<Vec<_>>(), "{after:?}, {most}");
    };
    check(&[busy, calm, none], None, 9, &[40, 23, 22, 21, 20, 10]);
    check(&[busy, calm], None, 3, &[40, 23, 22, 21, 10]);
    check(&[other, calm, busy], None, 1, &[40, 30, 23]);
    check(&[busy, calm], Some(seconds(21)), 9, &[40, 23, 22, 21]);
    check(&[none], None, 9, &[]);
    check(&[], None, 9, &[]);
}

/// A delivery with one alert of each of these keys, which touched these incidents.
fn about(integration: IntegrationId, alerts: &[(&str, Option<i64>)]) -> DeliveryRecord {
    let results = alerts.iter().map(|(text, place)| AlertResult {
        dedup_key: Some(key(text)),
        incident: place.map(number),
        ..result()
    });
    DeliveryRecord { results: results.collect(), ..delivery(integration, Outcome::Processed) }
}

pub fn deliveries_are_filtered_by_key_and_incident<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let [one, two]: [IntegrationId; 2] = [id("int"), id("int")];
    let strange = "a \"key\" \\ ü\n,\"dedup_key\":\"disk\",\"incident\":\"INC-2026-001\"";
    let disk = about(one, &[("disk", Some(1))]);
    let both = about(one, &[("disk", Some(1)), ("fan", Some(2)), ("disk", Some(11))]);
    let other = about(two, &[("disk", Some(3))]);
    let odd = about(one, &[(strange, Some(12))]);
    let refused = about(one, &[("fan", None)]);
    let all = [disk, both, other, odd, refused];
    apply(store, &logged(all.to_vec())).unwrap();
    let [disk, both, other, odd, refused] = &all;
    let any = DeliveryFilter::default;
    let of_key = |text: &str| DeliveryFilter { dedup_key: Some(key(text)), ..any() };
    let check = |filter: DeliveryFilter, expected: Vec<DeliveryId>| {
        assert_eq!(deliveries(store, &filter), expected, "{filter:?}");
    };
    check(of_key("disk"), ids([other, both, disk]));
    check(DeliveryFilter { integration: Some(one), ..of_key("disk") }, ids([both, disk]));
    check(of_key("fan"), ids([refused, both]));
    check(of_key(strange), ids([odd]));
    for unknown in ["dis", "disk2", "Disk", "dis_", "%"] {
        check(of_key(unknown), vec![]);
    }
    let of_incident = |place| {
        let incident = Some(IncidentNumber { year: 2026, place });
        DeliveryFilter { incident, ..any() }
    };
    check(of_incident(1), ids([both, disk]));
    check(of_incident(2), ids([both]));
    check(of_incident(11), ids([both]));
    check(of_incident(12), ids([odd]));
    check(of_incident(4), vec![]);
    check(of_incident(0), vec![]);
    check(DeliveryFilter { incident: of_incident(1).incident, ..of_key("fan") }, ids([both]));
    check(DeliveryFilter { outcome: Some(Outcome::Ignored), ..of_incident(1) }, vec![]);
}

pub fn deliveries_are_walked_through_by_cursors_while_others_come<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let integration: IntegrationId = id("int");
    let mut all: Vec<_> = (0..7).map(|_| delivery(integration, Outcome::Ignored)).collect();
    apply(store, &logged(all.clone())).unwrap();
    all.reverse();
    let expected: Vec<_> = all.iter().map(|record| record.id).collect();
    assert_eq!(deliveries(store, &DeliveryFilter::default()), expected);
    let any = DeliveryFilter::default();
    let first = store.delivery_list(&any, Page::after(3, None)).unwrap();
    apply(store, &logged(vec![delivery(integration, Outcome::Ignored)])).unwrap();
    let after = first.next.map(|next| next.to_string().parse().unwrap());
    let rest = store.delivery_list(&any, Page::after(9, after)).unwrap();
    let rest: Vec<_> = rest.items.iter().map(|record| record.id).collect();
    assert_eq!(rest, expected[3..]);
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use watchbell_model::{DedupKey, Timestamp};

    use super::*;

    #[test]
    fn what_is_known_of_an_incident_narrows_a_filter() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let (opened, ended) = (at("2026-11-21T12:00:00Z"), at("2026-11-21T13:00:00Z"));
        let seen = at("2026-11-21T14:00:00Z");
        let integration = IntegrationId::from_uuid(Uuid::from_u128(1));
        let number = IncidentNumber { year: 2026, place: 7 };
        let incident = Incident {
            integration: Some(integration),
            dedup_key: DedupKey::new("disk"),
            last_seen_at: seen,
            opened_at: opened,
            ..bare_incident(service_id(), number)
        };
        let any = DeliveryFilter::default;
        let narrowed = |filter: DeliveryFilter, incident: &Incident| {
            let found = filter.narrowed_to(incident)?;
            assert_eq!((found.integration, found.incident), (Some(integration), Some(number)));
            assert_eq!(found.dedup_key, incident.dedup_key);
            Some((found.received_after.unwrap(), found.received_before))
        };
        let over = Incident { ended_at: Some(ended), ..incident.clone() };
        let keyless = Incident { dedup_key: None, last_seen_at: opened, ..incident.clone() };
        let people = Incident { integration: None, ..incident.clone() };
        let (early, late) = (at("2026-11-21T11:00:00Z"), at("2026-11-21T12:30:00Z"));
        let other = Some(IntegrationId::from_uuid(Uuid::from_u128(9)));
        for (filter, incident, expected) in [
            (any(), &incident, Some((opened, None))),
            (any(), &over, Some((opened, Some(seen)))),
            (any(), &keyless, Some((opened, Some(opened)))),
            (any(), &people, None),
            (DeliveryFilter { integration: other, ..any() }, &incident, None),
            (DeliveryFilter { dedup_key: DedupKey::new("fan"), ..any() }, &incident, None),
            (DeliveryFilter { dedup_key: DedupKey::new("fan"), ..any() }, &keyless, None),
            (
                DeliveryFilter { dedup_key: DedupKey::new("disk"), ..any() },
                &incident,
                Some((opened, None)),
            ),
            (
                DeliveryFilter {
                    received_after: Some(early),
                    received_before: Some(late),
                    ..any()
                },
                &over,
                Some((opened, Some(late))),
            ),
            (
                DeliveryFilter { received_after: Some(late), ..any() },
                &over,
                Some((late, Some(seen))),
            ),
        ] {
            assert_eq!(narrowed(filter.clone(), incident), expected, "{filter:?}");
        }
    }
}
