//! Forgetting what has served its time, in steps that are soon over.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{IntegrationId, Outcome, Reason, Severity, Status, Timestamp};
use watchbell_store::Class;
use watchbell_store::stored::Received;

use crate::error::Failure;
use crate::intake;
use crate::query::static_query;
use crate::schema::{deliveries, enrichments, incidents, issue_links, suspects, timeline};
use crate::stripes::{self, Kind};

/// The most rows of a class that one step forgets.
const STEP: i64 = 500;
/// The most incidents: each has lines of its own.
const STEP_INCIDENTS: i64 = 100;

const FORGET_IDS: &str = "DELETE FROM idempotency WHERE (integration, key) IN (
    SELECT integration, key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2
    FOR UPDATE SKIP LOCKED)";

const FORGET_CLOCKS: &str = "DELETE FROM source_clocks WHERE (integration, scope, dedup_key) IN (
    SELECT integration, scope, dedup_key FROM source_clocks WHERE at < $1 ORDER BY at LIMIT $2
    FOR UPDATE SKIP LOCKED)";

const FORGET_ACCEPTED: &str = "DELETE FROM accepted_counts WHERE (integration, server, second) IN (
    SELECT integration, server, second FROM accepted_counts WHERE second < $1 LIMIT $2
    FOR UPDATE SKIP LOCKED)";

const FORGET_DEPLOYS: &str = "DELETE FROM deploys WHERE id IN (
    SELECT id FROM deploys WHERE at < $1 ORDER BY at LIMIT $2
    FOR UPDATE SKIP LOCKED)";

const FORGET_PUSHED_COMMITS: &str = "DELETE FROM pushed_commits WHERE (service, head, place) IN (
    SELECT service, head, place FROM pushed_commits WHERE pushed_at < $1 ORDER BY pushed_at LIMIT $2
    FOR UPDATE SKIP LOCKED)";

const FORGET_REQUESTS: &str = "DELETE FROM api_requests WHERE (actor, key) IN (
    SELECT actor, key FROM api_requests WHERE at < $1 ORDER BY at LIMIT $2
    FOR UPDATE SKIP LOCKED)";

/// Those that were written before the moment too, which an index has in their order.
const FORGET_DEAD_JOBS: &str = "DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs WHERE state = 'dead' AND id <= $1 AND run_at < $2 ORDER BY id LIMIT $3
    FOR UPDATE SKIP LOCKED)";

static_query! {
    /// Deliveries with an outcome of before a moment, reason after reason: an index has the
    /// deliveries of each reason in their order.
    OldDeliveries: (deliveries::id, deliveries::integration) => (SqlUuid, SqlUuid);
    " FROM unnest(", reasons: Vec<&'static str> as Array<Text>;
    ") AS q (reason) CROSS JOIN LATERAL (SELECT id, integration FROM deliveries
      WHERE deliveries.reason = q.reason AND outcome = ", outcome: &'static str as Text;
    " AND id <= ", last: Uuid as SqlUuid;
    " AND received_at < ", before: Timestamp as Timestamptz;
    " ORDER BY id LIMIT ", limit_of_each: i64 as BigInt;
    ") AS deliveries LIMIT ", limit: i64 as BigInt;
    end ""
}

static_query! {
    /// Incidents that ended before a moment, which were opened before it too, by status and severity.
    OldIncidents: incidents::number => BigInt;
    " FROM unnest(", statuses: Vec<&'static str> as Array<Text>;
    ") AS s (status) CROSS JOIN unnest(", severities: Vec<i16> as Array<SmallInt>;
    ") AS v (severity) CROSS JOIN LATERAL (SELECT number FROM incidents
      WHERE incidents.status = s.status AND incidents.severity = v.severity
      AND opened_at < ", opened: Timestamp as Timestamptz;
    " AND ended_at < ", ended: Timestamp as Timestamptz;
    " ORDER BY opened_at, number LIMIT ", limit_of_each: i64 as BigInt;
    ") AS incidents LIMIT ", limit: i64 as BigInt;
    end ""
}

