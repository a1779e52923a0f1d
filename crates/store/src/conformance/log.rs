//! The event log, its numbers, and what goes out of it.

use watchbell_model::{
    AlertResult, Counts, DeliveryRecord, IntegrationId, Outcome, Reason, Stage, Trace,
};

use super::Fixture;
use super::samples::{
    apply, assert_sound, delivery, delivery_at, delivery_id, id, logged, seconds,
};
use crate::{
    DeliveryFilter, DeliveryRange, IntakeStore, LogStore, Page, ReplayStore, Store, StoreError,
};

fn int() -> IntegrationId {
    id("int")
}

fn without_body(record: &DeliveryRecord) -> DeliveryRecord {
    DeliveryRecord { body: None, ..record.clone() }
}

pub fn every_field_of_a_delivery_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let integration = int();
    let mut records: Vec<_> = Outcome::ALL.map(|o| delivery(integration, o)).into();
    records.push(DeliveryRecord {
        headers: watchbell_model::Headers::default(),
        body: None,
        trace: Trace::new(),
        results: Vec::new(),
        repeats: None,
        duration_us: 0,
        revision: 0,
        status: u16::MAX,
        ..delivery(integration, Outcome::Rejected)
    });
    let empty = DeliveryRecord { body: Some(Vec::new()), ..delivery(integration, Outcome::Failed) };
    records.push(empty);
    let mut trace = Trace::new();
    for stage in Stage::ALL {
        trace.note(stage, "a stage: \"ü\" \\ 🔔");
    }
    records.push(DeliveryRecord { trace, ..delivery(integration, Outcome::Processed) });
    for reason in Reason::ALL {
        let mut record = delivery(integration, Outcome::Ignored);
        record.reason = *reason;
        record.results[0].reason = *reason;
        records.push(record);
    }
    apply(store, &logged(records.clone())).unwrap();
    let again = fixture.open_again();
    for record in &records {
        assert_eq!(again.delivery_get(record.id).unwrap(), *record);
    }
    let listed = again.delivery_list(&DeliveryFilter::default(), Page::new(100, 0)).unwrap();
    records.reverse();
    assert_eq!(listed.items, records.iter().map(without_body).collect::<Vec<_>>());
}

pub fn deliveries_are_listed_filtered_and_the_newest_first<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (int(), int());
    let mut records = Vec::new();
    for (place, outcome) in Outcome::ALL.into_iter().enumerate() {
        for integration in [one, two] {
            let mut record = delivery(integration, outcome);
            record.reason = if place % 2 == 0 { Reason::Empty } else { Reason::Heartbeat };
            records.push(record);
        }
    }
    apply(store, &logged(records.clone())).unwrap();
    records.reverse();
    let check = |filter: DeliveryFilter| {
        let wanted: Vec<_> = records
            .iter()
            .filter(|r| filter.integration.is_none_or(|i| i == r.integration))
            .filter(|r| filter.outcome.is_none_or(|o| o == r.outcome))
            .filter(|r| filter.reason.is_none_or(|reason| reason == r.reason))
            .map(without_body)
            .collect();
        let total = i64::try_from(wanted.len()).unwrap();
        for (limit, offset) in [(100, 0), (2, 1), (3, 4)] {
            let listed = store.delivery_list(&filter, Page::new(limit, offset)).unwrap();
            assert_eq!(listed.total, Some(total), "{filter:?}");
            let (limit, offset) = (limit.try_into().unwrap(), offset.try_into().unwrap());
            let expected: Vec<_> = wanted.iter().skip(offset).take(limit).cloned().collect();
            assert_eq!(listed.items, expected, "{filter:?}");
        }
    };
    for integration in [None, Some(one), Some(int())] {
        for outcome in [None, Some(Outcome::Processed), Some(Outcome::Rejected)] {
            for reason in [None, Some(Reason::Empty), Some(Reason::Created)] {
                check(DeliveryFilter { integration, outcome, reason, ..DeliveryFilter::default() });
            }
        }
    }
}

pub fn counts_add_up<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (int(), int());
    assert_eq!(store.counts().unwrap(), []);
    let mut expected = [(one, Counts::default()), (two, Counts::default())];
    for round in 0..3 {
        for outcome in Outcome::ALL {
            let mut changes = logged(vec![delivery(one, outcome), delivery(two, outcome)]);
            // A refusal that is only counted, beside the stored ones.
            changes.counts[1].1.add_counted(Outcome::Rejected);
            for (integration, counts) in &changes.counts {
                let slot = expected.iter_mut().find(|(i, _)| i == integration);
                slot.unwrap().1.add(counts);
            }
            apply(store, &changes).unwrap();
        }
        let mut found = store.counts().unwrap();
        found.sort_by_key(|(integration, _)| *integration);
        assert_eq!(found, expected, "round {round}");
        assert!(found.iter().all(|(_, counts)| counts.is_sound()));
    }
    assert_sound(store);
}

pub(super) fn total(store: &impl Store, integration: IntegrationId, outcome: Outcome) -> i64 {
    let filter = DeliveryFilter {
        integration: Some(integration),
        outcome: Some(outcome),
        ..DeliveryFilter::default()
    };
    store.delivery_list(&filter, Page::new(1, 0)).unwrap().total.unwrap()
}

