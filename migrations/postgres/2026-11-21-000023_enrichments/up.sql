-- What the sources of incidents say of them beyond what they delivered. `wanted` is what the job was
-- told that asks, so that it can be asked again; `document` what is known, as JSON of some 64 KiB at most.
CREATE TABLE enrichments (
    incident uuid PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
    attempts bigint NOT NULL CHECK (attempts >= 0),
    reason text,
    updated_at timestamptz NOT NULL,
    wanted json NOT NULL,
    document json
);

-- Finds the job that asks about an incident: one that waits before one that was given up.
CREATE INDEX jobs_enrichment ON jobs (subject, state, id) WHERE kind = 'incident.enrich';
