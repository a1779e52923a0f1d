//! Forgetting what has served its time, in steps that hold the write lock for a moment only.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use watchbell_model::{Outcome, Reason, Severity, Status, Timestamp};
use watchbell_store::Class;
use watchbell_store::stored::{List, Received, to_json};

use crate::error::Failure;
use crate::intake;
use crate::query::static_statement;
use crate::rows::micros;
use crate::schema::{
    accepted_counts, api_requests, deliveries, deploys, enrichments, idempotency, incidents,
    issue_links, jobs, pushed_commits, source_clocks, suspects, timeline,
};

/// The most rows of a class that one step forgets.
const STEP: i64 = 500;
/// The most incidents: each has lines of its own.
const STEP_INCIDENTS: i64 = 100;

static_statement! {
    /// Deliveries with an outcome of before a moment, reason after reason, which are given as a list.
    OldDeliveries: select (deliveries::seq, deliveries::integration) => (BigInt, Binary);
    " FROM json_each(", reasons: str as Text;
    ") AS q CROSS JOIN deliveries ON deliveries.reason = q.value
      AND deliveries.outcome = ", outcome: str as Text;
    " AND deliveries.id <= ", last: [u8] as Binary;
    " AND deliveries.received_at < ", before: i64 as BigInt;
    " LIMIT ", limit: i64 as BigInt;
    end ""
}

static_statement! {
    /// Incidents that ended before a moment, which were opened before it too, by status and severity,
    /// which are given as a list of pairs.
    OldIncidents: select (incidents::number, incidents::id) => (BigInt, Binary);
    " FROM json_each(", states: str as Text;
    ") AS q CROSS JOIN incidents ON incidents.status = q.value ->> 0
      AND incidents.severity = q.value ->> 1
      AND incidents.opened_at < ", opened: i64 as BigInt;
    " AND incidents.ended_at < ", ended: i64 as BigInt;
    " LIMIT ", limit: i64 as BigInt;
    end ""
}

static_statement! {
    /// Forgets some of the remembered ids of before a moment.
    ForgetIds:
    "DELETE FROM idempotency WHERE (integration, key) IN (
         SELECT integration, key FROM idempotency WHERE at < ", before: i64 as BigInt;
    " ORDER BY at LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Forgets some of the source clocks of before a moment.
    ForgetClocks:
    "DELETE FROM source_clocks WHERE (integration, scope, dedup_key) IN (
         SELECT integration, scope, dedup_key FROM source_clocks WHERE at < ",
    before: i64 as BigInt;
    " ORDER BY at LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Forgets some of what was accepted before a moment.
    ForgetAccepted:
    "DELETE FROM accepted_counts WHERE (integration, server, second) IN (
         SELECT integration, server, second FROM accepted_counts WHERE second < ",
    before: i64 as BigInt;
    " ORDER BY second LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Forgets some of the requests to the API of before a moment.
    ForgetRequests:
    "DELETE FROM api_requests WHERE (actor, key) IN (
         SELECT actor, key FROM api_requests WHERE at < ", before: i64 as BigInt;
    " ORDER BY at LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Jobs that were given up before a moment, which were written before it too.
    OldDeadJobs: select jobs::id => Binary;
    " FROM jobs WHERE state = 'dead' AND id <= ", last: [u8] as Binary;
    " AND run_at < ", before: i64 as BigInt;
    " LIMIT ", limit: i64 as BigInt;
    end ""
}

static_statement! {
    /// Forgets some of the deploys of before a moment.
    ForgetDeploys:
    "DELETE FROM deploys WHERE id IN (
         SELECT id FROM deploys WHERE at < ", before: i64 as BigInt;
    " ORDER BY at LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Forgets some of the commits that were pushed before a moment.
    ForgetPushedCommits:
    "DELETE FROM pushed_commits WHERE (service, head, place) IN (
         SELECT service, head, place FROM pushed_commits WHERE pushed_at < ",
    before: i64 as BigInt;
    " ORDER BY pushed_at LIMIT ", limit: i64 as BigInt;
    end ")"
}

/// Whether there is anything to forget.
pub(super) fn anything(
    reader: &mut SqliteConnection,
    class: Class,
    before: Timestamp,
) -> Result<bool, Failure> {
    let at = micros(before);
    let found: Option<i64> = match class {
        Class::Deliveries(outcome) => {
            return Ok(!old_deliveries(reader, outcome, before, 1)?.is_empty());
        }
        Class::Incidents => return Ok(!old_incidents(reader, before, 1)?.is_empty()),
        Class::DeadJobs => return Ok(!old_dead_jobs(reader, before, 1)?.is_empty()),
        Class::ApiRequests => {
            let old = api_requests::table.filter(api_requests::at.lt(at));
            old.select(api_requests::at).first(reader).optional()?
        }
        Class::DeliveryIds => {
            let old = idempotency::table.filter(idempotency::at.lt(at));
            old.select(idempotency::at).first(reader).optional()?
        }
        Class::SourceClocks => {
            let old = source_clocks::table.filter(source_clocks::at.lt(at));
            old.select(source_clocks::at).first(reader).optional()?
        }
        Class::Accepted => {
            let old = accepted_counts::table.filter(accepted_counts::second.lt(at));
            old.select(accepted_counts::second).first(reader).optional()?
        }
        Class::Deploys => {
            let old = deploys::table.filter(deploys::at.lt(at));
            old.select(deploys::at).first(reader).optional()?
        }
        Class::PushedCommits => {
            let old = pushed_commits::table.filter(pushed_commits::pushed_at.lt(at));
            old.select(pushed_commits::pushed_at).first(reader).optional()?
        }
    };
    Ok(found.is_some())
}

