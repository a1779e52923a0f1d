//! What a batch changes: cached single-row statements, which within one transaction are as fast as
//! many rows at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use watchbell_model::{Counts, DeliveryRecord, IncidentNumber, IntegrationId, Outcome};
use watchbell_store::stored::to_json;
use watchbell_store::{Changes, Known, StoreError, Wanted};

use crate::error::Failure;
use crate::incidents::incident_update;
use crate::query::static_statement;
use crate::rows::{Indexed, InsertIncident, delivery_insert, micros, timeline_insert};
use crate::schema::deliveries;

/// The most rejected deliveries of an integration that the event log keeps.
const REJECTED_KEPT: i64 = 1_000;

static_statement! {
    /// Sets an identity's source clock.
    SetClock:
    "INSERT INTO source_clocks (integration, scope, dedup_key, clock, at) VALUES (",
    integration: [u8] as Binary;
    ", ", scope: [u8] as Binary;
    ", ", dedup_key: str as Text;
    ", ", clock: i64 as BigInt;
    ", ", at: i64 as BigInt;
    end ") ON CONFLICT (integration, scope, dedup_key)
          DO UPDATE SET clock = excluded.clock, at = excluded.at"
}

static_statement! {
    /// Remembers a delivery by its sender's id. One that has served its time but is not swept away
    /// yet gives way.
    Remember:
    "INSERT INTO idempotency (integration, key, body, delivery, at) VALUES (",
    integration: [u8] as Binary;
    ", ", key: [u8] as Binary;
    ", ", body: [u8] as Binary;
    ", ", delivery: [u8] as Binary;
    ", ", at: i64 as BigInt;
    end ") ON CONFLICT (integration, key)
          DO UPDATE SET body = excluded.body, delivery = excluded.delivery, at = excluded.at"
}

static_statement! {
    /// Adds to an integration's durable numbers.
    Count:
    "INSERT INTO integration_counters (integration, received, stored, counted, processed, ignored,
     duplicate, rejected, failed) VALUES (",
    integration: [u8] as Binary;
    ", ", received: i64 as BigInt;
    ", ", stored: i64 as BigInt;
    ", ", counted: i64 as BigInt;
    ", ", processed: i64 as BigInt;
    ", ", ignored: i64 as BigInt;
    ", ", duplicate: i64 as BigInt;
    ", ", rejected: i64 as BigInt;
    ", ", failed: i64 as BigInt;
    end ") ON CONFLICT (integration) DO UPDATE SET
          received = received + excluded.received,
          stored = stored + excluded.stored,
          counted = counted + excluded.counted,
          processed = processed + excluded.processed,
          ignored = ignored + excluded.ignored,
          duplicate = duplicate + excluded.duplicate,
          rejected = rejected + excluded.rejected,
          failed = failed + excluded.failed"
}

static_statement! {
    /// Takes deliveries that have left the event log from `stored` to `counted`.
    Move:
    "UPDATE integration_counters SET stored = stored - ", from_stored: i64 as BigInt;
    ", counted = counted + ", to_counted: i64 as BigInt;
    " WHERE integration = ", integration: [u8] as Binary;
    end ""
}

static_statement! {
    /// The rejected deliveries of an integration beyond the newest ones.
    OldRejected: select deliveries::seq => BigInt;
    " FROM deliveries WHERE outcome = 'rejected' AND integration = ",
    integration: [u8] as Binary;
    " ORDER BY id DESC LIMIT -1 OFFSET ", kept: i64 as BigInt;
    end ""
}

static_statement! {
    /// Deletes what deliveries are found by, which are given as a list of their places.
    DropKeys:
    "DELETE FROM delivery_keys WHERE (dedup_key, delivery) IN (
         SELECT r.value ->> 'dedup_key', d.id
         FROM json_each(", places: str as Text;
    end ") AS q CROSS JOIN deliveries AS d ON d.seq = q.value
         CROSS JOIN json_each(iif(json_valid(d.results), d.results, '[]')) AS r)"
}

static_statement! {
    /// Adds to what a server accepted in a second for an integration.
    Accept:
    "INSERT INTO accepted_counts (integration, server, second, deliveries) VALUES (",
    integration: [u8] as Binary;
    ", ", server: [u8] as Binary;
    ", ", second: i64 as BigInt;
    ", ", deliveries: i64 as BigInt;
    end ") ON CONFLICT (integration, server, second)
          DO UPDATE SET deliveries = deliveries + excluded.deliveries"
}

static_statement! {
    /// Sets the last number that was given out in a year.
    SetLast:
    "INSERT INTO incident_numbers (year, last) VALUES (", year: i64 as BigInt;
    ", ", last: i64 as BigInt;
    end ") ON CONFLICT (year) DO UPDATE SET last = excluded.last"
}

/// What is needed of what was known, after that was handed to the decision.
pub(super) struct Before {
    first_number: IncidentNumber,
    incidents: HashMap<IncidentNumber, Indexed>,
}

impl Before {
    pub(super) fn new(known: &Known) -> Self {
        let incidents = known.incidents.iter();
        Self {
            first_number: known.first_number,
            incidents: incidents.map(|one| (one.number, Indexed::of(one))).collect(),
        }
    }
}

