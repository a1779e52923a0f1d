//! Questions that a job asks a source, within the time that its attempt has left, and when it asks again.

use std::time::Duration;

use watchbell_model::{ConnectionScope, IntegrationId, error_chain};
use watchbell_sentry_client::{Client, Error, Sentry};
use watchbell_store::{Attempt, JobError};

use crate::{Asking, Control, ControlError};

/// The longest that one question takes.
const QUESTION: Duration = Duration::from_secs(10);
/// The shortest and the longest wait for the end of a rate limit, and the one where none is said.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(1);
const UNSAID: Duration = Duration::from_mins(1);
/// What is waited for a master key or a database that is away.
const AWAY: Duration = Duration::from_secs(30);

/// What one attempt at a job asks a source by.
pub(crate) struct Questions<'a> {
    pub(crate) client: &'a Client,
    pub(crate) asking: &'a Asking,
    pub(crate) attempt: &'a Attempt<'a>,
}

impl Questions<'_> {
    /// One question, within the time that is left.
    pub(crate) fn ask<T>(
        &self,
        question: impl FnOnce(&Sentry<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let left = self.attempt.left();
        if left.is_zero() {
            return Err(Error::Timeout);
        }
        let client = self.client.clone().within(QUESTION.min(left));
        question(&self.asking.by(&client))
    }
}

/// When to ask a source again, after `asking` got `error` for an answer; never, if it will not work
/// until somebody does something. An app whose token is not taken gets the next one at once.
///
/// What is not there counts as gone; who asks for what may be late says so itself.
pub(crate) fn again(
    control: &Control,
    integration: IntegrationId,
    scope: ConnectionScope,
    asking: &Asking,
    error: &Error,
) -> Option<JobError> {
    let why = error.to_string();
    match error {
        Error::RateLimited { .. } => {
            let wait = error.wait(control.clock.now()).unwrap_or(UNSAID);
            Some(JobError::wait(why, wait.clamp(SHORTEST, LONGEST)))
        }
        Error::Token(_) => match control.connection_refused(integration, scope, asking, error) {
            Ok(true) => Some(JobError::retry(format!("{why}; the next one is asked for"))),
            Ok(false) => None,
            Err(error) => Some(later(error)),
        },
        Error::NotFound(_) => None,
        error => error.may_pass().then(|| JobError::retry(why)),
    }
}

/// What fails here, and not at the source, passes, and costs no attempt.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(crate) fn later(error: ControlError) -> JobError {
    JobError::wait(error_chain(&error), AWAY)
}
