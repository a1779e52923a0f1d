-- The same tables as in SQLite, in PostgreSQL's own types. JSON stands only where nothing is ever
-- searched by it; as `json`, not `jsonb`: the latter refuses \u0000, which a sender may well send.

-- Configuration. Its rows keep the order of their making in `seq`.

CREATE TABLE config_state (
    id bigint PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL
);

INSERT INTO config_state (id, revision) VALUES (1, 0);

CREATE TABLE services (
    id uuid PRIMARY KEY,
    key text NOT NULL,
    legacy_key bigint NOT NULL,
    slug text,
    name text NOT NULL,
    description text,
    active boolean NOT NULL,
    default_severity smallint CHECK (default_severity BETWEEN 0 AND 4),
    environment text NOT NULL,
    kind text NOT NULL,
    repository text,
    url text,
    created_at timestamptz NOT NULL
);

-- Every name that a service answers to (key, legacy key, slug), in lower case: so that a name is
-- unique over all three kinds by a constraint.
CREATE TABLE service_references (
    reference text PRIMARY KEY,
    service uuid NOT NULL REFERENCES services (id)
);

CREATE TABLE integrations (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    provider text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    rate_limit bigint NOT NULL CHECK (rate_limit >= 0),
    accept_over_limit boolean NOT NULL,
    default_service uuid REFERENCES services (id),
    restricted_to_links boolean NOT NULL,
    options json NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE links (
    integration uuid NOT NULL REFERENCES integrations (id),
    service uuid NOT NULL REFERENCES services (id),
    position bigint NOT NULL,
    mapping json NOT NULL,
    PRIMARY KEY (integration, service)
);

CREATE TABLE routing_keys (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    integration uuid NOT NULL REFERENCES integrations (id),
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz
);

CREATE TABLE signing_secrets (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    integration uuid NOT NULL REFERENCES integrations (id),
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE api_keys (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    name text NOT NULL,
    hint text NOT NULL,
    scopes text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);

-- What has happened. These tables do not refer to the configuration: its rows are never deleted,
-- the ids come out of it, and a look-up for each row would slow down what must be fast.

-- `number` is year * 10,000,000,000 + place. Pages keep some room, so that a repeat, which changes
-- nothing that is indexed, finds its place beside the row and touches no index.
CREATE TABLE incidents (
    number bigint PRIMARY KEY CHECK (number > 0),
    id uuid NOT NULL UNIQUE,
    integration uuid,
    scope uuid NOT NULL,
    dedup_key text CHECK (length(dedup_key) BETWEEN 1 AND 255),
    occurrence text,
    group_hash bytea CHECK (length(group_hash) = 16),
    service uuid NOT NULL,
    status text NOT NULL,
    open boolean NOT NULL CHECK (open = (status NOT IN ('resolved', 'closed'))),
    severity smallint NOT NULL CHECK (severity BETWEEN 0 AND 4),
    worst_reported smallint NOT NULL CHECK (worst_reported BETWEEN 0 AND 4),
    occurrences bigint NOT NULL,
    version bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    detected_at timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by text,
    test boolean NOT NULL,
    title text NOT NULL,
    source_name text,
    source_url text,
    metadata json NOT NULL,
    description text,
    CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL))
) WITH (fillfactor = 85);

-- The promise that an identity has at most one open incident on a service. The service comes last,
-- so that a resolve that names none finds them all.
CREATE UNIQUE INDEX incidents_open_identity
    ON incidents (integration, scope, dedup_key, service)
    WHERE open AND dedup_key IS NOT NULL AND integration IS NOT NULL;

-- Finds the incident that a trigger may reopen.
CREATE INDEX incidents_ended_identity
    ON incidents (integration, scope, dedup_key, occurrence, ended_at)
    WHERE NOT open AND dedup_key IS NOT NULL AND integration IS NOT NULL;

-- Finds what a resolved group closes.
CREATE INDEX incidents_open_group
    ON incidents (integration, group_hash)
    WHERE open AND group_hash IS NOT NULL;

