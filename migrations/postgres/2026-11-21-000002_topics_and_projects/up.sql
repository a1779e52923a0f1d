-- Which project at the source opens incidents on which service. The scope is that of identities: a
-- connection's id, or zeros.
CREATE TABLE project_mappings (
    integration uuid NOT NULL REFERENCES integrations (id),
    scope uuid NOT NULL,
    project text NOT NULL,
    service uuid NOT NULL REFERENCES services (id),
    active boolean NOT NULL,
    PRIMARY KEY (integration, scope, project)
);

-- Topics at the source that an integration's address was offered to, and what became of it. Sealed is
-- the address that confirms one which waits.
CREATE TABLE subscriptions (
    integration uuid NOT NULL REFERENCES integrations (id),
    topic text NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    sealed bytea,
    PRIMARY KEY (integration, topic)
);
