//! What follows where the source did not answer.

use std::time::Duration;

use watchbell_model::{Incident, IntegrationId};
use watchbell_sentry_client::Error;
use watchbell_store::JobError;

use super::later;
use crate::Control;
use crate::question::Questions;

/// The shortest and the longest wait for the end of a rate limit, and the one where none is said.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(1);
const UNSAID: Duration = Duration::from_mins(1);
/// What is not there after so many attempts, some minutes, is not going to be.
const ATTEMPTS_TO_BE_THERE: u32 = 8;

/// What follows for the job that asked `questions`.
pub(super) fn after(
    error: &Error,
    control: &Control,
    questions: &Questions<'_>,
    incident: &Incident,
    integration: IntegrationId,
) -> JobError {
    let Questions { client: _, asking, attempt } = questions;
    let why = error.to_string();
    match error {
        Error::RateLimited { .. } => {
            let wait = error.wait(control.clock.now()).unwrap_or(UNSAID);
            JobError::wait(why, wait.clamp(SHORTEST, LONGEST))
        }
        Error::Token(_) => {
            match control.connection_refused(integration, incident.scope, asking, error) {
                Ok(true) => JobError::retry(format!("{why}; the next one is asked for")),
                Ok(false) => JobError::give_up(why),
                Err(error) => later(error),
            }
        }
        Error::Scope { .. } | Error::Refused { .. } => JobError::give_up(why),
        Error::NotFound(_) if attempt.job().attempts >= ATTEMPTS_TO_BE_THERE => {
            JobError::give_up(why)
        }
        Error::NotFound(_)
        | Error::Down(_)
        | Error::Unreachable(_)
        | Error::Timeout
        | Error::Malformed(_) => JobError::retry(why),
    }
}
