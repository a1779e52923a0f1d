//! Every query that grows with the data uses its index. The plans are asked for on a database
//! without statistics, as each one is in its first hour.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Text};
use diesel::sqlite::Sqlite;
use tempfile::TempDir;
use watchbell_model::{Actor, AuditAction, DeliveryId, SubjectKind};
use watchbell_store::{AuditFilter, AuditOrder, AuditPage};

use crate::{SqliteOptions, SqliteStore, audit, intake, maintenance, replay};

/// A query's plan in place of its rows.
struct Explain<Q>(Q);

impl<Q> QueryId for Explain<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> Query for Explain<Q> {
    type SqlType = (Integer, Integer, Integer, Text);
}

impl<Q: QueryFragment<Sqlite>> QueryFragment<Sqlite> for Explain<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql("EXPLAIN QUERY PLAN ");
        self.0.walk_ast(out)
    }
}

impl<Q> RunQueryDsl<SqliteConnection> for Explain<Q> {}

mod deploys;
mod issue_links;
mod jobs;
mod lists;

struct Plans {
    store: SqliteStore,
    _folder: TempDir,
}

impl Plans {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(SqliteOptions::new(folder.path().join("plans.db"))).unwrap();
        store.migrate().unwrap();
        Self { store, _folder: folder }
    }

    /// Asserts that the plan consists of exactly these steps, apart from the numbers of subqueries.
    fn check<Q: QueryFragment<Sqlite>>(&self, query: Q, expected: &[&str]) {
        let steps: Vec<(i32, i32, i32, String)> =
            self.store.pool.with_writer(|w| Ok(Explain(query).load(w).unwrap())).unwrap();
        let steps = steps.iter().map(|(_, _, _, text)| text.as_str());
        let steps: Vec<_> = steps.filter(|text| !text.starts_with("LIST SUBQUERY")).collect();
        assert_eq!(steps, expected);
    }
}

const EACH: &str = "SCAN q VIRTUAL TABLE INDEX 1:";

/// Claims that the table is hardly worth an index: statistics from a database's first minute, which
/// SQLite goes by until they are made anew.
const SMALL: &str = "ANALYZE;
    INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
        ('incidents', 'incidents_open_identity', '2 2 2 2 1'),
        ('incidents', 'incidents_ended_identity', '2 2 2 2 2 1'),
        ('incidents', 'incidents_open_group', '2 2 2');
    ANALYZE sqlite_schema;";

#[test]
fn the_committers_reads_use_their_indexes() {
    let plans = Plans::new();
    check_the_committers_reads(&plans);
    let mislead = |writer: &mut SqliteConnection| {
        writer.batch_execute(SMALL).unwrap();
        Ok(())
    };
    plans.store.pool.with_writer(mislead).unwrap();
    check_the_committers_reads(&plans);
}

fn check_the_committers_reads(plans: &Plans) {
    plans.check(
        intake::OpenOfIdentities { keys: "[]", integration: &[0; 16], scope: &[0; 16] },
        &[
            EACH,
            "SEARCH incidents USING INDEX incidents_open_identity \
         (integration=? AND scope=? AND dedup_key=?)",
        ],
    );
    plans.check(
        intake::EndedOfOccurrences {
            occurrences: "{}",
            integration: &[0; 16],
            scope: &[0; 16],
            since: &0,
        },
        &[
            EACH,
            "SEARCH incidents USING INDEX incidents_ended_identity \
         (integration=? AND scope=? AND dedup_key=? AND occurrence=? AND ended_at>?)",
        ],
    );
    plans.check(
        intake::EndedOfIdentities { keys: "[]", integration: &[0; 16], scope: &[0; 16], since: &0 },
        &[
            EACH,
            "SEARCH incidents USING INDEX incidents_ended_identity \
         (integration=? AND scope=? AND dedup_key=?)",
        ],
    );
    plans.check(
        intake::OpenOfGroups { groups: "[]" },
        &[
            EACH,
            "SEARCH incidents USING INDEX incidents_open_group (integration=? AND group_hash=?)",
        ],
    );
    plans.check(
        intake::Clocks { keys: "[]", integration: &[0; 16], scope: &[0; 16], since: &0 },
        &[
            EACH,
            "SEARCH source_clocks USING PRIMARY KEY (integration=? AND scope=? AND dedup_key=?)",
        ],
    );
    plans.check(
        intake::Seen { keys: "[]", since: &0 },
        &[
            EACH,
            "SEARCH idempotency USING PRIMARY KEY (integration=? AND key=?)",
            "SEARCH deliveries USING INDEX sqlite_autoindex_deliveries_1 (id=?) LEFT-JOIN",
        ],
    );
    plans.check(
        intake::AcceptedElsewhere { integrations: "[]", server: &[0; 16], since: &0 },
        &[EACH, "SEARCH accepted_counts USING PRIMARY KEY (integration=?)"],
    );
    plans.check(
        intake::StoredDeliveries { ids: "[]" },
        &[EACH, "SEARCH deliveries USING COVERING INDEX sqlite_autoindex_deliveries_1 (id=?)"],
    );
}

