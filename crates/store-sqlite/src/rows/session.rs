//! Sessions, and links that work once.

use diesel::prelude::*;
use watchbell_model::{LinkPurpose, OneTimeLink, Session, UserId};
use watchbell_store::StoreError;
use watchbell_store::stored::{digest, word};

use super::{micros, time, uuid};
use crate::schema::{one_time_links, sessions};

/// A session as it is written.
#[derive(Insertable)]
#[diesel(table_name = sessions)]
pub(crate) struct NewSession<'a> {
    hash: &'a [u8],
    person: &'a [u8],
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
}

impl<'a> NewSession<'a> {
    pub(crate) fn new(hash: &'a [u8; 32], session: &'a Session) -> Self {
        let Session { user, created_at, last_seen_at, expires_at } = session;
        Self {
            hash,
            person: user.as_bytes(),
            created_at: micros(*created_at),
            last_seen_at: micros(*last_seen_at),
            expires_at: micros(*expires_at),
        }
    }
}

/// A session as it is read.
#[derive(Queryable)]
pub(crate) struct SessionRow {
    hash: Vec<u8>,
    person: Vec<u8>,
    created_at: i64,
    last_seen_at: i64,
    expires_at: i64,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        digest::<32>("sessions.hash", &row.hash)?;
        Ok(Self {
            user: UserId::from_uuid(uuid("sessions.person", &row.person)?),
            created_at: time("sessions.created_at", row.created_at)?,
            last_seen_at: time("sessions.last_seen_at", row.last_seen_at)?,
            expires_at: time("sessions.expires_at", row.expires_at)?,
        })
    }
}

/// A link as it is written.
#[derive(Insertable)]
#[diesel(table_name = one_time_links, treat_none_as_default_value = false)]
pub(crate) struct NewOneTimeLink<'a> {
    hash: &'a [u8],
    person: Option<&'a [u8]>,
    purpose: &'static str,
    created_at: i64,
    expires_at: i64,
}

impl<'a> NewOneTimeLink<'a> {
    pub(crate) fn new(hash: &'a [u8; 32], link: &'a OneTimeLink) -> Self {
        let OneTimeLink { user, purpose, created_at, expires_at } = link;
        Self {
            hash,
            person: user.as_ref().map(|user| &user.as_bytes()[..]),
            purpose: purpose.as_str(),
            created_at: micros(*created_at),
            expires_at: micros(*expires_at),
        }
    }
}

/// A link as it is read.
#[derive(Queryable)]
pub(crate) struct OneTimeLinkRow {
    hash: Vec<u8>,
    person: Option<Vec<u8>>,
    purpose: String,
    created_at: i64,
    expires_at: i64,
}

impl TryFrom<OneTimeLinkRow> for OneTimeLink {
    type Error = StoreError;

    fn try_from(row: OneTimeLinkRow) -> Result<Self, StoreError> {
        const PURPOSE: &str = "one_time_links.purpose";
        digest::<32>("one_time_links.hash", &row.hash)?;
        let person = row.person.as_deref();
        let person = person.map(|id| uuid("one_time_links.person", id)).transpose()?;
        Ok(Self {
            user: person.map(UserId::from_uuid),
            purpose: word(PURPOSE, &LinkPurpose::ALL, LinkPurpose::as_str, &row.purpose)?,
            created_at: time("one_time_links.created_at", row.created_at)?,
            expires_at: time("one_time_links.expires_at", row.expires_at)?,
        })
    }
}
