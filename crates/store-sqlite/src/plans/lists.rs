//! Each walk of a list goes through one index, in its order, and looks at no row that it can leave out
//! without.

use watchbell_model::{
    Actor, DedupKey, IncidentNumber, IntegrationId, Outcome, Reason, ServiceId, Severity, Status,
    Timestamp, UserId,
};
use watchbell_store::stored::{By, DeliveryState, delivery_parts, incident_parts};
use watchbell_store::{DeliveryCursor, DeliveryFilter, IncidentCursor, IncidentFilter, Page};

use super::Plans;
use crate::incidents;
use crate::log::arrivals::NewestOfEach;
use crate::log::walks::{self, Last, Way};

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn service(number: u128) -> ServiceId {
    ServiceId::from_uuid(uuid::Uuid::from_u128(number))
}

#[test]
fn each_list_of_incidents_is_walked_through_in_the_order_of_an_index() {
    let plans = Plans::new();
    // The beginning of a list, and its continuation.
    let check = |filter: IncidentFilter, begin: &str, go_on: &str| {
        let number = IncidentNumber { year: 2026, place: 7 };
        let cursor = IncidentCursor { opened_at: noon(), number };
        for (page, expected) in [
            (Page::after(20, None), begin),
            (Page::new(20, 40), begin),
            (Page::after(20, Some(cursor)), go_on),
        ] {
            let query = incidents::page_of(&filter, page, By::Parts).unwrap().unwrap();
            assert_eq!(query.parts.len(), incident_parts(&filter, By::Parts).len());
            for walk in query.parts {
                plans.check(walk, &[expected]);
            }
        }
    };
    let any = IncidentFilter::default;
    let state = "SEARCH incidents USING COVERING INDEX incidents_state (status=? AND severity=?)";
    let state_on = "SEARCH incidents USING COVERING INDEX incidents_state \
                    (status=? AND severity=? AND opened_at<?)";
    let open = vec![Status::New, Status::Investigating, Status::Fixing, Status::Monitoring];
    let bad = vec![Severity::Sev0, Severity::Sev1];
    for filter in [
        any(),
        IncidentFilter { status: vec![Status::Resolved], ..any() },
        IncidentFilter { status: open.clone(), ..any() },
        IncidentFilter { severity: bad.clone(), ..any() },
        IncidentFilter { status: open.clone(), severity: bad.clone(), ..any() },
        IncidentFilter { ended_after: Some(noon()), ..any() },
    ] {
        check(filter, state, state_on);
    }
    let within = IncidentFilter { ended_after: Some(noon()), ended_before: Some(noon()), ..any() };
    check(within, state_on, state_on);
    check(IncidentFilter { opened_before: Some(noon()), ..any() }, state_on, state_on);
    check(IncidentFilter { ended_before: Some(noon()), ..any() }, state_on, state_on);
    let since = state_on.replace("opened_at<?", "opened_at>?");
    let between = state_on.replace("opened_at<?", "opened_at>? AND opened_at<?");
    check(IncidentFilter { opened_after: Some(noon()), ..any() }, &since, &between);

    let own = "SEARCH incidents USING COVERING INDEX incidents_service (service=?)";
    let own_on =
        "SEARCH incidents USING COVERING INDEX incidents_service (service=? AND opened_at<?)";
    let services = IncidentFilter { services: Some(vec![service(1), service(2)]), ..any() };
    check(services.clone(), own, own_on);
    check(IncidentFilter { status: open.clone(), ..services.clone() }, own, own_on);
    check(
        IncidentFilter { status: vec![Status::New], severity: bad.clone(), ..services.clone() },
        own,
        own_on,
    );

    let theirs = "SEARCH incidents USING COVERING INDEX incidents_assigned (assigned_to=?)";
    let theirs_on =
        "SEARCH incidents USING COVERING INDEX incidents_assigned (assigned_to=? AND opened_at<?)";
    let user = UserId::from_uuid(uuid::Uuid::from_u128(3));
    let assigned = IncidentFilter { assigned_to: Some(user), ..any() };
    check(assigned.clone(), theirs, theirs_on);
    let of_state =
        IncidentFilter { status: open.clone(), severity: bad.clone(), ..assigned.clone() };
    check(of_state, theirs, theirs_on);
    let further = IncidentFilter { services: services.services.clone(), ..assigned.clone() };
    check(further, theirs, theirs_on);

    let ended = "SEARCH incidents USING COVERING INDEX incidents_resolved (resolved_by=?)";
    let ended_on =
        "SEARCH incidents USING COVERING INDEX incidents_resolved (resolved_by=? AND opened_at<?)";
    let resolved = IncidentFilter { resolved_by: Some(Actor::User(user)), ..any() };
    check(resolved.clone(), ended, ended_on);
    check(IncidentFilter { severity: bad, ..resolved.clone() }, ended, ended_on);
    // What stands in no index of the person's is looked at in the row, of the person's alone.
    let rows = |step: &str| step.replace("COVERING ", "");
    check(IncidentFilter { ended_after: Some(noon()), ..resolved }, &rows(ended), &rows(ended_on));
}

