-- Deploys, the commits that they brought, and which of them incidents may have come from.

-- What proves that a deploy is a service's: deploy tokens, of which only the digest is here, and
-- secrets that GitHub signs with, sealed.
CREATE TABLE deploy_keys (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    service BLOB NOT NULL REFERENCES services (id),
    hash BLOB UNIQUE CHECK (length(hash) = 32),
    sealed BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    CHECK ((hash IS NULL) <> (sealed IS NULL))
) STRICT;

CREATE TABLE deploys (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    service BLOB NOT NULL CHECK (length(service) = 16),
    source TEXT NOT NULL,
    at INTEGER NOT NULL,
    commit_sha TEXT NOT NULL,
    commit_message TEXT,
    branch TEXT,
    deployed_by TEXT,
    environment TEXT,
    version TEXT,
    description TEXT,
    url TEXT,
    commits TEXT NOT NULL
) STRICT;

-- Lists in the order of time: whole, of a service, of an environment, and of both. The second and the
-- third end with what the fourth has before, since SQLite takes a shorter one for the better way to both.
CREATE INDEX deploys_time ON deploys (at, id);
CREATE INDEX deploys_service ON deploys (service, at, id, environment);
CREATE INDEX deploys_environment ON deploys (environment, at, id, service);
CREATE INDEX deploys_service_environment ON deploys (service, environment, at, id);

-- Commits as they were pushed, under the last commit of their push.
CREATE TABLE pushed_commits (
    service BLOB NOT NULL CHECK (length(service) = 16),
    head TEXT NOT NULL,
    place INTEGER NOT NULL,
    sha TEXT NOT NULL,
    message TEXT,
    author TEXT,
    made_at INTEGER,
    files TEXT NOT NULL,
    pushed_at INTEGER NOT NULL,
    PRIMARY KEY (service, head, place)
) STRICT, WITHOUT ROWID;

-- Finds a commit by itself, and what has served its time.
CREATE INDEX pushed_commits_sha ON pushed_commits (sha);
CREATE INDEX pushed_commits_age ON pushed_commits (pushed_at);

-- The suspects of an incident as they were last worked out.
CREATE TABLE suspects (
    incident BLOB PRIMARY KEY NOT NULL CHECK (length(incident) = 16),
    onset INTEGER NOT NULL,
    computed_at INTEGER NOT NULL,
    ranked TEXT NOT NULL
) STRICT, WITHOUT ROWID;
