//! The statements that write jobs. Times are the database's own.

use std::collections::BTreeMap;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{JobId, Timestamp};
use watchbell_store::stored::{is_json, refused};
use watchbell_store::{JobLease, Joins, NewJob, StoreError, kept_error};

use crate::error::Failure;
use crate::query::{rows_statement, static_query};
use crate::schema::jobs;

rows_statement! {
    /// Writes jobs, or hands their payloads to those that wait for the same. One that waits for another
    /// attempt goes on waiting.
    Insert<'a>:
    "INSERT INTO jobs (id, kind, subject, joins, payload, state, created_at, run_at, attempts)
     SELECT id, kind, subject, joins, payload, 'waiting', clock_timestamp(),
            clock_timestamp() + delay * interval '1 microsecond', 0 FROM " {
        id: Uuid as SqlUuid,
        kind: &'a str as Text,
        subject: &'a str as Text,
        joins: bool as Bool,
        payload: &'a str as Text,
        delay: i64 as BigInt,
    } " AS q (id, kind, subject, joins, payload, delay)
        ON CONFLICT (kind, subject) WHERE state = 'waiting' AND joins
        DO UPDATE SET payload = excluded.payload, run_at = CASE WHEN jobs.attempts = 0
            THEN least(jobs.run_at, excluded.run_at) ELSE jobs.run_at END"
}

rows_statement! {
    /// Writes jobs that give way to those that wait for the same, which only wait no longer than they.
    InsertGivingWay<'a>:
    "INSERT INTO jobs (id, kind, subject, joins, payload, state, created_at, run_at, attempts)
     SELECT id, kind, subject, true, payload, 'waiting', clock_timestamp(),
            clock_timestamp() + delay * interval '1 microsecond', 0 FROM " {
        id: Uuid as SqlUuid,
        kind: &'a str as Text,
        subject: &'a str as Text,
        payload: &'a str as Text,
        delay: i64 as BigInt,
    } " AS q (id, kind, subject, payload, delay)
        ON CONFLICT (kind, subject) WHERE state = 'waiting' AND joins
        DO UPDATE SET run_at = CASE WHEN jobs.attempts = 0
            THEN least(jobs.run_at, excluded.run_at) ELSE jobs.run_at END"
}

static_query! {
    /// Jobs of a kind that are due and that nobody takes at this moment, those that are due for
    /// longest first.
    Due: (jobs::run_at, jobs::id) => (Timestamptz, SqlUuid);
    " FROM jobs WHERE state <> 'dead' AND kind = ", kind: String as Text;
    " AND run_at <= statement_timestamp() ORDER BY run_at LIMIT ", most: i64 as BigInt;
    end " FOR UPDATE SKIP LOCKED"
}

const TAKE: &str = "UPDATE jobs SET state = 'running', attempts = attempts + 1, holder = $1,
    run_at = clock_timestamp() + $2 * interval '1 microsecond' WHERE id = ANY($3)";

/// A job that was begun waits again, or hands over to one that waits for the same. Taken away and written
/// anew, since only an insertion finds one that comes in the very moment.
const WAIT_AGAIN: &str = "WITH begun AS (DELETE FROM jobs WHERE id = $4 RETURNING *)
    INSERT INTO jobs (id, kind, subject, joins, payload, state, created_at, run_at, attempts, last_error)
    SELECT id, kind, subject, joins, payload, 'waiting', created_at,
           clock_timestamp() + $2 * interval '1 microsecond', attempts - $1,
           coalesce(nullif($3, ''), last_error) FROM begun
        ON CONFLICT (kind, subject) WHERE state = 'waiting' AND joins
        DO UPDATE SET attempts = excluded.attempts, run_at = greatest(jobs.run_at, excluded.run_at),
            last_error = coalesce(excluded.last_error, jobs.last_error)";

const BURY: &str = "UPDATE jobs SET state = 'dead', holder = NULL, last_error = $1,
    run_at = clock_timestamp() WHERE id = $2";

const REVIVE: &str = "UPDATE jobs SET state = 'waiting', attempts = 0, run_at = clock_timestamp()
    WHERE state = 'dead' AND id = $1";

const HASTEN: &str = "UPDATE jobs SET run_at = least(run_at, clock_timestamp())
    WHERE state = 'waiting' AND id = $1";

/// Said where another job waits for the same.
const WAITS: StoreError = StoreError::Conflict { what: "a job for the same that waits already" };

/// A span of time as it is added. Centuries are as good as for ever, and do not overflow.
pub(super) fn span(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 256)
}

