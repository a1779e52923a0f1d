-- Connections with organizations at the source. Sealed are their tokens, both in one. The app's secret is the
-- integration's newest signing secret.
CREATE TABLE connections (
    id uuid NOT NULL PRIMARY KEY,
    integration uuid NOT NULL REFERENCES integrations (id),
    mode text NOT NULL,
    base_url text NOT NULL,
    region_url text,
    organization text NOT NULL,
    organization_name text NOT NULL,
    installation uuid,
    scopes text NOT NULL,
    state text NOT NULL,
    reason text,
    state_at timestamptz NOT NULL,
    expires_at timestamptz,
    attempts integer NOT NULL CHECK (attempts >= 0),
    retry_at timestamptz,
    created_at timestamptz NOT NULL,
    sealed bytea
);

-- An organization is connected once, and an installation belongs to one connection.
CREATE UNIQUE INDEX connections_organization ON connections (integration, organization);
CREATE UNIQUE INDEX connections_installation ON connections (integration, installation)
    WHERE installation IS NOT NULL;

-- The app of an integration at the source, by which organizations let it in.
CREATE TABLE connection_apps (
    integration uuid NOT NULL PRIMARY KEY REFERENCES integrations (id),
    slug text NOT NULL,
    client_id text NOT NULL,
    base_url text NOT NULL
);