#[test]
fn where_few_incidents_ended_within_a_time_those_are_looked_at_and_sorted() {
    let plans = Plans::new();
    let any = IncidentFilter::default;
    let rows = |step: &str| step.replace("COVERING ", "");
    let user = UserId::from_uuid(uuid::Uuid::from_u128(3));
    let services = IncidentFilter { services: Some(vec![service(1), service(2)]), ..any() };
    let assigned = IncidentFilter { assigned_to: Some(user), ..any() };
    let resolved = IncidentFilter { resolved_by: Some(Actor::User(user)), ..any() };
    let sorted = "USE TEMP B-TREE FOR ORDER BY";
    let within = "SEARCH incidents USING COVERING INDEX incidents_ended (ended_at>?)";
    let states =
        IncidentFilter { status: vec![Status::Resolved], ended_after: Some(noon()), ..any() };
    let later = IncidentFilter { opened_after: Some(noon()), ended_after: Some(noon()), ..any() };
    for (filter, step) in [
        (states, within.to_owned()),
        (later, within.to_owned()),
        (IncidentFilter { ended_after: Some(noon()), ..resolved }, rows(within)),
        (IncidentFilter { ended_after: Some(noon()), ..services }, rows(within)),
        (IncidentFilter { ended_after: Some(noon()), ..assigned }, rows(within)),
        (
            IncidentFilter { ended_after: Some(noon()), ended_before: Some(noon()), ..any() },
            within.replace("ended_at>?", "ended_at>? AND ended_at<?"),
        ),
        (
            IncidentFilter { ended_before: Some(noon()), ..any() },
            within.replace("ended_at>?", "ended_at<?"),
        ),
    ] {
        let cursor =
            IncidentCursor { opened_at: noon(), number: IncidentNumber { year: 2026, place: 7 } };
        for page in [Page::after(20, None), Page::after(20, Some(cursor))] {
            let query = incidents::page_of(&filter, page, By::End).unwrap().unwrap();
            assert_eq!(query.parts.len(), 1);
            for walk in query.parts {
                plans.check(walk, &[&step, sorted]);
            }
        }
        let enough =
            step.replace("SEARCH incidents USING INDEX", "SEARCH incidents USING COVERING INDEX");
        plans.check(incidents::one_too_many(&filter), &[&enough]);
    }
}

