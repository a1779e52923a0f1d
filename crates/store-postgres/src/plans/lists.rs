//! Each walk of a list goes through one index, in its order. The tables have grown and were vacuumed
//! and analyzed: in an empty one everything costs the same.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use watchbell_model::{
    Actor, IncidentNumber, IntegrationId, Outcome, Reason, ServiceId, Severity, Status, UserId,
};
use watchbell_store::{DeliveryCursor, DeliveryFilter, IncidentCursor, IncidentFilter, Page};

use super::{Explain, Plans, at};
use crate::{incidents, log, maintenance};

/// Ten thousand of each, of 50 services, integrations and people. For one that has a tenth of
/// everything the planner rightly takes the index of the whole list.
const GROWN: &str = "
    INSERT INTO incidents (number, id, scope, service, status, open, severity, worst_reported,
        occurrences, version, opened_at, last_seen_at, ended_at, test, title, metadata,
        assigned_to, resolved_by)
    SELECT 20260000000000 + n, lpad(to_hex(n), 32, '0')::uuid, lpad('0', 32, '0')::uuid,
        lpad((n % 50)::text, 32, '0')::uuid, CASE WHEN n % 100 = 0 THEN 'new' ELSE 'resolved' END,
        n % 100 = 0, n / 100 % 5, 0, 1, 1, timestamptz '2026-01-01' + n * interval '1 minute',
        now(), CASE WHEN n % 100 = 0 THEN NULL
                    ELSE timestamptz '2026-01-01' + n * interval '1 minute' END,
        false, 'title', '{}', CASE WHEN n % 3 = 0 THEN lpad((n % 50)::text, 32, '0')::uuid END,
        CASE WHEN n % 100 <> 0 THEN 'usr_' || lpad((n % 50)::text, 32, '0') END
    FROM generate_series(1, 10000) AS n;
    INSERT INTO deliveries (id, integration, received_at, outcome, reason, status, duration_us,
        revision, results, trace, headers)
    SELECT lpad(to_hex(n), 32, '0')::uuid, lpad((n % 50)::text, 32, '0')::uuid, now(),
        CASE WHEN n % 100 = 0 THEN 'ignored' ELSE 'processed' END,
        CASE WHEN n % 100 = 0 THEN 'stale' ELSE 'created' END, 202, 1, 1, '[]', '[]', '{}'
    FROM generate_series(1, 10000) AS n;";

fn grown() -> Plans {
    let plans = Plans::new();
    let mut session = plans.store.pool.session().unwrap();
    // As a table that has been there for a while: what is in an index need not be looked up.
    for step in [GROWN, "VACUUM ANALYZE incidents", "VACUUM ANALYZE deliveries"] {
        session.run(move |connection| Ok(connection.batch_execute(step)?)).unwrap();
    }
    drop(session);
    plans
}

impl Plans {
    /// Asserts that the walk goes through this index and sorts nothing.
    fn walks<Q: QueryFragment<Pg> + Send + 'static>(&self, walk: Q, index: &str) {
        let plan = self.store.pool.read(|connection| {
            diesel::sql_query("SET LOCAL enable_seqscan = off").execute(connection)?;
            Ok(Explain(walk).load::<String>(connection)?)
        });
        let plan = plan.unwrap().join("\n");
        assert!(plan.contains(&format!("Backward using {index} on")), "not {index}:\n{plan}");
        assert!(!plan.contains("Sort") && !plan.contains("Seq Scan"), "{plan}");
    }
}

#[test]
fn each_list_of_incidents_is_walked_through_in_the_order_of_an_index() {
    let plans = grown();
    let check = |filter: IncidentFilter, index: &str| {
        let number = IncidentNumber { year: 2026, place: 5_000 };
        let opened_at = "2026-01-04T11:20:00Z".parse().unwrap();
        let first = IncidentCursor { opened_at, number };
        for page in [Page::after(20, None), Page::new(20, 40), Page::after(20, Some(first))] {
            for walk in incidents::page_of(&filter, page).unwrap().unwrap().parts {
                plans.walks(walk, index);
            }
        }
    };
    let any = IncidentFilter::default;
    let service = |number| ServiceId::from_uuid(uuid::Uuid::from_u128(number));
    let user = UserId::from_uuid(uuid::Uuid::from_u128(3));
    let moment = Some("2026-01-04T00:00:00Z".parse().unwrap());
    check(any(), "incidents_state");
    check(IncidentFilter { opened_after: moment, ..any() }, "incidents_state");
    check(IncidentFilter { opened_before: moment, ..any() }, "incidents_state");
    let open = vec![Status::New, Status::Investigating, Status::Fixing, Status::Monitoring];
    check(IncidentFilter { status: open.clone(), ..any() }, "incidents_state");
    check(IncidentFilter { status: vec![Status::Closed], ..any() }, "incidents_state");
    check(IncidentFilter { severity: vec![Severity::Sev1], ..any() }, "incidents_state");
    check(IncidentFilter { ended_before: moment, ..any() }, "incidents_state");
    let services = IncidentFilter { services: Some(vec![service(1), service(77)]), ..any() };
    check(services, "incidents_service");
    let assigned_to = Some(user);
    check(IncidentFilter { assigned_to, ..any() }, "incidents_assigned");
    let resolved_by = Some(Actor::User(user));
    check(IncidentFilter { resolved_by, ..any() }, "incidents_resolved");
}

#[test]
fn each_list_of_deliveries_is_walked_through_in_the_order_of_an_index() {
    let plans = grown();
    let check = |filter: DeliveryFilter, index: &str| {
        let id = "dlv_00000000000000000000000000001388".parse().unwrap();
        let after = Page::after(20, Some(DeliveryCursor(id)));
        for page in [Page::after(20, None), Page::new(20, 40), after] {
            for walk in log::page_of(&filter, page).unwrap().parts {
                plans.walks(walk, index);
            }
        }
    };
    let any = DeliveryFilter::default;
    check(any(), "deliveries_pkey");
    check(DeliveryFilter { received_before: Some(at()), ..any() }, "deliveries_pkey");
    let (outcome, reason) = (Some(Outcome::Ignored), Some(Reason::Stale));
    check(DeliveryFilter { outcome, ..any() }, "deliveries_reason");
    check(DeliveryFilter { reason, ..any() }, "deliveries_reason");
    check(DeliveryFilter { outcome, reason, ..any() }, "deliveries_reason");
    let integration = Some(IntegrationId::from_uuid(uuid::Uuid::from_u128(4)));
    check(DeliveryFilter { integration, ..any() }, "deliveries_list");
}

#[test]
fn what_is_forgotten_is_found_by_an_index() {
    let plans = grown();
    let deliveries = maintenance::OldDeliveries {
        reasons: vec![Reason::Stale.as_str()],
        outcome: Outcome::Ignored.as_str(),
        last: uuid::Uuid::from_u128(5_000),
        before: at(),
        limit_of_each: 500,
        limit: 500,
    };
    plans.readers(deliveries, "Index Scan using deliveries_reason");
    let incidents = maintenance::OldIncidents {
        statuses: vec![Status::Resolved.as_str()],
        severities: vec![1],
        opened: at(),
        ended: at(),
        limit_of_each: 100,
        limit: 100,
    };
    plans.readers(incidents, "using incidents_state");
}
