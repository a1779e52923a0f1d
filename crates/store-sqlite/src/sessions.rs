//! How people and keys are let in.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use diesel::sqlite::Sqlite;
use watchbell_model::{ApiKeyId, AuditEntry, OneTimeLink, Session, Timestamp, User, UserId};
use watchbell_store::{SessionExpiry, SessionStore, StoreError};

use crate::SqliteStore;
use crate::audit::append;
use crate::config::found;
use crate::error::Failure;
use crate::people::put_out;
use crate::query::static_statement;
use crate::rows::{
    NewOneTimeLink, NewSession, OneTimeLinkRow, SessionRow, UserRow, micros, time, uuid,
};
use crate::schema::{api_key_uses, one_time_links, passwords, provider_accounts, sessions, users};

/// The most rows of a kind that one step forgets, so that it holds the write lock for a moment only.
const STEP: i64 = 500;

const NO_USER: StoreError = StoreError::NotFound { what: "user" };
const OTHER_ACCOUNT: StoreError = StoreError::Conflict { what: "the account at the provider" };
const CHANGED: StoreError = StoreError::Conflict { what: "password" };

impl SessionStore for SqliteStore {
    fn password_get(&self, user: UserId) -> Result<Option<String>, StoreError> {
        self.pool.read(|reader| password(reader, user))
    }

    fn password_set(
        &self,
        user: UserId,
        phc: &str,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            still_known(writer, user, known)?;
            diesel::insert_into(passwords::table)
                .values((passwords::person.eq(&user.as_bytes()[..]), passwords::phc.eq(phc)))
                .on_conflict(passwords::person)
                .do_update()
                .set(passwords::phc.eq(phc))
                .execute(writer)
                .map_err(|error| Failure::from(error).on_missing(NO_USER))?;
            put_out(writer, user)?;
            append(writer, audit)
        })
    }

    fn session_add(
        &self,
        hash: &[u8; 32],
        session: &Session,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            let user = users::table.find(&session.user.as_bytes()[..]);
            let active: i64 = user.filter(users::active.eq(1)).count().get_result(writer)?;
            if active == 0 {
                return Err(NO_USER.into());
            }
            still_known(writer, session.user, known)?;
            diesel::insert_into(sessions::table)
                .values(&NewSession::new(hash, session))
                .execute(writer)?;
            append(writer, audit)
        })
    }

    fn session_find(&self, hash: &[u8; 32]) -> Result<Option<(User, Session)>, StoreError> {
        self.pool.read(|reader| {
            let found: Option<(UserRow, SessionRow)> = sessions::table
                .inner_join(users::table.on(users::id.eq(sessions::person)))
                .filter(sessions::hash.eq(&hash[..]))
                .filter(users::active.eq(1))
                .select((users::all_columns, sessions::all_columns))
                .first(reader)
                .optional()?;
            let Some((user, session)) = found else { return Ok(None) };
            Ok(Some((user.try_into()?, session.try_into()?)))
        })
    }

    fn session_touch(&self, hash: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            diesel::update(sessions::table.find(&hash[..]))
                .filter(sessions::last_seen_at.lt(micros(at)))
                .set(sessions::last_seen_at.eq(micros(at)))
                .execute(writer)?;
            Ok(())
        })
    }

    fn session_remove(&self, hash: &[u8; 32], audit: &[AuditEntry]) -> Result<bool, StoreError> {
        self.pool.write(|writer| {
            let gone = diesel::delete(sessions::table.find(&hash[..])).execute(writer)?;
            if gone > 0 {
                append(writer, audit)?;
            }
            Ok(gone > 0)
        })
    }

    fn sessions_remove(&self, user: UserId, audit: &[AuditEntry]) -> Result<usize, StoreError> {
        self.pool.write(|writer| {
            let all = sessions::table.filter(sessions::person.eq(&user.as_bytes()[..]));
            let gone = diesel::delete(all).execute(writer)?;
            append(writer, audit)?;
            Ok(gone)
        })
    }

    fn account_find(&self, issuer: &str, subject: &str) -> Result<Option<UserId>, StoreError> {
        self.pool.read(|reader| {
            let found: Option<Vec<u8>> = owner(issuer, subject).first(reader).optional()?;
            let id = found.map(|id| uuid("provider_accounts.person", &id)).transpose()?;
            Ok(id.map(UserId::from_uuid))
        })
    }

    fn account_bind(&self, user: UserId, issuer: &str, subject: &str) -> Result<(), StoreError> {
        use provider_accounts as accounts;
        let person = &user.as_bytes()[..];
        let values = (
            accounts::person.eq(person),
            accounts::issuer.eq(issuer),
            accounts::subject.eq(subject),
        );
        self.pool.write(|writer| {
            diesel::insert_into(accounts::table)
                .values(values)
                .on_conflict_do_nothing()
                .execute(writer)
                .map_err(|error| Failure::from(error).on_missing(NO_USER))?;
            let own = owner(issuer, subject).filter(accounts::person.eq(person));
            own.first::<Vec<u8>>(writer).optional()?.ok_or(OTHER_ACCOUNT)?;
            Ok(())
        })
    }

    fn link_add(
        &self,
        hash: &[u8; 32],
        link: &OneTimeLink,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            let earlier =
                one_time_links::table.filter(one_time_links::purpose.eq(link.purpose.as_str()));
            match &link.user {
                Some(user) => {
                    let own = one_time_links::person.eq(&user.as_bytes()[..]);
                    diesel::delete(earlier.filter(own)).execute(writer)?
                }
                None => diesel::delete(earlier.filter(one_time_links::person.is_null()))
                    .execute(writer)?,
            };
            diesel::insert_into(one_time_links::table)
                .values(&NewOneTimeLink::new(hash, link))
                .execute(writer)
                .map_err(|error| Failure::from(error).on_missing(NO_USER))?;
            append(writer, audit)
        })
    }

    fn link_find(&self, hash: &[u8; 32]) -> Result<Option<OneTimeLink>, StoreError> {
        self.pool.read(|reader| link(reader, hash))
    }

    fn link_take(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        audit: &[AuditEntry],
    ) -> Result<Option<OneTimeLink>, StoreError> {
        // Whoever writes has the lock already when it reads.
        self.pool.write(|writer| {
            let Some(link) = link(writer, hash)?.filter(|link| now < link.expires_at) else {
                return Ok(None);
            };
            let gone = diesel::delete(one_time_links::table.find(&hash[..])).execute(writer)?;
            found(gone, "link")?;
            append(writer, audit)?;
            Ok(Some(link))
        })
    }

    fn key_used(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let key = &id.as_bytes()[..];
        self.pool.write(|writer| {
            diesel::insert_into(api_key_uses::table)
                .values((api_key_uses::key.eq(key), api_key_uses::used_at.eq(micros(at))))
                .on_conflict_do_nothing()
                .execute(writer)
                .map_err(|error| {
                    Failure::from(error).on_missing(StoreError::NotFound { what: "API key" })
                })?;
            diesel::update(api_key_uses::table.find(key))
                .filter(api_key_uses::used_at.lt(micros(at)))
                .set(api_key_uses::used_at.eq(micros(at)))
                .execute(writer)?;
            Ok(())
        })
    }

    fn key_uses(&self) -> Result<Vec<(ApiKeyId, Timestamp)>, StoreError> {
        self.pool.read(|reader| {
            let rows: Vec<(Vec<u8>, i64)> =
                api_key_uses::table.order(api_key_uses::key).load(reader)?;
            let uses = rows.iter().map(|(key, at)| {
                let key = ApiKeyId::from_uuid(uuid("api_key_uses.key", key)?);
                Ok((key, time("api_key_uses.used_at", *at)?))
            });
            Ok(uses.collect::<Result<_, StoreError>>()?)
        })
    }

    fn sessions_expire(&self, expiry: SessionExpiry) -> Result<usize, StoreError> {
        let (now, idle) = (&micros(expiry.now), &micros(expiry.idle_since));
        // Looked at first, so that a server with nothing to forget does not write.
        let anything = self.pool.read(|reader| {
            let over = sessions::expires_at.le(*now).or(sessions::last_seen_at.lt(*idle));
            let sessions = sessions::table.filter(over).limit(1).select(sessions::expires_at);
            let links = one_time_links::table.filter(one_time_links::expires_at.le(*now));
            let links = links.limit(1).select(one_time_links::expires_at);
            Ok(!sessions.load::<i64>(reader)?.is_empty() || !links.load::<i64>(reader)?.is_empty())
        })?;
        if !anything {
            return Ok(0);
        }
        self.pool.write(|writer| {
            let sessions = ForgetSessions { now, idle, limit: &STEP }.execute(writer)?;
            Ok(sessions + ForgetLinks { now, limit: &STEP }.execute(writer)?)
        })
    }
}

