-- Links between incidents and issues at a source. They go with their incident.
CREATE TABLE issue_links (
    id uuid PRIMARY KEY,
    incident bigint NOT NULL,
    integration uuid NOT NULL,
    scope uuid NOT NULL,
    issue text NOT NULL CHECK (length(issue) BETWEEN 1 AND 255),
    short_id text,
    url text,
    project text,
    origin text NOT NULL,
    state text NOT NULL,
    reason text,
    external text,
    installation uuid,
    created_by text NOT NULL,
    created_by_name text,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);

-- An incident is linked with an issue once; finds the links of an issue.
CREATE UNIQUE INDEX issue_links_issue ON issue_links (integration, scope, issue, incident);
-- The links of an incident in the order of their making.
CREATE INDEX issue_links_incident ON issue_links (incident, id);
