//! Each walk of a list goes through one index, in its order. The tables have grown and were vacuumed
//! and analyzed: in an empty one everything costs the same.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use watchbell_model::{
    Actor, DedupKey, IncidentNumber, IntegrationId, Outcome, Reason, ServiceId, Severity, Status,
    Timestamp, UserId,
};
use watchbell_store::stored::{By, DeliveryState, delivery_parts};
use watchbell_store::{DeliveryCursor, DeliveryFilter, IncidentCursor, IncidentFilter, Page};

use super::{Explain, Plans, at, kept};
use crate::intake::DropKeys;
use crate::log::arrivals;
use crate::log::walks::{self, Last, Way};
use crate::{incidents, maintenance};

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
    FROM generate_series(1, 10000) AS n;
    INSERT INTO delivery_keys (dedup_key, delivery)
    SELECT 'key-' || n % 50, lpad(to_hex(n), 32, '0')::uuid FROM generate_series(1, 10000) AS n;";

fn grown() -> Plans {
    let plans = Plans::new();
    let mut session = plans.store.pool.session().unwrap();
    // As a table that has been there for a while: what is in an index need not be looked up.
    let tables = ["incidents", "deliveries", "delivery_keys"];
    let vacuum = tables.map(|table| format!("VACUUM ANALYZE {table}"));
    for step in [GROWN.to_owned()].into_iter().chain(vacuum) {
        session.run(move |connection| Ok(connection.batch_execute(&step)?)).unwrap();
    }
    drop(session);
    plans
}

