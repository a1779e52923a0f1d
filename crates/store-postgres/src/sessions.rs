//! How people and keys are let in.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{ApiKeyId, AuditEntry, OneTimeLink, Session, Timestamp, User, UserId};
use watchbell_store::{SessionExpiry, SessionStore, StoreError};

use crate::PostgresStore;
use crate::audit::append;
use crate::error::Failure;
use crate::people::put_out;
use crate::rows::{NewOneTimeLink, NewSession, OneTimeLinkRow, SessionRow, UserRow};
use crate::schema::{api_key_uses, one_time_links, passwords, provider_accounts, sessions, users};

/// The most rows of a kind that one step forgets, so that it is over soon.
const STEP: i64 = 500;

const NO_USER: StoreError = StoreError::NotFound { what: "user" };
const OTHER_ACCOUNT: StoreError = StoreError::Conflict { what: "the account at the provider" };
const CHANGED: StoreError = StoreError::Conflict { what: "password" };

impl SessionStore for PostgresStore {
    fn password_get(&self, user: UserId) -> Result<Option<String>, StoreError> {
        self.pool.read(move |reader| password(reader, user))
    }

    fn password_set(
        &self,
        user: UserId,
        phc: &str,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        let (phc, audit) = (phc.to_owned(), audit.to_vec());
        let known = known.map(ToOwned::to_owned);
        self.pool.write(move |writer| {
            // Whoever signs in at the same time is waited for, and put out, or waits.
            let own = users::table.find(user.as_uuid()).select(users::id).for_update();
            own.first::<Uuid>(writer).optional()?.ok_or(NO_USER)?;
            still_known(writer, user, known.as_deref())?;
            diesel::insert_into(passwords::table)
                .values((passwords::person.eq(user.as_uuid()), passwords::phc.eq(&phc)))
                .on_conflict(passwords::person)
                .do_update()
                .set(passwords::phc.eq(&phc))
                .execute(writer)?;
            put_out(writer, user)?;
            append(writer, &audit)
        })
    }

    fn session_add(
        &self,
        hash: &[u8; 32],
        session: &Session,
        known: Option<&str>,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        let (hash, session, audit) = (*hash, *session, audit.to_vec());
        let known = known.map(ToOwned::to_owned);
        self.pool.write(move |writer| {
            // Shared, so that nobody makes the user inactive meanwhile, or gives them another password,
            // and overlooks this session.
            let user = users::table.find(session.user.as_uuid()).filter(users::active);
            user.select(users::id).for_share().first::<Uuid>(writer).optional()?.ok_or(NO_USER)?;
            still_known(writer, session.user, known.as_deref())?;
            diesel::insert_into(sessions::table)
                .values(&NewSession::new(&hash, &session))
                .execute(writer)?;
            append(writer, &audit)
        })
    }

    fn session_find(&self, hash: &[u8; 32]) -> Result<Option<(User, Session)>, StoreError> {
        let hash = *hash;
        self.pool.read(move |reader| {
            let found: Option<(UserRow, SessionRow)> = sessions::table
                .inner_join(users::table.on(users::id.eq(sessions::person)))
                .filter(sessions::hash.eq(&hash[..]))
                .filter(users::active)
                .select((users::all_columns, sessions::all_columns))
                .first(reader)
                .optional()?;
            let Some((user, session)) = found else { return Ok(None) };
            Ok(Some((user.try_into()?, session.try_into()?)))
        })
    }

    fn session_touch(&self, hash: &[u8; 32], at: Timestamp) -> Result<(), StoreError> {
        let hash = *hash;
        self.pool.write(move |writer| {
            diesel::update(sessions::table.find(&hash[..]))
                .filter(sessions::last_seen_at.lt(at))
                .set(sessions::last_seen_at.eq(at))
                .execute(writer)?;
            Ok(())
        })
    }

    fn session_remove(&self, hash: &[u8; 32], audit: &[AuditEntry]) -> Result<bool, StoreError> {
        let (hash, audit) = (*hash, audit.to_vec());
        self.pool.write(move |writer| {
            let gone = diesel::delete(sessions::table.find(&hash[..])).execute(writer)?;
            if gone > 0 {
                append(writer, &audit)?;
            }
            Ok(gone > 0)
        })
    }

    fn sessions_remove(&self, user: UserId, audit: &[AuditEntry]) -> Result<usize, StoreError> {
        let audit = audit.to_vec();
        self.pool.write(move |writer| {
            let all = sessions::table.filter(sessions::person.eq(user.as_uuid()));
            let gone = diesel::delete(all).execute(writer)?;
            append(writer, &audit)?;
            Ok(gone)
        })
    }

    fn account_find(&self, issuer: &str, subject: &str) -> Result<Option<UserId>, StoreError> {
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        self.pool.read(move |reader| {
            let found: Option<Uuid> = owner(issuer, subject).first(reader).optional()?;
            Ok(found.map(UserId::from_uuid))
        })
    }

    fn account_bind(&self, user: UserId, issuer: &str, subject: &str) -> Result<(), StoreError> {
        use provider_accounts as accounts;
        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
        self.pool.write(move |writer| {
            let person = accounts::person.eq(user.as_uuid());
            diesel::insert_into(accounts::table)
                .values((person, accounts::issuer.eq(&issuer), accounts::subject.eq(&subject)))
                .on_conflict_do_nothing()
                .execute(writer)
                .map_err(|error| Failure::from(error).on_missing(NO_USER))?;
            let own = owner(issuer, subject).filter(person);
            own.first::<Uuid>(writer).optional()?.ok_or(OTHER_ACCOUNT)?;
            Ok(())
        })
    }

