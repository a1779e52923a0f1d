//! The port of jobs: work that a change causes, which outlives whoever made the change.
//!
//! A job is written in the transaction of the change that causes it, so there is never one without
//! the other. It is worked on under a lease, by whichever server takes it, and again by another one
//! if that server does not say in time what came of it. So every job runs at least once, and what it
//! does must bear being done twice.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use watchbell_model::{JobId, ServerId, Timestamp};

use crate::{JobCursor, Listed, Page, StoreError};

/// The most characters of an error that are kept.
pub const MAX_JOB_ERROR: usize = 500;

/// What becomes of a new job if another one of its kind and subject waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    /// Both stand for themselves.
    Never,
    /// That one gets the new payload and stays the only one, due when the first of them is.
    Replacing,
    /// That one keeps its payload and stays the only one, due when the first of them is.
    GivingWay,
}

/// A job to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Its id, unless it joins another one.
    pub id: JobId,
    /// Which handler it is for. Kinds belong to their subjects: there is no list of them.
    pub kind: &'static str,
    /// What it is about, for people and for joining: `inc_…`, `integration int_…`.
    pub subject: String,
    /// Whether one job is enough for all that comes before it is begun.
    pub joins: Joins,
    /// What its handler needs, as JSON. It is shown to nobody, but it is no place for a secret.
    pub payload: String,
    /// How long it waits first, by the database's clock.
    pub delay: Duration,
}

impl NewJob {
    /// A job that is due at once and joins one that waits for the same.
    pub fn joining(
        id: JobId,
        kind: &'static str,
        subject: impl Into<String>,
        payload: impl Into<String>,
    ) -> Self {
        let (subject, payload) = (subject.into(), payload.into());
        Self { id, kind, subject, joins: Joins::Replacing, payload, delay: Duration::ZERO }
    }

    /// A job that is due at once; if one waits for the same, that one does it with its own payload.
    pub fn unless_waiting(
        id: JobId,
        kind: &'static str,
        subject: impl Into<String>,
        payload: impl Into<String>,
    ) -> Self {
        Self { joins: Joins::GivingWay, ..Self::joining(id, kind, subject, payload) }
    }

    /// A job that is due at once and stands for itself.
    pub fn alone(
        id: JobId,
        kind: &'static str,
        subject: impl Into<String>,
        payload: impl Into<String>,
    ) -> Self {
        Self { joins: Joins::Never, ..Self::joining(id, kind, subject, payload) }
    }

    /// The same, due so much later.
    #[must_use]
    pub const fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

/// How a job stands. One that is done is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobState {
    /// Nobody works on it.
    Waiting,
    /// Somebody works on it, or did when last heard of.
    Running,
    /// It was given up. It stays until somebody tries it again or deletes it, or its time is over.
    Dead,
}

impl JobState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Running, Self::Dead];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A job as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Which handler it is for.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Whether it joins, or is joined by, another one of its kind and subject.
    pub joins: bool,
    /// What its handler needs, as JSON.
    pub payload: String,
    /// How it stands.
    pub state: JobState,
    /// When it was written.
    pub created_at: Timestamp,
    /// Waiting: not before this. Running: when the lease ends. Dead: since when.
    pub run_at: Timestamp,
    /// How often it was begun.
    pub attempts: u32,
    /// Who works on it.
    pub holder: Option<ServerId>,
    /// What went wrong the last time.
    pub last_error: Option<String>,
}

impl Job {
    /// What shows that this attempt is one's own.
    pub const fn lease(&self) -> JobLease {
        JobLease { id: self.id, holder: self.holder, attempt: self.attempts }
    }
}

/// What shows that an attempt is one's own. Whoever has lost it, because it took too long, changes
/// nothing with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobLease {
    /// The job.
    pub id: JobId,
    /// Who took it.
    pub holder: Option<ServerId>,
    /// The how many-th attempt it is.
    pub attempt: u32,
}

/// What somebody is ready to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobClaim<'a> {
    /// Jobs of this kind.
    pub kind: &'a str,
    /// At most so many.
    pub most: usize,
    /// For so long.
    pub lease: Duration,
}

/// Which jobs. What is absent does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// That stand so.
    pub state: Option<JobState>,
    /// Of this kind.
    pub kind: Option<String>,
}

impl JobFilter {
    /// Filters that let through, all together, what this one does, and nothing twice: each is one
    /// walk through an index, in the order of the list.
    pub fn parts(&self) -> Vec<Self> {
        match (&self.kind, self.state) {
            (Some(_), None) => {
                JobState::ALL.map(|state| Self { state: Some(state), ..self.clone() }).into()
            }
            _ => vec![self.clone()],
        }
    }
}

