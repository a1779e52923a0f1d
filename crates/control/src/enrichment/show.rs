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

#[cfg(test)]
pub(super) mod tests {
    use watchbell_model::{JobId, Timestamp};
    use watchbell_store::{ENRICHMENT, EnrichmentRecord};

    use super::*;

    pub(in crate::enrichment) fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(second, 0).unwrap()
    }

    pub(in crate::enrichment) fn job(state: JobState) -> Job {
        let id: JobId = "job_00000000000000000000000000000001".parse().unwrap();
        Job {
            id,
            kind: ENRICHMENT.to_owned(),
            subject: "INC-2026-001".to_owned(),
            joins: true,
            payload: "\"of the job\"".to_owned(),
            state,
            created_at: at(1),
            run_at: at(9),
            attempts: 2,
            holder: None,
            last_error: Some("of the job".to_owned()),
        }
    }

    pub(in crate::enrichment) fn record(state: EnrichmentState) -> EnrichmentRecord {
        EnrichmentRecord {
            incident: "inc_00000000000000000000000000000001".parse().unwrap(),
            state,
            attempts: 5,
            reason: None,
            updated_at: at(3),
            wanted: "\"of the record\"".to_owned(),
            document: None,
        }
    }

    #[test]
    fn the_job_that_is_to_be_done_says_how_it_stands_before_what_was_written() {
        use EnrichmentState::{Done, Failed, Pending};
        let check = |written: Option<EnrichmentState>, job_state: Option<JobState>, expected| {
            let (record, job) = (written.map(record), job_state.map(job));
            let shown = shown(Enrichment { record, job }).unwrap();
            let got = shown.map(|one| (one.state, one.attempts, one.next_try_at, one.reason));
            assert_eq!(got, expected, "{written:?} {job_state:?}");
        };
        let why = || Some("of the job".to_owned());
        check(None, None, None);
        check(None, Some(JobState::Waiting), Some((Pending, 2, Some(at(9)), why())));
        check(Some(Done), Some(JobState::Waiting), Some((Pending, 2, Some(at(9)), why())));
        check(Some(Pending), Some(JobState::Running), Some((Pending, 2, None, why())));
        check(Some(Done), None, Some((Done, 5, None, None)));
        check(Some(Failed), Some(JobState::Dead), Some((Failed, 5, None, None)));
        check(Some(Done), Some(JobState::Dead), Some((Done, 5, None, None)));
        // The server died while it wrote that it gives up, and somebody deleted the job.
        check(Some(Pending), Some(JobState::Dead), Some((Failed, 5, None, why())));
        check(Some(Pending), None, Some((Failed, 5, None, None)));
        check(None, Some(JobState::Dead), Some((Failed, 2, None, why())));
    }
}
