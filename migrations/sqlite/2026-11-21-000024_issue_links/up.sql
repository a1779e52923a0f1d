-- Links between incidents and issues at a source. They go with their incident.
CREATE TABLE issue_links (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    incident INTEGER NOT NULL,
    integration BLOB NOT NULL CHECK (length(integration) = 16),
    scope BLOB NOT NULL CHECK (length(scope) = 16),
    issue TEXT NOT NULL CHECK (length(issue) BETWEEN 1 AND 255),
    short_id TEXT,
    url TEXT,
    project TEXT,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    external TEXT,
    installation BLOB CHECK (length(installation) = 16),
    created_by TEXT NOT NULL,
    created_by_name TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;

-- An incident is linked with an issue once; finds the links of an issue.
CREATE UNIQUE INDEX issue_links_issue ON issue_links (integration, scope, issue, incident);
-- The links of an incident in the order of their making.
CREATE INDEX issue_links_incident ON issue_links (incident, id);
