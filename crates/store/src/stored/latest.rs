//! Of what has ended, the latest: what a trigger may reopen.

use std::collections::HashMap;

use watchbell_model::{Identity, Incident, ServiceId};

/// Of `ended` incidents, the one of each identity and service that ended last; apart for each
/// occurrence, if `by_occurrence`. Of two that ended at one moment, the later number is the later
/// one.
pub fn latest_ended(
    ended: impl IntoIterator<Item = Incident>,
    by_occurrence: bool,
) -> Vec<Incident> {
    type Slot = (Option<Identity>, ServiceId, Option<String>);
    let mut latest: HashMap<Slot, Incident> = HashMap::new();
    let age = |incident: &Incident| (incident.ended_at, incident.number);
    for incident in ended {
        let occurrence = incident.occurrence.clone().filter(|_| by_occurrence);
        let slot = (incident.identity(), incident.service, occurrence);
        if latest.get(&slot).is_none_or(|other| age(other) < age(&incident)) {
            latest.insert(slot, incident);
        }
    }
    latest.into_values().collect()
}
