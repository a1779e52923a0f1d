//! What PostgreSQL promises and others that speak its protocol may not: tried, not believed.
//!
//! Each promise is tried between two sessions, since alone each of them seems to hold.

use std::fmt;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use watchbell_store::StoreError;

use crate::error::Failure;
use crate::session::Session;
use crate::{PostgresOptions, PostgresStore};

/// Something that several servers on one database rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarantee {
    /// A lock that one transaction takes by a number keeps another one out until it ends.
    AdvisoryLocks,
    /// A statement sees what was committed before it began, also within a transaction.
    ReadCommitted,
    /// A row that somebody else has locked can be passed over.
    SkipLocked,
    /// A unique index may hold for some rows only, and then does.
    PartialUniqueIndexes,
}

impl Guarantee {
    /// Every one.
    pub const ALL: [Self; 4] =
        [Self::AdvisoryLocks, Self::ReadCommitted, Self::SkipLocked, Self::PartialUniqueIndexes];

    const fn name(self) -> &'static str {
        match self {
            Self::AdvisoryLocks => "advisory transaction locks",
            Self::ReadCommitted => "READ COMMITTED",
            Self::SkipLocked => "SKIP LOCKED",
            Self::PartialUniqueIndexes => "partial unique indexes",
        }
    }

    fn holds(self, one: &mut Session, two: &mut Session) -> Result<bool, Failure> {
        match self {
            Self::AdvisoryLocks => advisory_locks(one, two),
            Self::ReadCommitted => read_committed(one, two),
            Self::SkipLocked => skip_locked(one, two),
            Self::PartialUniqueIndexes => partial_unique_indexes(one),
        }
    }
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PostgresStore {
    /// Tries each guarantee between two sessions, and gives those that do not hold, with what
    /// happened. Leaves nothing behind; needs the schema.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: there are no two sessions to be had.
    pub fn broken_guarantees(&self) -> Result<Vec<(Guarantee, String)>, StoreError> {
        let mut broken = Vec::new();
        for guarantee in Guarantee::ALL {
            let (mut one, mut two) = two_sessions(self.pool.options())?;
            match guarantee.holds(&mut one, &mut two) {
                Ok(true) => {}
                Ok(false) => broken.push((guarantee, "it does not hold".to_owned())),
                Err(failure) if failure.is_of_connection() => return Err(failure.into()),
                Err(failure) => {
                    let error = StoreError::from(failure);
                    broken.push((guarantee, watchbell_model::error_chain(&error)));
                }
            }
        }
        Ok(broken)
    }
}

fn two_sessions(options: &PostgresOptions) -> Result<(Session, Session), StoreError> {
    Ok((Session::open(options)?, Session::open(options)?))
}

fn say(session: &mut Session, sql: &'static str) -> Result<(), Failure> {
    session.run(move |connection| Ok(connection.batch_execute(sql)?))
}

fn truth(session: &mut Session, sql: &'static str) -> Result<bool, Failure> {
    session.run(move |connection| Ok(diesel::dsl::sql::<Bool>(sql).get_result(connection)?))
}

fn number(session: &mut Session, sql: &'static str) -> Result<i64, Failure> {
    session.run(move |connection| Ok(diesel::dsl::sql::<BigInt>(sql).get_result(connection)?))
}

/// -2 is no stripe, and migrations have -1. Another server that tries the same is waited for.
fn advisory_locks(one: &mut Session, two: &mut Session) -> Result<bool, Failure> {
    say(one, "BEGIN; SELECT pg_advisory_xact_lock(5718629, -2)")?;
    let kept_out = !truth(two, "SELECT pg_try_advisory_xact_lock(5718629, -2)")?;
    say(one, "ROLLBACK")?;
    Ok(kept_out)
}

fn read_committed(one: &mut Session, two: &mut Session) -> Result<bool, Failure> {
    const COUNT: &str = "SELECT count(*) FROM leases WHERE name = 'probe: ' || pg_backend_pid()";
    say(one, "BEGIN ISOLATION LEVEL READ COMMITTED")?;
    let before = number(one, COUNT)?;
    let pid = number(one, "SELECT pg_backend_pid()::bigint")?;
    two.run(move |connection| {
        Ok(connection.batch_execute(&format!(
            "INSERT INTO leases VALUES ('probe: {pid}', gen_random_uuid(), now())"
        ))?)
    })?;
    let after = number(one, COUNT)?;
    say(one, "ROLLBACK")?;
    two.run(move |connection| {
        let remove = format!("DELETE FROM leases WHERE name = 'probe: {pid}'");
        Ok(connection.batch_execute(&remove)?)
    })?;
    Ok((before, after) == (0, 1))
}

fn skip_locked(one: &mut Session, two: &mut Session) -> Result<bool, Failure> {
    say(one, "BEGIN; SELECT id FROM config_state WHERE id = 1 FOR UPDATE")?;
    let seen = number(
        two,
        "SELECT count(*) FROM (SELECT id FROM config_state FOR UPDATE SKIP LOCKED) AS free",
    )?;
    say(one, "ROLLBACK")?;
    Ok(seen == 0)
}

fn partial_unique_indexes(one: &mut Session) -> Result<bool, Failure> {
    say(
        one,
        "CREATE TEMPORARY TABLE watchbell_probe (a int, open boolean);
         CREATE UNIQUE INDEX ON watchbell_probe (a) WHERE open;
         INSERT INTO watchbell_probe VALUES (1, true), (1, false), (1, false)",
    )?;
    let taken = number(
        one,
        "WITH twice AS (INSERT INTO watchbell_probe VALUES (1, true)
             ON CONFLICT (a) WHERE open DO NOTHING RETURNING a)
         SELECT count(*) FROM twice",
    )?;
    say(one, "DROP TABLE watchbell_probe")?;
    Ok(taken == 0)
}