fn password(reader: &mut SqliteConnection, user: UserId) -> Result<Option<String>, Failure> {
    let own = passwords::table.find(&user.as_bytes()[..]);
    Ok(own.select(passwords::phc).first(reader).optional()?)
}

/// Refuses what was permitted because of a password that is not the present one.
fn still_known(
    writer: &mut SqliteConnection,
    user: UserId,
    known: Option<&str>,
) -> Result<(), Failure> {
    if known.is_some() && password(writer, user)?.as_deref() != known {
        return Err(CHANGED.into());
    }
    Ok(())
}

/// Whose an account is.
pub(crate) fn owner<'a>(
    issuer: &'a str,
    subject: &'a str,
) -> provider_accounts::BoxedQuery<'a, Sqlite, Binary> {
    provider_accounts::table
        .filter(provider_accounts::issuer.eq(issuer))
        .filter(provider_accounts::subject.eq(subject))
        .select(provider_accounts::person)
        .into_boxed()
}

fn link(reader: &mut SqliteConnection, hash: &[u8; 32]) -> Result<Option<OneTimeLink>, Failure> {
    let row: Option<OneTimeLinkRow> =
        one_time_links::table.find(&hash[..]).first(reader).optional()?;
    Ok(row.map(OneTimeLink::try_from).transpose()?)
}

static_statement! {
    /// Forgets some of the sessions that are over.
    ForgetSessions:
    "DELETE FROM sessions WHERE hash IN (SELECT hash FROM sessions WHERE expires_at <= ",
    now: i64 as BigInt;
    " OR last_seen_at < ", idle: i64 as BigInt;
    " LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Forgets some of the links that nobody has used in time.
    ForgetLinks:
    "DELETE FROM one_time_links WHERE hash IN (SELECT hash FROM one_time_links WHERE expires_at <= ",
    now: i64 as BigInt;
    " LIMIT ", limit: i64 as BigInt;
    end ")"
}
