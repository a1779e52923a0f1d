//! Routing keys, signing secrets and API keys.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{ApiKey, ApiKeyId, IntegrationId, SecretId};
use watchbell_store::stored::{corrupt, digest};
use watchbell_store::{ApiKeyRecord, RoutingKeyRecord, SigningSecretRecord, StoreError};

use crate::schema::{api_keys, routing_keys, signing_secrets};

/// A routing key as it is written.
#[derive(Insertable)]
#[diesel(table_name = routing_keys, treat_none_as_default_value = false)]
pub(crate) struct NewRoutingKey<'a> {
    hash: &'a [u8],
    integration: Uuid,
    sealed: &'a [u8],
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl<'a> NewRoutingKey<'a> {
    pub(crate) fn new(record: &'a RoutingKeyRecord) -> Self {
        let RoutingKeyRecord { hash, integration, sealed, created_at, expires_at } = record;
        Self {
            hash,
            integration: integration.as_uuid(),
            sealed,
            created_at: *created_at,
            expires_at: *expires_at,
        }
    }
}

/// A routing key as it is read.
#[derive(Queryable)]
pub(crate) struct RoutingKeyRow {
    _seq: i64,
    hash: Vec<u8>,
    integration: Uuid,
    sealed: Vec<u8>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl TryFrom<RoutingKeyRow> for RoutingKeyRecord {
    type Error = StoreError;

    fn try_from(row: RoutingKeyRow) -> Result<Self, StoreError> {
        Ok(Self {
            hash: digest("routing_keys.hash", &row.hash)?,
            integration: IntegrationId::from_uuid(row.integration),
            sealed: row.sealed,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// A signing secret as it is written.
#[derive(Insertable)]
#[diesel(table_name = signing_secrets)]
pub(crate) struct NewSigningSecret<'a> {
    id: Uuid,
    integration: Uuid,
    sealed: &'a [u8],
    created_at: DateTime<Utc>,
}

impl<'a> NewSigningSecret<'a> {
    pub(crate) fn new(record: &'a SigningSecretRecord) -> Self {
        let SigningSecretRecord { id, integration, sealed, created_at } = record;
        Self {
            id: id.as_uuid(),
            integration: integration.as_uuid(),
            sealed,
            created_at: *created_at,
        }
    }
}

/// A signing secret as it is read.
#[derive(Queryable)]
pub(crate) struct SigningSecretRow {
    _seq: i64,
    id: Uuid,
    integration: Uuid,
    sealed: Vec<u8>,
    created_at: DateTime<Utc>,
}

impl TryFrom<SigningSecretRow> for SigningSecretRecord {
    type Error = StoreError;

    fn try_from(row: SigningSecretRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: SecretId::from_uuid(row.id),
            integration: IntegrationId::from_uuid(row.integration),
            sealed: row.sealed,
            created_at: row.created_at,
        })
    }
}

/// An API key as it is written.
#[derive(Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub(crate) struct NewApiKey<'a> {
    id: Uuid,
    hash: &'a [u8],
    name: &'a str,
    hint: &'a str,
    scopes: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl<'a> NewApiKey<'a> {
    pub(crate) fn new(record: &'a ApiKeyRecord) -> Self {
        let ApiKeyRecord { key, hash } = record;
        let ApiKey { id, name, hint, scopes, created_at, expires_at, revoked_at } = key;
        let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        Self {
            id: id.as_uuid(),
            hash,
            name,
            hint,
            scopes: scopes.join(" "),
            created_at: *created_at,
            expires_at: *expires_at,
            revoked_at: *revoked_at,
        }
    }
}

/// An API key as it is read.
#[derive(Queryable)]
pub(crate) struct ApiKeyRow {
    _seq: i64,
    id: Uuid,
    hash: Vec<u8>,
    name: String,
    hint: String,
    scopes: String,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<ApiKeyRow> for ApiKeyRecord {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        let scopes = row.scopes.split_ascii_whitespace().map(str::parse);
        Ok(Self {
            hash: digest("api_keys.hash", &row.hash)?,
            key: ApiKey {
                id: ApiKeyId::from_uuid(row.id),
                name: row.name,
                hint: row.hint,
                scopes: scopes
                    .collect::<Result<_, _>>()
                    .map_err(|_: String| corrupt("api_keys.scopes"))?,
                created_at: row.created_at,
                expires_at: row.expires_at,
                revoked_at: row.revoked_at,
            },
        })
    }
}
