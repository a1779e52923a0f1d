-- A database as years leave it behind: 1,000,000 incidents and 5,000,000 small deliveries, unless told otherwise. Run by
-- tests/load/lists on a database with services, integrations and users, and no server. It is for both
-- databases: {…} are the few words that they say differently.
--
-- Incident n was opened n half minutes after the beginning; a tenth of all is of one key, a fifth of one
-- integration. Most live for minutes, some for weeks. Five deliveries are about each.
INSERT INTO incidents (number, id, integration, scope, dedup_key, service, status, open, severity,
    worst_reported, occurrences, version, opened_at, last_seen_at, ended_at, test, title, metadata,
    assigned_to, resolved_by)
SELECT 20250000000000 + n, {id_n}, i.id, {zeros},
    CASE WHEN n % 10 = 1 AND NOT still THEN 'hot' ELSE 'key-' || CASE WHEN still THEN n ELSE n % 200000 END END,
    s.id, CASE WHEN still THEN CASE WHEN n % 2 = 0 THEN 'new' ELSE 'investigating' END
               WHEN n % 50 = 0 THEN 'closed' ELSE 'resolved' END,
    {open}, CASE WHEN n % 10000 = 1 THEN 0 ELSE 1 + n % 4 END, 0, 5, 5, {opened}, {opened},
    CASE WHEN still THEN NULL ELSE {ended} END, {false}, 'Error rate of host ' || n, '{{}}',
    CASE WHEN n % 3 = 0 THEN u.id END,
    CASE WHEN still THEN NULL WHEN n % 4 = 0 THEN u.actor ELSE 'system' END
FROM (SELECT n, n > {still_from} OR n % 2000 = 7 AS still,
             60 * CASE n * 7919 % 100 WHEN 0 THEN 20000 + n % 20000 WHEN 1 THEN 2000 + n % 2000
                                      ELSE 2 + n * 31 % 200 END AS life
      FROM {numbers_1000000} AS c) AS n
JOIN places AS s ON s.kind = 's' AND s.place = n * 13 % 50
JOIN places AS i ON i.kind = 'i' AND i.place = CASE WHEN n % 5 = 1 THEN 0 ELSE 1 + n * 17 % 40 END
JOIN places AS u ON u.kind = 'u' AND u.place = n * 11 % 30;

INSERT INTO timeline (incident, id, at, kind, actor, text)
SELECT id, id, opened_at, 'opened', 'system', 'seeded' FROM incidents;

INSERT INTO deliveries (id, integration, received_at, outcome, reason, status, duration_us, revision,
    results, trace, headers, body)
SELECT {delivery_n}, incidents.integration, {received},
    outcome, reason, 202, 900, 1,
    '[{{"action":"trigger","reason":"' || reason || '","incident":"INC-2025-'
        || CASE WHEN place < 1000 THEN substr('00' || place, length('00' || place) - 2) ELSE '' || place END
        || '","service":"svc_K7M4Q9TZ2H","severity":"SEV2","dedup_key":"' || dedup_key || '"}}]',
    '[{{"alert":0,"stage":"decision","text":"seeded"}}]', '[["content-type","application/json"]]', {body}
FROM (SELECT n, (n - 1) / 5 + 1 AS place,
             CASE WHEN n % 1000000 = 1 THEN 'failed' WHEN n % 10 = 3 THEN 'ignored' ELSE 'processed' END AS outcome,
             CASE WHEN n % 1000000 = 1 THEN 'internal' WHEN n % 10 = 3 THEN 'nothing_open'
                  WHEN n % 5 = 1 THEN 'created' ELSE 'updated' END AS reason
      FROM {numbers_5000000} AS c) AS n
JOIN incidents ON number = 20250000000000 + place;

INSERT INTO integration_counters (integration, received, stored, counted, processed, ignored, duplicate,
    rejected, failed)
SELECT integration, count(*), count(*), 0, sum(CASE WHEN outcome = 'processed' THEN 1 ELSE 0 END),
    sum(CASE WHEN outcome = 'ignored' THEN 1 ELSE 0 END), 0, 0,
    sum(CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END)
FROM deliveries GROUP BY integration;

INSERT INTO delivery_keys (dedup_key, delivery)
SELECT dedup_key, {delivery_n}
FROM {numbers_5000000} AS n JOIN incidents ON number = 20250000000000 + (n - 1) / 5 + 1
ORDER BY 1, 2;
