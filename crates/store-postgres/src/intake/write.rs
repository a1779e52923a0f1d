//! What a batch changes: one statement for each table, whatever the number of rows.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{Counts, Incident, IntegrationId, Outcome, ServerId, Timestamp};
use watchbell_store::Changes;
use watchbell_store::stored::{corrupt, refused, results_from};

use crate::error::Failure;
use crate::issue_links;
use crate::jobs;
use crate::query::{Together, rows_statement};
use crate::rows::{InsertDeliveries, InsertIncidents, InsertKeys, InsertLines, UpdateIncidents};
use crate::schema::{deliveries, integration_counters};
use crate::stripes::{self, Kind};

/// The most rejected deliveries of an integration that the event log keeps.
const REJECTED_KEPT: i64 = 1_000;

rows_statement! {
    /// Sets identities' source clocks.
    SetClocks<'a>:
    "INSERT INTO source_clocks (integration, scope, dedup_key, clock, at) SELECT * FROM " {
        integration: Uuid as SqlUuid,
        scope: Uuid as SqlUuid,
        dedup_key: &'a str as Text,
        clock: DateTime<Utc> as Timestamptz,
        at: DateTime<Utc> as Timestamptz,
    } " ON CONFLICT (integration, scope, dedup_key)
        DO UPDATE SET clock = excluded.clock, at = excluded.at"
}

rows_statement! {
    /// Remembers deliveries by their senders' ids. One that has served its time but is not swept
    /// away yet gives way.
    Remember<'a>:
    "INSERT INTO idempotency (integration, key, body, delivery, at) SELECT * FROM " {
        integration: Uuid as SqlUuid,
        key: &'a [u8] as Binary,
        body: &'a [u8] as Binary,
        delivery: Uuid as SqlUuid,
        at: DateTime<Utc> as Timestamptz,
    } " ON CONFLICT (integration, key)
        DO UPDATE SET body = excluded.body, delivery = excluded.delivery, at = excluded.at"
}

rows_statement! {
    /// Adds to integrations' durable numbers.
    Count<'a>:
    "INSERT INTO integration_counters AS c (integration, received, stored, counted, processed,
     ignored, duplicate, rejected, failed) SELECT * FROM " {
        integration: Uuid as SqlUuid,
        received: i64 as BigInt,
        stored: i64 as BigInt,
        counted: i64 as BigInt,
        processed: i64 as BigInt,
        ignored: i64 as BigInt,
        duplicate: i64 as BigInt,
        rejected: i64 as BigInt,
        failed: i64 as BigInt,
    } " ON CONFLICT (integration) DO UPDATE SET
        received = c.received + excluded.received,
        stored = c.stored + excluded.stored,
        counted = c.counted + excluded.counted,
        processed = c.processed + excluded.processed,
        ignored = c.ignored + excluded.ignored,
        duplicate = c.duplicate + excluded.duplicate,
        rejected = c.rejected + excluded.rejected,
        failed = c.failed + excluded.failed"
}

rows_statement! {
    /// Adds to what a server accepted in a second.
    Accept<'a>:
    "INSERT INTO accepted_counts AS c (integration, server, second, deliveries) SELECT * FROM " {
        integration: Uuid as SqlUuid,
        server: Uuid as SqlUuid,
        second: DateTime<Utc> as Timestamptz,
        deliveries: i64 as BigInt,
    } " ON CONFLICT (integration, server, second)
        DO UPDATE SET deliveries = c.deliveries + excluded.deliveries"
}

rows_statement! {
    /// Deletes what deliveries are found by.
    DropKeys<'a>:
    "DELETE FROM delivery_keys AS k USING (SELECT * FROM " {
        dedup_key: String as Text,
        delivery: Uuid as SqlUuid,
    } ") AS old (dedup_key, delivery) WHERE k.dedup_key = old.dedup_key AND k.delivery = old.delivery"
}

/// Writes `changes`, in as few round trips as its order allows.
pub(super) fn changes(
    writer: &mut PgConnection,
    changes: &Changes,
    server: ServerId,
    limited: &[IntegrationId],
) -> Result<(), Failure> {
    remember(writer, changes)?;
    accept(writer, changes, server, limited)?;
    jobs::add(writer, &changes.jobs)?;
    for link in &changes.links {
        issue_links::set(writer, link)?;
    }
    let Changes { opened, changed, timeline, deliveries, counts, .. } = changes;
    let ours: HashSet<_> = opened.iter().chain(changed).map(|incident| incident.id).collect();
    let (ours, others): (Vec<_>, Vec<_>) =
        timeline.iter().partition(|line| ours.contains(&line.incident));
    // They run from the last to the first: every committer writes the rows of the counters, and
    // nobody shall wait for them for long.
    let (counts, keys) = (count(counts), InsertKeys::of(deliveries));
    let (deliveries, lines) = (InsertDeliveries::of(deliveries)?, InsertLines::of(ours));
    // What ends makes room for what opens under the same identity, so it goes first.
    let (open, ended): (Vec<&Incident>, Vec<_>) =
        changed.iter().partition(|incident| incident.status.is_open());
    if opened.is_empty() && ended.is_empty() {
        let update = UpdateIncidents::of(open.iter().copied())?;
        let updated = Together(counts, deliveries, keys, lines, update).execute(writer)?;
        all_updated(&open, updated)?;
    } else {
        update(writer, &ended)?;
        update(writer, &open)?;
        let open = InsertIncidents::of(opened)?;
        Together(counts, deliveries, keys, lines, open).execute(writer)?;
    }
    InsertLines::add(others, writer)?;
    prune(writer, changes)
}

fn update(writer: &mut PgConnection, incidents: &[&Incident]) -> Result<(), Failure> {
    if incidents.is_empty() {
        return Ok(());
    }
    let updated = UpdateIncidents::of(incidents.iter().copied())?.execute(writer)?;
    all_updated(incidents, updated)
}

