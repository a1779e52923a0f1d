//! What a PostgreSQL server may do to us, and what must hold all the same.

#![cfg(test)]

use std::time::{Duration, Instant};

use watchbell_model::{
    Actor, ConnectionScope, Counts, DedupKey, DeliveryId, DeliveryRecord, Headers, Identity,
    IntegrationId, Outcome, Reason, ServerId, TimelineEntry, TimelineId, TimelineKind, Timestamp,
    Trace,
};
use watchbell_store::conformance::furnish;
use watchbell_store::{
    Changes, ConfigStore, DeliveryFilter, IncidentFilter, IncidentStore, IntakeStore, LogStore,
    MaintenanceStore, Page, StoreError, Wanted, WantedKey, checks,
};
use watchbell_store_postgres::{Guarantee, PostgresOptions, PostgresStore};
use watchbell_testkit::{Database, Postgres};

fn id<T: std::str::FromStr>(prefix: &str, number: usize) -> T {
    format!("{prefix}_{number:032x}").parse().ok().unwrap()
}

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn integration() -> IntegrationId {
    id("int", 1)
}

fn wanted() -> Wanted {
    wanted_of("key")
}

fn wanted_of(key: &str) -> Wanted {
    let identity = Identity {
        integration: integration(),
        scope: ConnectionScope::NONE,
        key: DedupKey::new(key).unwrap(),
    };
    Wanted {
        keys: vec![WantedKey {
            identity,
            clock: true,
            occurrences: Vec::new(),
            latest_ended: false,
        }],
        groups: Vec::new(),
        idempotency: Vec::new(),
        ended_since: noon(),
        remembered_since: noon(),
        year: 2026,
        numbers: 1,
        server: id::<ServerId>("srv", 1),
        limited: Vec::new(),
        accepted_since: noon(),
    }
}

fn one_delivery(number: usize) -> Changes {
    let record = DeliveryRecord {
        id: id::<DeliveryId>("dlv", number),
        integration: integration(),
        received_at: noon(),
        headers: Headers::default(),
        body: Some(b"{}".to_vec()),
        outcome: Outcome::Processed,
        reason: Reason::Created,
        status: 202,
        duration_us: 1,
        trace: Trace::new(),
        results: Vec::new(),
        repeats: None,
        revision: 1,
    };
    let mut counts = Counts::default();
    counts.add_stored(record.outcome);
    Changes {
        deliveries: vec![record],
        counts: vec![(integration(), counts)],
        at: noon(),
        ..Changes::default()
    }
}

fn write(store: &PostgresStore, number: usize) -> Result<(), StoreError> {
    store.batch_apply(&wanted(), &mut |_| one_delivery(number))
}

fn total(store: &PostgresStore) -> i64 {
    store.delivery_list(&DeliveryFilter::default(), Page::new(1, 0)).unwrap().total.unwrap()
}

fn ready(url: &str) -> PostgresStore {
    opened(PostgresOptions::new(url))
}

/// One that gives up soon: for stories in which it must. What succeeds in them has this time, too, so
/// it is more than a busy disk needs.
fn impatient(url: &str) -> PostgresStore {
    opened(PostgresOptions::new(url).patience(Duration::from_secs(2)))
}

fn opened(options: PostgresOptions) -> PostgresStore {
    let store = PostgresStore::open(options).unwrap();
    store.migrate().unwrap();
    store
}

/// Waits for what must come, but not for ever.
fn becomes(true_at_last: impl Fn() -> bool) {
    let started = Instant::now();
    while !true_at_last() {
        assert!(started.elapsed() < Duration::from_mins(1), "it never came");
        std::thread::yield_now();
    }
}

#[test]
fn the_committers_connection_flushes_whatever_the_database_was_told() {
    let database = Database::with_tables();
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    let told = ready(database.url()).durability().unwrap();
    assert!(told.is_durable(), "{told:?}");
    database.psql(&format!("ALTER DATABASE \"{name}\" SET synchronous_commit = off"));
    let told = ready(database.url()).durability().unwrap();
    assert_eq!((told.fsync.as_str(), told.full_page_writes.as_str()), ("on", "on"));
    assert_eq!(told.synchronous_commit, "on");
    database.psql(&format!("ALTER DATABASE \"{name}\" SET synchronous_commit = remote_apply"));
    let told = ready(database.url()).durability().unwrap();
    assert_eq!(told.synchronous_commit, "remote_apply", "what is more than on is kept");
}