pub(super) fn small(integration: IntegrationId, outcome: Outcome) -> DeliveryRecord {
    DeliveryRecord { body: None, trace: Trace::new(), ..delivery(integration, outcome) }
}

pub fn rejected_deliveries_beyond_the_newest_thousand_are_only_counted<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (flooded, quiet) = (int(), int());
    let first = small(flooded, Outcome::Rejected);
    apply(store, &logged(vec![first.clone(), small(quiet, Outcome::Rejected)])).unwrap();
    apply(store, &logged(vec![small(flooded, Outcome::Processed)])).unwrap();
    let many = |n: usize| (0..n).map(|_| small(flooded, Outcome::Rejected)).collect();
    apply(store, &logged(many(999))).unwrap();
    assert!(store.delivery_get(first.id).is_ok());
    apply(store, &logged(many(2))).unwrap();
    assert!(matches!(store.delivery_get(first.id), Err(StoreError::NotFound { .. })));
    assert_eq!(total(store, flooded, Outcome::Rejected), 1_000);
    assert_eq!(total(store, flooded, Outcome::Processed), 1);
    assert_eq!(total(store, quiet, Outcome::Rejected), 1);
    let counts = store.counts().unwrap();
    let counts = counts.iter().find(|(i, _)| *i == flooded).unwrap().1;
    assert_eq!((counts.received, counts.stored, counts.counted), (1_003, 1_001, 2));
    assert_eq!((counts.rejected, counts.processed), (1_002, 1));
    assert_sound(store);
}

pub fn stored_deliveries_are_found_by_id<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let records: Vec<_> = (0..3).map(|_| delivery(int(), Outcome::Processed)).collect();
    apply(store, &logged(records.clone())).unwrap();
    let unknown = delivery_id();
    let mut found = store.deliveries_stored(&[records[2].id, unknown, records[0].id]).unwrap();
    found.sort();
    assert_eq!(found, [records[0].id, records[2].id]);
    assert_eq!(store.deliveries_stored(&[unknown]).unwrap(), []);
    assert_eq!(store.deliveries_stored(&[]).unwrap(), []);
}

pub fn every_word_of_a_result_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let mut record = delivery(int(), Outcome::Ignored);
    record.results = AlertResult::ACTIONS
        .into_iter()
        .zip(Reason::ALL.iter().cycle())
        .map(|(action, reason)| AlertResult {
            action,
            reason: *reason,
            incident: None,
            service: None,
            severity: None,
            dedup_key: None,
        })
        .collect();
    apply(store, &logged(vec![record.clone()])).unwrap();
    assert_eq!(store.delivery_get(record.id).unwrap(), record);
}

pub fn deliveries_are_found_in_a_range_the_oldest_first<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, two) = (int(), int());
    let of = |integration, outcome, second| {
        let DeliveryRecord { id, received_at, .. } = delivery_at(integration, seconds(second));
        DeliveryRecord { id, received_at, ..small(integration, outcome) }
    };
    let records = [
        of(one, Outcome::Processed, 1),
        of(one, Outcome::Failed, 2),
        of(two, Outcome::Failed, 3),
        of(one, Outcome::Rejected, 4),
    ];
    apply(store, &logged(records.to_vec())).unwrap();
    let check = |range: DeliveryRange, limit, expected: &[usize]| {
        let mut expected: Vec<_> = expected.iter().map(|place| records[*place].id).collect();
        expected.sort();
        expected.truncate(usize::try_from(limit).unwrap());
        assert_eq!(store.deliveries_in(&range, limit).unwrap(), expected, "{range:?}");
    };
    let all = DeliveryRange::default();
    check(all, 9, &[0, 1, 2, 3]);
    check(all, 2, &[0, 1, 2, 3]);
    check(DeliveryRange { integration: Some(one), ..all }, 9, &[0, 1, 3]);
    check(DeliveryRange { outcome: Some(Outcome::Failed), ..all }, 9, &[1, 2]);
    check(DeliveryRange { reason: Some(records[3].reason), ..all }, 9, &[3]);
    check(DeliveryRange { since: Some(seconds(2)), ..all }, 9, &[1, 2, 3]);
    check(DeliveryRange { until: Some(seconds(2)), ..all }, 9, &[0]);
    check(DeliveryRange { since: Some(seconds(2)), until: Some(seconds(3)), ..all }, 9, &[1]);
}

pub fn what_ran_a_delivery_again_is_found<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let one = int();
    let first = small(one, Outcome::Failed);
    let again = |outcome| DeliveryRecord { repeats: Some(first.id), ..small(one, outcome) };
    let records =
        [first.clone(), again(Outcome::Failed), again(Outcome::Processed), again(Outcome::Ignored)];
    apply(store, &logged(records.to_vec())).unwrap();
    // A duplicate was not run.
    apply(store, &logged(vec![again(Outcome::Duplicate)])).unwrap();
    let mut expected: Vec<_> = records.iter().skip(1).map(|record| record.id).collect();
    expected.sort();
    assert_eq!(store.replays_of(first.id).unwrap(), expected);
    assert_eq!(store.replays_of(records[1].id).unwrap(), []);
    assert_eq!(store.delivery_get(records[1].id).unwrap().repeats, Some(first.id));
    assert_sound(store);
}
