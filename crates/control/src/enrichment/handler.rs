//! The job that asks the source about an incident.

use std::time::Duration;

use watchbell_model::{Incident, IntegrationId, error_chain};
use watchbell_sentry_client::{Client, Error};
use watchbell_store::{
    Attempt, Done, ENRICHMENT, EnrichmentWanted, Job, JobError, JobHandler, Limits, StoreError,
};

use super::ask::{Answers, Questions};
use super::{later, personal};
use crate::{Asking, Control};

/// The shortest and the longest wait for the end of a rate limit, and the one where none is said.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(1);
const UNSAID: Duration = Duration::from_mins(1);
/// What is not there after so many attempts, some minutes, is not going to be.
const ATTEMPTS_TO_BE_THERE: u32 = 8;

/// Asks sources about incidents.
#[derive(Debug)]
pub struct EnrichmentHandler {
    control: Control,
    client: Client,
}

impl EnrichmentHandler {
    /// Asks by `client`.
    pub const fn new(control: Control, client: Client) -> Self {
        Self { control, client }
    }

    fn enrich(
        &self,
        attempt: &Attempt<'_>,
        wanted: &EnrichmentWanted,
        incident: &Incident,
        integration: IntegrationId,
    ) -> Result<(), JobError> {
        let policy = self.control.enrichment_policy(integration).map_err(later)?;
        // Nobody wants it any more.
        let Some(policy) = policy else { return Ok(()) };
        let (personal, attempts) = (personal(policy), attempt.job().attempts);
        let delivered =
            self.control.enrichment_begin(incident, wanted, personal, attempts).map_err(later)?;
        let end = |known, attempts, reason| {
            self.control.enrichment_end(incident, wanted, known, attempts, reason).map_err(later)
        };
        let asking = self.control.connection_ask(integration, incident.scope).map_err(later)?;
        let (Some(asking), Some(issue)) = (asking, &wanted.inquiry.issue) else {
            return end(&delivered, 0, None);
        };
        let questions = Questions { client: &self.client, asking: &asking, attempt };
        let failed = |error: Error| self.after(&error, attempt, incident, integration, &asking);
        let issue = questions.issue(issue).map_err(failed)?;
        if let (Some(chosen), Some(events)) = (wanted.auto, issue.count) {
            let raised =
                self.control.enrichment_raise(incident.number, integration, chosen, events);
            raised.map_err(later)?;
        }
        if attempt.is_stopping() {
            return Err(JobError::give_back());
        }
        let Answers { known, missing } = questions.rest(&issue, personal).map_err(failed)?;
        end(&known, attempts, missing)
    }

    /// What follows where the source did not answer.
    fn after(
        &self,
        error: &Error,
        attempt: &Attempt<'_>,
        incident: &Incident,
        integration: IntegrationId,
        asking: &Asking,
    ) -> JobError {
        let why = error.to_string();
        match error {
            Error::RateLimited { .. } => {
                let wait = error.wait(self.control.clock.now()).unwrap_or(UNSAID);
                JobError::wait(why, wait.clamp(SHORTEST, LONGEST))
            }
            Error::Token(_) => {
                match self.control.connection_refused(integration, incident.scope, asking, error) {
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
}

impl JobHandler for EnrichmentHandler {
    fn kind(&self) -> &'static str {
        ENRICHMENT
    }

    /// Three questions of ten seconds each at most, and the database. The first failures are mostly
    /// events that come seconds after their alert; twenty attempts are most of a working day.
    fn limits(&self) -> Limits {
        Limits {
            at_once: 4,
            attempts: 20,
            time: Duration::from_secs(35),
            first_wait: Duration::from_secs(2),
            longest_wait: Duration::from_hours(1),
        }
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let wanted = EnrichmentWanted::of_json(&attempt.job().payload)
            .map_err(|error| JobError::give_up(error_chain(&error)))?;
        let incident = match self.control.store.incident_get(wanted.incident) {
            Ok((incident, _)) => incident,
            // It was forgotten meanwhile.
            Err(StoreError::NotFound { .. }) => return Ok(Done::default()),
            Err(error) => return Err(error.into()),
        };
        if let Some(integration) = incident.integration {
            self.enrich(attempt, &wanted, &incident, integration)?;
        }
        Ok(Done::default())
    }

    fn given_up(&self, job: &Job, why: &str) {
        let Ok(wanted) = EnrichmentWanted::of_json(&job.payload) else { return };
        // Where it cannot be written, what is shown falls back on the dead job, which says the same.
        drop(self.control.enrichment_given_up(&wanted, job.attempts, why));
    }
}
