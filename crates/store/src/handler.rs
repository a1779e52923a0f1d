//! What does jobs of a kind. Handlers live with their subject and are handed to the worker, which
//! knows none of them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::{Job, NewJob};

/// Does the jobs of one kind.
///
/// A job runs at least once: after a crash, a lost lease or an answer that did not come it runs again.
/// So what it does must bear being done twice, or carry [`Attempt::idempotency_key`] to whoever can
/// tell.
pub trait JobHandler: Send + Sync {
    /// The kind: dotted lower case, its subject first, such as `sentry.enrich`. It is in databases, and
    /// a label of metrics.
    fn kind(&self) -> &'static str;

    /// Its bounds.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Does one job, in a thread where it may block. It must bound whatever it waits for by
    /// [`Attempt::left`]: nobody can end it from outside. A panic is a failed attempt.
    ///
    /// # Errors
    /// It did not work; the error says what is to follow.
    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError>;

    /// The job is about to be given up, for this reason: the last attempt failed, panicked, took too
    /// long, or did not survive. The place to write down that something is not going to happen. It
    /// may be called more than once.
    fn given_up(&self, _job: &Job, _why: &str) {}
}

/// The bounds of a kind of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many of them a server works on at once, so that one kind that hangs leaves room for the
    /// others.
    pub at_once: usize,
    /// How often one is begun before it is given up.
    pub attempts: u32,
    /// How long one attempt may take.
    pub time: Duration,
    /// About how long it waits after the first failure; twice as long after each further one.
    pub first_wait: Duration,
    /// The longest that it waits.
    pub longest_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 2,
            attempts: 10,
            time: Duration::from_secs(30),
            first_wait: Duration::from_secs(10),
            longest_wait: Duration::from_hours(1),
        }
    }
}

/// It is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// What follows: written in the transaction that ends the job.
    pub then: Vec<NewJob>,
}

impl Done {
    /// These jobs follow.
    pub const fn then(then: Vec<NewJob>) -> Self {
        Self { then }
    }
}

/// What follows a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another one after a while that grows, as long as there are attempts left.
    Retry,
    /// Another one after this time. This one does not count: it is not the job's fault.
    Wait(Duration),
    /// None. It will never work.
    GiveUp,
    /// Another one at once, by another server: this one stops.
    GiveBack,
}

/// It did not work. What it says is kept with the job and shown: it must hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct JobError {
    /// Why, for people.
    pub why: String,
    /// What follows.
    pub next: Next,
}

impl JobError {
    /// It may work later.
    pub fn retry(why: impl Into<String>) -> Self {
        Self { why: why.into(), next: Next::Retry }
    }

    /// Somebody said when to come again.
    pub fn wait(why: impl Into<String>, time: Duration) -> Self {
        Self { why: why.into(), next: Next::Wait(time) }
    }

    /// It will never work.
    pub fn give_up(why: impl Into<String>) -> Self {
        Self { why: why.into(), next: Next::GiveUp }
    }

    /// The server stops.
    pub fn give_back() -> Self {
        Self { why: "the server stops".to_owned(), next: Next::GiveBack }
    }
}

/// Trouble with the store passes.
impl From<crate::StoreError> for JobError {
    fn from(error: crate::StoreError) -> Self {
        Self::retry(watchbell_model::error_chain(&error))
    }
}

/// One attempt at a job.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    job: &'a Job,
    limits: Limits,
    ends: Option<Instant>,
    stopping: &'a AtomicBool,
}

impl<'a> Attempt<'a> {
    /// An attempt at `job` that begins now.
    pub fn new(job: &'a Job, limits: Limits, stopping: &'a AtomicBool) -> Self {
        Self { job, limits, ends: Instant::now().checked_add(limits.time), stopping }
    }

    /// The job.
    pub const fn job(&self) -> &'a Job {
        self.job
    }

    /// What the job needs.
    ///
    /// # Errors
    /// The payload is not of this form: no attempt can change that.
    pub fn payload<T: Deserialize<'a>>(&self) -> Result<T, JobError> {
        serde_json::from_str(&self.job.payload)
            .map_err(|error| JobError::give_up(format!("the job's payload: {error}")))
    }

    /// Whether there will be no other one if this one fails.
    pub const fn is_last(&self) -> bool {
        self.job.attempts >= self.limits.attempts
    }

    /// How much of its time is left; nothing, if it is over.
    pub fn left(&self) -> Duration {
        let left = |ends: Instant| ends.saturating_duration_since(Instant::now());
        self.ends.map_or(Duration::MAX, left)
    }

    /// Whether the server stops: what takes long should end with [`JobError::give_back`].
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// The same text in every attempt at this job, and in no other job.
    pub fn idempotency_key(&self) -> String {
        self.job.id.to_string()
    }
}