-- Answers every list and its count.
CREATE INDEX incidents_list ON incidents (opened_at, number, status, severity, ended_at);

-- The same for the list that people have on the wall: what is open among all that ever was.
CREATE INDEX incidents_open_list ON incidents (opened_at, number, status, severity) WHERE open;

-- Lines come with their incident, or after it was looked for: a foreign key would do that in a
-- trigger for each line, and lock and write each incident for it.
CREATE TABLE timeline (
    incident uuid NOT NULL,
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    delivery uuid,
    text text NOT NULL,
    PRIMARY KEY (incident, id)
);

-- Bodies are bytes. Ordinary ones stay in the row, as they are: to compress them, or to keep them
-- elsewhere, costs more than it saves. So does to have the three documents read once more on their
-- way in, as `json`.
CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    integration uuid NOT NULL,
    received_at timestamptz NOT NULL,
    outcome text NOT NULL
        CHECK (outcome IN ('processed', 'ignored', 'duplicate', 'rejected', 'failed')),
    reason text NOT NULL,
    status integer NOT NULL,
    duration_us bigint NOT NULL,
    revision bigint NOT NULL,
    duplicate_of uuid,
    results text NOT NULL,
    trace text NOT NULL,
    headers text NOT NULL,
    body bytea
) WITH (toast_tuple_target = 8160);

ALTER TABLE deliveries ALTER COLUMN body SET STORAGE EXTERNAL;

-- Lists and counts by integration, outcome and reason, without looking at rows.
CREATE INDEX deliveries_list ON deliveries (integration, id, outcome, reason);

-- Finds the rejected ones that have to go.
CREATE INDEX deliveries_rejected ON deliveries (integration, id) WHERE outcome = 'rejected';

CREATE TABLE idempotency (
    integration uuid NOT NULL,
    key bytea NOT NULL CHECK (length(key) = 32),
    body bytea NOT NULL CHECK (length(body) = 32),
    delivery uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (integration, key)
);

-- Finds those to forget.
CREATE INDEX idempotency_age ON idempotency (at);

CREATE TABLE source_clocks (
    integration uuid NOT NULL,
    scope uuid NOT NULL,
    dedup_key text NOT NULL,
    clock timestamptz NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (integration, scope, dedup_key)
);

-- Finds those to forget.
CREATE INDEX source_clocks_age ON source_clocks (at);

CREATE TABLE integration_counters (
    integration uuid PRIMARY KEY,
    received bigint NOT NULL,
    stored bigint NOT NULL CHECK (stored >= 0),
    counted bigint NOT NULL CHECK (counted >= 0),
    processed bigint NOT NULL,
    ignored bigint NOT NULL,
    duplicate bigint NOT NULL,
    rejected bigint NOT NULL,
    failed bigint NOT NULL,
    CHECK (received = stored + counted),
    CHECK (received = processed + ignored + duplicate + rejected + failed)
) WITH (fillfactor = 50);

-- The last number that was given out, by year.
CREATE TABLE incident_numbers (
    year bigint PRIMARY KEY,
    last bigint NOT NULL
);

-- Accepted deliveries of integrations with a rate limit, by server and second, so that each server
-- knows what the others accepted.
CREATE TABLE accepted_counts (
    integration uuid NOT NULL,
    server uuid NOT NULL,
    second timestamptz NOT NULL,
    deliveries bigint NOT NULL CHECK (deliveries > 0),
    PRIMARY KEY (integration, server, second)
);

-- Finds those to forget.
CREATE INDEX accepted_counts_age ON accepted_counts (second);

-- Work that one server at a time may do, by this database's own clock.
CREATE TABLE leases (
    name text PRIMARY KEY,
    holder uuid NOT NULL,
    until timestamptz NOT NULL
);

-- Work that a change causes, written in the change's own transaction. Nothing writes it yet.
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    payload bytea NOT NULL,
    created_at timestamptz NOT NULL,
    run_at timestamptz NOT NULL,
    attempts bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    last_error text
);
