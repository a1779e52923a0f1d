//! The statements that write jobs. Times are the database's own, one for all of a statement.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use watchbell_store::stored::is_json;
use watchbell_store::{JobLease, Joins, NewJob, StoreError, kept_error};

use crate::error::Failure;
use crate::query::static_statement;
use crate::schema::jobs;

static_statement! {
    /// Writes a job, or hands its payload to the one that waits for the same, unless it gives way to
    /// that. One that waits for another attempt goes on waiting.
    Insert:
    "INSERT INTO jobs (id, kind, subject, joins, payload, state, created_at, run_at, attempts)
     SELECT ", id: [u8] as Binary;
    ", ", kind: str as Text;
    ", ", subject: str as Text;
    ", ", joins: i64 as BigInt;
    ", ", payload: str as Text;
    ", 'waiting', now, now + ", delay: i64 as BigInt;
    ", 0 FROM (SELECT CAST(unixepoch('subsec') * 1000000 AS INTEGER) AS now) WHERE true
         ON CONFLICT (kind, subject) WHERE state = 'waiting' AND joins = 1
         DO UPDATE SET payload = iif(", replaces: i64 as BigInt;
    end ", excluded.payload, payload),
                       run_at = iif(attempts = 0, min(run_at, excluded.run_at), run_at)"
}

static_statement! {
    /// Jobs of a kind that are due, those that are due for longest first.
    Due: select (jobs::run_at, jobs::id) => (BigInt, Binary);
    " FROM jobs WHERE state <> 'dead' AND kind = ", kind: str as Text;
    " AND run_at <= CAST(unixepoch('subsec') * 1000000 AS INTEGER) ORDER BY run_at LIMIT ",
    most: i64 as BigInt;
    end ""
}

static_statement! {
    /// Takes a job.
    Take:
    "UPDATE jobs SET state = 'running', attempts = attempts + 1, holder = ", holder: [u8] as Binary;
    ", run_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ", lease: i64 as BigInt;
    " WHERE id = ", id: [u8] as Binary;
    end ""
}

static_statement! {
    /// What another one that waits for the same takes over from a job that did not work.
    HandOver:
    "UPDATE jobs SET attempts = lost.attempts - ", uncounted: i64 as BigInt;
    ", run_at = max(jobs.run_at, CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ",
    after: i64 as BigInt;
    "), last_error = coalesce(nullif(", error: str as Text;
    ", ''), jobs.last_error) FROM (SELECT kind, subject, attempts FROM jobs WHERE joins = 1 AND id = ",
    id: [u8] as Binary;
    end ") AS lost WHERE jobs.kind = lost.kind AND jobs.subject = lost.subject
           AND jobs.state = 'waiting' AND jobs.joins = 1"
}

static_statement! {
    /// A job waits again.
    WaitAgain:
    "UPDATE jobs SET state = 'waiting', holder = NULL, attempts = attempts - ",
    uncounted: i64 as BigInt;
    ", run_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ", after: i64 as BigInt;
    ", last_error = coalesce(nullif(", error: str as Text;
    ", ''), last_error) WHERE id = ", id: [u8] as Binary;
    end ""
}

static_statement! {
    /// A job is dead from now on.
    Bury:
    "UPDATE jobs SET state = 'dead', holder = NULL, last_error = ", error: str as Text;
    ", run_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) WHERE id = ", id: [u8] as Binary;
    end ""
}

static_statement! {
    /// A dead job waits again, as if it were new.
    Revive:
    "UPDATE jobs SET state = 'waiting', attempts = 0,
     run_at = CAST(unixepoch('subsec') * 1000000 AS INTEGER) WHERE state = 'dead' AND id = ",
    id: [u8] as Binary;
    end ""
}

static_statement! {
    /// A job that waits is due now.
    Hasten:
    "UPDATE jobs SET run_at = min(run_at, CAST(unixepoch('subsec') * 1000000 AS INTEGER))
     WHERE state = 'waiting' AND id = ", id: [u8] as Binary;
    end ""
}

/// A span of time as it is added. Centuries are as good as for ever, and do not overflow.
pub(super) fn span(time: std::time::Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 4)
}

/// Writes jobs within somebody's transaction.
pub(crate) fn add(writer: &mut SqliteConnection, jobs: &[NewJob]) -> Result<(), Failure> {
    for NewJob { id, kind, subject, joins, payload, delay } in jobs {
        is_json("the job's payload", payload)
            .map_err(|_| Failure::refused("the job's payload is not JSON"))?;
        let insert = Insert {
            id: id.as_bytes(),
            kind,
            subject,
            joins: &i64::from(*joins != Joins::Never),
            payload,
            delay: &span(*delay),
            replaces: &i64::from(*joins == Joins::Replacing),
        };
        insert.execute(writer)?;
    }
    Ok(())
}

/// Whether the lease is still its holder's. The write lock is held: it stays so.
pub(super) fn holds(writer: &mut SqliteConnection, lease: &JobLease) -> Result<bool, Failure> {
    let Some(holder) = &lease.holder else { return Ok(false) };
    let own = jobs::table
        .filter(jobs::id.eq(&lease.id.as_bytes()[..]))
        .filter(jobs::holder.eq(&holder.as_bytes()[..]))
        .filter(jobs::attempts.eq(i64::from(lease.attempt)));
    Ok(own.count().get_result::<i64>(writer)? > 0)
}

/// A job that was begun waits again, or another one takes its place.
pub(super) fn wait_again(
    writer: &mut SqliteConnection,
    lease: &JobLease,
    after: i64,
    uncounted: i64,
    error: &str,
) -> Result<bool, Failure> {
    if !holds(writer, lease)? {
        return Ok(false);
    }
    let (id, error) = (&lease.id.as_bytes()[..], &kept_error(error));
    let (after, uncounted) = (&after, &uncounted);
    if (HandOver { uncounted, after, error, id }).execute(writer)? > 0 {
        delete(writer, lease)?;
    } else {
        WaitAgain { uncounted, after, error, id }.execute(writer)?;
    }
    Ok(true)
}

/// A job goes.
pub(super) fn delete(writer: &mut SqliteConnection, lease: &JobLease) -> Result<(), Failure> {
    diesel::delete(jobs::table.find(&lease.id.as_bytes()[..])).execute(writer)?;
    Ok(())
}

/// A job is dead. Gives whether the lease held.
pub(super) fn bury(
    writer: &mut SqliteConnection,
    lease: &JobLease,
    error: &str,
) -> Result<bool, Failure> {
    let held = holds(writer, lease)?;
    if held {
        Bury { error: &kept_error(error), id: lease.id.as_bytes() }.execute(writer)?;
    }
    Ok(held)
}

/// A job that waits is due now. False: it does not wait.
pub(super) fn hasten(writer: &mut SqliteConnection, id: &[u8]) -> Result<bool, Failure> {
    Ok(Hasten { id }.execute(writer)? > 0)
}

/// A dead job is as new. Another one that waits for the same is in its way.
pub(super) fn revive(writer: &mut SqliteConnection, id: &[u8]) -> Result<usize, Failure> {
    let waits = StoreError::Conflict { what: "a job for the same that waits already" };
    Revive { id }.execute(writer).map_err(|error| Failure::from(error).on_unique(waits))
}
