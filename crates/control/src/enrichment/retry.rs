//! Asking the source again because a person wants it.

use watchbell_model::{Incident, IncidentNumber, JobId, TimelineKind};
use watchbell_store::{
    ENRICHMENT, Enrichment, EnrichmentState, IncidentChange, Job, JobState, NewJob, StoreError,
};

use super::EnrichmentShown;
use super::show::shown;
use crate::{Control, ControlError};

/// What is to be done about it.
#[derive(Debug, PartialEq, Eq)]
enum Again {
    /// The job that waits is to be done now.
    Hasten(JobId),
    /// There is to be a job, with this payload; the dead one goes.
    Add { payload: String, dead: Option<JobId> },
}

impl Control {
    /// Has the source asked again, at once. The incident's timeline says who wanted it.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if there is nothing to ask about, or it is being asked already;
    /// [`ControlError::Store`], with `NotFound` if the incident is not there.
    pub fn enrichment_retry(
        &self,
        number: IncidentNumber,
    ) -> Result<EnrichmentShown, ControlError> {
        let (incident, _) = self.store.incident_get(number)?;
        let found = self.store.enrichment_get(incident.id, number)?;
        let now = self.clock.now();
        let again = again(found, |job: &Job| job.run_at <= now)
            .map_err(|why| ControlError::refused(format!("{number}: {why}")))?;
        self.write_down(number, &again)?;
        match again {
            Again::Hasten(job) => {
                self.store.job_hasten(job)?;
            }
            Again::Add { dead: Some(job), .. } => match self.store.job_delete(job) {
                // Somebody else was faster.
                Ok(()) | Err(StoreError::NotFound { .. } | StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            },
            Again::Add { dead: None, .. } => {}
        }
        let now = shown(self.store.enrichment_get(incident.id, number)?)?;
        now.ok_or_else(|| ControlError::refused(format!("{number} was forgotten meanwhile")))
    }

    /// The line in the timeline, and the job with it.
    fn write_down(&self, number: IncidentNumber, again: &Again) -> Result<Incident, ControlError> {
        let id = JobId::from_uuid(self.ids.next());
        let changed = self.store.incident_change(number, &mut |mut incident| {
            incident.version = incident.version.saturating_add(1);
            let text = "has the source asked again".to_owned();
            let line = self.line(&incident, TimelineKind::Noted, text);
            let job = match again {
                Again::Hasten(_) => None,
                Again::Add { payload, .. } => {
                    let subject = number.to_string();
                    Some(NewJob::unless_waiting(id, ENRICHMENT, subject, payload.clone()))
                }
            };
            Some(IncidentChange { incident, timeline: vec![line], jobs: job.into_iter().collect() })
        });
        Ok(changed?)
    }
}

/// What is to be done, or why nothing can be.
fn again(found: Enrichment, is_due: impl Fn(&Job) -> bool) -> Result<Again, &'static str> {
    let Enrichment { record, job } = found;
    match (job, record) {
        (Some(job), _) if job.state == JobState::Waiting && !is_due(&job) => {
            Ok(Again::Hasten(job.id))
        }
        (Some(job), _) if job.state != JobState::Dead => Err("its source is being asked already"),
        (Some(job), record) => {
            // An older one that was given up says nothing where a later one was done.
            let is_done = record.as_ref().is_some_and(|one| one.state == EnrichmentState::Done);
            let payload = record.map_or(job.payload, |record| record.wanted);
            Ok(Again::Add { payload, dead: (!is_done).then_some(job.id) })
        }
        (None, Some(record)) => Ok(Again::Add { payload: record.wanted, dead: None }),
        (None, None) => Err("there is nothing to ask about: its source can tell no more"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::show::tests::{job, record};
    use super::*;

    #[test]
    fn what_is_asked_already_is_not_asked_again() {
        use EnrichmentState::{Done, Failed, Pending};
        let dead = job(JobState::Dead).id;
        let add = |payload: &str, dead| Ok(Again::Add { payload: payload.to_owned(), dead });
        let check = |written: Option<EnrichmentState>, state: Option<JobState>, due, expected| {
            let found = Enrichment { record: written.map(record), job: state.map(job) };
            assert_eq!(again(found, |_| due), expected, "{written:?} {state:?} {due}");
        };
        let busy = || Err("its source is being asked already");
        check(None, Some(JobState::Waiting), true, busy());
        check(Some(Pending), Some(JobState::Running), true, busy());
        check(Some(Pending), Some(JobState::Waiting), false, Ok(Again::Hasten(dead)));
        check(Some(Failed), Some(JobState::Dead), true, add("\"of the record\"", Some(dead)));
        check(Some(Done), Some(JobState::Dead), true, add("\"of the record\"", None));
        check(None, Some(JobState::Dead), true, add("\"of the job\"", Some(dead)));
        check(Some(Done), None, true, add("\"of the record\"", None));
        let nothing = "there is nothing to ask about: its source can tell no more";
        check(None, None, true, Err(nothing));
    }
}
