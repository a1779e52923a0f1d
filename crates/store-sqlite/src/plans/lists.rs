//! Each walk of a list goes through one index, in its order, and looks at no row that it can leave out
//! without.

use watchbell_model::{
    Actor, DedupKey, IncidentNumber, IntegrationId, Outcome, Reason, ServiceId, Severity, Status,
    Timestamp, UserId,
};
use watchbell_store::stored::{delivery_parts, incident_parts};
use watchbell_store::{DeliveryCursor, DeliveryFilter, IncidentCursor, IncidentFilter, Page};

use super::Plans;
use crate::{incidents, log};

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
            let query = incidents::page_of(&filter, page).unwrap().unwrap();
            assert_eq!(query.parts.len(), incident_parts(&filter).len());
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
    // What stands in no index of the person's is looked at in the row, of the person's alone.
    let rows = |step: &str| step.replace("COVERING ", "");
    let further = IncidentFilter { services: services.services.clone(), ..assigned };
    check(further, &rows(theirs), &rows(theirs_on));

    let ended = "SEARCH incidents USING COVERING INDEX incidents_resolved (resolved_by=?)";
    let ended_on =
        "SEARCH incidents USING COVERING INDEX incidents_resolved (resolved_by=? AND opened_at<?)";
    let resolved = IncidentFilter { resolved_by: Some(Actor::User(user)), ..any() };
    check(resolved.clone(), ended, ended_on);
    check(IncidentFilter { severity: bad, ..resolved.clone() }, ended, ended_on);
    check(IncidentFilter { ended_after: Some(noon()), ..resolved }, &rows(ended), &rows(ended_on));
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
            let query = log::page_of(&filter, page).unwrap();
            assert_eq!(query.parts.len(), delivery_parts(&filter).len());
            for walk in query.parts {
                plans.check(walk, &[expected]);
            }
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
    let reason_on = "SEARCH deliveries USING COVERING INDEX deliveries_reason (reason=? AND outcome=? AND id<?)";
    let failed = DeliveryFilter { outcome: Some(Outcome::Failed), ..any() };
    let stale = DeliveryFilter { reason: Some(Reason::Stale), ..any() };
    let both = DeliveryFilter { reason: stale.reason, ..failed.clone() };
    for filter in [&failed, &stale, &both] {
        check(filter.clone(), reason, reason_on);
    }
    let between = "SEARCH deliveries USING INDEX deliveries_reason \
                   (reason=? AND outcome=? AND id>? AND id<?)";
    let range = DeliveryFilter { received_after, received_before, ..both.clone() };
    check(range, between, between);

    let integration = IntegrationId::from_uuid(uuid::Uuid::from_u128(1));
    let of_one = |filter| DeliveryFilter { integration: Some(integration), ..filter };
    let list = "SEARCH deliveries USING COVERING INDEX deliveries_list (integration=?)";
    let list_on = "SEARCH deliveries USING COVERING INDEX deliveries_list (integration=? AND id<?)";
    for filter in [any(), failed, stale, both] {
        check(of_one(filter), list, list_on);
    }
    // By key or incident: rows have to be looked at, as few as the rest of the filter leaves.
    let disk = DeliveryFilter { dedup_key: DedupKey::new("disk"), ..any() };
    let rows = |step: &str| step.replace("COVERING ", "");
    check(of_one(disk), &rows(list), &rows(list_on));
}
