-- Ids are the 16 bytes of a UUIDv7, times are microseconds since 1970 in UTC, severities are their
-- numbers, other closed sets are their words. JSON stands only where nothing is ever searched by it.

-- Configuration. Its rows keep the order of their making in `seq`.

CREATE TABLE config_state (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    revision INTEGER NOT NULL
) STRICT;

INSERT INTO config_state (id, revision) VALUES (1, 0);

CREATE TABLE services (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    key TEXT NOT NULL,
    legacy_key INTEGER NOT NULL,
    slug TEXT,
    name TEXT NOT NULL,
    description TEXT,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    default_severity INTEGER CHECK (default_severity BETWEEN 0 AND 4),
    environment TEXT NOT NULL,
    kind TEXT NOT NULL,
    repository TEXT,
    url TEXT,
    created_at INTEGER NOT NULL
) STRICT;

-- Every name that a service answers to (key, legacy key, slug), in lower case: so that a name is
-- unique over all three kinds by a constraint.
CREATE TABLE service_references (
    reference TEXT PRIMARY KEY NOT NULL,
    service BLOB NOT NULL REFERENCES services (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE integrations (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    rate_limit INTEGER NOT NULL CHECK (rate_limit >= 0),
    accept_over_limit INTEGER NOT NULL CHECK (accept_over_limit IN (0, 1)),
    default_service BLOB REFERENCES services (id),
    restricted_to_links INTEGER NOT NULL CHECK (restricted_to_links IN (0, 1)),
    options TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE links (
    integration BLOB NOT NULL REFERENCES integrations (id),
    service BLOB NOT NULL REFERENCES services (id),
    position INTEGER NOT NULL,
    mapping TEXT NOT NULL,
    PRIMARY KEY (integration, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE routing_keys (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    integration BLOB NOT NULL REFERENCES integrations (id),
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
) STRICT;

CREATE TABLE signing_secrets (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    integration BLOB NOT NULL REFERENCES integrations (id),
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT;

-- What has happened. These tables do not refer to the configuration: its rows are never deleted,
-- the ids come out of it, and a look-up for each row would slow down what must be fast.

-- `number` is year * 10,000,000,000 + place: the order of opening, unique, and without an index of
-- its own.
CREATE TABLE incidents (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    integration BLOB CHECK (length(integration) = 16),
    scope BLOB NOT NULL CHECK (length(scope) = 16),
    dedup_key TEXT CHECK (length(dedup_key) BETWEEN 1 AND 255),
    occurrence TEXT,
    group_hash BLOB CHECK (length(group_hash) = 16),
    service BLOB NOT NULL CHECK (length(service) = 16),
    status TEXT NOT NULL,
    open INTEGER NOT NULL CHECK (open = (status NOT IN ('resolved', 'closed'))),
    severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 4),
    worst_reported INTEGER NOT NULL CHECK (worst_reported BETWEEN 0 AND 4),
    occurrences INTEGER NOT NULL,
    version INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    ended_at INTEGER,
    detected_at INTEGER,
    acknowledged_at INTEGER,
    acknowledged_by TEXT,
    test INTEGER NOT NULL CHECK (test IN (0, 1)),
    title TEXT NOT NULL,
    source_name TEXT,
    source_url TEXT,
    metadata TEXT NOT NULL,
    description TEXT,
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
) STRICT;

-- The promise that an identity has at most one open incident on a service. The service comes last,
-- so that a resolve that names none finds them all.
CREATE UNIQUE INDEX incidents_open_identity
    ON incidents (integration, scope, dedup_key, service)
    WHERE open = 1 AND dedup_key IS NOT NULL AND integration IS NOT NULL;

-- Finds the incident that a trigger may reopen.
CREATE INDEX incidents_ended_identity
    ON incidents (integration, scope, dedup_key, occurrence, ended_at)
    WHERE open = 0 AND dedup_key IS NOT NULL AND integration IS NOT NULL;

-- Finds what a resolved group closes.
CREATE INDEX incidents_open_group
    ON incidents (integration, group_hash)
    WHERE open = 1 AND group_hash IS NOT NULL;

-- Answers every list and its count without looking at the rows that it leaves out.
CREATE INDEX incidents_list ON incidents (opened_at, status, severity, ended_at);

-- The same for the list that people have on the wall: what is open among all that ever was.
CREATE INDEX incidents_open_list ON incidents (opened_at, status, severity) WHERE open = 1;

CREATE TABLE timeline (
    incident BLOB NOT NULL REFERENCES incidents (id),
    id BLOB NOT NULL CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    delivery BLOB CHECK (length(delivery) = 16),
    text TEXT NOT NULL,
    PRIMARY KEY (incident, id)
) STRICT, WITHOUT ROWID;

-- The body stands last: what comes after a long value is found by walking through it.
CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    integration BLOB NOT NULL CHECK (length(integration) = 16),
    received_at INTEGER NOT NULL,
    outcome TEXT NOT NULL
        CHECK (outcome IN ('processed', 'ignored', 'duplicate', 'rejected', 'failed')),
    reason TEXT NOT NULL,
    status INTEGER NOT NULL,
    duration_us INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    duplicate_of BLOB CHECK (length(duplicate_of) = 16),
    results TEXT NOT NULL,
    trace TEXT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB
) STRICT;

-- Lists and counts by integration, outcome and reason, without looking at rows.
CREATE INDEX deliveries_list ON deliveries (integration, id, outcome, reason);

-- Finds the rejected ones that have to go.
CREATE INDEX deliveries_rejected ON deliveries (integration, id) WHERE outcome = 'rejected';

CREATE TABLE idempotency (
    integration BLOB NOT NULL CHECK (length(integration) = 16),
    key BLOB NOT NULL CHECK (length(key) = 32),
    body BLOB NOT NULL CHECK (length(body) = 32),
    delivery BLOB NOT NULL CHECK (length(delivery) = 16),
    at INTEGER NOT NULL,
    PRIMARY KEY (integration, key)
) STRICT, WITHOUT ROWID;

-- Finds those to forget.
CREATE INDEX idempotency_age ON idempotency (at);

CREATE TABLE source_clocks (
    integration BLOB NOT NULL CHECK (length(integration) = 16),
    scope BLOB NOT NULL CHECK (length(scope) = 16),
    dedup_key TEXT NOT NULL,
    clock INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (integration, scope, dedup_key)
) STRICT, WITHOUT ROWID;

-- Finds those to forget.
CREATE INDEX source_clocks_age ON source_clocks (at);

CREATE TABLE integration_counters (
    integration BLOB PRIMARY KEY NOT NULL CHECK (length(integration) = 16),
    received INTEGER NOT NULL,
    stored INTEGER NOT NULL CHECK (stored >= 0),
    counted INTEGER NOT NULL CHECK (counted >= 0),
    processed INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    duplicate INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    CHECK (received = stored + counted),
    CHECK (received = processed + ignored + duplicate + rejected + failed)
) STRICT, WITHOUT ROWID;

-- What each server accepted in a second for an integration with a rate limit, so that the others
-- know. `second` is the second's beginning.
CREATE TABLE accepted_counts (
    integration BLOB NOT NULL CHECK (length(integration) = 16),
    server BLOB NOT NULL CHECK (length(server) = 16),
    second INTEGER NOT NULL CHECK (second % 1000000 = 0),
    deliveries INTEGER NOT NULL CHECK (deliveries > 0),
    PRIMARY KEY (integration, server, second)
) STRICT, WITHOUT ROWID;

-- Finds those to forget.
CREATE INDEX accepted_counts_age ON accepted_counts (second);

-- Work that one server at a time may do, by this database's own clock.
CREATE TABLE leases (
    name TEXT PRIMARY KEY NOT NULL,
    holder BLOB NOT NULL CHECK (length(holder) = 16),
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The last number that was given out, by year.
CREATE TABLE incident_numbers (
    year INTEGER PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT;

-- Work that a change causes, written in the change's own transaction. Nothing writes it yet.
CREATE TABLE outbox (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER,
    last_error TEXT
) STRICT, WITHOUT ROWID;
