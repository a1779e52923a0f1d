DROP TABLE jobs;

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