#[test]
fn whose_an_account_is_is_found_by_an_index() {
    let index = "SEARCH provider_accounts USING INDEX \
                 sqlite_autoindex_provider_accounts_2 (issuer=? AND subject=?)";
    Plans::new().check(crate::sessions::owner("https://id.example.com", "1"), &[index]);
}

#[test]
fn replays_are_found_by_an_index() {
    let plans = Plans::new();
    let delivery: DeliveryId = "dlv_00000000000000000000000000000001".parse().unwrap();
    plans.check(
        replay::replays(&delivery),
        &["SEARCH deliveries USING INDEX deliveries_run_again (repeats=?)"],
    );
}

#[test]
fn what_is_forgotten_is_found_by_an_index() {
    let plans = Plans::new();
    plans.check(
        maintenance::OldDeliveries {
            reasons: "[]",
            outcome: "ignored",
            last: &[0; 16],
            before: &0,
            limit: &1,
        },
        &[
            EACH,
            "SEARCH deliveries USING INDEX deliveries_reason (reason=? AND outcome=? AND id<?)",
        ],
    );
    plans.check(
        maintenance::OldDeadJobs { last: &[0; 16], before: &0, limit: &1 },
        &["SEARCH jobs USING INDEX jobs_state (state=? AND id<?)"],
    );
    plans.check(
        maintenance::OldIncidents { states: "[]", opened: &0, ended: &0, limit: &1 },
        &[
            EACH,
            "SEARCH incidents USING INDEX incidents_state (status=? AND severity=? AND opened_at<?)",
        ],
    );
    plans.check(
        maintenance::ForgetRequests { before: &0, limit: &1 },
        &[
            "SEARCH api_requests USING PRIMARY KEY (actor=? AND key=?)",
            "SEARCH api_requests USING COVERING INDEX api_requests_age (at<?)",
        ],
    );
    plans.check(
        maintenance::ForgetIds { before: &0, limit: &1 },
        &[
            "SEARCH idempotency USING PRIMARY KEY (integration=? AND key=?)",
            "SEARCH idempotency USING COVERING INDEX idempotency_age (at<?)",
        ],
    );
    plans.check(
        maintenance::ForgetClocks { before: &0, limit: &1 },
        &[
            "SEARCH source_clocks USING PRIMARY KEY (integration=? AND scope=? AND dedup_key=?)",
            "SEARCH source_clocks USING COVERING INDEX source_clocks_age (at<?)",
        ],
    );
    plans.check(
        maintenance::ForgetAccepted { before: &0, limit: &1 },
        &[
            "SEARCH accepted_counts USING PRIMARY KEY (integration=? AND server=? AND second=?)",
            "SEARCH accepted_counts USING COVERING INDEX accepted_counts_age (second<?)",
        ],
    );
    plans.check(
        maintenance::ForgetDeploys { before: &0, limit: &1 },
        &[
            "SEARCH deploys USING COVERING INDEX sqlite_autoindex_deploys_1 (id=?)",
            "SEARCH deploys USING COVERING INDEX deploys_time (at<?)",
        ],
    );
    plans.check(
        maintenance::ForgetPushedCommits { before: &0, limit: &1 },
        &[
            "SEARCH pushed_commits USING PRIMARY KEY (service=? AND head=? AND place=?)",
            "SEARCH pushed_commits USING COVERING INDEX pushed_commits_age (pushed_at<?)",
        ],
    );
    plans.check(
        intake::OldRejected { integration: &[0; 16], kept: &1 },
        &["SEARCH deliveries USING COVERING INDEX deliveries_rejected (integration=?)"],
    );
    plans.check(
        intake::DropKeys { places: "[]" },
        &[
            "SEARCH delivery_keys USING PRIMARY KEY (dedup_key=? AND delivery=?)",
            EACH,
            "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)",
            "SCAN r VIRTUAL TABLE INDEX 1:",
        ],
    );
}

#[test]
fn parts_of_the_audit_log_are_found_by_an_index() {
    let plans = Plans::new();
    let none = AuditFilter::default;
    let actor = AuditFilter { actor: Some(Actor::System), ..none() };
    let action = AuditFilter { action: Some(AuditAction::KeyAdded), ..none() };
    let subject = Some((SubjectKind::Service, "svc".to_owned()));
    let subject = AuditFilter { subject, ..none() };
    for (filter, of) in [
        (none(), "audit_time ("),
        (actor, "audit_actor (actor=? AND "),
        (action, "audit_action (action=? AND "),
        (subject, "audit_subject (subject_kind=? AND subject_id=? AND "),
    ] {
        for (order, side) in [(AuditOrder::NewestFirst, "<"), (AuditOrder::OldestFirst, ">")] {
            let page = AuditPage { order, past: None, limit: 10 };
            let query = audit::page_of(&filter, page, Some((0, vec![0; 16])));
            let search = format!("SEARCH audit USING INDEX {of}(at,id){side}(?,?))");
            plans.check(query, &[&search]);
        }
    }
}
