-- Open incidents as a long life leaves them behind: :count of them, each with a key and a group of its own.
-- Their ids are 16 bytes that grow, like ours. Run by tests/load/bench on a database that has a service and an Alertmanager integration, and no server.
PRAGMA foreign_keys = OFF;
PRAGMA synchronous = OFF;
BEGIN;
CREATE TEMP TABLE n AS
  WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < :count)
  SELECT n, CAST(printf('%016d', n) AS BLOB) AS id FROM count;
INSERT INTO incidents (number, id, integration, scope, dedup_key, occurrence, group_hash, service, status,
    open, severity, worst_reported, occurrences, version, opened_at, last_seen_at, test, title, metadata)
  SELECT 2025 * 10000000000 + n, id, (SELECT id FROM integrations WHERE provider = 'alertmanager'), zeroblob(16),
    lower(hex(randomblob(8))), '2025-11-20T18:17:46Z', randomblob(16), (SELECT id FROM services LIMIT 1), 'new',
    1, n % 5, n % 5, 1, 1, 1700000000000000 + n, 1700000000000000 + n, 0, 'Error rate of host ' || n, '{}'
  FROM n;
INSERT INTO timeline (incident, id, at, kind, actor, text)
  SELECT id, id, 1700000000000000 + n, 'opened', 'system', 'seeded' FROM n;
COMMIT;
