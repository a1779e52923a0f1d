-- Deploys, the commits that they brought, and which of them incidents may have come from.

-- What proves that a deploy is a service's: deploy tokens, of which only the digest is here, and
-- secrets that GitHub signs with, sealed.
CREATE TABLE deploy_keys (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    service uuid NOT NULL REFERENCES services (id),
    hash bytea UNIQUE CHECK (length(hash) = 32),
    sealed bytea,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    CHECK ((hash IS NULL) <> (sealed IS NULL))
);

CREATE TABLE deploys (
    id uuid PRIMARY KEY,
    service uuid NOT NULL,
    source text NOT NULL,
    at timestamptz NOT NULL,
    commit_sha text NOT NULL,
    commit_message text,
    branch text,
    deployed_by text,
    environment text,
    version text,
    description text,
    url text,
    commits json NOT NULL
);

-- Lists in the order of time: whole, of a service, of an environment, and of both.
CREATE INDEX deploys_time ON deploys (at, id);
CREATE INDEX deploys_service ON deploys (service, at, id);
CREATE INDEX deploys_environment ON deploys (environment, at, id);
CREATE INDEX deploys_service_environment ON deploys (service, environment, at, id);

-- Commits as they were pushed, under the last commit of their push.
CREATE TABLE pushed_commits (
    service uuid NOT NULL,
    head text NOT NULL,
    place bigint NOT NULL,
    sha text NOT NULL,
    message text,
    author text,
    made_at timestamptz,
    files json NOT NULL,
    pushed_at timestamptz NOT NULL,
    PRIMARY KEY (service, head, place)
);

-- Finds a commit by itself, and what has served its time.
CREATE INDEX pushed_commits_sha ON pushed_commits (service, sha);
CREATE INDEX pushed_commits_age ON pushed_commits (pushed_at);

-- The suspects of an incident as they were last worked out.
CREATE TABLE suspects (
    incident uuid PRIMARY KEY,
    onset timestamptz NOT NULL,
    computed_at timestamptz NOT NULL,
    ranked json NOT NULL
);
