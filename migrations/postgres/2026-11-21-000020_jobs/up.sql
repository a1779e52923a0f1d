-- Work that a change causes, written in the change's own transaction: it was the outbox, which
-- nothing ever wrote. What is done is deleted.
DROP TABLE outbox;

-- `run_at`: not before this moment. While somebody works on a job it is the moment at which the lease
-- ends, so that one index finds both what is due and what was left behind.
CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind <> ''),
    subject text NOT NULL,
    joins boolean NOT NULL,
    payload text NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'running', 'dead')),
    created_at timestamptz NOT NULL,
    run_at timestamptz NOT NULL,
    attempts bigint NOT NULL CHECK (attempts >= 0),
    holder uuid,
    last_error text,
    CHECK ((holder IS NOT NULL) = (state = 'running'))
);

-- Finds what is due.
CREATE INDEX jobs_due ON jobs (kind, run_at) WHERE state <> 'dead';

-- Of jobs of one kind about one subject that join, one waits.
CREATE UNIQUE INDEX jobs_joined ON jobs (kind, subject) WHERE state = 'waiting' AND joins;

-- Lists, the newest first, and counts.
CREATE INDEX jobs_state ON jobs (state, id, kind);
CREATE INDEX jobs_kind ON jobs (kind, state, id);