#[test]
fn each_list_of_deliveries_is_walked_through_in_the_order_of_an_index() {
    let plans = Plans::new();
    let check = |filter: DeliveryFilter, begin: &str, go_on: &str| {
        let id = "dlv_0192000000007000800000000000000a".parse().unwrap();
        for (page, expected) in [
            (Page::after(20, None), begin),
            (Page::new(20, 40), begin),
            (Page::after(20, Some(DeliveryCursor(id))), go_on),
        ] {
            let parts = delivery_parts(&filter, &STATES);
            for walk in walks::merged(&parts, Way::of(page)).parts {
                plans.check(walk, &[expected]);
            }
        }
        let parts = delivery_parts(&filter, &STATES);
        for walk in walks::merged(&parts, Way::oldest(20)).parts {
            plans.check(walk, &[begin]);
        }
    };
    let any = DeliveryFilter::default;
    check(
        any(),
        "SCAN deliveries USING COVERING INDEX sqlite_autoindex_deliveries_1",
        "SEARCH deliveries USING COVERING INDEX sqlite_autoindex_deliveries_1 (id<?)",
    );
    let between = "SEARCH deliveries USING INDEX sqlite_autoindex_deliveries_1 (id>? AND id<?)";
    let (received_after, received_before) = (Some(noon()), Some(noon()));
    check(DeliveryFilter { received_after, received_before, ..any() }, between, between);

    let reason =
        "SEARCH deliveries USING COVERING INDEX deliveries_reason (reason=? AND outcome=?)";
    let on = |step: &str| step.replace("outcome=?)", "outcome=? AND id<?)");
    let failed = DeliveryFilter { outcome: Some(Outcome::Failed), ..any() };
    let stale = DeliveryFilter { reason: Some(Reason::Stale), ..any() };
    let both = DeliveryFilter { reason: stale.reason, ..failed.clone() };
    for filter in [&failed, &stale, &both] {
        check(filter.clone(), reason, &on(reason));
    }
    let between = "SEARCH deliveries USING INDEX deliveries_reason \
                   (reason=? AND outcome=? AND id>? AND id<?)";
    let range = DeliveryFilter { received_after, received_before, ..both.clone() };
    check(range, between, between);

    let integration = Some(IntegrationId::from_uuid(uuid::Uuid::from_u128(1)));
    let source = "SEARCH deliveries USING COVERING INDEX deliveries_source \
                  (integration=? AND reason=? AND outcome=?)";
    for filter in [any(), failed, stale, both.clone()] {
        check(DeliveryFilter { integration, ..filter }, source, &on(source));
    }
    let between = "SEARCH deliveries USING INDEX deliveries_source \
                   (integration=? AND reason=? AND outcome=? AND id>? AND id<?)";
    let range = DeliveryFilter { integration, received_after, received_before, ..both };
    check(range, between, between);
    let all_of_one = DeliveryFilter { integration, ..any() };
    assert_eq!(delivery_parts(&all_of_one, &STATES).len(), STATES.len());
}

/// What there is in a log.
const STATES: [DeliveryState; 3] = [
    (Reason::Created, Outcome::Processed),
    (Reason::Stale, Outcome::Ignored),
    (Reason::Internal, Outcome::Failed),
];

#[test]
fn the_states_that_there_are_are_found_without_looking_at_all_deliveries() {
    let plans = Plans::new();
    let state = Last::State(("created".to_owned(), "processed".to_owned()));
    let reason = Last::Reason("created".to_owned());
    let integration = Some(IntegrationId::from_uuid(uuid::Uuid::from_u128(1)));
    let all = "deliveries USING COVERING INDEX deliveries_reason";
    let of_one = "deliveries USING COVERING INDEX deliveries_source";
    for (integration, last, expected) in [
        (None, &Last::None, format!("SCAN {all}")),
        (None, &state, format!("SEARCH {all} (reason=? AND outcome>?)")),
        (None, &reason, format!("SEARCH {all} (reason>?)")),
        (integration, &Last::None, format!("SEARCH {of_one} (integration=?)")),
        (
            integration,
            &state,
            format!("SEARCH {of_one} (integration=? AND reason=? AND outcome>?)"),
        ),
        (integration, &reason, format!("SEARCH {of_one} (integration=? AND reason>?)")),
    ] {
        plans.check(walks::next_state(integration, last), &[&expected]);
    }
}

