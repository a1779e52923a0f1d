//! A disk that is full, a database that is busy, values that nobody wrote.

#![cfg(test)]

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use watchbell_model::IncidentNumber;
use watchbell_store::{
    Changes, ConfigStore, DeliveryFilter, IncidentFilter, IncidentStore, LogStore,
    MaintenanceStore, Page, StoreError,
};

mod world;

use world::{Place, delivery, identity, logged, noon, opened};

/// A delivery, an incident and a line.
fn good() -> Changes {
    let first = delivery(1, 10);
    let (incident, line) = opened(1, &first);
    Changes {
        opened: vec![incident],
        timeline: vec![line],
        numbers_used: 1,
        clocks: vec![(identity(), noon())],
        ..logged(vec![first])
    }
}

#[test]
fn a_full_disk_is_told_harms_nothing_and_passes() {
    let place = Place::new();
    place.store.set_max_page_count(150).unwrap();
    let mut stored = 0;
    let refused = loop {
        match place.apply(&logged(vec![delivery(stored + 1, 20_000)])) {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 1_000, "the bound does not hold");
    };
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{refused:?}");
    assert!(stored > 0);
    // Full it stays, on the rebuilt connection too, and what was there can still be read.
    for _ in 0..3 {
        let again = place.apply(&logged(vec![delivery(stored + 1, 200_000)]));
        assert!(matches!(again, Err(StoreError::Unavailable { .. })), "{again:?}");
    }
    let total = |place: &Place| {
        let page = Page::new(1, 0);
        place.store.delivery_list(&DeliveryFilter::default(), page).unwrap().total.unwrap()
    };
    assert_eq!(total(&place), i64::try_from(stored).unwrap());
    assert_eq!(place.store.check().unwrap(), []);
    place.store.set_max_page_count(0).unwrap();
    place.apply(&logged(vec![delivery(stored + 1, 200_000)])).unwrap();
    assert_eq!(total(&place), i64::try_from(stored + 1).unwrap());
    assert_eq!(place.store.check().unwrap(), []);
}

#[test]
fn a_database_that_another_process_holds_is_unavailable_for_so_long() {
    let place = Place::with(|options| options.busy_timeout(Duration::from_millis(500)));
    let mut other = place.raw();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let refused = place.apply(&good());
    assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(place.store.config_revision().unwrap(), 1, "reading goes on");
    other.batch_execute("ROLLBACK").unwrap();
    place.apply(&good()).unwrap();
    assert_eq!(place.store.check().unwrap(), []);
}

#[test]
fn values_that_nobody_wrote_are_corrupt() {
    for (column, value) in [
        ("id", "x'00'"),
        ("integration", "x'00'"),
        ("scope", "x''"),
        ("dedup_key", "''"),
        ("group_hash", "x'00'"),
        ("service", "x'00'"),
        ("status", "'strange'"),
        ("open", "2"),
        ("severity", "5"),
        ("worst_reported", "-1"),
        ("opened_at", "9223372036854775807"),
        ("ended_at", "-9223372036854775808"),
        ("acknowledged_at", "1"),
        ("acknowledged_by", "'nobody'"),
        ("test", "7"),
        ("assigned_to", "x'00'"),
        ("resolved_by", "'nobody'"),
        ("also_affected", "'sid_1'"),
        ("metadata", "'{'"),
        ("number", "5"),
    ] {
        let place = Place::new();
        place.apply(&good()).unwrap();
        place.plant(&format!("UPDATE incidents SET {column} = {value}"));
        // A list is made by status and severity: what has none of ours is in none of it.
        if matches!(column, "status" | "severity") {
            let number = IncidentNumber { year: 2026, place: 1 };
            let read = place.store.incident_get(number);
            assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{column}: {read:?}");
            continue;
        }
        let listed = place.store.incident_list(&IncidentFilter::default(), Page::new(10, 0));
        assert!(matches!(listed, Err(StoreError::Corrupt { .. })), "{column}: {listed:?}");
    }
    for (column, value) in [
        ("id", "x'00'"),
        ("integration", "x'00'"),
        ("outcome", "'strange'"),
        ("reason", "'strange'"),
        ("status", "70000"),
        ("received_at", "9223372036854775807"),
        ("headers", "'{}'"),
        ("trace", "'[{\"stage\":\"strange\",\"text\":\"\"}]'"),
        ("results", "'[{\"action\":\"strange\",\"reason\":\"created\"}]'"),
        ("repeats", "x'00'"),
    ] {
        let place = Place::new();
        place.apply(&good()).unwrap();
        place.plant(&format!("UPDATE deliveries SET {column} = {value}"));
        let listed = place.store.delivery_list(&DeliveryFilter::default(), Page::new(10, 0));
        assert!(matches!(listed, Err(StoreError::Corrupt { .. })), "{column}: {listed:?}");
    }
}

#[test]
fn a_batch_on_corrupt_values_writes_nothing_and_the_store_goes_on() {
    let place = Place::new();
    place.apply(&good()).unwrap();
    place.plant("UPDATE source_clocks SET clock = 9223372036854775807");
    let refused = place.apply(&logged(vec![delivery(2, 10)]));
    assert!(matches!(refused, Err(StoreError::Corrupt { .. })), "{refused:?}");
    place.plant("UPDATE source_clocks SET clock = 1");
    place.apply(&logged(vec![delivery(2, 10)])).unwrap();
}

#[test]
fn the_log_of_writes_is_moved_beside_the_writer_and_stays_short() {
    let place = Place::with(|options| options.wal_pages(100));
    let path = place.folder.path().join("watchbell.db");
    let state = place.store.checkpoint().unwrap();
    assert!(state.pages > 0);
    assert_eq!(state.moved, state.pages);
    let log = path.with_extension("db-wal");
    let mut largest = 0;
    for number in 1..=200 {
        place.apply(&logged(vec![delivery(number, 20_000)])).unwrap();
        largest = largest.max(std::fs::metadata(&log).unwrap().len());
    }
    // Four megabytes were written; a batch may go a little beyond the bound of 100 pages.
    assert!(largest < 125 * 8_192, "{largest}");
    assert_eq!(place.store.check().unwrap(), []);
}
