//! The job that asks the source about an incident.

use std::time::Duration;

use watchbell_model::{Incident, IntegrationId, error_chain};
use watchbell_sentry_client::{Client, Error};
use watchbell_store::{
    Attempt, Done, ENRICHMENT, EnrichmentWanted, Job, JobError, JobHandler, Limits,
};

use super::ask::Answers;
use super::personal;
use crate::Control;
use crate::question::{Questions, later};

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
        let failed = |error: Error| questions.failed(&error, &self.control, incident, integration);
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
        let Some(incident) = self.control.enrichment_incident(&wanted)? else {
            return Ok(Done::default());
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
