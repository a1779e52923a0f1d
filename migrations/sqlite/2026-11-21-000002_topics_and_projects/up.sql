-- Which project at the source opens incidents on which service. The scope is that of identities: a
-- connection's id, or zeros.
CREATE TABLE project_mappings (
    integration BLOB NOT NULL REFERENCES integrations (id),
    scope BLOB NOT NULL CHECK (length(scope) = 16),
    project TEXT NOT NULL,
    service BLOB NOT NULL REFERENCES services (id),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    PRIMARY KEY (integration, scope, project)
) STRICT, WITHOUT ROWID;

-- Topics at the source that an integration's address was offered to, and what became of it. Sealed is
-- the address that confirms one which waits.
CREATE TABLE subscriptions (
    integration BLOB NOT NULL REFERENCES integrations (id),
    topic TEXT NOT NULL,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    sealed BLOB,
    PRIMARY KEY (integration, topic)
) STRICT, WITHOUT ROWID;
