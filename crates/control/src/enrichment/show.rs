//! An enrichment as people see it.

use watchbell_model::{IncidentNumber, Timestamp};
use watchbell_store::{Enrichment, EnrichmentState, Job, JobState, StoreError};

use super::Known;
use crate::{Control, ControlError};

/// An enrichment as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichmentShown {
    /// How it stands.
    pub state: EnrichmentState,
    /// Why it is not done, or what is missing though it is.
    pub reason: Option<String>,
    /// How often the source was asked.
    pub attempts: u32,
    /// When it is asked next, while somebody waits for it.
    pub next_try_at: Option<Timestamp>,
    /// When something of it was last written down.
    pub updated_at: Option<Timestamp>,
    /// What is known so far.
    pub known: Known,
}

impl Control {
    /// What is known of an incident from its source. None, if it is not asked and nothing is known.
    ///
    /// # Errors
    /// [`ControlError::Store`], with `NotFound` if the incident is not there.
    pub fn enrichment_show(
        &self,
        number: IncidentNumber,
    ) -> Result<Option<EnrichmentShown>, ControlError> {
        let (incident, _) = self.store.incident_get(number)?;
        let enrichment = self.store.enrichment_get(incident.id, number)?;
        Ok(shown(enrichment)?)
    }
}

/// What record and job come to: as long as there is a job that is to be done, that one says how it
/// stands.
pub(super) fn shown(enrichment: Enrichment) -> Result<Option<EnrichmentShown>, StoreError> {
    let Enrichment { record, job } = enrichment;
    let known = record.as_ref().map(Known::of).transpose()?.unwrap_or_default();
    let updated_at = record.as_ref().map(|record| record.updated_at);
    let by_job = |state, job: Job| EnrichmentShown {
        state,
        next_try_at: (job.state == JobState::Waiting).then_some(job.run_at),
        reason: job.last_error,
        attempts: job.attempts,
        updated_at,
        known: known.clone(),
    };
    Ok(match (record, job) {
        (_, Some(job)) if job.state != JobState::Dead => {
            Some(by_job(EnrichmentState::Pending, job))
        }
        (Some(record), job) => {
            // Somebody deleted the job, or the server died as it was given up.
            let is_lost = record.state == EnrichmentState::Pending;
            let state = if is_lost { EnrichmentState::Failed } else { record.state };
            let last = job.filter(|_| is_lost).and_then(|job| job.last_error);
            Some(EnrichmentShown {
                state,
                reason: record.reason.or(last),
                attempts: record.attempts,
                next_try_at: None,
                updated_at,
                known,
            })
        }
        (None, Some(job)) => Some(by_job(EnrichmentState::Failed, job)),
        (None, None) => None,
    })
}