#[test]
fn a_server_that_is_killed_is_told_and_comes_back() {
    let mut cluster = Postgres::start();
    let store = impatient(&cluster.create_database());
    write(&store, 1).unwrap();
    cluster.kill();
    let refused = write(&store, 2);
    assert!(refused.as_ref().is_err_and(|e| !e.is_callers_fault()), "{refused:?}");
    assert!(store.ping().is_err() && store.probe().is_err() && store.config_load().is_err());
    cluster.start_again();
    store.ping().unwrap();
    store.probe().unwrap();
    write(&store, 2).unwrap();
    assert_eq!(total(&store), 2);
    // The integration was never configured; everything else is whole.
    let findings = store.check().unwrap();
    assert!(findings.iter().all(|f| f.check == checks::CONFIGURED.name), "{findings:?}");
}

#[test]
fn two_batches_that_share_nothing_are_written_at_the_same_time() {
    let database = Database::with_tables();
    let store = ready(database.url());
    assert_eq!(store.committers(), 2);
    let mut numbers = Vec::new();
    store
        .batch_apply(&wanted_of("one"), &mut |known| {
            numbers.push(known.first_number);
            std::thread::scope(|scope| {
                let other = scope.spawn(|| {
                    let mut number = None;
                    let written = store.batch_apply(&wanted_of("other"), &mut |known| {
                        number = Some(known.first_number);
                        Changes { numbers_used: 1, ..one_delivery(2) }
                    });
                    written.map(|()| number.unwrap())
                });
                numbers.push(other.join().unwrap().unwrap());
            });
            assert_eq!(store.deliveries_stored(&[id("dlv", 2)]).unwrap(), [id("dlv", 2)]);
            Changes { numbers_used: 1, ..one_delivery(1) }
        })
        .unwrap();
    assert_eq!(total(&store), 2);
    for _ in 0..3 {
        let used = Changes { numbers_used: 1, ..Changes::default() };
        let mut use_one = |known: watchbell_store::Known| {
            numbers.push(known.first_number);
            used.clone()
        };
        store.batch_apply(&wanted(), &mut use_one).unwrap();
    }
    let given = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), given, "a number was given twice: {numbers:?}");
}

/// The server's process that has a batch of ours under way.
fn backend_of_the_batch(database: &Database) -> String {
    let pid = database.psql(
        "SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'idle in transaction'",
    );
    pid.trim().to_owned()
}

fn signal(name: &str, pid: &str) {
    let told = std::process::Command::new("kill").args([name, pid]).status().unwrap();
    assert!(told.success(), "kill {name} {pid}");
}

#[test]
fn while_a_commit_may_still_happen_neither_connection_says_that_it_did_not() {
    let database = Database::with_tables();
    let store = impatient(database.url());
    let mut stopped = String::new();
    let hangs = store.batch_apply(&wanted_of("one"), &mut |_| {
        // So that there is another connection, at rest.
        store.batch_apply(&wanted_of("other"), &mut |_| one_delivery(2)).unwrap();
        stopped = backend_of_the_batch(&database);
        signal("-STOP", &stopped);
        one_delivery(1)
    });
    assert!(matches!(hangs, Err(StoreError::CommitUnknown { .. })), "{hangs:?}");
    let ids = [id("dlv", 1), id("dlv", 2)];
    for _ in 0..2 {
        let told = store.deliveries_stored(&ids);
        assert!(matches!(told, Err(StoreError::Unavailable { .. })), "{told:?}");
    }
    signal("-CONT", &stopped);
    becomes(|| store.deliveries_stored(&ids).is_ok());
    let there = store.deliveries_stored(&ids).unwrap();
    assert_eq!(there, [id("dlv", 2)], "what it had not committed was rolled back");
    write(&store, 1).unwrap();
    assert_eq!(total(&store), 2);
}

#[test]
fn a_connection_that_is_ended_in_the_middle_of_a_batch_leaves_nothing() {
    let database = Database::with_tables();
    let store = ready(database.url());
    let mut numbers = Vec::new();
    let cut = store.batch_apply(&wanted(), &mut |known| {
        numbers.push(known.first_number);
        database.psql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND state = 'idle in transaction'",
        );
        Changes { numbers_used: 1, ..one_delivery(1) }
    });
    // It was ended before the commit, but from here that cannot be known.
    assert!(cut.as_ref().is_err_and(|e| !e.is_callers_fault()), "{cut:?}");
    assert_eq!(store.deliveries_stored(&[id("dlv", 1)]).unwrap(), []);
    store
        .batch_apply(&wanted(), &mut |known| {
            numbers.push(known.first_number);
            one_delivery(1)
        })
        .unwrap();
    assert_eq!(store.deliveries_stored(&[id("dlv", 1), id("dlv", 2)]).unwrap(), [id("dlv", 1)]);
    // For all that is known, an incident with the first number may be there.
    assert!(numbers[1] > numbers[0], "{numbers:?}");
}