/// Writes `changes` of a batch that wanted `wanted`.
pub(super) fn changes(
    writer: &mut SqliteConnection,
    wanted: &Wanted,
    before: &Before,
    changes: &Changes,
) -> Result<(), Failure> {
    let Changes {
        opened,
        changed,
        timeline,
        deliveries,
        clocks,
        remembered,
        counts,
        links,
        jobs,
        numbers_used,
        at,
    } = changes;
    let at = &micros(*at);
    // What ends makes room for what opens under the same identity, so it goes first.
    let (reopened, ended): (Vec<_>, Vec<_>) =
        changed.iter().partition(|incident| incident.status.is_open());
    for incident in ended.into_iter().chain(reopened) {
        let before = before.incidents.get(&incident.number);
        if incident_update(writer, incident, before)? == 0 {
            return Err(Failure::refused("a changed incident is not in the database"));
        }
    }
    for incident in opened {
        InsertIncident::run(writer, incident)?;
    }
    for entry in timeline {
        timeline_insert(writer, entry)?;
    }
    for delivery in deliveries {
        delivery_insert(writer, delivery)?;
    }
    for (identity, clock) in clocks {
        let set = SetClock {
            integration: identity.integration.as_bytes(),
            scope: identity.scope.as_bytes(),
            dedup_key: identity.key.as_str(),
            clock: &micros(*clock),
            at,
        };
        set.execute(writer)?;
    }
    for (integration, key, delivery) in remembered {
        let remember = Remember {
            integration: integration.as_bytes(),
            key: &key.key,
            body: &key.body,
            delivery: delivery.as_bytes(),
            at,
        };
        remember.execute(writer)?;
    }
    for (integration, counts) in counts {
        count(writer, integration, counts)?;
    }
    for link in links {
        crate::issue_links::set(writer, link)?;
    }
    crate::jobs::add(writer, jobs)?;
    accepted(writer, wanted, deliveries)?;
    let rejected = deliveries.iter().filter(|d| d.outcome == Outcome::Rejected);
    for integration in rejected.map(|d| d.integration).collect::<BTreeSet<_>>() {
        let integration = integration.as_bytes();
        let old: Vec<i64> = OldRejected { integration, kept: &REJECTED_KEPT }.load(writer)?;
        forget_deliveries(writer, integration, &old)?;
    }
    take_numbers(writer, before.first_number, *numbers_used)
}

fn count(
    writer: &mut SqliteConnection,
    integration: &IntegrationId,
    counts: &Counts,
) -> Result<(), Failure> {
    let Counts { received, stored, counted, processed, ignored, duplicate, rejected, failed } =
        counts;
    let count = Count {
        integration: integration.as_bytes(),
        received,
        stored,
        counted,
        processed,
        ignored,
        duplicate,
        rejected,
        failed,
    };
    count.execute(writer)?;
    Ok(())
}

/// Writes down for other servers what was accepted for integrations with a rate limit.
fn accepted(
    writer: &mut SqliteConnection,
    wanted: &Wanted,
    deliveries: &[DeliveryRecord],
) -> Result<(), Failure> {
    if wanted.limited.is_empty() {
        return Ok(());
    }
    let mut seconds: BTreeMap<(IntegrationId, i64), i64> = BTreeMap::new();
    for delivery in deliveries {
        if delivery.counts_for_limit() && wanted.limited.contains(&delivery.integration) {
            let at = micros(delivery.received_at);
            let second = at.saturating_sub(at.rem_euclid(1_000_000));
            let sum = seconds.entry((delivery.integration, second)).or_default();
            *sum = sum.saturating_add(1);
        }
    }
    for ((integration, second), deliveries) in &seconds {
        let integration = integration.as_bytes();
        let server = wanted.server.as_bytes();
        Accept { integration, server, second, deliveries }.execute(writer)?;
    }
    Ok(())
}

/// Takes an integration's deliveries in these places out of the event log. Gives how many went.
pub(crate) fn forget_deliveries(
    writer: &mut SqliteConnection,
    integration: &[u8],
    places: &[i64],
) -> Result<usize, Failure> {
    if places.is_empty() {
        return Ok(0);
    }
    DropKeys { places: &to_json(&places)? }.execute(writer)?;
    let gone = diesel::delete(deliveries::table).filter(deliveries::seq.eq_any(places));
    let gone = gone.execute(writer)?;
    move_to_counted(writer, integration, gone)?;
    Ok(gone)
}

/// So many deliveries of an integration are no longer in the event log.
fn move_to_counted(
    writer: &mut SqliteConnection,
    integration: &[u8],
    deliveries: usize,
) -> Result<(), Failure> {
    if deliveries == 0 {
        return Ok(());
    }
    let moved = &i64::try_from(deliveries).unwrap_or(i64::MAX);
    let step = Move { from_stored: moved, to_counted: moved, integration };
    if step.execute(writer)? == 0 {
        // Deliveries that were stored but never counted: not a state to build upon.
        return Err(StoreError::Corrupt { what: "integration_counters".to_owned() }.into());
    }
    Ok(())
}

/// Moves the year's counter past the numbers that were used.
pub(crate) fn take_numbers(
    writer: &mut SqliteConnection,
    first: IncidentNumber,
    used: usize,
) -> Result<(), Failure> {
    if used == 0 {
        return Ok(());
    }
    let used = i64::try_from(used).unwrap_or(i64::MAX);
    let last = first.place.saturating_sub(1).saturating_add(used);
    SetLast { year: &first.year.into(), last: &last }.execute(writer)?;
    Ok(())
}
