//! A disk that is full, a database that is busy, values that nobody wrote.

#![cfg(test)]

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;
use watchbell_model::{
    ConnectionScope, Counts, DedupKey, DeliveryId, DeliveryRecord, Headers, Identity, Incident,
    IncidentId, IncidentNumber, IntegrationId, Metadata, Outcome, Reason, ServiceId, Severity,
    Status, TimelineEntry, TimelineId, TimelineKind, Timestamp, Trace,
};
use watchbell_store::{
    Changes, ConfigStore, DeliveryFilter, IncidentFilter, IncidentStore, IntakeStore, LogStore,
    MaintenanceStore, Page, StoreError, Wanted, WantedKey,
};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};

struct Place {
    store: SqliteStore,
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self::with(|options| options)
    }

    fn with(options: impl Fn(SqliteOptions) -> SqliteOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("watchbell.db");
        let store = SqliteStore::open(options(SqliteOptions::new(path))).unwrap();
        store.migrate().unwrap();
        Self { store, folder }
    }

    /// A connection that keeps none of the store's rules.
    fn raw(&self) -> SqliteConnection {
        let path = self.folder.path().join("watchbell.db");
        let mut raw = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        raw.batch_execute("PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")
            .unwrap();
        raw
    }

    /// Breaks the database behind the store's back.
    fn plant(&self, sql: &str) {
        self.raw().batch_execute(sql).unwrap();
    }

    fn apply(&self, changes: &Changes) -> Result<(), StoreError> {
        self.store.batch_apply(&wanted(), &mut |_| changes.clone())
    }
}

fn id<T: std::str::FromStr>(prefix: &str, number: usize) -> T {
    format!("{prefix}_{number:032x}").parse().ok().unwrap()
}

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn integration() -> IntegrationId {
    id("int", 1)
}

fn identity() -> Identity {
    Identity {
        integration: integration(),
        scope: ConnectionScope::NONE,
        key: DedupKey::new("key").unwrap(),
    }
}

fn wanted() -> Wanted {
    let key = WantedKey { identity: identity(), occurrences: Vec::new(), latest_ended: false };
    Wanted {
        keys: vec![key],
        groups: Vec::new(),
        idempotency: Vec::new(),
        ended_since: noon() - Duration::from_mins(1),
        remembered_since: noon() - Duration::from_mins(1),
        year: 2026,
        numbers: 1,
        server: id("srv", 1),
        limited: Vec::new(),
        accepted_since: noon(),
    }
}

fn delivery(number: usize, body: usize) -> DeliveryRecord {
    DeliveryRecord {
        id: id::<DeliveryId>("dlv", number),
        integration: integration(),
        received_at: noon(),
        headers: Headers::default(),
        body: Some(vec![b'x'; body]),
        outcome: Outcome::Processed,
        reason: Reason::Created,
        status: 202,
        duration_us: 1,
        trace: Trace::new(),
        results: Vec::new(),
        duplicate_of: None,
        revision: 1,
    }
}

fn logged(deliveries: Vec<DeliveryRecord>) -> Changes {
    let mut counts = Counts::default();
    for delivery in &deliveries {
        counts.add_stored(delivery.outcome);
    }
    Changes { deliveries, counts: vec![(integration(), counts)], at: noon(), ..Changes::default() }
}

fn incident(place: i64) -> Incident {
    let identity = identity();
    Incident {
        id: id::<IncidentId>("inc", place.try_into().unwrap()),
        number: IncidentNumber { year: 2026, place },
        integration: Some(identity.integration),
        scope: identity.scope,
        dedup_key: Some(identity.key),
        occurrence: None,
        group: None,
        service: id::<ServiceId>("sid", 1),
        title: "title".to_owned(),
        description: None,
        severity: Severity::Sev1,
        worst_reported: Severity::Sev1,
        status: Status::New,
        acknowledged: None,
        source_name: None,
        source_url: None,
        metadata: Metadata::new(),
        test: false,
        occurrences: 1,
        detected_at: None,
        opened_at: noon(),
        last_seen_at: noon(),
        ended_at: None,
        version: 1,
    }
}