/// How many jobs there are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct JobCount {
    /// Of this kind.
    pub kind: String,
    /// That stand so.
    pub state: JobState,
    /// So many.
    pub jobs: i64,
}

/// Keeps jobs. Times are the database's: servers' clocks differ.
pub trait JobStore {
    /// Has `wake` called after each commit of this store that wrote a job, so that whoever works on
    /// them need not look all the time. It must be quick. Only the first one counts.
    fn jobs_wake(&self, wake: Wake);

    /// Writes jobs that no other change causes.
    fn jobs_add(&self, jobs: &[NewJob]) -> Result<(), StoreError>;

    /// Takes jobs that are due, those that are due for longest first, and counts the attempt. Of
    /// several who ask at once each gets others. A job whose holder's time is over is due.
    fn jobs_claim(&self, holder: ServerId, claims: &[JobClaim<'_>])
    -> Result<Vec<Job>, StoreError>;

    /// It is done: the job goes, and `then` is written, in one transaction. False: the lease was
    /// lost, and nothing was changed.
    fn job_finish(&self, lease: &JobLease, then: &[NewJob]) -> Result<bool, StoreError>;

    /// It did not work: again in so long. Whether the attempt counts is the caller's to say. If another
    /// one that it joins has come meanwhile, that one takes over its attempts. False: the lease was
    /// lost.
    fn job_retry(
        &self,
        lease: &JobLease,
        after: Duration,
        counts: bool,
        error: &str,
    ) -> Result<bool, StoreError>;

    /// It did not work, and shall not be tried again. False: the lease was lost.
    fn job_give_up(&self, lease: &JobLease, error: &str) -> Result<bool, StoreError>;

    /// Nothing was done, or nobody knows what: it is due at once for the next one, and the attempt
    /// does not count. False: the lease was lost.
    fn job_give_back(&self, lease: &JobLease) -> Result<bool, StoreError>;

    /// Jobs, the newest first.
    fn job_list(
        &self,
        filter: &JobFilter,
        page: Page<JobCursor>,
    ) -> Result<Listed<Job, JobCursor>, StoreError>;

    /// One job.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn job_get(&self, id: JobId) -> Result<Job, StoreError>;

    /// A dead job is due at once, as if it had never been tried.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] if it is not dead, or another one waits
    /// that it would join.
    fn job_revive(&self, id: JobId) -> Result<Job, StoreError>;

    /// A job that waits is due at once. False: it does not wait.
    fn job_hasten(&self, id: JobId) -> Result<bool, StoreError>;

    /// A dead job goes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] if it is not dead.
    fn job_delete(&self, id: JobId) -> Result<(), StoreError>;

    /// How many there are, by kind and state; nothing where there is none.
    fn job_counts(&self) -> Result<Vec<JobCount>, StoreError>;
}

/// What is called when a job was written.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// What a store keeps to wake whoever works on jobs.
#[derive(Default)]
pub struct Waker(OnceLock<Wake>);

impl Waker {
    /// Has `wake` called from now on, if it is the first one.
    pub fn set(&self, wake: Wake) {
        // There is one worker in a process.
        drop(self.0.set(wake));
    }

    /// Jobs were written, or none.
    pub fn wrote(&self, any: bool) {
        if let Some(wake) = self.0.get().filter(|_| any) {
            wake();
        }
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waker").field("set", &self.0.get().is_some()).finish()
    }
}

/// An error as it is kept: not too long, and without the character that no database takes.
pub fn kept_error(error: &str) -> String {
    error.chars().filter(|c| *c != '\0').take(MAX_JOB_ERROR).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_kept_as_far_as_every_database_takes_it() {
        assert_eq!(kept_error("a\0b"), "ab");
        assert_eq!(kept_error(&"ü".repeat(600)).chars().count(), MAX_JOB_ERROR);
    }

    #[test]
    fn a_list_of_a_kind_is_a_walk_for_each_state() {
        let check = |state, kind: Option<&str>, parts| {
            let filter = JobFilter { state, kind: kind.map(str::to_owned) };
            assert_eq!(filter.parts().len(), parts, "{filter:?}");
        };
        check(None, None, 1);
        check(Some(JobState::Dead), None, 1);
        check(Some(JobState::Dead), Some("a"), 1);
        check(None, Some("a"), 3);
    }
}
