//! One attempt at a job, and writing down what came of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use watchbell_model::error_chain;
use watchbell_store::{Attempt, Done, Job, JobError, JobHandler, Next, Store, StoreError};

use crate::backoff::wait_after;
use crate::worker::{Outcome, WorkerSettings};

/// What a job that was begun too often is given up with: its attempts left no trace of their own.
const DID_NOT_SURVIVE: &str =
    "the server ended, or lost its lease, each time while it worked on this job";

/// Works on `job` and writes down what came of it.
pub(crate) fn work(
    settings: &WorkerSettings,
    handler: &dyn JobHandler,
    job: &Job,
    stopping: &AtomicBool,
) -> Outcome {
    let limits = handler.limits();
    if job.attempts > limits.attempts {
        return give_up(settings, handler, job, DID_NOT_SURVIVE);
    }
    let attempt = Attempt::new(job, limits, stopping);
    let result = catch_unwind(AssertUnwindSafe(|| handler.run(&attempt)));
    let result = result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Err(JobError::retry(format!("panic: {}", text.unwrap_or("without a text"))))
    });
    match result {
        Ok(done) => finish(settings, job, &done),
        Err(error) => failed(settings, handler, job, &error),
    }
}

fn finish(settings: &WorkerSettings, job: &Job, done: &Done) -> Outcome {
    let finished = settings.store.job_finish(&job.lease(), &done.then);
    tracing::debug!(kind = job.kind, job = %job.id, subject = job.subject, "a job is done");
    written(job, finished, Outcome::Done)
}

/// What follows a failure.
pub(crate) fn failed(
    settings: &WorkerSettings,
    handler: &dyn JobHandler,
    job: &Job,
    error: &JobError,
) -> Outcome {
    let limits = handler.limits();
    let (lease, why) = (job.lease(), error.why.as_str());
    let store = &settings.store;
    match error.next {
        Next::GiveUp => give_up(settings, handler, job, why),
        Next::Retry if job.attempts >= limits.attempts => give_up(settings, handler, job, why),
        Next::Retry => {
            let wait = wait_after(&limits, job.attempts, (settings.chance)());
            tell(job, why, wait);
            written(job, store.job_retry(&lease, wait, true, why), Outcome::Failed)
        }
        Next::Wait(wait) => {
            tell(job, why, wait);
            written(job, store.job_retry(&lease, wait, false, why), Outcome::Deferred)
        }
        Next::GiveBack => give_back(&**store, job),
    }
}

fn tell(job: &Job, why: &str, wait: Duration) {
    let (attempt, seconds) = (job.attempts, wait.as_secs_f64());
    tracing::warn!(
        kind = job.kind, job = %job.id, subject = job.subject, attempt, seconds, why,
        "a job did not work; later again"
    );
}

fn give_up(settings: &WorkerSettings, handler: &dyn JobHandler, job: &Job, why: &str) -> Outcome {
    tracing::error!(
        kind = job.kind, job = %job.id, subject = job.subject, attempts = job.attempts, why,
        "a job is given up; `watchbell jobs retry` tries it again"
    );
    if catch_unwind(AssertUnwindSafe(|| handler.given_up(job, why))).is_err() {
        tracing::error!(kind = job.kind, job = %job.id, "a handler panicked while giving up");
    }
    written(job, settings.store.job_give_up(&job.lease(), why), Outcome::Dead)
}

/// Lets another server have the job.
pub(crate) fn give_back(store: &dyn Store, job: &Job) -> Outcome {
    written(job, store.job_give_back(&job.lease()), Outcome::GivenBack)
}

/// What came of it, if it could be written down. Otherwise the lease runs out, and the job runs again.
fn written(job: &Job, done: Result<bool, StoreError>, outcome: Outcome) -> Outcome {
    match done {
        Ok(true) => outcome,
        Ok(false) => {
            tracing::warn!(kind = job.kind, job = %job.id, "a job took longer than its lease");
            Outcome::Lost
        }
        Err(error) => {
            tracing::warn!(
                kind = job.kind, job = %job.id, error = error_chain(&error),
                "what came of a job could not be written; it runs again when its lease is over"
            );
            Outcome::Lost
        }
    }
}
