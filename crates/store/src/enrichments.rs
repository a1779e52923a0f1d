//! The port of enrichments: what the sources of incidents say of them beyond what they delivered.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use watchbell_model::{
    Auto, AutoChosen, DeliveryId, IncidentId, IncidentNumber, Inquiry, JobId, Severity, Timestamp,
};

use crate::stored::{corrupt, to_json};
use crate::{Job, NewJob, StoreError};

/// The kind of job that asks the source about an incident. Its subject is the incident's number.
pub const ENRICHMENT: &str = "incident.enrich";

/// The kind of job that asks the source how many events an incident has by now, where its severity is
/// left to their number. Its subject is the incident's number.
pub const EVENT_COUNT: &str = "incident.count";

/// So long after a repeat the source is asked for their number: once for all repeats in this time.
const COUNTED_AFTER: Duration = Duration::from_mins(5);

/// How an enrichment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrichmentState {
    /// The source has not said all yet.
    Pending,
    /// What there is to know is known.
    Done,
    /// It was given up.
    Failed,
}

impl EnrichmentState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Done, Self::Failed];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for EnrichmentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An enrichment as it was last written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichmentRecord {
    /// The incident.
    pub incident: IncidentId,
    /// How it stands.
    pub state: EnrichmentState,
    /// How often the source had been asked.
    pub attempts: u32,
    /// Why it is not done, or what is missing though it is.
    pub reason: Option<String>,
    /// When this was written.
    pub updated_at: Timestamp,
    /// What its job was told, as JSON: with it the source can be asked again.
    pub wanted: String,
    /// What is known, as JSON.
    pub document: Option<String>,
}

/// All that is known of an incident's enrichment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enrichment {
    /// What was last written down.
    pub record: Option<EnrichmentRecord>,
    /// Its job: one that waits, else one that runs, else the latest that was given up.
    pub job: Option<Job>,
}

/// What the source is to be asked, and why: what the job is told. It is kept, so that it can be asked
/// again, and so that what was chosen by the number of events can still be told from what a person set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrichmentWanted {
    /// The incident.
    pub incident: IncidentNumber,
    /// The delivery that opened it, opened it again, or repeats it.
    pub delivery: DeliveryId,
    /// What the source is asked about.
    pub inquiry: Inquiry,
    /// The severity, if the number of events decides about it.
    pub auto: Option<AutoChosen>,
}

#[derive(Serialize, Deserialize)]
struct Written {
    incident: String,
    delivery: String,
    issue: Option<String>,
    auto: Option<WrittenAuto>,
}

#[derive(Serialize, Deserialize)]
struct WrittenAuto {
    severity: u8,
    events: Option<u64>,
    worse_from: u64,
    much_worse_from: u64,
}

impl EnrichmentWanted {
    /// As it is kept.
    pub fn to_json(&self) -> String {
        let Self { incident, delivery, inquiry, auto } = self;
        let auto = auto.map(|AutoChosen { severity, auto }| WrittenAuto {
            severity: severity.number(),
            events: auto.events,
            worse_from: auto.worse_from,
            much_worse_from: auto.much_worse_from,
        });
        let (incident, delivery) = (incident.to_string(), delivery.to_string());
        let written = Written { incident, delivery, issue: inquiry.issue.clone(), auto };
        // Texts and numbers always have a JSON form.
        to_json(&written).unwrap_or_default()
    }

    /// As it was kept.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn of_json(json: &str) -> Result<Self, StoreError> {
        let wrong = || corrupt("an enrichment's job");
        let Written { incident, delivery, issue, auto } =
            serde_json::from_str(json).map_err(|_| wrong())?;
        let auto = auto.map(|auto| {
            let WrittenAuto { severity, events, worse_from, much_worse_from } = auto;
            let severity = Severity::from_number(severity).ok_or_else(wrong)?;
            Ok(AutoChosen { severity, auto: Auto { events, worse_from, much_worse_from } })
        });
        Ok(Self {
            incident: incident.parse().map_err(|_| wrong())?,
            delivery: delivery.parse().map_err(|_| wrong())?,
            inquiry: Inquiry { issue },
            auto: auto.transpose()?,
        })
    }

    /// The job that asks. One that waits already is enough: it gets what was wanted last.
    pub fn job(&self, id: JobId) -> NewJob {
        NewJob::joining(id, ENRICHMENT, self.incident.to_string(), self.to_json())
    }

    /// The job that asks for the number of events alone, some minutes later. One that waits already is
    /// enough, and is due when it was.
    pub fn count_job(&self, id: JobId) -> NewJob {
        let job = NewJob::joining(id, EVENT_COUNT, self.incident.to_string(), self.to_json());
        job.after(COUNTED_AFTER)
    }
}

/// Keeps enrichments. They go with their incidents.
pub trait EnrichmentStore {
    /// Keeps what is known in place of what was before. Does nothing if the incident is not there any
    /// more.
    fn enrichment_set(&self, record: &EnrichmentRecord) -> Result<(), StoreError>;

    /// What is known of an incident's enrichment.
    fn enrichment_get(
        &self,
        incident: IncidentId,
        number: IncidentNumber,
    ) -> Result<Enrichment, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_read_as_it_was_written() {
        let auto = Auto { events: Some(120), worse_from: 100, much_worse_from: 1_000 };
        for (issue, auto) in [
            (None, None),
            (Some("a \"b\"".to_owned()), Some(AutoChosen { severity: Severity::Sev1, auto })),
        ] {
            let wanted = EnrichmentWanted {
                incident: "INC-2026-001".parse().unwrap(),
                delivery: "dlv_00000000000000000000000000000001".parse().unwrap(),
                inquiry: Inquiry { issue },
                auto,
            };
            assert_eq!(EnrichmentWanted::of_json(&wanted.to_json()).unwrap(), wanted);
        }
        for wrong in ["", "{}", "{\"incident\":\"1\",\"delivery\":\"2\"}"] {
            assert!(EnrichmentWanted::of_json(wrong).is_err(), "{wrong}");
        }
    }
}