/// Forgets a little of a class. Gives how much.
pub(super) fn step(
    writer: &mut SqliteConnection,
    class: Class,
    before: Timestamp,
) -> Result<usize, Failure> {
    let (at, limit) = (&micros(before), &STEP);
    Ok(match class {
        Class::Deliveries(outcome) => forget_old_deliveries(writer, outcome, before)?,
        Class::Incidents => forget_incidents(writer, before)?,
        Class::DeadJobs => {
            let old = old_dead_jobs(writer, before, STEP)?;
            diesel::delete(jobs::table).filter(jobs::id.eq_any(old)).execute(writer)?
        }
        Class::ApiRequests => ForgetRequests { before: at, limit }.execute(writer)?,
        Class::DeliveryIds => ForgetIds { before: at, limit }.execute(writer)?,
        Class::SourceClocks => ForgetClocks { before: at, limit }.execute(writer)?,
        Class::Accepted => ForgetAccepted { before: at, limit }.execute(writer)?,
        Class::Deploys => ForgetDeploys { before: at, limit }.execute(writer)?,
        Class::PushedCommits => ForgetPushedCommits { before: at, limit }.execute(writer)?,
    })
}

/// Old deliveries: their place and their integration.
fn old_deliveries(
    connection: &mut SqliteConnection,
    outcome: Outcome,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(i64, Vec<u8>)>, Failure> {
    let last = Received::last_before(before);
    let old = OldDeliveries {
        reasons: &to_json(&List(Reason::ALL.iter().map(|reason| reason.as_str())))?,
        outcome: outcome.as_str(),
        last: last.as_bytes(),
        before: &micros(before),
        limit: &limit,
    };
    Ok(old.load(connection)?)
}

/// Old incidents: their number and their id.
fn old_incidents(
    connection: &mut SqliteConnection,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(i64, Vec<u8>)>, Failure> {
    let ended = Status::ALL.into_iter().filter(|status| !status.is_open());
    let states =
        ended.flat_map(|status| Severity::ALL.map(|severity| (status.as_str(), severity.number())));
    let before = &micros(before);
    let states = &to_json(&List(states))?;
    Ok(OldIncidents { states, opened: before, ended: before, limit: &limit }.load(connection)?)
}

/// Jobs that were given up long ago.
fn old_dead_jobs(
    connection: &mut SqliteConnection,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Vec<u8>>, Failure> {
    let last = Received::last_before(before);
    let old = OldDeadJobs { last: last.as_bytes(), before: &micros(before), limit: &limit };
    Ok(old.load(connection)?)
}

fn forget_old_deliveries(
    writer: &mut SqliteConnection,
    outcome: Outcome,
    before: Timestamp,
) -> Result<usize, Failure> {
    let mut by_integration: BTreeMap<Vec<u8>, Vec<i64>> = BTreeMap::new();
    for (delivery, integration) in old_deliveries(writer, outcome, before, STEP)? {
        by_integration.entry(integration).or_default().push(delivery);
    }
    let mut gone = 0_usize;
    for (integration, old) in by_integration {
        let rows = intake::forget_deliveries(writer, &integration, &old)?;
        gone = gone.saturating_add(rows);
    }
    Ok(gone)
}

fn forget_incidents(writer: &mut SqliteConnection, before: Timestamp) -> Result<usize, Failure> {
    let old = old_incidents(writer, before, STEP_INCIDENTS)?;
    let (numbers, ids): (Vec<_>, Vec<_>) = old.into_iter().unzip();
    diesel::delete(timeline::table).filter(timeline::incident.eq_any(&ids)).execute(writer)?;
    diesel::delete(suspects::table).filter(suspects::incident.eq_any(&ids)).execute(writer)?;
    diesel::delete(enrichments::table).filter(enrichments::incident.eq_any(ids)).execute(writer)?;
    diesel::delete(issue_links::table)
        .filter(issue_links::incident.eq_any(&numbers))
        .execute(writer)?;
    let gone = diesel::delete(incidents::table).filter(incidents::number.eq_any(numbers));
    Ok(gone.execute(writer)?)
}
