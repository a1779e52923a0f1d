//! What a batch needs to know, in a handful of statements whatever its size.
//!
//! Each statement takes its whole list as JSON, those about keys for one integration and scope. `CROSS JOIN` is not for taste: it keeps the list
//! outside and the table inside. Left to itself, SQLite may walk the whole table instead.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use watchbell_model::{
    ConnectionScope, DeliveryId, IdempotencyKey, Identity, Incident, IncidentNumber, IntegrationId,
    Remembered, Timestamp,
};
use watchbell_store::stored::{
    List, Pairs, corrupt, dedup_key, digest, latest_ended, results_from, to_json,
};
use watchbell_store::{Accepted, Known, StoreError, Wanted, WantedKey};

use crate::error::Failure;
use crate::query::static_statement;
use crate::rows::{IncidentRow, hex, micros, time, uuid};
use crate::schema::{
    accepted_counts, deliveries, idempotency, incident_numbers, incidents, source_clocks,
};

static_statement! {
    /// The last number that was given out in a year. diesel's own form has a `LIMIT` in a place for
    /// values, and for that SQLite prepares anew each time.
    LastNumber: select incident_numbers::last => BigInt;
    " FROM incident_numbers WHERE year = ", year: i64 as BigInt;
    end ""
}

static_statement! {
    /// The open incidents of keys, given as a list.
    OpenOfIdentities: select incidents::all_columns => incidents::SqlType;
    " FROM json_each(", keys: str as Text;
    ") AS q CROSS JOIN incidents ON incidents.open = 1
      AND incidents.integration = ", integration: [u8] as Binary;
    " AND incidents.scope = ", scope: [u8] as Binary;
    end " AND incidents.dedup_key = q.value"
}

static_statement! {
    /// The ended incidents of occurrences, given as an object: a key's name and its occurrence, a
    /// name once for each of its occurrences.
    EndedOfOccurrences: select incidents::all_columns => incidents::SqlType;
    " FROM json_each(", occurrences: str as Text;
    ") AS q CROSS JOIN incidents ON incidents.open = 0
      AND incidents.integration = ", integration: [u8] as Binary;
    " AND incidents.scope = ", scope: [u8] as Binary;
    " AND incidents.dedup_key = q.key
      AND incidents.occurrence = q.value
      AND incidents.ended_at >= ", since: i64 as BigInt;
    end ""
}

static_statement! {
    /// The ended incidents of keys, given as a list.
    EndedOfIdentities: select incidents::all_columns => incidents::SqlType;
    " FROM json_each(", keys: str as Text;
    ") AS q CROSS JOIN incidents ON incidents.open = 0
      AND incidents.integration = ", integration: [u8] as Binary;
    " AND incidents.scope = ", scope: [u8] as Binary;
    " AND incidents.dedup_key = q.value
      AND +incidents.ended_at >= ", since: i64 as BigInt;
    end ""
}

static_statement! {
    /// The open incidents last seen in groups, given as `[integration, group]`.
    OpenOfGroups: select incidents::all_columns => incidents::SqlType;
    " FROM json_each(", groups: str as Text;
    end ") AS q CROSS JOIN incidents ON incidents.open = 1
      AND incidents.integration = unhex(q.value ->> 0)
      AND incidents.group_hash = unhex(q.value ->> 1)"
}

static_statement! {
    /// The source clocks of keys, given as a list.
    Clocks: select (source_clocks::dedup_key, source_clocks::clock) => (Text, BigInt);
    " FROM json_each(", keys: str as Text;
    ") AS q CROSS JOIN source_clocks ON source_clocks.integration = ", integration: [u8] as Binary;
    " AND source_clocks.scope = ", scope: [u8] as Binary;
    " AND source_clocks.dedup_key = q.value
      AND source_clocks.at >= ", since: i64 as BigInt;
    end ""
}

static_statement! {
    /// Deliveries seen before, by their senders' ids, given as `[integration, key]`.
    Seen: select (
        idempotency::integration,
        idempotency::key,
        idempotency::body,
        idempotency::delivery,
        deliveries::results,
    ) => (Binary, Binary, Binary, Binary, Nullable<Text>);
    " FROM json_each(", keys: str as Text;
    ") AS q CROSS JOIN idempotency ON idempotency.integration = unhex(q.value ->> 0)
      AND idempotency.key = unhex(q.value ->> 1)
      AND idempotency.at >= ", since: i64 as BigInt;
    end " LEFT JOIN deliveries ON deliveries.id = idempotency.delivery"
}

