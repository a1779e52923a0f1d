-- People, teams, the audit log, and how people are let in. Names and addresses are compared by their
-- folded form, which the program makes, so that both databases agree.

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL,
    folded text NOT NULL UNIQUE,
    name text NOT NULL,
    role text NOT NULL,
    active boolean NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE teams (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    folded text NOT NULL UNIQUE,
    description text,
    created_at timestamptz NOT NULL
);

CREATE TABLE team_members (
    team uuid NOT NULL REFERENCES teams (id),
    person uuid NOT NULL REFERENCES users (id),
    PRIMARY KEY (team, person)
);

ALTER TABLE services ADD COLUMN team uuid REFERENCES teams (id);

-- What is null is as the configuration file says.
CREATE TABLE instance_settings (
    id bigint PRIMARY KEY CHECK (id = 1),
    organization_name text,
    default_severity smallint CHECK (default_severity BETWEEN 0 AND 4),
    reopen_days bigint CHECK (reopen_days >= 0)
);

INSERT INTO instance_settings (id) VALUES (1);

-- Slow hashes, as PHC text.
CREATE TABLE passwords (
    person uuid PRIMARY KEY REFERENCES users (id),
    phc text NOT NULL
);

-- Tokens are random; only their digests are here.
CREATE TABLE sessions (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    person uuid NOT NULL REFERENCES users (id),
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Finds all of a person's.
CREATE INDEX sessions_person ON sessions (person);

CREATE TABLE one_time_links (
    hash bytea PRIMARY KEY CHECK (length(hash) = 32),
    person uuid REFERENCES users (id),
    purpose text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CHECK ((person IS NULL) = (purpose = 'first_run'))
);

-- When API keys were last used: beside the configuration, whose revision it must not move.
CREATE TABLE api_key_uses (
    key uuid PRIMARY KEY REFERENCES api_keys (id),
    used_at timestamptz NOT NULL
);

-- It refers to nothing: what it tells of may be gone.
CREATE TABLE audit (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject_kind text NOT NULL,
    subject_id text NOT NULL,
    subject_name text NOT NULL,
    before text,
    after text,
    request uuid
);

-- Lists in the order of time, whole and of one actor, action or subject.
CREATE INDEX audit_time ON audit (at, id);
CREATE INDEX audit_actor ON audit (actor, at, id);
CREATE INDEX audit_action ON audit (action, at, id);
CREATE INDEX audit_subject ON audit (subject_kind, subject_id, at, id);

-- The log only grows, whoever asks.
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'entries of the audit log are never changed or removed';
END
$$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_only_grows();

CREATE TRIGGER audit_remains BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
