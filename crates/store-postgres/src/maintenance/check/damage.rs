//! Every kind of damage, planted with the database's own rules switched off, is found by its name.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use watchbell_store::conformance::furnish;
use watchbell_store::{MaintenanceStore, checks};
use watchbell_testkit::Database;

use super::{CHECKS, How, places};
use crate::{PostgresOptions, PostgresStore};

/// Takes the rules away that would refuse the damage.
const LAWLESS: &str = "SET LOCAL session_replication_role = replica;
    SET LOCAL allow_system_table_mods = on;
    DO $$ DECLARE rule record; BEGIN
        FOR rule IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                    WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.t, rule.conname);
        END LOOP;
    END $$;";

/// Each kind of damage, by the check that has to find it. STRANGER is the id of nothing.
const DAMAGE: &[(checks::Check, &[&str])] = &[
    (
        checks::STORAGE,
        &[
            "UPDATE pg_index SET indisvalid = false
             WHERE indexrelid = 'incidents_open_identity'::regclass",
            "UPDATE pg_constraint SET convalidated = false WHERE conname = 'links_service_fkey'",
        ],
    ),
    (
        checks::SCHEMA,
        &[
            "DROP INDEX incidents_open_identity",
            "DROP INDEX deliveries_source",
            "DROP TABLE jobs",
            "CREATE TABLE notes (text text)",
            "CREATE UNIQUE INDEX one_title ON incidents (number, title)",
            "ALTER TABLE services ADD COLUMN color text",
            "ALTER TABLE services ALTER COLUMN name DROP NOT NULL",
            "ALTER TABLE links DROP CONSTRAINT links_service_fkey",
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN RETURN NULL; END';
             CREATE TRIGGER forget BEFORE INSERT ON incidents FOR EACH ROW
                 EXECUTE FUNCTION nothing()",
            "DROP TRIGGER audit_stays ON audit",
            "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN RETURN NEW; END'",
        ],
    ),
    (
        checks::CONFIGURATION,
        &[
            "UPDATE config_state SET revision = -1",
            "DELETE FROM config_state",
            "INSERT INTO config_state (id, revision) VALUES (2, 1)",
            "DELETE FROM instance_settings",
        ],
    ),
    (
        checks::NAMES,
        &[
            "DELETE FROM service_references WHERE reference LIKE 'ser-%'",
            "DELETE FROM service_references WHERE reference LIKE 'svc%'",
            "UPDATE service_references SET service = STRANGER",
            "INSERT INTO service_references SELECT 'other', id FROM services",
            "UPDATE services SET slug = 'renamed'",
        ],
    ),
    (
        checks::CONFIGURED,
        &[
            "INSERT INTO links SELECT STRANGER, id, 7, '{}' FROM services",
            "INSERT INTO links SELECT id, STRANGER, 7, '{}' FROM integrations",
            "INSERT INTO project_mappings SELECT STRANGER, STRANGER, 'p', id, true FROM services",
            "INSERT INTO project_mappings SELECT id, STRANGER, 'p', STRANGER, true FROM integrations",
            "UPDATE subscriptions SET integration = STRANGER",
            "UPDATE connections SET integration = STRANGER",
            "UPDATE connection_apps SET integration = STRANGER",
            "UPDATE issue_links SET integration = STRANGER",
            "UPDATE deploy_keys SET service = STRANGER",
            "UPDATE deploys SET service = STRANGER",
            "UPDATE pushed_commits SET service = STRANGER",
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
            "UPDATE services SET team = STRANGER",
            "UPDATE team_members SET team = STRANGER",
            "UPDATE team_members SET person = STRANGER",
            "UPDATE passwords SET person = STRANGER",
            "UPDATE sessions SET person = STRANGER",
            "UPDATE provider_accounts SET person = STRANGER",
            "UPDATE one_time_links SET person = STRANGER WHERE person IS NOT NULL",
            "UPDATE api_key_uses SET key = STRANGER",
            "DELETE FROM users",
        ],
    ),
    (
        checks::VALUES,
        &[
            "UPDATE incidents SET dedup_key = ''",
            "UPDATE incidents SET dedup_key = repeat('x', 256)",
            "UPDATE incidents SET group_hash = '\\x00'",
            "UPDATE connections SET state = 'strange'",
            "UPDATE issue_links SET state = 'strange'",
            "UPDATE issue_links SET origin = 'strange'",
            "UPDATE issue_links SET created_by = 'nobody'",
            "UPDATE deploys SET source = 'strange'",
            "UPDATE deploys SET commits = '{}'",
            "UPDATE pushed_commits SET files = '[1]'",
            "UPDATE enrichments SET attempts = 5000000000",
            "UPDATE incidents SET status = 'strange'",
            "UPDATE incidents SET open = NOT open",
            "UPDATE incidents SET severity = 5",
            "UPDATE incidents SET worst_reported = -1",
            "UPDATE incidents SET opened_at = 'infinity'",
            "UPDATE incidents SET acknowledged_at = opened_at, acknowledged_by = NULL",
            "UPDATE incidents SET acknowledged_by = 'nobody', acknowledged_at = opened_at",
            "UPDATE incidents SET metadata = '[]'",
            "UPDATE incidents SET number = number - 20260000000000",
            "UPDATE incidents SET occurrences = 0",
            "UPDATE incidents SET version = 0",
            "UPDATE timeline SET kind = 'strange'",
            "UPDATE timeline SET actor = 'nobody'",
            "UPDATE deliveries SET outcome = 'strange'",
            "UPDATE deliveries SET reason = 'strange'",
            "UPDATE deliveries SET status = 70000",
            "UPDATE deliveries SET duration_us = -1",
            "UPDATE deliveries SET revision = -1",
            "UPDATE deliveries SET headers = '{}'",
            "UPDATE deliveries SET trace = '[{\"stage\":\"strange\",\"text\":\"\"}]'",
            "UPDATE deliveries SET results = '[{\"action\":\"strange\",\"reason\":\"created\"}]'",
            "UPDATE services SET key = 'strange'",
            "UPDATE services SET legacy_key = -1",
            "UPDATE services SET slug = 'not a slug'",
            "UPDATE services SET default_severity = 9",
            "UPDATE services SET environment = 'strange'",
            "UPDATE services SET kind = 'strange'",
            "UPDATE integrations SET state = 'strange'",
            "UPDATE integrations SET rate_limit = -1",
            "UPDATE integrations SET options = '[]'",
            "INSERT INTO links SELECT i.id, s.id, 7, '{\"info\":\"strange\"}'
             FROM integrations AS i, services AS s",
            "UPDATE routing_keys SET hash = '\\x00'",
            "UPDATE api_keys SET scopes = 'strange'",
            "UPDATE api_keys SET hash = '\\x00'",
            "UPDATE integration_counters SET processed = -1, failed = failed + 2",
            "UPDATE idempotency SET key = '\\x00'",
            "UPDATE idempotency SET at = 'infinity'",
            "UPDATE source_clocks SET clock = '-infinity'",
            "UPDATE source_clocks SET dedup_key = ''",
            "INSERT INTO accepted_counts SELECT id, STRANGER, '2026-11-21', 0 FROM integrations",
            "INSERT INTO accepted_counts SELECT id, STRANGER, '2026-11-21 12:00:00.5', 1
             FROM integrations",
            "UPDATE incident_numbers SET last = -1",
            "UPDATE users SET email = 'nobody'",
            "UPDATE users SET folded = 'other@example.com'",
            "UPDATE users SET role = 'strange'",
            "UPDATE teams SET folded = 'other'",
            "UPDATE instance_settings SET reopen_days = -1",
            "UPDATE instance_settings SET default_severity = 9",
            "UPDATE passwords SET phc = 'plain'",
            "UPDATE sessions SET hash = '\\x00'",
            "UPDATE one_time_links SET hash = '\\x00' WHERE person IS NULL",
            "UPDATE one_time_links SET purpose = 'strange'",
            "UPDATE api_key_uses SET used_at = 'infinity'",
            "UPDATE audit SET actor = 'nobody'",
            "UPDATE audit SET action = 'strange'",
            "UPDATE audit SET subject_kind = 'strange'",
            "UPDATE audit SET before = '{'",
            "UPDATE audit SET after = 'x'",
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
        &["INSERT INTO deliveries SELECT gen_random_uuid(), integration, received_at, outcome,
               reason, status, duration_us, revision, repeats, results, trace, headers, body
           FROM deliveries, generate_series(1, 1000) WHERE outcome = 'rejected'"],
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
            "UPDATE deliveries SET repeats = NULL WHERE outcome = 'duplicate'",
            "UPDATE deliveries SET repeats = id WHERE outcome = 'processed'",
        ],
    ),
    (
        checks::DELIVERIES,
        &[
            "UPDATE timeline SET delivery = STRANGER",
            "UPDATE idempotency SET delivery = STRANGER",
            "UPDATE deliveries SET repeats = STRANGER WHERE outcome = 'duplicate'",
            "DELETE FROM deliveries WHERE outcome = 'processed'",
        ],
    ),
    (
        checks::KEYS,
        &[
            "DELETE FROM delivery_keys",
            "UPDATE delivery_keys SET dedup_key = dedup_key || '!'",
            "INSERT INTO delivery_keys VALUES ('disk', STRANGER)",
        ],
    ),
    (
        checks::IDENTITY,
        &["DROP INDEX incidents_open_identity;
           CREATE TEMPORARY TABLE twice AS SELECT * FROM incidents WHERE open;
           UPDATE twice SET id = gen_random_uuid(), number = number + 10;
           INSERT INTO incidents SELECT * FROM twice"],
    ),
    (
        checks::OPEN,
        &[
            "UPDATE incidents SET open = false",
            "UPDATE incidents SET status = 'resolved'",
            "UPDATE incidents SET ended_at = opened_at WHERE open",
            "UPDATE incidents SET ended_at = NULL WHERE NOT open",
        ],
    ),
    (
        checks::TIMES,
        &[
            "UPDATE incidents SET ended_at = opened_at - interval '1 second' WHERE NOT open",
            "UPDATE incidents SET last_seen_at = opened_at - interval '1 second'",
            "UPDATE incidents SET acknowledged_at = opened_at - interval '1 second',
                 acknowledged_by = 'system'",
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
        &[
            "DELETE FROM incidents WHERE NOT open",
            "UPDATE timeline SET incident = STRANGER",
            "INSERT INTO suspects SELECT STRANGER, now(), now(), '[]'",
            "INSERT INTO enrichments SELECT STRANGER, 'done', 0, NULL, now(), '{}', NULL",
            "UPDATE issue_links SET incident = 1",
        ],
    ),
    (checks::NUMBERS, &["UPDATE incident_numbers SET last = 0", "DELETE FROM incident_numbers"]),
];

/// What one check finds after `sql` was done behind everybody's back; that is taken back afterwards.
fn findings_after(connection: &mut PgConnection, sql: &str, how: How) -> Vec<String> {
    let sql = sql.replace("STRANGER", "'99999999-9999-9999-9999-999999999999'::uuid");
    let mut findings = Vec::new();
    let taken_back = connection.transaction(|connection| {
        connection.batch_execute(&sql)?;
        findings = places(connection, how).unwrap();
        Err::<(), _>(Error::RollbackTransaction)
    });
    assert_eq!(taken_back, Err(Error::RollbackTransaction), "{sql}");
    findings
}

#[test]
fn every_kind_of_damage_is_found_by_its_name() {
    let database = Database::with_tables();
    let store = PostgresStore::open(PostgresOptions::new(database.url())).unwrap();
    store.migrate().unwrap();
    furnish(&store);
    assert_eq!(store.check().unwrap(), []);
    let mut connection = PgConnection::establish(database.url()).unwrap();
    connection.begin_test_transaction().unwrap();
    connection.batch_execute(LAWLESS).unwrap();
    assert_eq!(CHECKS.len(), DAMAGE.len());
    for (check, how) in CHECKS {
        let kinds = DAMAGE.iter().find(|(other, _)| other == check);
        let (_, kinds) = kinds.unwrap_or_else(|| panic!("{}: no damage to find", check.name));
        // The missing rules are damage, too.
        let before = places(&mut connection, how).unwrap();
        assert_eq!(before.is_empty(), check != &checks::SCHEMA, "{}: {before:?}", check.name);
        for sql in *kinds {
            let findings = findings_after(&mut connection, sql, how);
            assert!(findings.len() > before.len(), "{}: {sql}: {findings:?}", check.name);
        }
    }
}
