-- People, teams, the audit log, and how people are let in. Names and addresses are compared by their
-- folded form, which the program makes: SQLite folds ASCII only.

CREATE TABLE users (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    email TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE teams (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    name TEXT NOT NULL,
    folded TEXT NOT NULL UNIQUE,
    description TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE team_members (
    team BLOB NOT NULL REFERENCES teams (id),
    person BLOB NOT NULL REFERENCES users (id),
    PRIMARY KEY (team, person)
) STRICT, WITHOUT ROWID;

ALTER TABLE services ADD COLUMN team BLOB REFERENCES teams (id);

-- What is null is as the configuration file says.
CREATE TABLE instance_settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    organization_name TEXT,
    default_severity INTEGER CHECK (default_severity BETWEEN 0 AND 4),
    reopen_days INTEGER CHECK (reopen_days >= 0)
) STRICT;

INSERT INTO instance_settings (id) VALUES (1);

-- Slow hashes, as PHC text.
CREATE TABLE passwords (
    person BLOB PRIMARY KEY NOT NULL REFERENCES users (id),
    phc TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Tokens are random; only their digests are here.
CREATE TABLE sessions (
    hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    person BLOB NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Finds all of a person's.
CREATE INDEX sessions_person ON sessions (person);

CREATE TABLE one_time_links (
    hash BLOB PRIMARY KEY NOT NULL CHECK (length(hash) = 32),
    person BLOB REFERENCES users (id),
    purpose TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CHECK ((person IS NULL) = (purpose = 'first_run'))
) STRICT, WITHOUT ROWID;

-- When API keys were last used: beside the configuration, whose revision it must not move.
CREATE TABLE api_key_uses (
    key BLOB PRIMARY KEY NOT NULL REFERENCES api_keys (id),
    used_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- It refers to nothing: what it tells of may be gone.
CREATE TABLE audit (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    subject_name TEXT NOT NULL,
    before TEXT,
    after TEXT,
    request BLOB CHECK (length(request) = 16)
) STRICT;

-- Lists in the order of time, whole and of one actor, action or subject.
CREATE INDEX audit_time ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor, at, id);
CREATE INDEX audit_action ON audit (action, at, id);
CREATE INDEX audit_subject ON audit (subject_kind, subject_id, at, id);

-- The log only grows, whoever asks. An INSERT OR REPLACE deletes without asking the last of these.
CREATE TRIGGER audit_is_new BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log has this entry already'); END;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never changed'); END;

CREATE TRIGGER audit_remains BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'entries of the audit log are never removed'); END;
