//! Every query that grows with the data uses its index. The plans are asked for on young tables,
//! without statistics, as each one is in its first hour.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Text};
use watchbell_model::{
    Actor, AuditAction, DeliveryId, GroupHash, IdempotencyKey, Incident, Outcome, ServerId,
    SubjectKind, Timestamp,
};
use watchbell_store::conformance::furnish;
use watchbell_store::{
    AuditFilter, AuditOrder, AuditPage, Changes, DeliveryFilter, IncidentFilter, IncidentStore,
    IntakeStore, LogStore, Page, Wanted, WantedKey,
};
use watchbell_testkit::Database;

use crate::intake::{Clocks, EndedOfIdentities, KeysOfGroups, OpenAndEnded, OpenOfGroups, Seen};
use crate::{PostgresOptions, PostgresStore, audit, replay};

/// A query's plan in place of its rows.
struct Explain<Q>(Q);

impl<Q> QueryId for Explain<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Explain<Q> {
    type SqlType = Text;
}

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Explain<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("EXPLAIN (COSTS OFF) ");
        self.0.walk_ast(out)
    }
}

impl<Q> RunQueryDsl<PgConnection> for Explain<Q> {}

mod deploys;
mod issue_links;
mod jobs;
mod lists;

struct Plans {
    store: PostgresStore,
    _database: Database,
}

impl Plans {
    fn new() -> Self {
        let database = Database::with_tables();
        let store = PostgresStore::open(PostgresOptions::new(database.url())).unwrap();
        store.migrate().unwrap();
        Self { store, _database: database }
    }

    /// Asserts that the plan on a committer's connection uses an index and reads no table whole.
    fn committers<Q: QueryFragment<Pg> + Send + 'static>(&self, query: Q, index: &str) {
        let plan = self.store.pool.with_writer(|session| {
            Ok(session.run(|connection| Ok(Explain(query).load::<String>(connection)?))?)
        });
        check(&plan.unwrap(), index);
    }

    /// The same on any other connection, for a table that has grown beyond a page.
    fn readers<Q: QueryFragment<Pg> + Send + 'static>(&self, query: Q, index: &str) {
        let plan = self.store.pool.read(|connection| {
            diesel::sql_query("SET LOCAL enable_seqscan = off").execute(connection)?;
            Ok(Explain(query).load::<String>(connection)?)
        });
        check(&plan.unwrap(), index);
    }
}

fn check(plan: &[String], index: &str) {
    let plan = plan.join("\n");
    assert!(plan.contains(index), "{index} is not used:\n{plan}");
    assert!(!plan.contains("Seq Scan"), "a table is read whole:\n{plan}");
}

/// What a query that goes to another thread may refer to.
fn kept<T>(filter: T) -> &'static T {
    Box::leak(Box::new(filter))
}

fn at() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

#[test]
fn the_committers_reads_use_their_indexes() {
    let plans = Plans::new();
    for index in ["incidents_open_identity", "incidents_ended_identity"] {
        let both = OpenAndEnded {
            integrations: Vec::new(),
            scopes: Vec::new(),
            keys: Vec::new(),
            integrations_of: Vec::new(),
            scopes_of: Vec::new(),
            keys_of: Vec::new(),
            occurrences: Vec::new(),
            since: at(),
        };
        plans.committers(both, &format!("Index Scan using {index}"));
    }
    let (integrations, scopes, keys) = (Vec::new(), Vec::new(), Vec::new());
    plans.committers(
        EndedOfIdentities { integrations, scopes, keys, since: at() },
        "Index Scan using incidents_ended_identity",
    );
    let (integrations, groups) = (Vec::new(), Vec::new());
    let index = "Index Scan using incidents_open_group";
    plans.committers(OpenOfGroups { integrations, groups }, index);
    let (integrations, groups) = (Vec::new(), Vec::new());
    plans.committers(KeysOfGroups { integrations, groups }, index);
    let (integrations, scopes, keys) = (Vec::new(), Vec::new(), Vec::new());
    plans.committers(
        Clocks { integrations, scopes, keys, since: at() },
        "Index Scan using source_clocks_pkey",
    );
    let (integrations, keys) = (Vec::new(), Vec::new());
    let seen = Seen { integrations, keys, since: at() };
    plans.committers(seen, "Index Scan using idempotency_pkey");
    let (integrations, keys) = (Vec::new(), Vec::new());
    let seen = Seen { integrations, keys, since: at() };
    plans.committers(seen, "Index Scan using deliveries_pkey");
}

