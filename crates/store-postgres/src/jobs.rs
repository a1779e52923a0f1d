//! Jobs: work that a change causes.

mod write;

use std::time::Duration;

use diesel::pg::Pg;
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{JobId, ServerId, Timestamp};
use watchbell_store::stored::{corrupt, word};
use watchbell_store::{
    Job, JobClaim, JobCount, JobCursor, JobFilter, JobLease, JobState, JobStore, Listed, NewJob,
    Page, StoreError, Wake,
};

use crate::PostgresStore;
use crate::error::Failure;
use crate::rows::JobRow;
use crate::schema::jobs;

pub(crate) use write::{Due, add};

const NOT_FOUND: StoreError = StoreError::NotFound { what: "job" };
const NOT_DEAD: StoreError = StoreError::Conflict { what: "a job that is not dead" };

impl JobStore for PostgresStore {
    fn jobs_wake(&self, wake: Wake) {
        self.waker.set(wake);
    }

    fn jobs_add(&self, jobs: &[NewJob]) -> Result<(), StoreError> {
        let new = jobs.to_vec();
        self.pool.write(move |writer| add(writer, &new))?;
        self.waker.wrote(!jobs.is_empty());
        Ok(())
    }

    fn jobs_claim(
        &self,
        holder: ServerId,
        claims: &[JobClaim<'_>],
    ) -> Result<Vec<Job>, StoreError> {
        let claims = claims.iter().map(|claim| {
            let most = i64::try_from(claim.most).map_err(|_| corrupt("jobs"))?;
            Ok((Due { kind: claim.kind.to_owned(), most }, claim.lease))
        });
        let claims = claims.collect::<Result<Vec<_>, StoreError>>()?;
        self.pool.write(move |writer| {
            let mut taken = Vec::new();
            for (due, lease) in claims {
                let due: Vec<(Timestamp, Uuid)> = due.load(writer)?;
                if due.is_empty() {
                    continue;
                }
                let ids: Vec<Uuid> = due.into_iter().map(|(_, id)| id).collect();
                write::take(writer, &ids, holder.as_uuid(), lease)?;
                let rows: Vec<JobRow> = jobs::table.filter(jobs::id.eq_any(&ids)).load(writer)?;
                for row in rows {
                    taken.push(Job::try_from(row)?);
                }
            }
            Ok(taken)
        })
    }

    fn job_finish(&self, lease: &JobLease, then: &[NewJob]) -> Result<bool, StoreError> {
        let (lease, new) = (*lease, then.to_vec());
        let held = self.pool.write(move |writer| {
            let held = write::holds(writer, &lease)?;
            if held {
                write::delete(writer, &lease)?;
                add(writer, &new)?;
            }
            Ok(held)
        })?;
        self.waker.wrote(held && !then.is_empty());
        Ok(held)
    }

    fn job_retry(
        &self,
        lease: &JobLease,
        after: Duration,
        counts: bool,
        error: &str,
    ) -> Result<bool, StoreError> {
        self.wait_again(lease, after, i64::from(!counts), error)
    }

    fn job_give_up(&self, lease: &JobLease, error: &str) -> Result<bool, StoreError> {
        let (lease, error) = (*lease, error.to_owned());
        self.pool.write(move |writer| write::bury(writer, &lease, &error))
    }

    fn job_give_back(&self, lease: &JobLease) -> Result<bool, StoreError> {
        self.wait_again(lease, Duration::ZERO, 1, "")
    }

    fn job_list(
        &self,
        filter: &JobFilter,
        page: Page<JobCursor>,
    ) -> Result<Listed<Job, JobCursor>, StoreError> {
        let parts = filter.parts();
        self.pool.read(move |reader| {
            let (mut found, mut total) = (Vec::new(), 0_i64);
            for part in parts {
                let rows: Vec<JobRow> = page_of(&part, page).load(reader)?;
                for row in rows {
                    found.push(Job::try_from(row)?);
                }
                if page.counts() {
                    let count: i64 = filtered(&part).count().get_result(reader)?;
                    total = total.saturating_add(count);
                }
            }
            Ok(page.of_parts(found, total, |job| JobCursor(job.id)))
        })
    }

    fn job_get(&self, id: JobId) -> Result<Job, StoreError> {
        self.pool.read(move |reader| get(reader, id))
    }

    fn job_revive(&self, id: JobId) -> Result<Job, StoreError> {
        let job = self.pool.write(move |writer| {
            if write::revive(writer, id.as_uuid())? == 0 {
                get(writer, id)?;
                return Err(NOT_DEAD.into());
            }
            get(writer, id)
        })?;
        self.waker.wrote(true);
        Ok(job)
    }

    fn job_hasten(&self, id: JobId) -> Result<bool, StoreError> {
        let hastened = self.pool.write(move |writer| write::hasten(writer, id))?;
        self.waker.wrote(hastened);
        Ok(hastened)
    }

    fn job_delete(&self, id: JobId) -> Result<(), StoreError> {
        self.pool.write(move |writer| {
            let dead = jobs::state.eq(JobState::Dead.as_str());
            if diesel::delete(jobs::table.find(id.as_uuid()).filter(dead)).execute(writer)? == 0 {
                get(writer, id)?;
                return Err(NOT_DEAD.into());
            }
            Ok(())
        })
    }

    fn job_counts(&self) -> Result<Vec<JobCount>, StoreError> {
        self.pool.read(|reader| {
            let rows: Vec<(String, String, i64)> = jobs::table
                .group_by((jobs::kind, jobs::state))
                .select((jobs::kind, jobs::state, diesel::dsl::count_star()))
                .load(reader)?;
            let counts = rows.into_iter().map(|(kind, state, jobs)| {
                let state = word("jobs.state", &JobState::ALL, JobState::as_str, &state)?;
                Ok(JobCount { kind, state, jobs })
            });
            let mut counts = counts.collect::<Result<Vec<_>, StoreError>>()?;
            counts.sort();
            Ok(counts)
        })
    }
}

impl PostgresStore {
    /// Lets a job wait again.
    fn wait_again(
        &self,
        lease: &JobLease,
        after: Duration,
        uncounted: i64,
        error: &str,
    ) -> Result<bool, StoreError> {
        let (lease, error) = (*lease, error.to_owned());
        self.pool.write(move |writer| write::wait_again(writer, &lease, after, uncounted, &error))
    }
}

fn get(reader: &mut PgConnection, id: JobId) -> Result<Job, Failure> {
    let row: Option<JobRow> = jobs::table.find(id.as_uuid()).first(reader).optional()?;
    Ok(row.ok_or(NOT_FOUND)?.try_into()?)
}

fn filtered(part: &JobFilter) -> jobs::BoxedQuery<'_, Pg> {
    let mut query = jobs::table.into_boxed();
    if let Some(state) = part.state {
        query = query.filter(jobs::state.eq(state.as_str()));
    }
    if let Some(kind) = &part.kind {
        query = query.filter(jobs::kind.eq(kind));
    }
    query
}

/// What a part of a list gives for a page of the whole.
pub(crate) fn page_of(part: &JobFilter, page: Page<JobCursor>) -> jobs::BoxedQuery<'_, Pg> {
    let mut query = filtered(part);
    if let Some(JobCursor(id)) = page.cursor() {
        query = query.filter(jobs::id.lt(id.as_uuid()));
    }
    query.order(jobs::id.desc()).limit(page.look_for().saturating_add(page.offset()))
}
