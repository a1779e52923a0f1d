//! The job that asks the source how many events an incident has by now: repeats leave it where the
//! severity is left to their number. It changes nothing but the severity, so what is known of the
//! incident is shown as it was meanwhile.

use std::time::Duration;

use watchbell_model::error_chain;
use watchbell_sentry_client::Client;
use watchbell_store::{
    Attempt, Done, EVENT_COUNT, EnrichmentWanted, JobError, JobHandler, Limits, Next,
};

use crate::Control;
use crate::question::{Questions, later};

/// So often the number is asked for. Then the next repeat has it asked for, and what does not work for
/// good is said by the incident's enrichment: no dead job need say it once more.
const MOST_ATTEMPTS: u32 = 5;

/// Asks sources for numbers of events.
#[derive(Debug)]
pub struct EventCountHandler {
    control: Control,
    client: Client,
}

impl EventCountHandler {
    /// Asks by `client`.
    pub const fn new(control: Control, client: Client) -> Self {
        Self { control, client }
    }

    fn count(&self, attempt: &Attempt<'_>, wanted: &EnrichmentWanted) -> Result<(), JobError> {
        let Some(incident) = self.control.enrichment_incident(wanted)? else { return Ok(()) };
        let (Some(chosen), Some(issue)) = (wanted.auto, &wanted.inquiry.issue) else {
            return Ok(());
        };
        let Some(integration) = incident.integration.filter(|_| incident.status.is_open()) else {
            return Ok(());
        };
        // Nobody wants it asked any more.
        if self.control.enrichment_policy(integration).map_err(later)?.is_none() {
            return Ok(());
        }
        let asking = self.control.connection_ask(integration, incident.scope).map_err(later)?;
        let Some(asking) = asking else { return Ok(()) };
        let questions = Questions { client: &self.client, asking: &asking, attempt };
        let asked = questions
            .issue(issue)
            .map_err(|error| questions.failed(&error, &self.control, &incident, integration))?;
        let Some(events) = asked.count else { return Ok(()) };
        let raised = self.control.enrichment_raise(incident.number, integration, chosen, events);
        raised.map_err(later)
    }
}

impl JobHandler for EventCountHandler {
    fn kind(&self) -> &'static str {
        EVENT_COUNT
    }

    /// One question of ten seconds at most, and the database.
    fn limits(&self) -> Limits {
        Limits {
            at_once: 2,
            time: Duration::from_secs(15),
            first_wait: Duration::from_secs(5),
            ..Limits::default()
        }
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let wanted = EnrichmentWanted::of_json(&attempt.job().payload)
            .map_err(|error| JobError::give_up(error_chain(&error)))?;
        match self.count(attempt, &wanted) {
            Err(error) if !is_over(&error, attempt) => Err(error),
            Ok(()) | Err(_) => Ok(Done::default()),
        }
    }
}

fn is_over(error: &JobError, attempt: &Attempt<'_>) -> bool {
    match error.next {
        Next::GiveUp => true,
        Next::Retry => attempt.job().attempts >= MOST_ATTEMPTS,
        Next::Wait(_) | Next::GiveBack => false,
    }
}
