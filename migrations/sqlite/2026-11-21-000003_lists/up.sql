-- What people do with incidents: whose one is, who ended it, and what else suffers from it, as ids
-- with commas between them.

ALTER TABLE incidents ADD COLUMN assigned_to BLOB CHECK (length(assigned_to) = 16);
ALTER TABLE incidents ADD COLUMN resolved_by TEXT CHECK (resolved_by IS NULL OR open = 0);
ALTER TABLE incidents ADD COLUMN also_affected TEXT;

-- Requests to the API that bring an id of their own, so that a repeat gets the first one's answer.
CREATE TABLE api_requests (
    actor TEXT NOT NULL,
    key BLOB NOT NULL CHECK (length(key) = 32),
    body BLOB NOT NULL CHECK (length(body) = 32),
    incident INTEGER NOT NULL,
    response BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

-- Finds those to forget.
CREATE INDEX api_requests_age ON api_requests (at);
