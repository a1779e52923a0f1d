//! Jobs, which the committer writes and never asks for.

use std::time::Duration;

use watchbell_model::{JobId, ServerId};
use watchbell_store::{
    Job, JobClaim, JobCount, JobCursor, JobFilter, JobLease, JobStore, Listed, NewJob, Page,
    StoreError, Wake,
};

use super::Troubled;

impl JobStore for Troubled {
    fn jobs_wake(&self, wake: Wake) {
        self.inner.jobs_wake(wake);
    }

    fn jobs_add(&self, jobs: &[NewJob]) -> Result<(), StoreError> {
        self.inner.jobs_add(jobs)
    }

    fn jobs_claim(
        &self,
        holder: ServerId,
        claims: &[JobClaim<'_>],
    ) -> Result<Vec<Job>, StoreError> {
        self.inner.jobs_claim(holder, claims)
    }

    fn job_finish(&self, lease: &JobLease, then: &[NewJob]) -> Result<bool, StoreError> {
        self.inner.job_finish(lease, then)
    }

    fn job_retry(
        &self,
        lease: &JobLease,
        after: Duration,
        counts: bool,
        error: &str,
    ) -> Result<bool, StoreError> {
        self.inner.job_retry(lease, after, counts, error)
    }

    fn job_give_up(&self, lease: &JobLease, error: &str) -> Result<bool, StoreError> {
        self.inner.job_give_up(lease, error)
    }

    fn job_give_back(&self, lease: &JobLease) -> Result<bool, StoreError> {
        self.inner.job_give_back(lease)
    }

    fn job_list(
        &self,
        filter: &JobFilter,
        page: Page<JobCursor>,
    ) -> Result<Listed<Job, JobCursor>, StoreError> {
        self.inner.job_list(filter, page)
    }

    fn job_get(&self, id: JobId) -> Result<Job, StoreError> {
        self.inner.job_get(id)
    }

    fn job_revive(&self, id: JobId) -> Result<Job, StoreError> {
        self.inner.job_revive(id)
    }

    fn job_hasten(&self, id: JobId) -> Result<bool, StoreError> {
        self.inner.job_hasten(id)
    }

    fn job_delete(&self, id: JobId) -> Result<(), StoreError> {
        self.inner.job_delete(id)
    }

    fn job_counts(&self) -> Result<Vec<JobCount>, StoreError> {
        self.inner.job_counts()
    }
}
