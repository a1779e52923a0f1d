//! Every kind of damage, planted with the database's own rules switched off, is found by its name.

#![cfg(test)]

mod world;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Seek, SeekFrom, Write};

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
    place.store.config_change(1, &changes).unwrap();
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
        next.duplicate_of = (outcome == Outcome::Duplicate).then_some(first.id);
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

/// Each kind of damage, by the check that has to find it. STRANGER is the id of nothing.
const DAMAGE: &[(checks::Check, &[&str])] = &[
    (
        checks::STORAGE,
        &[
            "UPDATE incidents SET severity = 9",
            "UPDATE incidents SET acknowledged_at = 1",
            "UPDATE integration_counters SET stored = -1",
            // An index that says another thing than its table.
            "UPDATE sqlite_schema SET sql = replace(sql, 'open = 1 AND', 'open = 0 AND')
             WHERE name = 'incidents_open_identity'",
        ],
    ),
    (
        checks::SCHEMA,
        &[
            "DROP INDEX incidents_open_identity",
            "DROP INDEX deliveries_list",
            "DROP TABLE outbox",
            "CREATE TABLE notes (text TEXT)",
            "CREATE UNIQUE INDEX one_title ON incidents (number, title)",
            "CREATE TRIGGER forget AFTER INSERT ON incidents BEGIN SELECT 1; END",
            "ALTER TABLE services ADD COLUMN color TEXT",
            "UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (number > 0)', '')
             WHERE name = 'incidents'",
        ],
    ),
    (
        checks::CONFIGURATION,
        &[
            "UPDATE config_state SET revision = -1",
            "DELETE FROM config_state",
            "INSERT INTO config_state (id, revision) VALUES (2, 1)",
        ],
    ),
    (
        checks::NAMES,
        &[
            "DELETE FROM service_references WHERE reference = 'checkout'",
            "DELETE FROM service_references WHERE reference LIKE 'ser-%'",
            "DELETE FROM service_references WHERE reference LIKE 'svc_%'",
            "UPDATE service_references SET service = STRANGER WHERE reference = 'checkout'",
            "INSERT INTO service_references SELECT 'other', id FROM services",
            "UPDATE services SET slug = 'renamed'",
        ],
    ),
    (
        checks::CONFIGURED,
        &[
            "UPDATE links SET integration = STRANGER",
            "UPDATE links SET service = STRANGER",
            "UPDATE routing_keys SET integration = STRANGER",
            "UPDATE signing_secrets SET integration = STRANGER",
            "UPDATE integrations SET default_service = STRANGER",
            "UPDATE service_references SET service = STRANGER",
            "UPDATE integration_counters SET integration = STRANGER",
            "UPDATE deliveries SET integration = STRANGER",
            "UPDATE incidents SET integration = STRANGER",
            "UPDATE incidents SET service = STRANGER",
            "DELETE FROM integrations",
            "DELETE FROM services",
        ],
    ),
    (
        checks::VALUES,
        &[
            "UPDATE incidents SET id = x'00' WHERE open = 1",
            "UPDATE incidents SET integration = x'00'",
            "UPDATE incidents SET scope = x''",
            "UPDATE incidents SET dedup_key = ''",
            "UPDATE incidents SET dedup_key = printf('%256c', 'x')",
            "UPDATE incidents SET group_hash = x'00'",
            "UPDATE incidents SET service = x'00'",
            "UPDATE incidents SET status = 'strange'",
            "UPDATE incidents SET open = 2",
            "UPDATE incidents SET severity = 5",
            "UPDATE incidents SET worst_reported = -1",
            "UPDATE incidents SET opened_at = 9223372036854775807",
            "UPDATE incidents SET ended_at = -9223372036854775808",
            "UPDATE incidents SET acknowledged_at = 1",
            "UPDATE incidents SET acknowledged_by = 'nobody', acknowledged_at = opened_at",
            "UPDATE incidents SET test = 7",
            "UPDATE incidents SET metadata = '{'",
            "UPDATE incidents SET number = number - 20260000000000",
            "UPDATE incidents SET occurrences = 0",
            "UPDATE incidents SET version = 0",
            "UPDATE timeline SET id = x'00'",
            "UPDATE timeline SET kind = 'strange'",
            "UPDATE timeline SET actor = 'nobody'",
            "UPDATE timeline SET delivery = x'00'",
            "UPDATE timeline SET at = 9223372036854775807",
            "UPDATE deliveries SET id = x'00' WHERE outcome = 'failed'",
            "UPDATE deliveries SET outcome = 'strange'",
            "UPDATE deliveries SET reason = 'strange'",
            "UPDATE deliveries SET status = 70000",
            "UPDATE deliveries SET received_at = 9223372036854775807",
            "UPDATE deliveries SET duration_us = -1",
            "UPDATE deliveries SET revision = -1",
            "UPDATE deliveries SET headers = '{}'",
            "UPDATE deliveries SET trace = '[{\"stage\":\"strange\",\"text\":\"\"}]'",
            "UPDATE deliveries SET results = '[{\"action\":\"strange\",\"reason\":\"created\"}]'",
            "UPDATE deliveries SET duplicate_of = x'00'",
            "UPDATE services SET id = x'00'",
            "UPDATE services SET key = 'strange'",
            "UPDATE services SET legacy_key = -1",
            "UPDATE services SET slug = 'not a slug'",
            "UPDATE services SET active = 2",
            "UPDATE services SET default_severity = 9",
            "UPDATE services SET environment = 'strange'",
            "UPDATE services SET kind = 'strange'",
            "UPDATE integrations SET state = 'strange'",
            "UPDATE integrations SET rate_limit = -1",
            "UPDATE integrations SET options = '[]'",
            "UPDATE integrations SET accept_over_limit = 2",
            "UPDATE links SET mapping = '{\"info\":\"strange\"}'",
            "UPDATE routing_keys SET hash = x'00'",
            "UPDATE routing_keys SET expires_at = 9223372036854775807",
            "UPDATE signing_secrets SET id = x'00'",
            "UPDATE api_keys SET scopes = 'strange'",
            "UPDATE api_keys SET hash = x'00'",
            "UPDATE integration_counters SET processed = -1, failed = failed + 2",
            "UPDATE idempotency SET key = x'00'",
            "UPDATE idempotency SET at = 9223372036854775807",
            "UPDATE source_clocks SET clock = 9223372036854775807",
            "UPDATE source_clocks SET dedup_key = ''",
            "UPDATE accepted_counts SET deliveries = 0",
            "UPDATE accepted_counts SET second = second + 1",
            "UPDATE leases SET holder = x'00'",
            "UPDATE incident_numbers SET last = -1",
        ],
    ),
    (
        checks::SUMS,
        &[
            "UPDATE integration_counters SET counted = counted + 1",
            "UPDATE integration_counters SET received = received + 1",
            "UPDATE integration_counters SET failed = failed + 1",
        ],
    ),
    (
        checks::STORED,
        &[
            "DELETE FROM deliveries",
            "DELETE FROM deliveries WHERE outcome = 'rejected'",
            "DELETE FROM integration_counters",
            "UPDATE integration_counters SET stored = stored - 1, counted = counted + 1",
        ],
    ),
    (
        checks::OUTCOMES,
        &[
            "UPDATE deliveries SET outcome = 'ignored' WHERE outcome = 'processed'",
            "UPDATE deliveries SET outcome = 'rejected' WHERE outcome = 'failed'",
            "UPDATE integration_counters SET processed = processed - 1, duplicate = duplicate + 1",
            "UPDATE integration_counters SET rejected = rejected - 1, failed = failed + 1",
        ],
    ),
    (
        checks::REJECTED,
        &["WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000)
             INSERT INTO deliveries SELECT 1000 + n, randomblob(16), integration, received_at,
                 outcome, reason, status, duration_us, revision, duplicate_of, results, trace,
                 headers, body FROM deliveries, n WHERE outcome = 'rejected'"],
    ),
    (
        checks::ANSWERS,
        &[
            "UPDATE deliveries SET status = 500 WHERE outcome = 'processed'",
            "UPDATE deliveries SET status = 400 WHERE outcome = 'ignored'",
            "UPDATE deliveries SET status = 202 WHERE outcome = 'rejected'",
            "UPDATE deliveries SET status = 503 WHERE outcome = 'failed'",
            "UPDATE deliveries SET reason = 'created' WHERE outcome = 'ignored'",
            "UPDATE deliveries SET reason = 'created' WHERE outcome = 'rejected'",
            "UPDATE deliveries SET reason = 'created' WHERE outcome = 'duplicate'",
            "UPDATE deliveries SET reason = 'created' WHERE outcome = 'failed'",
            "UPDATE deliveries SET duplicate_of = NULL WHERE outcome = 'duplicate'",
            "UPDATE deliveries SET duplicate_of = id WHERE outcome = 'processed'",
        ],
    ),
    (
        checks::DELIVERIES,
        &[
            "UPDATE timeline SET delivery = STRANGER",
            "UPDATE idempotency SET delivery = STRANGER",
            "UPDATE deliveries SET duplicate_of = STRANGER WHERE outcome = 'duplicate'",
            "DELETE FROM deliveries WHERE outcome = 'processed'",
        ],
    ),
    (
        checks::IDENTITY,
        &["DROP INDEX incidents_open_identity;
             INSERT INTO incidents SELECT number + 10, randomblob(16), integration, scope,
                 dedup_key, occurrence, group_hash, service, status, open, severity,
                 worst_reported, occurrences, version, opened_at, last_seen_at, ended_at,
                 detected_at, acknowledged_at, acknowledged_by, test, title, source_name,
                 source_url, metadata, description
             FROM incidents WHERE open = 1"],
    ),
    (
        checks::OPEN,
        &[
            "UPDATE incidents SET open = 0",
            "UPDATE incidents SET status = 'resolved'",
            "UPDATE incidents SET ended_at = opened_at WHERE open = 1",
            "UPDATE incidents SET ended_at = NULL WHERE open = 0",
        ],
    ),
    (
        checks::TIMES,
        &[
            "UPDATE incidents SET ended_at = opened_at - 1 WHERE open = 0",
            "UPDATE incidents SET last_seen_at = opened_at - 1",
            "UPDATE incidents SET acknowledged_at = opened_at - 1, acknowledged_by = 'system'",
        ],
    ),
    (
        checks::OPENED,
        &[
            "DELETE FROM timeline",
            "UPDATE timeline SET kind = 'noted'",
            "UPDATE timeline SET incident = STRANGER",
        ],
    ),
    (
        checks::LINES,
        &["DELETE FROM incidents WHERE open = 0", "UPDATE timeline SET incident = STRANGER"],
    ),
    (checks::NUMBERS, &["UPDATE incident_numbers SET last = 0", "DELETE FROM incident_numbers"]),
];

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
