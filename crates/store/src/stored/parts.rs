//! A list as several shorter ones, each of which an index has in the list's own order.
//!
//! A walk through an index is over after a page only if every entry that it meets is on the page. So
//! what a filter says of small closed sets is said by as many walks as there are combinations, and
//! their beginnings are merged. A damaged row, whose word is none of ours, is in no part: the checks
//! of the database find it.

use std::collections::BTreeSet;

use watchbell_model::{Outcome, Reason, Severity, Status};

use crate::{DeliveryFilter, IncidentFilter};

/// The most parts; SQLite takes no more than 500. Whoever asks for more services than this waits
/// longer.
const MOST: usize = 400;

/// Filters that let through, all together, what `filter` does, and nothing twice. None, if it lets
/// nothing through.
pub fn incident_parts(filter: &IncidentFilter) -> Vec<IncidentFilter> {
    let of_person = filter.assigned_to.is_some() || filter.resolved_by.is_some();
    if let Some(services) = &filter.services {
        let services: BTreeSet<_> = services.iter().copied().collect();
        if services.is_empty() {
            return Vec::new();
        }
        if of_person || services.len() > MOST {
            return vec![filter.clone()];
        }
        let part = |service| IncidentFilter { services: Some(vec![service]), ..filter.clone() };
        return services.into_iter().map(part).collect();
    }
    if of_person {
        return vec![filter.clone()];
    }
    let mut parts = Vec::new();
    for status in Status::ALL {
        let asked = filter.status.is_empty() || filter.status.contains(&status);
        if !asked || (by_end(filter) && status.is_open()) {
            continue;
        }
        for severity in Severity::ALL {
            if filter.severity.is_empty() || filter.severity.contains(&severity) {
                let (status, severity) = (vec![status], vec![severity]);
                parts.push(IncidentFilter { status, severity, ..filter.clone() });
            }
        }
    }
    parts
}

/// Whether only what is over is asked for.
const fn by_end(filter: &IncidentFilter) -> bool {
    filter.ended_after.is_some() || filter.ended_before.is_some()
}

/// The same for deliveries. Those of one integration are one walk, which tells outcome and reason
/// without looking at rows.
pub fn delivery_parts(filter: &DeliveryFilter) -> Vec<DeliveryFilter> {
    if filter.integration.is_some() || (filter.outcome.is_none() && filter.reason.is_none()) {
        return vec![filter.clone()];
    }
    let outcomes = Outcome::ALL.into_iter().filter(|one| filter.outcome.is_none_or(|o| o == *one));
    let mut parts = Vec::new();
    for outcome in outcomes {
        let reasons = Reason::ALL.iter().filter(|one| filter.reason.is_none_or(|r| r == **one));
        parts.extend(reasons.map(|reason| DeliveryFilter {
            outcome: Some(outcome),
            reason: Some(*reason),
            ..filter.clone()
        }));
    }
    parts
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use watchbell_model::{Actor, IntegrationId, ServiceId, Timestamp};

    use super::*;

    #[test]
    fn a_list_is_as_many_walks_as_it_has_combinations() {
        let any = IncidentFilter::default;
        let service = |n| ServiceId::from_uuid(Uuid::from_u128(n));
        let some = Some(Timestamp::UNIX_EPOCH);
        let (new, bad) = (Status::New, Severity::Sev0);
        let services = |services: Vec<_>| IncidentFilter { services: Some(services), ..any() };
        let by = Some(Actor::System);
        for (filter, expected) in [
            (any(), 30),
            (IncidentFilter { opened_after: some, ..any() }, 30),
            (IncidentFilter { status: vec![new], ..any() }, 5),
            (IncidentFilter { status: vec![new, new], severity: vec![bad, bad], ..any() }, 1),
            (IncidentFilter { severity: vec![bad, Severity::Sev1], ..any() }, 12),
            (IncidentFilter { status: Status::ALL.into(), ..any() }, 30),
            (IncidentFilter { ended_after: some, ..any() }, 10),
            (IncidentFilter { ended_before: some, status: vec![new], ..any() }, 0),
            (IncidentFilter { resolved_by: by, status: vec![new], ..any() }, 1),
            (services(vec![]), 0),
            (services(vec![service(1), service(2), service(1)]), 2),
            (IncidentFilter { resolved_by: by, ..services(vec![service(1), service(2)]) }, 1),
            (services((0..401).map(service).collect()), 1),
        ] {
            assert_eq!(incident_parts(&filter).len(), expected, "{filter:?}");
        }
    }

    #[test]
    fn deliveries_are_walked_through_by_outcome_and_reason() {
        let any = DeliveryFilter::default;
        let outcome = Some(Outcome::Failed);
        let reason = Some(Reason::Internal);
        let integration = Some(IntegrationId::from_uuid(Uuid::nil()));
        for (filter, expected) in [
            (any(), 1),
            (DeliveryFilter { outcome, ..any() }, Reason::ALL.len()),
            (DeliveryFilter { reason, ..any() }, 5),
            (DeliveryFilter { outcome, reason, ..any() }, 1),
            (DeliveryFilter { integration, outcome, ..any() }, 1),
        ] {
            assert_eq!(delivery_parts(&filter).len(), expected, "{filter:?}");
        }
        assert!(Outcome::ALL.len() * Reason::ALL.len() < MOST);
    }
}