    fn link_add(
        &self,
        hash: &[u8; 32],
        link: &OneTimeLink,
        audit: &[AuditEntry],
    ) -> Result<(), StoreError> {
        let (hash, link, audit) = (*hash, *link, audit.to_vec());
        self.pool.write(move |writer| {
            let earlier =
                one_time_links::table.filter(one_time_links::purpose.eq(link.purpose.as_str()));
            match link.user {
                Some(user) => {
                    let own = one_time_links::person.eq(user.as_uuid());
                    diesel::delete(earlier.filter(own)).execute(writer)?
                }
                None => diesel::delete(earlier.filter(one_time_links::person.is_null()))
                    .execute(writer)?,
            };
            diesel::insert_into(one_time_links::table)
                .values(&NewOneTimeLink::new(&hash, &link))
                .execute(writer)
                .map_err(|error| Failure::from(error).on_missing(NO_USER))?;
            append(writer, &audit)
        })
    }

    fn link_find(&self, hash: &[u8; 32]) -> Result<Option<OneTimeLink>, StoreError> {
        let hash = *hash;
        self.pool.read(move |reader| {
            let row: Option<OneTimeLinkRow> =
                one_time_links::table.find(&hash[..]).first(reader).optional()?;
            Ok(row.map(OneTimeLink::try_from).transpose()?)
        })
    }

    fn link_take(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        audit: &[AuditEntry],
    ) -> Result<Option<OneTimeLink>, StoreError> {
        let (hash, audit) = (*hash, audit.to_vec());
        self.pool.write(move |writer| {
            // Of several at once the others wait for the first, and then find nothing.
            let row: Option<OneTimeLinkRow> = diesel::delete(one_time_links::table.find(&hash[..]))
                .filter(one_time_links::expires_at.gt(now))
                .get_result(writer)
                .optional()?;
            let Some(row) = row else { return Ok(None) };
            append(writer, &audit)?;
            Ok(Some(row.try_into()?))
        })
    }

    fn key_used(&self, id: ApiKeyId, at: Timestamp) -> Result<(), StoreError> {
        let key = id.as_uuid();
        self.pool.write(move |writer| {
            diesel::insert_into(api_key_uses::table)
                .values((api_key_uses::key.eq(key), api_key_uses::used_at.eq(at)))
                .on_conflict_do_nothing()
                .execute(writer)
                .map_err(|error| {
                    Failure::from(error).on_missing(StoreError::NotFound { what: "API key" })
                })?;
            diesel::update(api_key_uses::table.find(key))
                .filter(api_key_uses::used_at.lt(at))
                .set(api_key_uses::used_at.eq(at))
                .execute(writer)?;
            Ok(())
        })
    }

    fn key_uses(&self) -> Result<Vec<(ApiKeyId, Timestamp)>, StoreError> {
        self.pool.read(move |reader| {
            let rows: Vec<(Uuid, Timestamp)> =
                api_key_uses::table.order(api_key_uses::key).load(reader)?;
            Ok(rows.into_iter().map(|(key, at)| (ApiKeyId::from_uuid(key), at)).collect())
        })
    }

    fn sessions_expire(&self, expiry: SessionExpiry) -> Result<usize, StoreError> {
        let SessionExpiry { now, idle_since } = expiry;
        self.pool.write(move |writer| {
            let sessions = diesel::sql_query(FORGET_SESSIONS)
                .bind::<Timestamptz, _>(now)
                .bind::<Timestamptz, _>(idle_since)
                .bind::<BigInt, _>(STEP)
                .execute(writer)?;
            let links = diesel::sql_query(FORGET_LINKS)
                .bind::<Timestamptz, _>(now)
                .bind::<BigInt, _>(STEP)
                .execute(writer)?;
            Ok(sessions + links)
        })
    }
}

fn password(reader: &mut PgConnection, user: UserId) -> Result<Option<String>, Failure> {
    let own = passwords::table.find(user.as_uuid());
    Ok(own.select(passwords::phc).first(reader).optional()?)
}

/// Refuses what was permitted because of a password that is not the present one. The user's row is
/// locked.
fn still_known(
    writer: &mut PgConnection,
    user: UserId,
    known: Option<&str>,
) -> Result<(), Failure> {
    if known.is_some() && password(writer, user)?.as_deref() != known {
        return Err(CHANGED.into());
    }
    Ok(())
}

/// Whose an account is.
pub(crate) fn owner(
    issuer: String,
    subject: String,
) -> provider_accounts::BoxedQuery<'static, Pg, SqlUuid> {
    provider_accounts::table
        .filter(provider_accounts::issuer.eq(issuer))
        .filter(provider_accounts::subject.eq(subject))
        .select(provider_accounts::person)
        .into_boxed()
}

const FORGET_SESSIONS: &str = "DELETE FROM sessions WHERE hash IN (
    SELECT hash FROM sessions WHERE expires_at <= $1 OR last_seen_at < $2 LIMIT $3
    FOR UPDATE SKIP LOCKED)";

const FORGET_LINKS: &str = "DELETE FROM one_time_links WHERE hash IN (
    SELECT hash FROM one_time_links WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)";
