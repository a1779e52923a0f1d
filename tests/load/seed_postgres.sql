-- As seed.sql, for PostgreSQL: `psql -v count=100000 --file tests/load/seed_postgres.sql`.
SET session_replication_role = replica;
SET synchronous_commit = off;
BEGIN;
INSERT INTO incidents (number, id, integration, scope, dedup_key, occurrence, group_hash, service, status,
    open, severity, worst_reported, occurrences, version, opened_at, last_seen_at, test, title, metadata)
  SELECT 2025 * 10000000000 + n, lpad(to_hex(n), 32, '0')::uuid, integration.id, lpad('', 32, '0')::uuid,
    substr(md5(random()::text), 1, 16), '2025-11-20T18:17:46Z', decode(md5(random()::text), 'hex'), service.id, 'new',
    true, n % 5, n % 5, 1, 1, to_timestamp(1700000000 + n * 0.000001), to_timestamp(1700000000 + n * 0.000001),
    false, 'Error rate of host ' || n, '{}'
  FROM generate_series(1::bigint, :count) n,
    (SELECT id FROM integrations WHERE provider = 'alertmanager') integration, (SELECT id FROM services LIMIT 1) service;
INSERT INTO timeline (incident, id, at, kind, actor, text)
  SELECT lpad(to_hex(n), 32, '0')::uuid, lpad(to_hex(n), 32, '0')::uuid, to_timestamp(1700000000 + n * 0.000001),
    'opened', 'system', 'seeded'
  FROM generate_series(1::bigint, :count) n;
COMMIT;
-- Not while something is measured.
VACUUM ANALYZE;
CHECKPOINT;
