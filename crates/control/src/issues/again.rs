//! What follows where the source did not do what was asked about an issue: the same for every job.

use std::time::Duration;

use watchbell_model::{IssueKey, error_chain};
use watchbell_sentry_client::Error;
use watchbell_store::JobError;

use crate::{Asking, Control, ControlError};

/// What is waited for a master key or a database that is away.
const AWAY: Duration = Duration::from_secs(30);
/// What is waited for the end of a rate limit that does not say when it ends, and at most.
const LIMITED: (Duration, Duration) = (Duration::from_mins(1), Duration::from_hours(1));

/// When to ask again, after `asking` got `error` for an answer; never, if it will not work until
/// somebody does something. An app whose token is not taken gets the next one at once.
pub(super) fn again(
    control: &Control,
    issue: &IssueKey,
    asking: &Asking,
    error: &Error,
) -> Option<JobError> {
    let why = error.to_string();
    match error {
        Error::RateLimited { .. } => {
            let wait = error.wait(control.clock.now()).unwrap_or(LIMITED.0);
            Some(JobError::wait(why, wait.clamp(Duration::from_secs(1), LIMITED.1)))
        }
        Error::Token(_) => {
            match control.connection_refused(issue.integration, issue.scope, asking, error) {
                Ok(true) => Some(JobError::retry(format!("{why}; the next one is asked for"))),
                Ok(false) => None,
                Err(error) => Some(later(error)),
            }
        }
        // Issues are there before anybody links or resolves them.
        Error::NotFound(_) => None,
        error => error.may_pass().then(|| JobError::retry(why)),
    }
}

/// What fails here, and not at the source, passes.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn later(error: ControlError) -> JobError {
    JobError::wait(error_chain(&error), AWAY)
}
