//! What does not look right about an incident.

use chrono::TimeDelta;
use watchbell_model::{Incident, Timestamp};
use watchbell_web::{Help, Symptom, help};

/// After what time an open incident of a source should have been heard of again.
const QUIET_AFTER: TimeDelta = TimeDelta::days(1);

/// What to do about it; nothing about what somebody opened by hand.
pub(super) fn found(incident: &Incident, now: Timestamp) -> Vec<Help> {
    let mut symptoms = Vec::new();
    if incident.integration.is_some() {
        if incident.status.is_open() && now - incident.last_seen_at > QUIET_AFTER {
            symptoms.push(Symptom::StaysOpen);
        }
        if incident.severity != incident.worst_reported {
            symptoms.push(Symptom::SeverityCorrected);
        }
    }
    help(&symptoms, &[])
}
