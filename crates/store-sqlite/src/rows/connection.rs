//! Connections with organizations at the source, and the apps that they let in.

use diesel::prelude::*;
use watchbell_model::{
    Connection, ConnectionApp, ConnectionMode, ConnectionScope, ConnectionState, IntegrationId,
};
use watchbell_store::stored::{corrupt, word};
use watchbell_store::{ConnectionRecord, StoreError};

use super::{micros, time, time_opt, uuid};
use crate::schema::{connection_apps, connections};

/// A connection as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = connections, treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct ConnectionFields<'a> {
    id: &'a [u8],
    integration: &'a [u8],
    mode: &'static str,
    base_url: &'a str,
    region_url: Option<&'a str>,
    organization: &'a str,
    organization_name: &'a str,
    installation: Option<&'a [u8]>,
    scopes: String,
    state: &'static str,
    reason: Option<&'a str>,
    state_at: i64,
    expires_at: Option<i64>,
    attempts: i64,
    retry_at: Option<i64>,
    created_at: i64,
    sealed: Option<&'a [u8]>,
}

impl<'a> ConnectionFields<'a> {
    pub(crate) fn new(record: &'a ConnectionRecord) -> Self {
        let ConnectionRecord { connection, sealed } = record;
        Self {
            id: connection.id.as_bytes(),
            integration: connection.integration.as_bytes(),
            mode: connection.mode.as_str(),
            base_url: &connection.base_url,
            region_url: connection.region_url.as_deref(),
            organization: &connection.organization,
            organization_name: &connection.organization_name,
            installation: connection.installation.as_ref().map(|uuid| &uuid.as_bytes()[..]),
            scopes: connection.scopes.join(" "),
            state: connection.state.as_str(),
            reason: connection.reason.as_deref(),
            state_at: micros(connection.state_at),
            expires_at: connection.expires_at.map(micros),
            attempts: connection.attempts.into(),
            retry_at: connection.retry_at.map(micros),
            created_at: micros(connection.created_at),
            sealed: sealed.as_deref(),
        }
    }
}

/// A connection as it is read.
#[derive(Queryable)]
pub(crate) struct ConnectionRow {
    id: Vec<u8>,
    integration: Vec<u8>,
    mode: String,
    base_url: String,
    region_url: Option<String>,
    organization: String,
    organization_name: String,
    installation: Option<Vec<u8>>,
    scopes: String,
    state: String,
    reason: Option<String>,
    state_at: i64,
    expires_at: Option<i64>,
    attempts: i64,
    retry_at: Option<i64>,
    created_at: i64,
    sealed: Option<Vec<u8>>,
}

impl TryFrom<ConnectionRow> for ConnectionRecord {
    type Error = StoreError;

    fn try_from(row: ConnectionRow) -> Result<Self, StoreError> {
        let integration = uuid("connections.integration", &row.integration)?;
        let (modes, states) = (&ConnectionMode::ALL, &ConnectionState::ALL);
        let installation = row.installation.as_deref();
        let connection = Connection {
            id: ConnectionScope::from_uuid(uuid("connections.id", &row.id)?),
            integration: IntegrationId::from_uuid(integration),
            mode: word("connections.mode", modes, ConnectionMode::as_str, &row.mode)?,
            base_url: row.base_url,
            region_url: row.region_url,
            organization: row.organization,
            organization_name: row.organization_name,
            installation: installation
                .map(|bytes| uuid("connections.installation", bytes))
                .transpose()?,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            state: word("connections.state", states, ConnectionState::as_str, &row.state)?,
            reason: row.reason,
            state_at: time("connections.state_at", row.state_at)?,
            expires_at: time_opt("connections.expires_at", row.expires_at)?,
            attempts: u32::try_from(row.attempts).map_err(|_| corrupt("connections.attempts"))?,
            retry_at: time_opt("connections.retry_at", row.retry_at)?,
            created_at: time("connections.created_at", row.created_at)?,
        };
        Ok(Self { connection, sealed: row.sealed })
    }
}

/// An app as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = connection_apps)]
pub(crate) struct AppFields<'a> {
    integration: &'a [u8],
    slug: &'a str,
    client_id: &'a str,
    base_url: &'a str,
}

impl<'a> AppFields<'a> {
    pub(crate) fn new(app: &'a ConnectionApp) -> Self {
        let ConnectionApp { integration, slug, client_id, base_url } = app;
        Self { integration: integration.as_bytes(), slug, client_id, base_url }
    }
}

/// An app as it is read.
#[derive(Queryable)]
pub(crate) struct AppRow {
    integration: Vec<u8>,
    slug: String,
    client_id: String,
    base_url: String,
}

impl TryFrom<AppRow> for ConnectionApp {
    type Error = StoreError;

    fn try_from(row: AppRow) -> Result<Self, StoreError> {
        let integration = uuid("connection_apps.integration", &row.integration)?;
        Ok(Self {
            integration: IntegrationId::from_uuid(integration),
            slug: row.slug,
            client_id: row.client_id,
            base_url: row.base_url,
        })
    }
}
