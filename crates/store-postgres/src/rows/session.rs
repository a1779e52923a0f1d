//! Sessions, and links that work once.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{LinkPurpose, OneTimeLink, Session, UserId};
use watchbell_store::StoreError;
use watchbell_store::stored::{digest, word};

use crate::schema::{one_time_links, sessions};

/// A session as it is written.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct NewSession<'a> {
    hash: &'a [u8],
    person: Uuid,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl<'a> NewSession<'a> {
    pub(crate) fn new(hash: &'a [u8; 32], session: &'a Session) -> Self {
        let Session { user, created_at, last_seen_at, expires_at } = session;
        Self {
            hash,
            person: user.as_uuid(),
            created_at: *created_at,
            last_seen_at: *last_seen_at,
            expires_at: *expires_at,
        }
    }
}

/// A session as it is read.
#[derive(Queryable)]
pub(crate) struct SessionRow {
    hash: Vec<u8>,
    person: Uuid,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        digest::<32>("sessions.hash", &row.hash)?;
        Ok(Self {
            user: UserId::from_uuid(row.person),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
        })
    }
}

/// A link as it is written.
#[derive(Insertable)]
#[diesel(table_name = one_time_links, treat_none_as_default_value = false)]
pub(crate) struct NewOneTimeLink<'a> {
    hash: &'a [u8],
    person: Option<Uuid>,
    purpose: &'static str,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl<'a> NewOneTimeLink<'a> {
    pub(crate) fn new(hash: &'a [u8; 32], link: &'a OneTimeLink) -> Self {
        let OneTimeLink { user, purpose, created_at, expires_at } = link;
        Self {
            hash,
            person: user.map(|user| user.as_uuid()),
            purpose: purpose.as_str(),
            created_at: *created_at,
            expires_at: *expires_at,
        }
    }
}

/// A link as it is read.
#[derive(Queryable)]
pub(crate) struct OneTimeLinkRow {
    hash: Vec<u8>,
    person: Option<Uuid>,
    purpose: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<OneTimeLinkRow> for OneTimeLink {
    type Error = StoreError;

    fn try_from(row: OneTimeLinkRow) -> Result<Self, StoreError> {
        const PURPOSE: &str = "one_time_links.purpose";
        digest::<32>("one_time_links.hash", &row.hash)?;
        Ok(Self {
            user: row.person.map(UserId::from_uuid),
            purpose: word(PURPOSE, &LinkPurpose::ALL, LinkPurpose::as_str, &row.purpose)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}