/// Writes jobs within somebody's transaction: a statement for each way of joining that there is.
pub(crate) fn add(writer: &mut PgConnection, jobs: &[NewJob]) -> Result<(), Failure> {
    let mut alone = Vec::new();
    // In one order everywhere, so that two servers do not wait for each other; and each but once,
    // since a statement cannot change a row twice.
    let (mut replacing, mut giving_way) = (BTreeMap::new(), BTreeMap::new());
    for job in jobs {
        is_json("the job's payload", &job.payload)
            .map_err(|_| refused("the job's payload is not JSON"))?;
        let joining = match job.joins {
            Joins::Never => {
                alone.push((job, job.delay));
                continue;
            }
            Joins::Replacing => &mut replacing,
            Joins::GivingWay => &mut giving_way,
        };
        let name = (job.kind, job.subject.as_str());
        let (same, delay) = joining.entry(name).or_insert((job, job.delay));
        *delay = job.delay.min(*delay);
        if job.joins == Joins::Replacing {
            *same = job;
        }
    }
    let mut rows = Insert::default();
    for (job, delay) in alone.into_iter().chain(replacing.into_values()) {
        rows.id.push(job.id.as_uuid());
        rows.kind.push(job.kind);
        rows.subject.push(&job.subject);
        rows.joins.push(job.joins != Joins::Never);
        rows.payload.push(&job.payload);
        rows.delay.push(span(delay));
    }
    if !rows.id.is_empty() {
        rows.execute(writer)?;
    }
    let mut rows = InsertGivingWay::default();
    for (job, delay) in giving_way.into_values() {
        rows.id.push(job.id.as_uuid());
        rows.kind.push(job.kind);
        rows.subject.push(&job.subject);
        rows.payload.push(&job.payload);
        rows.delay.push(span(delay));
    }
    if !rows.id.is_empty() {
        rows.execute(writer)?;
    }
    Ok(())
}

/// Takes jobs.
pub(super) fn take(
    writer: &mut PgConnection,
    ids: &[Uuid],
    holder: Uuid,
    lease: Duration,
) -> Result<(), Failure> {
    diesel::sql_query(TAKE)
        .bind::<SqlUuid, _>(holder)
        .bind::<BigInt, _>(span(lease))
        .bind::<diesel::sql_types::Array<SqlUuid>, _>(ids)
        .execute(writer)?;
    Ok(())
}

/// Whether the lease is still its holder's. The row is locked: it stays so.
pub(super) fn holds(writer: &mut PgConnection, lease: &JobLease) -> Result<bool, Failure> {
    let Some(holder) = lease.holder else { return Ok(false) };
    let own = jobs::table
        .filter(jobs::id.eq(lease.id.as_uuid()))
        .filter(jobs::holder.eq(holder.as_uuid()))
        .filter(jobs::attempts.eq(i64::from(lease.attempt)))
        .select(jobs::run_at)
        .for_update();
    Ok(own.first::<Timestamp>(writer).optional()?.is_some())
}

/// A job that was begun waits again, or another one takes its place.
pub(super) fn wait_again(
    writer: &mut PgConnection,
    lease: &JobLease,
    after: Duration,
    uncounted: i64,
    error: &str,
) -> Result<bool, Failure> {
    if !holds(writer, lease)? {
        return Ok(false);
    }
    diesel::sql_query(WAIT_AGAIN)
        .bind::<BigInt, _>(uncounted)
        .bind::<BigInt, _>(span(after))
        .bind::<Text, _>(kept_error(error))
        .bind::<SqlUuid, _>(lease.id.as_uuid())
        .execute(writer)?;
    Ok(true)
}

/// A job goes.
pub(super) fn delete(writer: &mut PgConnection, lease: &JobLease) -> Result<(), Failure> {
    diesel::delete(jobs::table.find(lease.id.as_uuid())).execute(writer)?;
    Ok(())
}

/// A job is dead. Gives whether the lease held.
pub(super) fn bury(
    writer: &mut PgConnection,
    lease: &JobLease,
    error: &str,
) -> Result<bool, Failure> {
    let held = holds(writer, lease)?;
    if held {
        diesel::sql_query(BURY)
            .bind::<Text, _>(kept_error(error))
            .bind::<SqlUuid, _>(lease.id.as_uuid())
            .execute(writer)?;
    }
    Ok(held)
}

/// A job that waits is due now. False: it does not wait.
pub(super) fn hasten(writer: &mut PgConnection, id: JobId) -> Result<bool, Failure> {
    Ok(diesel::sql_query(HASTEN).bind::<SqlUuid, _>(id.as_uuid()).execute(writer)? > 0)
}

/// A dead job is as new. Another one that waits for the same is in its way.
pub(super) fn revive(writer: &mut PgConnection, id: Uuid) -> Result<usize, Failure> {
    let revive = diesel::sql_query(REVIVE).bind::<SqlUuid, _>(id);
    revive.execute(writer).map_err(|error| Failure::from(error).on_unique(WAITS))
}
