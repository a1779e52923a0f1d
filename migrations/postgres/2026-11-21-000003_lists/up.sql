-- What people do with incidents: whose one is, who ended it, and what else suffers from it, as ids
-- with commas between them.

ALTER TABLE incidents
    ADD COLUMN assigned_to uuid,
    ADD COLUMN resolved_by text CHECK (resolved_by IS NULL OR NOT open),
    ADD COLUMN also_affected text;

-- Requests to the API that bring an id of their own, so that a repeat gets the first one's answer.
CREATE TABLE api_requests (
    actor text NOT NULL,
    key bytea NOT NULL CHECK (length(key) = 32),
    body bytea NOT NULL CHECK (length(body) = 32),
    incident bigint NOT NULL,
    response bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (actor, key)
);

-- Finds those to forget.
CREATE INDEX api_requests_age ON api_requests (at);
