//! Every kind of damage, planted with the database's own rules switched off, is found by its name.

#![cfg(test)]

mod damage;
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Seek, SeekFrom, Write};

use damage::DAMAGE;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tempfile::TempDir;
use watchbell_model::{
    ApiKey, ApiKeyId, IdempotencyKey, Outcome, Reason, Scope, SecretId, ServerId, Status,
};
use watchbell_store::{
    ApiKeyRecord, Changes, ConfigChange, ConfigStore, LeaseStore, MaintenanceStore,
    RoutingKeyRecord, SigningSecretRecord, checks,
};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};
use world::{Place, delivery, id, identity, integration, logged, noon, opened};

/// A database with something in every table, closed, so that its file is all of it.
fn whole() -> TempDir {
    let Place { store, folder } = Place::new();
    let place = Place { store, folder };
    let changes = [
        ConfigChange::RoutingKeyAdd(RoutingKeyRecord {
            hash: [1; 32],
            integration: integration(),
            sealed: vec![1],
            created_at: noon(),
            expires_at: Some(noon()),
        }),
        ConfigChange::SigningSecretAdd(SigningSecretRecord {
            id: id::<SecretId>("sec", 1),
            integration: integration(),
            sealed: vec![2],
            created_at: noon(),
        }),
        ConfigChange::ApiKeyAdd(ApiKeyRecord {
            key: ApiKey {
                id: id::<ApiKeyId>("key", 1),
                name: "key".to_owned(),
                hint: "abcd".to_owned(),
                scopes: vec![Scope::IncidentsRead],
                created_at: noon(),
                expires_at: None,
                revoked_at: None,
            },
            hash: [3; 32],
        }),
    ];
    place.store.config_change(1, &changes, &[]).unwrap();
    damage::people::add(&place, id("key", 1));
    let first = delivery(1, 10);
    let mut all = vec![first.clone()];
    for (number, (outcome, reason, status)) in (2..).zip([
        (Outcome::Ignored, Reason::NothingOpen, 202),
        (Outcome::Duplicate, Reason::DuplicateDelivery, 202),
        (Outcome::Rejected, Reason::Malformed, 400),
        (Outcome::Failed, Reason::Internal, 202),
    ]) {
        let mut next = delivery(number, 10);
        (next.outcome, next.reason, next.status) = (outcome, reason, status);
        next.repeats = (outcome == Outcome::Duplicate).then_some(first.id);
        all.push(next);
    }
    let (open, its_line) = opened(1, &first);
    let (mut over, other_line) = opened(2, &first);
    (over.status, over.ended_at) = (Status::Resolved, Some(noon()));
    let changes = Changes {
        opened: vec![open, over],
        timeline: vec![its_line, other_line],
        numbers_used: 2,
        clocks: vec![(identity(), noon())],
        remembered: vec![(integration(), IdempotencyKey::new("1", b""), first.id)],
        ..logged(all)
    };
    place.apply(&changes).unwrap();
    let server = id::<ServerId>("srv", 1);
    assert!(place.store.lease_take("work", server, std::time::Duration::from_mins(1)).unwrap());
    assert_eq!(place.store.check().unwrap(), []);
    place.folder
}

/// A copy of a closed database.
fn copy_of(whole: &TempDir) -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watchbell.db");
    fs::copy(whole.path().join("watchbell.db"), &path).unwrap();
    Place { store: SqliteStore::open(SqliteOptions::new(path)).unwrap(), folder }
}

#[test]
fn every_kind_of_damage_is_found_by_its_name() {
    let whole = whole();
    assert_eq!(copy_of(&whole).store.check().unwrap(), []);
    let tried: BTreeSet<_> = DAMAGE.iter().map(|(check, _)| check.name).collect();
    let known: BTreeSet<_> = checks::ALL.iter().map(|check| check.name).collect();
    assert_eq!(tried, known, "each check has damage to find");
    for (check, kinds) in DAMAGE {
        for sql in *kinds {
            let place = copy_of(&whole);
            place.plant(&sql.replace("STRANGER", "x'99999999999999999999999999999999'"));
            let findings = place.store.check().unwrap();
            let found = findings.iter().any(|finding| finding.check == check.name);
            assert!(found, "{}: {sql}: {findings:?}", check.name);
        }
    }
}

/// The pages at which tables and indexes begin.
fn roots(place: &Place) -> Vec<i64> {
    diesel::dsl::sql::<BigInt>(
        "SELECT rootpage FROM sqlite_schema WHERE name NOT LIKE '%diesel%' AND rootpage > 1",
    )
    .load(&mut place.raw())
    .unwrap()
}

#[test]
fn a_page_of_nonsense_is_found_wherever_it_is() {
    let whole = whole();
    for root in roots(&copy_of(&whole)) {
        let place = copy_of(&whole);
        let mut file = fs::File::options().write(true).open(place.path()).unwrap();
        file.seek(SeekFrom::Start(u64::try_from(root - 1).unwrap() * 8_192)).unwrap();
        file.write_all(&[0x5a; 8_192]).unwrap();
        drop(file);
        let findings = place.store.check().unwrap();
        let found = findings.iter().any(|finding| finding.check == checks::STORAGE.name);
        assert!(found, "page {root}: {findings:?}");
    }
}

#[test]
fn of_much_damage_only_so_much_is_told() {
    let place = copy_of(&whole());
    place.plant(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 5000)
         INSERT INTO timeline SELECT randomblob(16), randomblob(16), 0, 'strange', 'nobody', NULL, ''
         FROM n",
    );
    let findings = place.store.check().unwrap();
    let of = |check: checks::Check| findings.iter().filter(|f| f.check == check.name).count();
    assert_eq!((of(checks::LINES), of(checks::VALUES)), (100, 100));
}

#[test]
fn damage_far_down_in_large_tables_is_found() {
    let place = copy_of(&whole());
    place.plant(
        "CREATE TEMP TABLE n AS WITH RECURSIVE n (n) AS
             (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 45000) SELECT n FROM n;
         INSERT INTO incidents SELECT number + n, randomblob(16), NULL, scope, NULL, occurrence,
             group_hash, service, status, open, severity, worst_reported, occurrences, version,
             opened_at, last_seen_at, ended_at, detected_at, acknowledged_at, acknowledged_by, test,
             title, source_name, source_url, iif(n = 44000, 'wrong', metadata), description, assigned_to,
             resolved_by, also_affected
         FROM incidents, n WHERE open = 0;
         INSERT INTO timeline SELECT unhex(format('%032x', 1000 + n)), randomblob(16), at,
             iif(n = 44000, 'wrong', kind), actor, delivery, text FROM timeline, n
         WHERE incident = (SELECT id FROM incidents WHERE open = 1);
         INSERT INTO deliveries SELECT 1000 + n, randomblob(16), integration, received_at, outcome,
             reason, status, duration_us, revision, repeats, results, trace,
             iif(n = 44000, 'wrong', headers), body FROM deliveries, n WHERE outcome = 'failed';",
    );
    let findings = place.store.check().unwrap();
    let wrong = findings.iter().filter(|finding| finding.check == checks::VALUES.name);
    let mut wrong: Vec<_> = wrong.map(|finding| finding.what.as_str()).collect();
    wrong.sort_unstable();
    let kinds: Vec<_> = wrong.iter().map(|what| what.split(['_', '-']).next().unwrap()).collect();
    assert_eq!(kinds, ["INC", "dlv", "tml"], "{wrong:?}");
}