#[test]
fn the_newest_arrivals_of_many_integrations_are_found_in_an_index() {
    let plans = Plans::new();
    let query = NewestOfEach {
        integrations: "[]",
        states: "[]",
        first: &[0; 16],
        most_of_state: &20,
        most: &20,
    };
    plans.check(
        query,
        &[
            "SCAN q VIRTUAL TABLE INDEX 1:",
            "SEARCH deliveries USING INDEX sqlite_autoindex_deliveries_1 (id=?)",
            "CORRELATED LIST SUBQUERY 2",
            "SCAN s VIRTUAL TABLE INDEX 1:",
            "SEARCH n USING COVERING INDEX sqlite_autoindex_deliveries_1 (id=?)",
            "CORRELATED LIST SUBQUERY 1",
            "SEARCH d USING COVERING INDEX deliveries_source \
             (integration=? AND reason=? AND outcome=? AND id>?)",
            "USE TEMP B-TREE FOR ORDER BY",
            "USE TEMP B-TREE FOR ORDER BY",
        ],
    );
}

#[test]
fn the_deliveries_of_a_key_are_walked_through_in_the_order_of_its_index() {
    let plans = Plans::new();
    let key = DedupKey::new("disk").unwrap();
    let id = "dlv_0192000000007000800000000000000a".parse().unwrap();
    let check = |filter: DeliveryFilter, begin: &str, go_on: &str, rest: &[&str]| {
        let filter = DeliveryFilter { dedup_key: Some(key.clone()), ..filter };
        for (way, walk) in [
            (Way::of(Page::after(20, None)), begin),
            (Way::of(Page::new(20, 40)), begin),
            (Way::oldest(20), begin),
            (Way::of(Page::after(20, Some(DeliveryCursor(id)))), go_on),
        ] {
            let steps: Vec<&str> = [walk].into_iter().chain(rest.iter().copied()).collect();
            plans.check(walks::of_key(&filter, &key, way), &steps);
        }
    };
    let any = DeliveryFilter::default;
    let walk = "SEARCH delivery_keys USING PRIMARY KEY (dedup_key=?)";
    let on = "SEARCH delivery_keys USING PRIMARY KEY (dedup_key=? AND delivery<?)";
    check(any(), walk, on, &[]);
    // The rest of a filter is looked for in the one row.
    let row = "SEARCH deliveries USING INDEX sqlite_autoindex_deliveries_1 (id=?)";
    let further = ["CORRELATED SCALAR SUBQUERY 1", row];
    let integration = Some(IntegrationId::from_uuid(uuid::Uuid::from_u128(1)));
    check(DeliveryFilter { integration, ..any() }, walk, on, &further);
    let outcome = Some(Outcome::Ignored);
    let reason = Some(Reason::Stale);
    check(DeliveryFilter { integration, outcome, reason, ..any() }, walk, on, &further);
    let incident = Some(IncidentNumber { year: 2026, place: 7 });
    check(DeliveryFilter { incident, ..any() }, walk, on, &further);
    let between =
        "SEARCH delivery_keys USING PRIMARY KEY (dedup_key=? AND delivery>? AND delivery<?)";
    let (received_after, received_before) = (Some(noon()), Some(noon()));
    check(DeliveryFilter { received_after, received_before, ..any() }, between, between, &further);
}

#[test]
fn the_versions_of_the_newest_are_read_from_the_end() {
    let plans = Plans::new();
    // A table's own order is that of its numbers.
    plans.check(incidents::newest_versions(256), &["SCAN incidents"]);
    let one = "SEARCH incidents USING INTEGER PRIMARY KEY (rowid=?)";
    plans.check(incidents::versions_of(vec![1, 2]), &[one]);
}