#[test]
fn whoever_waits_for_a_lock_gives_up_in_time() {
    let database = Database::with_tables();
    let (store, other) = (ready(database.url()), impatient(database.url()));
    let started = Instant::now();
    store
        .batch_apply(&wanted(), &mut |_| {
            let refused = write(&other, 2);
            assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
            one_delivery(1)
        })
        .unwrap();
    let took = started.elapsed();
    assert!((Duration::from_millis(500)..Duration::from_secs(10)).contains(&took), "{took:?}");
    write(&other, 2).unwrap();
    assert_eq!(total(&store), 2);
}

#[test]
fn a_nul_is_the_deliverys_own_fault() {
    let database = Database::with_tables();
    let store = ready(database.url());
    furnish(&store);
    let page = store.incident_list(&IncidentFilter::default(), Page::new(1, 0)).unwrap();
    let mut changes = one_delivery(1);
    changes.timeline = vec![TimelineEntry {
        id: id::<TimelineId>("tml", 1),
        incident: page.items[0].id,
        at: noon(),
        kind: TimelineKind::Opened,
        actor: Actor::System,
        delivery: None,
        text: "a\0b".to_owned(),
    }];
    let before = total(&store);
    let refused = store.batch_apply(&wanted(), &mut |_| changes.clone()).unwrap_err();
    assert!(matches!(refused, StoreError::Refused { .. }), "{refused:?}");
    assert!(watchbell_model::error_chain(&refused).contains("0x00"), "{refused:?}");
    assert_eq!(total(&store), before);
    write(&store, 1).unwrap();
}

#[test]
fn a_read_only_database_is_unavailable_can_be_read_and_recovers() {
    let cluster = Postgres::start();
    let store = ready(&cluster.create_database());
    write(&store, 1).unwrap();
    cluster.set("default_transaction_read_only", "on");
    // A running connection hears of it a moment later.
    becomes(|| store.probe().is_err());
    for refused in [write(&store, 2), store.probe()] {
        assert!(matches!(refused, Err(StoreError::Unavailable { .. })), "{refused:?}");
    }
    assert_eq!(total(&store), 1);
    cluster.set("default_transaction_read_only", "off");
    becomes(|| store.probe().is_ok());
    write(&store, 2).unwrap();
    assert_eq!(total(&store), 2);
}

#[test]
fn a_good_server_gives_every_guarantee_again_and_again() {
    let database = Database::with_tables();
    let store = ready(database.url());
    for _ in 0..3 {
        assert_eq!(store.broken_guarantees().unwrap(), []);
    }
    assert_eq!(database.psql("SELECT count(*) FROM leases").trim(), "0");
    // Many servers may try at once.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(ready(database.url()).broken_guarantees().unwrap(), []));
        }
    });
}

#[test]
fn locks_that_lock_nothing_are_found() {
    let database = Database::with_tables();
    ready(database.url());
    let name = database.url().rsplit('/').next().unwrap().to_owned();
    // What a distributed database may do that knows the name and nothing else.
    database.psql(&format!(
        "CREATE SCHEMA fake;
         CREATE FUNCTION fake.pg_advisory_xact_lock(int, int) RETURNS void
             LANGUAGE sql AS 'SELECT NULL::void';
         ALTER DATABASE \"{name}\" SET search_path = fake, pg_catalog, public"
    ));
    let broken = ready(database.url()).broken_guarantees().unwrap();
    let which: Vec<_> = broken.iter().map(|(guarantee, _)| *guarantee).collect();
    assert_eq!(which, [Guarantee::AdvisoryLocks]);
}

#[test]
fn a_database_that_is_not_utf8_is_refused() {
    let database = Database::with_tables();
    let (base, name) = database.url().rsplit_once('/').unwrap();
    let latin = format!("{name}_latin");
    database.psql(&format!(
        "CREATE DATABASE \"{latin}\" ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    ));
    let refused = PostgresStore::open(PostgresOptions::new(format!("{base}/{latin}")));
    let told = watchbell_model::error_chain(&refused.unwrap_err());
    assert!(told.contains("LATIN1") && told.contains("UTF8"), "{told}");
}

#[test]
fn a_wrong_address_is_told_at_once_and_without_the_password() {
    let url = "postgres://user:geheim@127.0.0.1:1/none";
    let refused = PostgresStore::open(PostgresOptions::new(url)).unwrap_err();
    let told = watchbell_model::error_chain(&refused);
    assert!(matches!(refused, StoreError::Unavailable { .. }), "{told}");
    assert!(told.contains("refused") && !told.contains("geheim"), "{told}");
}