/// A batch that asks for something of everything and changes `incident`.
fn batch_about(store: &PostgresStore, incident: &Incident) {
    let identity = incident.identity().unwrap();
    let (integration, group) = (identity.integration, GroupHash::from_bytes([1; 16]));
    let key = IdempotencyKey { key: [2; 32], body: [3; 32] };
    let wanted = Wanted {
        keys: vec![WantedKey {
            identity: identity.clone(),
            clock: true,
            occurrences: vec!["once".to_owned()],
            latest_ended: true,
        }],
        groups: vec![(integration, group)],
        idempotency: vec![(integration, key)],
        ended_since: at(),
        remembered_since: at(),
        year: 2026,
        numbers: 1,
        server: ServerId::from_uuid(uuid::Uuid::nil()),
        limited: vec![integration],
        accepted_since: at(),
    };
    let page = store.delivery_list(&DeliveryFilter::default(), Page::new(1, 0)).unwrap();
    let mut delivery = page.items[0].clone();
    (delivery.id, delivery.outcome, delivery.status) =
        (DeliveryId::from_uuid(uuid::Uuid::from_u128(77)), Outcome::Processed, 202);
    let changes = Changes {
        changed: vec![incident.clone()],
        clocks: vec![(identity, at())],
        remembered: vec![(integration, key, delivery.id)],
        deliveries: vec![delivery],
        at: at(),
        ..Changes::default()
    };
    store.batch_apply(&wanted, &mut |_| changes.clone()).unwrap();
}

#[test]
fn a_committer_plans_each_statement_once_for_lists_of_any_length_and_by_index() {
    let plans = Plans::new();
    furnish(&plans.store);
    let all = plans.store.incident_list(&IncidentFilter::default(), Page::new(9, 0)).unwrap();
    batch_about(&plans.store, all.items.iter().find(|i| i.status.is_open()).unwrap());
    let explained = plans.store.pool.with_writer(|session| {
        let explained = session.run(|connection| {
            let prepared: Vec<(String, i32, String)> = diesel::dsl::sql::<(Text, Integer, Text)>(
                "SELECT name, cardinality(parameter_types), statement
                 FROM pg_prepared_statements WHERE statement LIKE '%unnest%'",
            )
            .load(connection)?;
            let mut explained = Vec::new();
            for (name, parameters, statement) in prepared {
                let nothing = vec!["NULL"; parameters.try_into().unwrap()].join(", ");
                let text = format!("EXPLAIN (COSTS OFF) EXECUTE \"{name}\" ({nothing})");
                explained.push((statement, diesel::dsl::sql::<Text>(&text).load(connection)?));
            }
            Ok(explained)
        });
        Ok(explained?)
    });
    let explained: Vec<(String, Vec<String>)> = explained.unwrap();
    for what in
        ["UPDATE incidents", "INSERT INTO timeline", "INSERT INTO deliveries", "FROM source_clocks"]
    {
        assert!(explained.iter().any(|(statement, _)| statement.contains(what)), "no {what}");
    }
    for (statement, plan) in explained {
        let whole = plan.join("\n");
        let scans = plan.iter().filter(|line| line.contains("Scan") && !line.contains("Function"));
        let named = scans.filter(|line| line.contains(" on ")).count();
        let bounded = plan.iter().filter(|line| line.contains("Index Cond")).count();
        assert_eq!(named, bounded, "a table or an index is read whole:\n{statement}\n{whole}");
        assert!(!whole.contains("Seq Scan"), "a table is read whole:\n{statement}\n{whole}");
    }
}

#[test]
fn whose_an_account_is_is_found_by_an_index() {
    let owner = crate::sessions::owner("https://id.example.com".to_owned(), "1".to_owned());
    Plans::new().readers(owner, "using provider_accounts_issuer_subject_key");
}

#[test]
fn replays_are_found_by_an_index() {
    let plans = Plans::new();
    let nobody = DeliveryId::from_uuid(uuid::Uuid::nil());
    plans.readers(replay::replays(nobody), "using deliveries_run_again");
}

#[test]
fn parts_of_the_audit_log_are_found_by_an_index() {
    let plans = Plans::new();
    let none = AuditFilter::default;
    let actor = AuditFilter { actor: Some(Actor::System), ..none() };
    let action = AuditFilter { action: Some(AuditAction::KeyAdded), ..none() };
    let subject = Some((SubjectKind::Service, "svc".to_owned()));
    let subject = AuditFilter { subject, ..none() };
    for (filter, index) in [
        (none(), "audit_time"),
        (actor, "audit_actor"),
        (action, "audit_action"),
        (subject, "audit_subject"),
    ] {
        for order in [AuditOrder::NewestFirst, AuditOrder::OldestFirst] {
            let page = AuditPage { order, past: None, limit: 10 };
            let query = audit::page_of(kept(filter.clone()), page, Some((at(), uuid::Uuid::nil())));
            plans.readers(query, &format!("using {index} on audit"));
        }
    }
}
