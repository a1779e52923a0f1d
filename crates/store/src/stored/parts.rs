//! A list as several shorter ones, each of which an index has in the list's own order.
//!
//! A walk through an index is over after a page only if every entry that it meets is on the page. So
//! what a filter says of small closed sets is said by as many walks as there are combinations, and
//! their beginnings are merged. A damaged row, whose word is none of ours, is in no part: the checks
//! of the database find it.

use std::collections::BTreeSet;

use watchbell_model::{Outcome, Reason, Severity, Status};

use crate::{DeliveryFilter, IncidentCursor, IncidentFilter};

/// The most parts; SQLite takes no more than 500. Whoever asks for more services than this waits
/// longer.
const MOST: usize = 400;

/// Of at most so many incidents that ended within a time all are looked at: what else a filter says
/// of them need not be found in an index. Where there are more, a walk meets them soon.
pub const FEW_ENDED: i64 = 5_000;

/// What a list of incidents is walked through by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The indexes that have its parts in its order.
    Parts,
    /// The time of the end, whatever else is asked for: then it has to be sorted.
    End,
}

/// Filters that let through, all together, what `filter` does, and nothing twice. None, if it lets
/// nothing through.
pub fn incident_parts(filter: &IncidentFilter, by: By) -> Vec<IncidentFilter> {
    if by == By::End && filter.services.as_ref().is_none_or(|services| !services.is_empty()) {
        return vec![filter.clone()];
    }
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

/// The filter and the cursor of a walk, of which one says where it begins: of two bounds a database may
/// begin at one and look at all that lies between them.
pub fn incident_start(
    filter: &IncidentFilter,
    after: Option<IncidentCursor>,
) -> (IncidentFilter, Option<IncidentCursor>) {
    // What has ended by a moment was opened by then.
    let bound = [filter.opened_before, filter.ended_before].into_iter().flatten().min();
    match (bound, after) {
        (Some(bound), Some(cursor)) if cursor.opened_at <= bound => {
            (IncidentFilter { opened_before: None, ..filter.clone() }, after)
        }
        (Some(_), _) => (IncidentFilter { opened_before: bound, ..filter.clone() }, None),
        (None, _) => (filter.clone(), after),
    }
}

/// Whether only what is over is asked for, by the time of its end.
pub const fn by_end(filter: &IncidentFilter) -> bool {
    filter.ended_after.is_some() || filter.ended_before.is_some()
}

/// The reason and the outcome of a delivery.
pub type DeliveryState = (Reason, Outcome);

/// The state that these words of a database say; none for a damaged row's.
pub fn delivery_state((reason, outcome): &(String, String)) -> Option<DeliveryState> {
    let outcome = Outcome::ALL.into_iter().find(|one| one.as_str() == outcome)?;
    Some((reason.parse().ok()?, outcome))
}

/// Whether [`delivery_parts`] must be told which states there are.
pub const fn wants_states(filter: &DeliveryFilter) -> bool {
    let DeliveryFilter { integration, outcome, reason, .. } = filter;
    let of_all = integration.is_none() && outcome.is_none() && reason.is_none();
    let of_one = outcome.is_some() && reason.is_some();
    !(of_all || of_one)
}

/// The same for deliveries, of which there are some in each of `states`.
pub fn delivery_parts(filter: &DeliveryFilter, states: &[DeliveryState]) -> Vec<DeliveryFilter> {
    if !wants_states(filter) {
        return vec![filter.clone()];
    }
    let asked = states.iter().filter(|(reason, outcome)| {
        filter.reason.is_none_or(|asked| asked == *reason)
            && filter.outcome.is_none_or(|asked| asked == *outcome)
    });
    let part = |&(reason, outcome): &DeliveryState| DeliveryFilter {
        reason: Some(reason),
        outcome: Some(outcome),
        ..filter.clone()
    };
    asked.map(part).collect()
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
            assert_eq!(incident_parts(&filter, By::Parts).len(), expected, "{filter:?}");
            assert_eq!(
                incident_parts(&filter, By::End).len(),
                filter.services.as_ref().map_or(1, |s| s.len().min(1)),
                "{filter:?}"
            );
        }
    }

    #[test]
    fn a_walk_begins_at_the_older_of_its_bounds() {
        let at = |second| Timestamp::from_timestamp(second, 0);
        let number = watchbell_model::IncidentNumber { year: 2026, place: 1 };
        let after = |second| Some(IncidentCursor { opened_at: at(second).unwrap(), number });
        let any = IncidentFilter::default;
        let check = |opened_before, ended_before, after, expected| {
            let filter = IncidentFilter { opened_before, ended_before, ..any() };
            let (began, cursor) = incident_start(&filter, after);
            assert_eq!(began.ended_before, ended_before);
            assert_eq!((began.opened_before, cursor), expected, "{filter:?}, {after:?}");
        };
        check(None, None, None, (None, None));
        check(None, None, after(5), (None, after(5)));
        check(at(7), None, None, (at(7), None));
        check(at(7), None, after(5), (None, after(5)));
        check(at(7), None, after(7), (None, after(7)));
        check(at(7), None, after(9), (at(7), None));
        check(None, at(6), None, (at(6), None));
        check(None, at(6), after(5), (None, after(5)));
        check(at(7), at(6), after(9), (at(6), None));
    }

    #[test]
    fn deliveries_are_walked_through_by_the_reasons_and_outcomes_that_there_are() {
        let any = DeliveryFilter::default;
        let outcome = Some(Outcome::Failed);
        let reason = Some(Reason::Internal);
        let integration = Some(IntegrationId::from_uuid(Uuid::nil()));
        let words = |reason: &str, outcome: &str| (reason.to_owned(), outcome.to_owned());
        let there = [
            words("created", "processed"),
            words("internal", "failed"),
            words("internal", "rejected"),
            words("damaged", "processed"),
            words("created", "damaged"),
        ];
        let there: Vec<_> = there.iter().filter_map(delivery_state).collect();
        for (filter, expected) in [
            (any(), 1),
            (DeliveryFilter { outcome, ..any() }, 1),
            (DeliveryFilter { reason, ..any() }, 2),
            (DeliveryFilter { outcome, reason, ..any() }, 1),
            (DeliveryFilter { integration, ..any() }, 3),
            (DeliveryFilter { integration, reason, ..any() }, 2),
            (DeliveryFilter { integration, outcome: Some(Outcome::Ignored), ..any() }, 0),
            (DeliveryFilter { integration, outcome, reason, ..any() }, 1),
        ] {
            assert_eq!(delivery_parts(&filter, &there).len(), expected, "{filter:?}");
        }
        assert!(Outcome::ALL.len() * Reason::ALL.len() < MOST);
    }
}
