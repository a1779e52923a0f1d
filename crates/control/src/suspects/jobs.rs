//! The jobs that work suspects out: what is in them, and doing them.

use serde::{Deserialize, Serialize};
use watchbell_model::{IncidentNumber, JobId, ServiceId, Timestamp};
use watchbell_store::{
    Attempt, Done, JobError, JobHandler, NewJob, SUSPECTS_OF_INCIDENT, StoreError,
};

use crate::question::later;
use crate::{Control, ControlError};

/// The kind of job that works out those of a service's incidents since a moment.
pub const SUSPECTS_SINCE: &str = "suspects.since";

#[derive(Deserialize)]
struct OfIncident {
    incident: String,
}

#[derive(Serialize, Deserialize)]
struct Since {
    service: String,
    /// In microseconds since 1970.
    since: i64,
}

/// The job that looks at a service's incidents since a moment again.
pub(crate) fn job_since(id: JobId, service: ServiceId, since: Timestamp) -> NewJob {
    let service = service.to_string();
    let payload = json(&Since { service: service.clone(), since: since.timestamp_micros() });
    NewJob::alone(id, SUSPECTS_SINCE, service, payload)
}

/// Texts and numbers always have a JSON form.
fn json(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).unwrap_or_default()
}

/// Works out the suspects of one incident.
#[derive(Debug, Clone)]
pub struct SuspectsOfIncident(pub Control);

impl JobHandler for SuspectsOfIncident {
    fn kind(&self) -> &'static str {
        SUSPECTS_OF_INCIDENT
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let OfIncident { incident } = attempt.payload()?;
        let number = incident.parse().map_err(|_| JobError::give_up("it names no incident"))?;
        work_out(&self.0, number)?;
        Ok(Done::default())
    }
}

/// Works out the suspects of a service's incidents since a moment.
#[derive(Debug, Clone)]
pub struct SuspectsSince(pub Control);

impl JobHandler for SuspectsSince {
    fn kind(&self) -> &'static str {
        SUSPECTS_SINCE
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let Since { service, since } = attempt.payload()?;
        let wrong = || JobError::give_up("it names no service and moment");
        let service = service.parse().map_err(|_| wrong())?;
        let since = Timestamp::from_timestamp_micros(since).ok_or_else(wrong)?;
        let numbers = self.0.incidents_since(service, since).map_err(later)?;
        for number in numbers {
            work_out(&self.0, number)?;
        }
        Ok(Done::default())
    }
}

fn work_out(control: &Control, number: IncidentNumber) -> Result<(), JobError> {
    match control.suspects_work_out(number, None) {
        // An incident that was forgotten meanwhile needs no suspects.
        Ok(_) | Err(ControlError::Store(StoreError::NotFound { .. })) => Ok(()),
        Err(error) => Err(later(error)),
    }
}