/// Whether the database has all of `incidents`.
fn all_updated(incidents: &[&Incident], updated: usize) -> Result<(), Failure> {
    if updated == incidents.len() {
        Ok(())
    } else {
        Err(refused("a changed incident is not in the database").into())
    }
}

fn remember(writer: &mut PgConnection, changes: &Changes) -> Result<(), Failure> {
    if !changes.clocks.is_empty() {
        let mut rows = SetClocks::default();
        for (identity, clock) in &changes.clocks {
            rows.integration.push(identity.integration.as_uuid());
            rows.scope.push(identity.scope.as_uuid());
            rows.dedup_key.push(identity.key.as_str());
            rows.clock.push(*clock);
            rows.at.push(changes.at);
        }
        rows.execute(writer)?;
    }
    if !changes.remembered.is_empty() {
        let mut rows = Remember::default();
        for (integration, key, delivery) in &changes.remembered {
            rows.integration.push(integration.as_uuid());
            rows.key.push(&key.key);
            rows.body.push(&key.body);
            rows.delivery.push(delivery.as_uuid());
            rows.at.push(changes.at);
        }
        rows.execute(writer)?;
    }
    Ok(())
}

/// Adds up what was answered 202, for the rate limits of other servers.
fn accept(
    writer: &mut PgConnection,
    changes: &Changes,
    server: ServerId,
    limited: &[IntegrationId],
) -> Result<(), Failure> {
    let mut sums: BTreeMap<(IntegrationId, Timestamp), i64> = BTreeMap::new();
    for delivery in &changes.deliveries {
        if delivery.counts_for_limit() && limited.contains(&delivery.integration) {
            let second = delivery.received_at.trunc_subsecs(0);
            *sums.entry((delivery.integration, second)).or_default() += 1;
        }
    }
    if sums.is_empty() {
        return Ok(());
    }
    let mut rows = Accept::default();
    for ((integration, second), deliveries) in sums {
        rows.integration.push(integration.as_uuid());
        rows.server.push(server.as_uuid());
        rows.second.push(second);
        rows.deliveries.push(deliveries);
    }
    rows.execute(writer)?;
    Ok(())
}

/// Deletes rejected deliveries beyond the newest ones of their integration.
fn prune(writer: &mut PgConnection, changes: &Changes) -> Result<(), Failure> {
    let rejected = changes.deliveries.iter().filter(|d| d.outcome == Outcome::Rejected);
    let integrations: BTreeSet<_> = rejected.map(|d| d.integration).collect();
    stripes::lock(writer, Kind::Rejected, integrations.iter().map(stripes::of_rejected).collect())?;
    for integration in integrations {
        let old = deliveries::table
            .filter(deliveries::outcome.eq("rejected"))
            .filter(deliveries::integration.eq(integration.as_uuid()))
            .order(deliveries::id.desc())
            .offset(REJECTED_KEPT)
            .select(deliveries::id);
        let old: Vec<Uuid> = old.load(writer)?;
        forget_deliveries(writer, integration.as_uuid(), &old)?;
    }
    Ok(())
}

fn count<'a>(counts: &[(IntegrationId, Counts)]) -> Count<'a> {
    // In one order everywhere, so that two servers do not wait for each other.
    let counts: BTreeMap<_, _> = counts.iter().map(|(id, counts)| (*id, counts)).collect();
    let mut rows = Count::default();
    for (integration, counts) in counts {
        let Counts { received, stored, counted, processed, ignored, duplicate, rejected, failed } =
            *counts;
        rows.integration.push(integration.as_uuid());
        rows.received.push(received);
        rows.stored.push(stored);
        rows.counted.push(counted);
        rows.processed.push(processed);
        rows.ignored.push(ignored);
        rows.duplicate.push(duplicate);
        rows.rejected.push(rejected);
        rows.failed.push(failed);
    }
    rows
}

/// Takes an integration's deliveries out of the event log. Gives how many went.
pub(crate) fn forget_deliveries(
    writer: &mut PgConnection,
    integration: Uuid,
    ids: &[Uuid],
) -> Result<usize, Failure> {
    if ids.is_empty() {
        return Ok(0);
    }
    let gone: Vec<(Uuid, String)> = diesel::delete(deliveries::table)
        .filter(deliveries::id.eq_any(ids))
        .returning((deliveries::id, deliveries::results))
        .get_results(writer)?;
    let mut keys = DropKeys::default();
    for (id, results) in &gone {
        // What cannot be read is found by the checks, and must not be in the way for ever.
        for key in results_from(results).unwrap_or_default().into_iter().filter_map(|r| r.dedup_key)
        {
            keys.dedup_key.push(key.as_str().to_owned());
            keys.delivery.push(*id);
        }
    }
    if !keys.delivery.is_empty() {
        keys.execute(writer)?;
    }
    move_to_counted(writer, integration, gone.len())?;
    Ok(gone.len())
}

/// So many deliveries of an integration are no longer in the event log.
fn move_to_counted(
    writer: &mut PgConnection,
    integration: Uuid,
    deliveries: usize,
) -> Result<(), Failure> {
    if deliveries == 0 {
        return Ok(());
    }
    let moved = i64::try_from(deliveries).unwrap_or(i64::MAX);
    let step = diesel::update(integration_counters::table.find(integration))
        .set((
            integration_counters::stored.eq(integration_counters::stored - moved),
            integration_counters::counted.eq(integration_counters::counted + moved),
        ))
        .execute(writer)?;
    if step == 0 {
        // Deliveries that were stored but never counted: not a state to build upon.
        return Err(corrupt("integration_counters").into());
    }
    Ok(())
}