static_statement! {
    /// Which of some deliveries, given as their ids, are in the event log.
    StoredDeliveries: select deliveries::id => Binary;
    " FROM json_each(", ids: str as Text;
    end ") AS q CROSS JOIN deliveries ON deliveries.id = unhex(q.value)"
}

static_statement! {
    /// What other servers accepted for integrations, given as their ids.
    AcceptedElsewhere: select (
        accepted_counts::integration,
        accepted_counts::second,
        accepted_counts::deliveries,
    ) => (Binary, BigInt, BigInt);
    " FROM json_each(", integrations: str as Text;
    ") AS q CROSS JOIN accepted_counts ON accepted_counts.integration = unhex(q.value)
      AND accepted_counts.server <> ", server: [u8] as Binary;
    " AND accepted_counts.second >= ", since: i64 as BigInt;
    end ""
}

/// Reads what `wanted` names.
pub(super) fn known(writer: &mut SqliteConnection, wanted: &Wanted) -> Result<Known, Failure> {
    let remembered_since = micros(wanted.remembered_since);
    let first_number = next_number(writer, wanted.year)?;
    let places = &places(wanted);
    Ok(Known {
        incidents: incidents_wanted(writer, wanted, places, micros(wanted.ended_since))?,
        clocks: clocks(writer, places, remembered_since)?,
        remembered: remembered(writer, wanted, remembered_since)?,
        first_number,
        accepted: accepted(writer, wanted)?,
    })
}

/// The year's next number.
pub(crate) fn next_number(
    writer: &mut SqliteConnection,
    year: i32,
) -> Result<IncidentNumber, Failure> {
    let last = last_number(writer, year)?;
    Ok(IncidentNumber { year, place: last.saturating_add(1) })
}

/// The year's last number that was given out.
fn last_number(writer: &mut SqliteConnection, year: i32) -> Result<i64, Failure> {
    let last: Vec<i64> = LastNumber { year: &year.into() }.load(writer)?;
    match last.first().copied() {
        Some(last) if last < 0 => Err(corrupt("incident_numbers.last").into()),
        last => Ok(last.unwrap_or(0)),
    }
}

/// The wanted keys of one integration and scope.
type Place<'a> = ((IntegrationId, ConnectionScope), Vec<&'a WantedKey>);

/// What is wanted, by integration and scope. Nearly always there is one of each, and then SQLite
/// need not take an id out of JSON for each key.
fn places(wanted: &Wanted) -> Vec<Place<'_>> {
    let mut places: Vec<Place<'_>> = Vec::new();
    let mut by_place: HashMap<(IntegrationId, ConnectionScope), usize> = HashMap::new();
    for key in &wanted.keys {
        let at = (key.identity.integration, key.identity.scope);
        let index = *by_place.entry(at).or_insert_with(|| {
            places.push((at, Vec::new()));
            places.len().saturating_sub(1)
        });
        if let Some((_, keys)) = places.get_mut(index) {
            keys.push(key);
        }
    }
    places
}

/// Those keys that `pick` takes, as the queries take them; none if there is none.
fn list(
    keys: &[&WantedKey],
    pick: impl Fn(&WantedKey) -> bool + Copy,
) -> Result<Option<String>, StoreError> {
    let mut picked = keys.iter().filter(|key| pick(key)).map(|key| key.identity.key.as_str());
    let list = List(picked.clone());
    picked.next().is_some().then(|| to_json(&list)).transpose()
}

