//! Jobs: work that a change causes.

mod write;

use std::time::Duration;

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use watchbell_model::{JobId, ServerId};
use watchbell_store::stored::{corrupt, word};
use watchbell_store::{
    Job, JobClaim, JobCount, JobCursor, JobFilter, JobLease, JobState, JobStore, Listed, NewJob,
    Page, StoreError, Wake,
};

use crate::SqliteStore;
use crate::error::Failure;
use crate::rows::JobRow;
use crate::schema::jobs;

pub(crate) use write::{Due, add};

const NOT_FOUND: StoreError = StoreError::NotFound { what: "job" };
const NOT_DEAD: StoreError = StoreError::Conflict { what: "a job that is not dead" };

impl JobStore for SqliteStore {
    fn jobs_wake(&self, wake: Wake) {
        self.waker.set(wake);
    }

    fn jobs_add(&self, jobs: &[NewJob]) -> Result<(), StoreError> {
        self.pool.write(|writer| add(writer, jobs))?;
        self.waker.wrote(!jobs.is_empty());
        Ok(())
    }

    fn jobs_claim(
        &self,
        holder: ServerId,
        claims: &[JobClaim<'_>],
    ) -> Result<Vec<Job>, StoreError> {
        // Looked at first, so that a server with nothing to do does not take the write lock.
        let any = self.pool.read(|reader| {
            for claim in claims {
                if !due(reader, claim, 1)?.is_empty() {
                    return Ok(true);
                }
            }
            Ok(false)
        })?;
        if !any {
            return Ok(Vec::new());
        }
        self.pool.write(|writer| {
            let mut taken = Vec::new();
            for claim in claims {
                let lease = &write::span(claim.lease);
                for (_, id) in due(writer, claim, claim.most)? {
                    write::Take { holder: holder.as_bytes(), lease, id: &id }.execute(writer)?;
                    let row: JobRow = jobs::table.find(&id).first(writer)?;
                    taken.push(Job::try_from(row)?);
                }
            }
            Ok(taken)
        })
    }

    fn job_finish(&self, lease: &JobLease, then: &[NewJob]) -> Result<bool, StoreError> {
        let held = self.pool.write(|writer| {
            let held = write::holds(writer, lease)?;
            if held {
                write::delete(writer, lease)?;
                add(writer, then)?;
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
        let (after, uncounted) = (write::span(after), i64::from(!counts));
        self.pool.write(|writer| write::wait_again(writer, lease, after, uncounted, error))
    }

    fn job_give_up(&self, lease: &JobLease, error: &str) -> Result<bool, StoreError> {
        self.pool.write(|writer| write::bury(writer, lease, error))
    }

    fn job_give_back(&self, lease: &JobLease) -> Result<bool, StoreError> {
        self.pool.write(|writer| write::wait_again(writer, lease, 0, 1, ""))
    }

    fn job_list(
        &self,
        filter: &JobFilter,
        page: Page<JobCursor>,
    ) -> Result<Listed<Job, JobCursor>, StoreError> {
        self.pool.read(|reader| {
            let (mut found, mut total) = (Vec::new(), 0_i64);
            for part in filter.parts() {
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
        self.pool.read(|reader| get(reader, id))
    }

    fn job_revive(&self, id: JobId) -> Result<Job, StoreError> {
        let job = self.pool.write(|writer| {
            if write::revive(writer, id.as_bytes())? == 0 {
                get(writer, id)?;
                return Err(NOT_DEAD.into());
            }
            get(writer, id)
        })?;
        self.waker.wrote(true);
        Ok(job)
    }

    fn job_hasten(&self, id: JobId) -> Result<bool, StoreError> {
        let hastened = self.pool.write(|writer| write::hasten(writer, id.as_bytes()))?;
        self.waker.wrote(hastened);
        Ok(hastened)
    }

    fn job_delete(&self, id: JobId) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            let dead = jobs::state.eq(JobState::Dead.as_str());
            let one = jobs::table.find(&id.as_bytes()[..]);
            if diesel::delete(one.filter(dead)).execute(writer)? == 0 {
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
                .order((jobs::kind, jobs::state))
                .load(reader)?;
            let counts = rows.into_iter().map(|(kind, state, jobs)| {
                let state = word("jobs.state", &JobState::ALL, JobState::as_str, &state)?;
                Ok(JobCount { kind, state, jobs })
            });
            Ok(counts.collect::<Result<_, StoreError>>()?)
        })
    }
}

fn due(
    connection: &mut SqliteConnection,
    claim: &JobClaim<'_>,
    most: usize,
) -> Result<Vec<(i64, Vec<u8>)>, Failure> {
    let most = &i64::try_from(most.min(claim.most)).map_err(|_| corrupt("jobs"))?;
    Ok(Due { kind: claim.kind, most }.load(connection)?)
}

fn get(reader: &mut SqliteConnection, id: JobId) -> Result<Job, Failure> {
    let row: Option<JobRow> = jobs::table.find(&id.as_bytes()[..]).first(reader).optional()?;
    Ok(row.ok_or(NOT_FOUND)?.try_into()?)
}

fn filtered(part: &JobFilter) -> jobs::BoxedQuery<'_, Sqlite> {
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
pub(crate) fn page_of(part: &JobFilter, page: Page<JobCursor>) -> jobs::BoxedQuery<'_, Sqlite> {
    let mut query = filtered(part);
    if let Some(JobCursor(id)) = page.cursor() {
        query = query.filter(jobs::id.lt(id.as_bytes().to_vec()));
    }
    query.order(jobs::id.desc()).limit(page.look_for().saturating_add(page.offset()))
}
