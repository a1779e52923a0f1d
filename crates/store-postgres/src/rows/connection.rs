//! Connections with organizations at the source, and the apps that they let in.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{
    Connection, ConnectionApp, ConnectionMode, ConnectionScope, ConnectionState, IntegrationId,
};
use watchbell_store::stored::{corrupt, word};
use watchbell_store::{ConnectionRecord, StoreError};

use crate::schema::{connection_apps, connections};

/// A connection as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = connections, treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct ConnectionFields<'a> {
    id: Uuid,
    integration: Uuid,
    mode: &'static str,
    base_url: &'a str,
    region_url: Option<&'a str>,
    organization: &'a str,
    organization_name: &'a str,
    installation: Option<Uuid>,
    scopes: String,
    state: &'static str,
    reason: Option<&'a str>,
    state_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    attempts: i32,
    retry_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    sealed: Option<&'a [u8]>,
}

impl<'a> ConnectionFields<'a> {
    pub(crate) fn new(record: &'a ConnectionRecord) -> Self {
        let ConnectionRecord { connection, sealed } = record;
        Self {
            id: connection.id.as_uuid(),
            integration: connection.integration.as_uuid(),
            mode: connection.mode.as_str(),
            base_url: &connection.base_url,
            region_url: connection.region_url.as_deref(),
            organization: &connection.organization,
            organization_name: &connection.organization_name,
            installation: connection.installation,
            scopes: connection.scopes.join(" "),
            state: connection.state.as_str(),
            reason: connection.reason.as_deref(),
            state_at: connection.state_at,
            expires_at: connection.expires_at,
            attempts: i32::try_from(connection.attempts).unwrap_or(i32::MAX),
            retry_at: connection.retry_at,
            created_at: connection.created_at,
            sealed: sealed.as_deref(),
        }
    }
}

/// A connection as it is read.
#[derive(Queryable)]
pub(crate) struct ConnectionRow {
    id: Uuid,
    integration: Uuid,
    mode: String,
    base_url: String,
    region_url: Option<String>,
    organization: String,
    organization_name: String,
    installation: Option<Uuid>,
    scopes: String,
    state: String,
    reason: Option<String>,
    state_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    attempts: i32,
    retry_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    sealed: Option<Vec<u8>>,
}

impl TryFrom<ConnectionRow> for ConnectionRecord {
    type Error = StoreError;

    fn try_from(row: ConnectionRow) -> Result<Self, StoreError> {
        let (modes, states) = (&ConnectionMode::ALL, &ConnectionState::ALL);
        let connection = Connection {
            id: ConnectionScope::from_uuid(row.id),
            integration: IntegrationId::from_uuid(row.integration),
            mode: word("connections.mode", modes, ConnectionMode::as_str, &row.mode)?,
            base_url: row.base_url,
            region_url: row.region_url,
            organization: row.organization,
            organization_name: row.organization_name,
            installation: row.installation,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            state: word("connections.state", states, ConnectionState::as_str, &row.state)?,
            reason: row.reason,
            state_at: row.state_at,
            expires_at: row.expires_at,
            attempts: u32::try_from(row.attempts).map_err(|_| corrupt("connections.attempts"))?,
            retry_at: row.retry_at,
            created_at: row.created_at,
        };
        Ok(Self { connection, sealed: row.sealed })
    }
}

/// An app as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = connection_apps)]
pub(crate) struct AppFields<'a> {
    integration: Uuid,
    slug: &'a str,
    client_id: &'a str,
    base_url: &'a str,
}

impl<'a> AppFields<'a> {
    pub(crate) fn new(app: &'a ConnectionApp) -> Self {
        let ConnectionApp { integration, slug, client_id, base_url } = app;
        Self { integration: integration.as_uuid(), slug, client_id, base_url }
    }
}

/// An app as it is read.
#[derive(Queryable)]
pub(crate) struct AppRow {
    integration: Uuid,
    slug: String,
    client_id: String,
    base_url: String,
}

impl From<AppRow> for ConnectionApp {
    fn from(row: AppRow) -> Self {
        Self {
            integration: IntegrationId::from_uuid(row.integration),
            slug: row.slug,
            client_id: row.client_id,
            base_url: row.base_url,
        }
    }
}
