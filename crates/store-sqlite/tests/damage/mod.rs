//! Damage of every kind, as SQL.

pub(crate) mod people;

use watchbell_store::checks;

/// Each kind of damage, by the check that has to find it. STRANGER is the id of nothing.
pub(crate) const DAMAGE: &[(checks::Check, &[&str])] = &[
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
            "DROP INDEX deliveries_source",
            "DROP TABLE jobs",
            "CREATE TABLE notes (text TEXT)",
            "CREATE UNIQUE INDEX one_title ON incidents (number, title)",
            "CREATE TRIGGER forget AFTER INSERT ON incidents BEGIN SELECT 1; END",
            "ALTER TABLE services ADD COLUMN color TEXT",
            "UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (number > 0)', '')
             WHERE name = 'incidents'",
            "DROP TRIGGER audit_stays",
            "DROP TRIGGER audit_remains; CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT 1; END",
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
            "INSERT INTO project_mappings SELECT STRANGER, STRANGER, 'p', id, 1 FROM services",
            "INSERT INTO project_mappings SELECT id, STRANGER, 'p', STRANGER, 1 FROM integrations",
            "INSERT INTO subscriptions SELECT STRANGER, 'arn', 'waiting', 0, NULL",
            "INSERT INTO connection_apps SELECT STRANGER, 'a', 'b', 'c'",
            "INSERT INTO issue_links (id, incident, integration, scope, issue, origin, state, created_by,
             created_at, changed_at)
             SELECT STRANGER, number, STRANGER, STRANGER, '1', 'source', 'linked', 'system', 0, 0
             FROM incidents LIMIT 1",
            "INSERT INTO connections SELECT STRANGER, STRANGER, 'oauth', 'b', NULL, 'o', 'n', NULL, '',
             'connected', NULL, 0, NULL, 0, NULL, 0, NULL",
            "INSERT INTO deploy_keys (id, service, hash, created_at)
             VALUES (STRANGER, STRANGER, zeroblob(32), 0)",
            "INSERT INTO deploys (id, service, source, at, commit_sha, commits)
             VALUES (STRANGER, STRANGER, 'token', 0, 'a', '[]')",
            "INSERT INTO pushed_commits (service, head, place, sha, files, pushed_at)
             VALUES (STRANGER, 'a', 0, 'a', '[]', 0)",
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
            "INSERT INTO connections SELECT id, id, 'strange', 'b', NULL, 'o', 'n', NULL, '', 'connected',
             NULL, 0, NULL, 0, NULL, 0, NULL FROM integrations LIMIT 1",
            "INSERT INTO connections SELECT id, id, 'oauth', 'b', NULL, 'o', 'n', NULL, '', 'strange',
             NULL, 0, NULL, 0, NULL, 0, NULL FROM integrations LIMIT 1",
            "INSERT INTO deploys (id, service, source, at, commit_sha, commits)
             SELECT id, id, 'strange', 0, 'a', '[]' FROM services LIMIT 1",
            "INSERT INTO deploys (id, service, source, at, commit_sha, commits)
             SELECT id, id, 'token', 0, 'a', '{}' FROM services LIMIT 1",
            "INSERT INTO pushed_commits (service, head, place, sha, files, pushed_at)
             SELECT id, 'a', 0, 'a', '{}', 0 FROM services LIMIT 1",
            "INSERT INTO suspects SELECT id, 0, 0, '{' FROM incidents LIMIT 1",
            "INSERT INTO enrichments SELECT id, 'done', 0, NULL, 0, '{', NULL FROM incidents LIMIT 1",
            "INSERT INTO enrichments SELECT id, 'done', 0, NULL, 0, '{}', '{' FROM incidents LIMIT 1",
            "INSERT INTO issue_links (id, incident, integration, scope, issue, origin, state, created_by,
             created_at, changed_at)
             SELECT id, number, integration, id, '1', 'source', 'strange', 'system', 0, 0
             FROM incidents WHERE integration IS NOT NULL LIMIT 1",
            "INSERT INTO issue_links (id, incident, integration, scope, issue, origin, state, created_by,
             created_at, changed_at)
             SELECT id, number, integration, id, '1', 'strange', 'linked', 'system', 0, 0
             FROM incidents WHERE integration IS NOT NULL LIMIT 1",
            "INSERT INTO issue_links (id, incident, integration, scope, issue, origin, state, created_by,
             created_at, changed_at)
             SELECT id, number, integration, id, '1', 'source', 'linked', 'nobody', 0, 0
             FROM incidents WHERE integration IS NOT NULL LIMIT 1",
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
            "UPDATE deliveries SET repeats = x'00'",
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
            "UPDATE users SET email = 'nobody'",
            "UPDATE users SET folded = 'other@example.com'",
            "UPDATE users SET role = 'strange'",
            "UPDATE teams SET folded = 'other'",
            "UPDATE instance_settings SET reopen_days = -1",
            "UPDATE instance_settings SET default_severity = 9",
            "UPDATE passwords SET phc = 'plain'",
            "UPDATE sessions SET hash = x'00'",
            "UPDATE one_time_links SET hash = x'00' WHERE person IS NULL",
            "UPDATE one_time_links SET purpose = 'strange'",
            "UPDATE users SET created_at = 9223372036854775807",
            "UPDATE sessions SET last_seen_at = 9223372036854775807",
            "UPDATE api_key_uses SET used_at = 9223372036854775807",
            "UPDATE users SET active = 2",
            "DROP TRIGGER audit_stays; UPDATE audit SET actor = 'nobody'",
            "DROP TRIGGER audit_stays; UPDATE audit SET action = 'strange'",
            "DROP TRIGGER audit_stays; UPDATE audit SET subject_kind = 'strange'",
            "DROP TRIGGER audit_stays; UPDATE audit SET before = '{'",
            "DROP TRIGGER audit_stays; UPDATE audit SET after = 'x'",
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
                 outcome, reason, status, duration_us, revision, repeats, results, trace,
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
             INSERT INTO incidents SELECT number + 10, randomblob(16), integration, scope,
                 dedup_key, occurrence, group_hash, service, status, open, severity,
                 worst_reported, occurrences, version, opened_at, last_seen_at, ended_at,
                 detected_at, acknowledged_at, acknowledged_by, test, title, source_name,
                 source_url, metadata, description, assigned_to, resolved_by, also_affected
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
        &[
            "DELETE FROM incidents WHERE open = 0",
            "UPDATE timeline SET incident = STRANGER",
            "INSERT INTO suspects SELECT STRANGER, 0, 0, '[]'",
            "INSERT INTO enrichments SELECT STRANGER, 'done', 0, NULL, 0, '{}', NULL",
            "INSERT INTO issue_links (id, incident, integration, scope, issue, origin, state, created_by,
             created_at, changed_at)
             SELECT id, 1, id, id, '1', 'source', 'linked', 'system', 0, 0 FROM integrations LIMIT 1",
        ],
    ),
    (checks::NUMBERS, &["UPDATE incident_numbers SET last = 0", "DELETE FROM incident_numbers"]),
];
