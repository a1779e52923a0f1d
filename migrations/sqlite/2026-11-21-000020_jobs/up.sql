-- Work that a change causes, written in the change's own transaction: it was the outbox, which
-- nothing ever wrote. What is done is deleted.
DROP TABLE outbox;

-- `run_at`: not before this moment. While somebody works on a job it is the moment at which the lease
-- ends, so that one index finds both what is due and what was left behind.
CREATE TABLE jobs (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL CHECK (kind <> ''),
    subject TEXT NOT NULL,
    joins INTEGER NOT NULL CHECK (joins IN (0, 1)),
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
    created_at INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    holder BLOB CHECK (length(holder) = 16),
    last_error TEXT,
    CHECK ((holder IS NOT NULL) = (state = 'running'))
) STRICT;

-- Finds what is due.
CREATE INDEX jobs_due ON jobs (kind, run_at) WHERE state <> 'dead';

-- Of jobs of one kind about one subject that join, one waits.
CREATE UNIQUE INDEX jobs_joined ON jobs (kind, subject) WHERE state = 'waiting' AND joins = 1;

-- Lists, the newest first, and counts.
CREATE INDEX jobs_state ON jobs (state, id, kind);
CREATE INDEX jobs_kind ON jobs (kind, state, id);
