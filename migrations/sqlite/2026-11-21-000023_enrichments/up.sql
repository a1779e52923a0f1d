-- What the sources of incidents say of them beyond what they delivered. `wanted` is what the job was
-- told that asks, so that it can be asked again; `document` what is known, as JSON of some 64 KiB at most.
CREATE TABLE enrichments (
    incident BLOB PRIMARY KEY NOT NULL CHECK (length(incident) = 16),
    state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    reason TEXT,
    updated_at INTEGER NOT NULL,
    wanted TEXT NOT NULL,
    document TEXT
) STRICT;

-- Finds the job that asks about an incident: one that waits before one that was given up.
CREATE INDEX jobs_enrichment ON jobs (subject, state, id) WHERE kind = 'incident.enrich';