/// Forgets a little of a class. Gives how much.
pub(super) fn step(
    writer: &mut PgConnection,
    class: Class,
    before: Timestamp,
) -> Result<usize, Failure> {
    let forget = match class {
        Class::Deliveries(outcome) => return forget_old_deliveries(writer, outcome, before),
        Class::Incidents => return forget_incidents(writer, before),
        Class::DeadJobs => return forget_dead_jobs(writer, before),
        Class::ApiRequests => FORGET_REQUESTS,
        Class::DeliveryIds => FORGET_IDS,
        Class::SourceClocks => FORGET_CLOCKS,
        Class::Accepted => FORGET_ACCEPTED,
        Class::Deploys => FORGET_DEPLOYS,
        Class::PushedCommits => FORGET_PUSHED_COMMITS,
    };
    let query = diesel::sql_query(forget).bind::<Timestamptz, _>(before);
    Ok(query.bind::<BigInt, _>(STEP).execute(writer)?)
}

fn forget_dead_jobs(writer: &mut PgConnection, before: Timestamp) -> Result<usize, Failure> {
    let forget = diesel::sql_query(FORGET_DEAD_JOBS)
        .bind::<SqlUuid, _>(Received::last_before(before))
        .bind::<Timestamptz, _>(before)
        .bind::<BigInt, _>(STEP);
    Ok(forget.execute(writer)?)
}

fn forget_old_deliveries(
    writer: &mut PgConnection,
    outcome: Outcome,
    before: Timestamp,
) -> Result<usize, Failure> {
    let old = OldDeliveries {
        reasons: Reason::ALL.iter().map(|reason| reason.as_str()).collect(),
        outcome: outcome.as_str(),
        last: Received::last_before(before),
        before,
        limit_of_each: STEP,
        limit: STEP,
    };
    let old: Vec<(Uuid, Uuid)> = old.load(writer)?;
    let mut by_integration: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (delivery, integration) in old {
        by_integration.entry(integration).or_default().push(delivery);
    }
    let integrations = by_integration.keys().copied().map(IntegrationId::from_uuid);
    let stripes = integrations.map(|id| stripes::of_rejected(&id)).collect();
    stripes::lock(writer, Kind::Rejected, stripes)?;
    let mut gone = 0_usize;
    for (integration, old) in by_integration {
        let rows = intake::forget_deliveries(writer, integration, &old)?;
        gone = gone.saturating_add(rows);
    }
    Ok(gone)
}

fn forget_incidents(writer: &mut PgConnection, before: Timestamp) -> Result<usize, Failure> {
    let ended = Status::ALL.into_iter().filter(|status| !status.is_open());
    let old = OldIncidents {
        statuses: ended.map(Status::as_str).collect(),
        severities: Severity::ALL.map(|severity| i16::from(severity.number())).into(),
        opened: before,
        ended: before,
        limit_of_each: STEP_INCIDENTS,
        limit: STEP_INCIDENTS,
    };
    let old: Vec<i64> = old.load(writer)?;
    // Asked once more: somebody may have reopened one meanwhile.
    let gone: Vec<(Uuid, i64)> = diesel::delete(incidents::table)
        .filter(incidents::number.eq_any(old))
        .filter(incidents::ended_at.lt(before))
        .returning((incidents::id, incidents::number))
        .get_results(writer)?;
    let (gone, numbers): (Vec<_>, Vec<_>) = gone.into_iter().unzip();
    diesel::delete(issue_links::table)
        .filter(issue_links::incident.eq_any(numbers))
        .execute(writer)?;
    diesel::delete(timeline::table).filter(timeline::incident.eq_any(&gone)).execute(writer)?;
    diesel::delete(suspects::table).filter(suspects::incident.eq_any(&gone)).execute(writer)?;
    diesel::delete(enrichments::table)
        .filter(enrichments::incident.eq_any(&gone))
        .execute(writer)?;
    Ok(gone.len())
}