fn incidents_wanted(
    writer: &mut SqliteConnection,
    wanted: &Wanted,
    places: &[Place<'_>],
    since: i64,
) -> Result<Vec<Incident>, Failure> {
    let mut found: HashMap<IncidentNumber, Incident> = HashMap::new();
    let mut keep = |some: Vec<Incident>| found.extend(some.into_iter().map(|i| (i.number, i)));
    for ((integration, scope), keys) in places {
        let (integration, scope) = (&integration.as_bytes()[..], &scope.as_bytes()[..]);
        if let Some(keys) = &list(keys, |_| true)? {
            let query = OpenOfIdentities { keys, integration, scope };
            keep(read(query.load(writer)?)?);
        }
        let occurrences = keys.iter().flat_map(|key| {
            key.occurrences.iter().map(|occurrence| (key.identity.key.as_str(), occurrence))
        });
        if occurrences.clone().next().is_some() {
            let occurrences = &to_json(&Pairs(occurrences))?;
            let query = EndedOfOccurrences { occurrences, integration, scope, since: &since };
            keep(latest_ended(read(query.load(writer)?)?, true));
        }
        if let Some(keys) = &list(keys, |key| key.latest_ended)? {
            let query = EndedOfIdentities { keys, integration, scope, since: &since };
            keep(latest_ended(read(query.load(writer)?)?, false));
        }
    }
    if !wanted.groups.is_empty() {
        let groups = wanted.groups.iter();
        let groups: Vec<_> = groups
            .map(|(integration, group)| [hex(integration.as_bytes()), hex(group.as_bytes())])
            .collect();
        let query = OpenOfGroups { groups: &to_json(&groups)? };
        keep(read(query.load(writer)?)?);
    }
    Ok(found.into_values().collect())
}

fn read(rows: Vec<IncidentRow>) -> Result<Vec<Incident>, StoreError> {
    rows.into_iter().map(Incident::try_from).collect()
}

fn clocks(
    writer: &mut SqliteConnection,
    places: &[Place<'_>],
    since: i64,
) -> Result<Vec<(Identity, Timestamp)>, Failure> {
    let mut clocks = Vec::new();
    for ((integration, scope), keys) in places {
        let Some(keys) = list(keys, |key| key.clock)? else {
            continue;
        };
        let query = Clocks {
            keys: &keys,
            integration: integration.as_bytes(),
            scope: scope.as_bytes(),
            since: &since,
        };
        let rows: Vec<(String, i64)> = query.load(writer)?;
        for (key, clock) in rows {
            let key = dedup_key("source_clocks.dedup_key", &key)?;
            let identity = Identity { integration: *integration, scope: *scope, key };
            clocks.push((identity, time("source_clocks.clock", clock)?));
        }
    }
    Ok(clocks)
}

fn remembered(
    writer: &mut SqliteConnection,
    wanted: &Wanted,
    since: i64,
) -> Result<Vec<Remembered>, Failure> {
    type Row = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Option<String>);
    if wanted.idempotency.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = wanted
        .idempotency
        .iter()
        .map(|(integration, key)| [hex(integration.as_bytes()), hex(&key.key)])
        .collect();
    let rows: Vec<Row> = Seen { keys: &to_json(&keys)?, since: &since }.load(writer)?;
    let mut remembered = Vec::with_capacity(rows.len());
    for (integration, key, body, delivery, results) in rows {
        remembered.push(Remembered {
            integration: IntegrationId::from_uuid(uuid("idempotency.integration", &integration)?),
            key: IdempotencyKey {
                key: digest("idempotency.key", &key)?,
                body: digest("idempotency.body", &body)?,
            },
            delivery: DeliveryId::from_uuid(uuid("idempotency.delivery", &delivery)?),
            results: results.as_deref().map(results_from).transpose()?.unwrap_or_default(),
        });
    }
    Ok(remembered)
}

/// The integration, the second and the deliveries of a row of `accepted_counts`.
pub(super) type AcceptedRow = (Vec<u8>, i64, i64);

pub(super) fn accepted_from(
    (integration, second, deliveries): AcceptedRow,
) -> Result<Accepted, StoreError> {
    Ok(Accepted {
        integration: IntegrationId::from_uuid(uuid("accepted_counts.integration", &integration)?),
        second: time("accepted_counts.second", second)?,
        deliveries: deliveries.try_into().map_err(|_| corrupt("accepted_counts.deliveries"))?,
    })
}

fn accepted(writer: &mut SqliteConnection, wanted: &Wanted) -> Result<Vec<Accepted>, Failure> {
    if wanted.limited.is_empty() {
        return Ok(Vec::new());
    }
    let integrations: Vec<_> = wanted.limited.iter().map(|id| hex(id.as_bytes())).collect();
    let query = AcceptedElsewhere {
        integrations: &to_json(&integrations)?,
        server: wanted.server.as_bytes(),
        since: &micros(wanted.accepted_since),
    };
    let rows: Vec<AcceptedRow> = query.load(writer)?;
    Ok(rows.into_iter().map(accepted_from).collect::<Result<_, _>>()?)
}