/// A delivery, an incident and a line.
fn good() -> Changes {
    let line = TimelineEntry {
        id: id::<TimelineId>("tml", 1),
        incident: incident(1).id,
        at: noon(),
        kind: TimelineKind::Opened,
        actor: watchbell_model::Actor::System,
        delivery: None,
        text: "opened".to_owned(),
    };
    Changes {
        opened: vec![incident(1)],
        timeline: vec![line],
        numbers_used: 1,
        clocks: vec![(identity(), noon())],
        ..logged(vec![delivery(1, 10)])
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
        place.store.delivery_list(&DeliveryFilter::default(), page).unwrap().total
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
    assert_eq!(place.store.config_revision().unwrap(), 0, "reading goes on");
    other.batch_execute("ROLLBACK").unwrap();
    place.apply(&good()).unwrap();
    assert_eq!(place.store.check().unwrap(), []);
}

#[test]
fn values_that_nobody_wrote_are_corrupt() {
    let page = Page::new(10, 0);
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
        ("metadata", "'{'"),
        ("number", "5"),
    ] {
        let place = Place::new();
        place.apply(&good()).unwrap();
        place.plant(&format!("UPDATE incidents SET {column} = {value}"));
        let listed = place.store.incident_list(&IncidentFilter::default(), page);
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
        ("duplicate_of", "x'00'"),
    ] {
        let place = Place::new();
        place.apply(&good()).unwrap();
        place.plant(&format!("UPDATE deliveries SET {column} = {value}"));
        let listed = place.store.delivery_list(&DeliveryFilter::default(), page);
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
fn every_check_finds_its_fault() {
    let second = "INSERT INTO incidents SELECT number + 1, randomblob(16), integration, scope,
        dedup_key, occurrence, group_hash, service, status, open, severity, worst_reported,
        occurrences, version, opened_at, last_seen_at, ended_at, detected_at, acknowledged_at,
        acknowledged_by, test, title, source_name, source_url, metadata, description FROM incidents;
        UPDATE incident_numbers SET last = 2;";
    for (fault, check) in [
        (
            "UPDATE integration_counters SET counted = 1",
            "received = stored + counted = the sum of outcomes",
        ),
        (
            "UPDATE integration_counters SET failed = 1",
            "received = stored + counted = the sum of outcomes",
        ),
        ("DELETE FROM deliveries", "stored = the deliveries in the event log"),
        ("DELETE FROM integration_counters", "stored = the deliveries in the event log"),
        (
            &format!("DROP INDEX incidents_open_identity; {second}"),
            "an identity has at most one open incident on a service",
        ),
        ("UPDATE incidents SET open = 0", "an incident is open as its status says"),
        ("DELETE FROM incidents", "every timeline entry has its incident"),
        ("UPDATE incident_numbers SET last = 0", "numbers stay below their counter"),
        ("DELETE FROM incident_numbers", "numbers stay below their counter"),
        ("UPDATE incidents SET severity = 9", "the file is sound"),
    ] {
        let place = Place::new();
        place.apply(&good()).unwrap();
        assert_eq!(place.store.check().unwrap(), []);
        place.plant(fault);
        let findings = place.store.check().unwrap();
        assert!(findings.iter().any(|finding| finding.check == check), "{fault}: {findings:?}");
    }
}

#[test]
fn the_log_of_writes_is_moved_beside_the_writer_and_stays_short() {
    let place = Place::with(|options| options.wal_pages(200));
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
    // Four megabytes were written; a batch may go a little beyond the bound of 200 pages.
    assert!(largest < 250 * 4_096, "{largest}");
    assert_eq!(place.store.check().unwrap(), []);
}