impl Plans {
    /// Asserts that the walk goes through this index from its end on, and sorts nothing.
    fn walks<Q: QueryFragment<Pg> + Send + 'static>(&self, walk: Q, index: &str) {
        self.goes(walk, &format!("Backward using {index} on"));
    }

    /// The same from its beginning on.
    fn walks_on<Q: QueryFragment<Pg> + Send + 'static>(&self, walk: Q, index: &str) {
        self.goes(walk, &format!("Scan using {index} on"));
    }

    fn goes<Q: QueryFragment<Pg> + Send + 'static>(&self, walk: Q, how: &str) {
        let plan = self.without_scans(walk);
        assert!(plan.contains(how), "not {how}:\n{plan}");
        assert!(!plan.contains("Sort"), "{plan}");
    }

    /// The plan, which reads no table whole.
    fn without_scans<Q: QueryFragment<Pg> + Send + 'static>(&self, query: Q) -> String {
        let plan = self.store.pool.read(|connection| {
            diesel::sql_query("SET LOCAL enable_seqscan = off").execute(connection)?;
            Ok(Explain(query).load::<String>(connection)?)
        });
        let plan = plan.unwrap().join("\n");
        assert!(!plan.contains("Seq Scan"), "{plan}");
        plan
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
            for walk in incidents::page_of(&filter, page, By::Parts).unwrap().unwrap().parts {
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
fn where_few_incidents_ended_within_a_time_those_are_looked_at() {
    let plans = grown();
    let any = IncidentFilter::default;
    let from: Timestamp = "2026-01-04T00:00:00Z".parse().unwrap();
    let to = "2026-01-04T00:30:00Z".parse().unwrap();
    let within = IncidentFilter { ended_after: Some(from), ended_before: Some(to), ..any() };
    let user = UserId::from_uuid(uuid::Uuid::from_u128(3));
    for filter in [
        within.clone(),
        IncidentFilter { status: vec![Status::Resolved], ..within.clone() },
        IncidentFilter { resolved_by: Some(Actor::User(user)), ..within.clone() },
    ] {
        for walk in
            incidents::page_of(&filter, Page::after(20, None), By::End).unwrap().unwrap().parts
        {
            let plan = plans.without_scans(walk);
            assert!(plan.contains("incidents_ended on"), "{plan}");
        }
        let plan = plans.without_scans(incidents::one_too_many(&filter));
        assert!(plan.contains("Index Only Scan using incidents_ended on"), "{plan}");
    }
}

/// What there is in the log.
const STATES: [DeliveryState; 2] =
    [(Reason::Created, Outcome::Processed), (Reason::Stale, Outcome::Ignored)];

#[test]
fn each_list_of_deliveries_is_walked_through_in_the_order_of_an_index() {
    let plans = grown();
    let check = |filter: DeliveryFilter, index: &str| {
        let id = "dlv_00000000000000000000000000001388".parse().unwrap();
        let after = Page::after(20, Some(DeliveryCursor(id)));
        let parts = delivery_parts(&filter, &STATES);
        for page in [Page::after(20, None), Page::new(20, 40), after] {
            for walk in walks::merged(&parts, Way::of(page)).parts {
                plans.walks(walk, index);
            }
        }
        for walk in walks::merged(&parts, Way::oldest(20)).parts {
            plans.walks_on(walk, index);
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
    check(DeliveryFilter { integration, ..any() }, "deliveries_source");
    check(DeliveryFilter { integration, outcome, ..any() }, "deliveries_source");
}

#[test]
fn the_states_that_there_are_are_found_without_looking_at_all_deliveries() {
    let plans = grown();
    let integration = Some(IntegrationId::from_uuid(uuid::Uuid::from_u128(4)));
    for (integration, index) in [(None, "deliveries_reason"), (integration, "deliveries_source")] {
        for last in [
            &Last::None,
            kept(Last::State(("created".to_owned(), "processed".to_owned()))),
            kept(Last::Reason("created".to_owned())),
        ] {
            plans.walks_on(walks::next_state(integration, last), index);
        }
    }
}

#[test]
fn the_newest_arrivals_of_many_integrations_are_found_in_an_index() {
    let plans = grown();
    let integrations: Vec<_> =
        (0..50).map(|n| IntegrationId::from_uuid(uuid::Uuid::from_u128(n))).collect();
    let plan = plans.without_scans(arrivals::newest(&integrations, &STATES, None, 20));
    assert!(plan.contains("Backward using deliveries_source on"), "{plan}");
    assert!(plan.contains("using deliveries_pkey on"), "{plan}");
}

#[test]
fn the_deliveries_of_a_key_are_walked_through_in_the_order_of_its_index() {
    let plans = grown();
    let key = DedupKey::new("key-7").unwrap();
    let any = DeliveryFilter { dedup_key: Some(key.clone()), ..DeliveryFilter::default() };
    let id = "dlv_00000000000000000000000000001388".parse().unwrap();
    let integration = Some(IntegrationId::from_uuid(uuid::Uuid::from_u128(4)));
    let incident = Some(IncidentNumber { year: 2026, place: 7 });
    for filter in [
        any.clone(),
        DeliveryFilter { integration, ..any.clone() },
        DeliveryFilter { incident, ..any.clone() },
        DeliveryFilter { outcome: Some(Outcome::Ignored), ..any },
    ] {
        for page in [Page::after(20, None), Page::after(20, Some(DeliveryCursor(id)))] {
            plans.walks(walks::of_key(&filter, &key, Way::of(page)), "delivery_keys_pkey");
        }
        plans.walks_on(walks::of_key(&filter, &key, Way::oldest(20)), "delivery_keys_pkey");
    }
}

#[test]
fn what_deliveries_are_found_by_is_forgotten_by_an_index() {
    let plans = grown();
    let mut keys = DropKeys::default();
    keys.dedup_key.push("key-7".to_owned());
    keys.delivery.push(uuid::Uuid::from_u128(7));
    let plan = plans.without_scans(keys);
    assert!(plan.contains("delivery_keys_pkey"), "{plan}");
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

#[test]
fn the_versions_of_the_newest_are_read_from_the_end() {
    let plans = grown();
    plans.walks(incidents::newest_versions(256), "incidents_pkey");
    plans.goes(incidents::versions_of(vec![1, 2]), "incidents_pkey");
}
