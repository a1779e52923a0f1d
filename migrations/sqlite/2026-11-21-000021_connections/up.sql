-- Connections with organizations at the source. Sealed are their tokens, both in one. The app's secret is the
-- integration's newest signing secret.
CREATE TABLE connections (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    integration BLOB NOT NULL REFERENCES integrations (id),
    mode TEXT NOT NULL,
    base_url TEXT NOT NULL,
    region_url TEXT,
    organization TEXT NOT NULL,
    organization_name TEXT NOT NULL,
    installation BLOB CHECK (length(installation) = 16),
    scopes TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    state_at INTEGER NOT NULL,
    expires_at INTEGER,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    retry_at INTEGER,
    created_at INTEGER NOT NULL,
    sealed BLOB
) STRICT, WITHOUT ROWID;

-- An organization is connected once, and an installation belongs to one connection.
CREATE UNIQUE INDEX connections_organization ON connections (integration, organization);
CREATE UNIQUE INDEX connections_installation ON connections (integration, installation)
    WHERE installation IS NOT NULL;

-- The app of an integration at the source, by which organizations let it in.
CREATE TABLE connection_apps (
    integration BLOB NOT NULL PRIMARY KEY REFERENCES integrations (id),
    slug TEXT NOT NULL,
    client_id TEXT NOT NULL,
    base_url TEXT NOT NULL
) STRICT, WITHOUT ROWID;
