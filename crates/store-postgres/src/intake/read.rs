//! What a batch needs to know, in a handful of statements whatever its size.
//!
//! `CROSS JOIN LATERAL (… OFFSET 0)` is not for taste: it keeps the list outside and the table
//! inside, by its index. Left to itself, on a table without statistics, the planner may read the
//! whole table instead.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{
    ConnectionScope, DeliveryId, IdempotencyKey, Identity, Incident, IncidentNumber, IntegrationId,
    Remembered, Timestamp,
};
use watchbell_store::stored::{dedup_key, digest, latest_ended, results_from};
use watchbell_store::{Accepted, Known, StoreError, Wanted};

use super::accepted;
use crate::error::Failure;
use crate::pool::WRITE;
use crate::query::static_query;
use crate::rows::IncidentRow;
use crate::schema::{accepted_counts, deliveries, idempotency, incidents, source_clocks};
use crate::stripes;

static_query! {
    /// The open incidents of identities, and the ended ones of occurrences, in one round trip.
    OpenAndEnded: incidents::all_columns => incidents::SqlType;
    " FROM (SELECT i.* FROM unnest(", integrations: Vec<Uuid> as Array<SqlUuid>;
    ", ", scopes: Vec<Uuid> as Array<SqlUuid>;
    ", ", keys: Vec<String> as Array<Text>;
    ") AS q (a, b, c) CROSS JOIN LATERAL (
      SELECT * FROM incidents AS o WHERE o.open
      AND o.integration = q.a AND o.scope = q.b AND o.dedup_key = q.c OFFSET 0) AS i
      UNION ALL SELECT i.* FROM unnest(", integrations_of: Vec<Uuid> as Array<SqlUuid>;
    ", ", scopes_of: Vec<Uuid> as Array<SqlUuid>;
    ", ", keys_of: Vec<String> as Array<Text>;
    ", ", occurrences: Vec<String> as Array<Text>;
    ") AS q (a, b, c, d) CROSS JOIN LATERAL (
      SELECT * FROM incidents AS e WHERE NOT e.open
      AND e.integration = q.a AND e.scope = q.b AND e.dedup_key = q.c AND e.occurrence = q.d
      AND e.ended_at >= ", since: Timestamp as Timestamptz;
    end " OFFSET 0) AS i) AS incidents"
}

static_query! {
    /// The ended incidents of identities.
    EndedOfIdentities: incidents::all_columns => incidents::SqlType;
    " FROM unnest(", integrations: Vec<Uuid> as Array<SqlUuid>;
    ", ", scopes: Vec<Uuid> as Array<SqlUuid>;
    ", ", keys: Vec<String> as Array<Text>;
    ") AS q (a, b, c) CROSS JOIN LATERAL (
      SELECT * FROM incidents AS i WHERE NOT i.open
      AND i.integration = q.a AND i.scope = q.b AND i.dedup_key = q.c
      AND i.ended_at >= ", since: Timestamp as Timestamptz;
    end " OFFSET 0) AS incidents"
}

static_query! {
    /// The identities that are open in groups.
    KeysOfGroups: (incidents::integration, incidents::scope, incidents::dedup_key)
        => (Nullable<SqlUuid>, SqlUuid, Nullable<Text>);
    " FROM unnest(", integrations: Vec<Uuid> as Array<SqlUuid>;
    ", ", groups: Vec<Vec<u8>> as Array<Binary>;
    end ") AS q (a, b) CROSS JOIN LATERAL (
      SELECT i.integration, i.scope, i.dedup_key FROM incidents AS i WHERE i.open
      AND i.integration = q.a AND i.group_hash = q.b OFFSET 0) AS incidents"
}

static_query! {
    /// The open incidents last seen in groups.
    OpenOfGroups: incidents::all_columns => incidents::SqlType;
    " FROM unnest(", integrations: Vec<Uuid> as Array<SqlUuid>;
    ", ", groups: Vec<Vec<u8>> as Array<Binary>;
    end ") AS q (a, b) CROSS JOIN LATERAL (
      SELECT * FROM incidents AS i WHERE i.open
      AND i.integration = q.a AND i.group_hash = q.b OFFSET 0) AS incidents"
}

static_query! {
    /// The source clocks of identities.
    Clocks: (
        source_clocks::integration,
        source_clocks::scope,
        source_clocks::dedup_key,
        source_clocks::clock,
    ) => (SqlUuid, SqlUuid, Text, Timestamptz);
    " FROM unnest(", integrations: Vec<Uuid> as Array<SqlUuid>;
    ", ", scopes: Vec<Uuid> as Array<SqlUuid>;
    ", ", keys: Vec<String> as Array<Text>;
    ") AS q (a, b, c) CROSS JOIN LATERAL (
      SELECT * FROM source_clocks AS s
      WHERE s.integration = q.a AND s.scope = q.b AND s.dedup_key = q.c
      AND s.at >= ", since: Timestamp as Timestamptz;
    end " OFFSET 0) AS source_clocks"
}

static_query! {
    /// Deliveries seen before, by their senders' ids.
    Seen: (
        idempotency::integration,
        idempotency::key,
        idempotency::body,
        idempotency::delivery,
        deliveries::results,
    ) => (SqlUuid, Binary, Binary, SqlUuid, Nullable<Text>);
    " FROM unnest(", integrations: Vec<Uuid> as Array<SqlUuid>;
    ", ", keys: Vec<Vec<u8>> as Array<Binary>;
    ") AS q (a, b) CROSS JOIN LATERAL (
      SELECT * FROM idempotency AS i WHERE i.integration = q.a AND i.key = q.b
      AND i.at >= ", since: Timestamp as Timestamptz;
    end " OFFSET 0) AS idempotency LEFT JOIN LATERAL (
      SELECT results FROM deliveries AS d WHERE d.id = idempotency.delivery OFFSET 0
      ) AS deliveries ON true"
}

/// Identities as the queries take them.
#[derive(Default)]
struct Columns {
    integrations: Vec<Uuid>,
    scopes: Vec<Uuid>,
    keys: Vec<String>,
}

impl Columns {
    fn push(&mut self, identity: &Identity) {
        self.integrations.push(identity.integration.as_uuid());
        self.scopes.push(identity.scope.as_uuid());
        self.keys.push(identity.key.as_str().to_owned());
    }

    fn of<'a>(identities: impl Iterator<Item = &'a Identity>) -> Self {
        let mut columns = Self::default();
        identities.for_each(|identity| columns.push(identity));
        columns
    }
}

/// Locks what `wanted` names against every other server, and reads it.
pub(super) fn known(
    writer: &mut PgConnection,
    wanted: &Wanted,
    first_number: IncidentNumber,
) -> Result<Known, Failure> {
    let groups = Groups::of(wanted);
    let locked = lock(writer, wanted, &groups)?;
    let is_held = |identity: &Identity| locked.contains(&stripes::of_identity(identity));
    read_all(writer, wanted, groups, &is_held, first_number)
}

/// The same without any lock, for whoever changes nothing.
pub(super) fn known_now(
    reader: &mut PgConnection,
    wanted: &Wanted,
    first_number: IncidentNumber,
) -> Result<Known, Failure> {
    read_all(reader, wanted, Groups::of(wanted), &|_| true, first_number)
}

fn read_all(
    connection: &mut PgConnection,
    wanted: &Wanted,
    groups: Groups,
    is_held: &dyn Fn(&Identity) -> bool,
    first_number: IncidentNumber,
) -> Result<Known, Failure> {
    Ok(Known {
        incidents: incidents_wanted(connection, wanted, groups, is_held)?,
        clocks: clocks(connection, wanted)?,
        remembered: remembered(connection, wanted)?,
        first_number,
        accepted: accepted_elsewhere(connection, wanted)?,
    })
}

/// Groups as the queries take them.
struct Groups {
    integrations: Vec<Uuid>,
    groups: Vec<Vec<u8>>,
}

impl Groups {
    fn of(wanted: &Wanted) -> Self {
        let groups = wanted.groups.iter();
        let (integrations, groups) = groups
            .map(|(integration, group)| (integration.as_uuid(), group.as_bytes().to_vec()))
            .unzip();
        Self { integrations, groups }
    }
}

/// Begins, and takes the locks on everything that is wanted; which open incidents a group has is looked up for
/// that. Gives the stripes that are held.
fn lock(
    writer: &mut PgConnection,
    wanted: &Wanted,
    groups: &Groups,
) -> Result<HashSet<i32>, Failure> {
    type Row = (Option<Uuid>, Uuid, Option<String>);
    let keys = wanted.keys.iter().map(|key| stripes::of_identity(&key.identity));
    let ids = wanted.idempotency.iter().map(|(id, key)| stripes::of_delivery(id, key));
    let mut held: Vec<i32> = keys.chain(ids).collect();
    if !groups.integrations.is_empty() {
        let (integrations, groups) = (groups.integrations.clone(), groups.groups.clone());
        let rows: Vec<Row> = KeysOfGroups { integrations, groups }.load(writer)?;
        for (integration, scope, key) in rows {
            if let (Some(integration), Some(key)) = (integration, key) {
                held.push(stripes::of_identity(&identity(integration, scope, &key)?));
            }
        }
    }
    stripes::begin_and_lock(writer, WRITE, held.clone())?;
    Ok(held.into_iter().collect())
}

fn identity(integration: Uuid, scope: Uuid, key: &str) -> Result<Identity, StoreError> {
    Ok(Identity {
        integration: IntegrationId::from_uuid(integration),
        scope: ConnectionScope::from_uuid(scope),
        key: dedup_key("incidents.dedup_key", key)?,
    })
}

fn read(rows: Vec<IncidentRow>) -> Result<Vec<Incident>, StoreError> {
    rows.into_iter().map(Incident::try_from).collect()
}

fn incidents_wanted(
    writer: &mut PgConnection,
    wanted: &Wanted,
    groups: Groups,
    is_held: &dyn Fn(&Identity) -> bool,
) -> Result<Vec<Incident>, Failure> {
    let mut found: HashMap<IncidentNumber, Incident> = HashMap::new();
    let mut keep = |some: Vec<Incident>| found.extend(some.into_iter().map(|i| (i.number, i)));
    let since = wanted.ended_since;
    if !wanted.keys.is_empty() {
        let (open, ended): (Vec<_>, Vec<_>) =
            open_and_ended(writer, wanted)?.into_iter().partition(|i| i.status.is_open());
        keep(open);
        keep(latest_ended(ended, true));
    }
    if !groups.integrations.is_empty() {
        let Groups { integrations, groups } = groups;
        let mut open = read(OpenOfGroups { integrations, groups }.load(writer)?)?;
        // What joined the group after its locks were taken comes after this batch.
        open.retain(|incident| incident.identity().is_some_and(|id| is_held(&id)));
        keep(open);
    }
    let latest = wanted.keys.iter().filter(|key| key.latest_ended);
    let Columns { integrations, scopes, keys } = Columns::of(latest.map(|key| &key.identity));
    if !keys.is_empty() {
        let query = EndedOfIdentities { integrations, scopes, keys, since };
        keep(latest_ended(read(query.load(writer)?)?, false));
    }
    Ok(found.into_values().collect())
}

fn open_and_ended(writer: &mut PgConnection, wanted: &Wanted) -> Result<Vec<Incident>, Failure> {
    let mut of = Columns::default();
    let mut occurrences = Vec::new();
    for key in &wanted.keys {
        for occurrence in &key.occurrences {
            of.push(&key.identity);
            occurrences.push(occurrence.clone());
        }
    }
    let Columns { integrations, scopes, keys } =
        Columns::of(wanted.keys.iter().map(|key| &key.identity));
    let query = OpenAndEnded {
        integrations,
        scopes,
        keys,
        integrations_of: of.integrations,
        scopes_of: of.scopes,
        keys_of: of.keys,
        occurrences,
        since: wanted.ended_since,
    };
    Ok(read(query.load(writer)?)?)
}

fn clocks(
    writer: &mut PgConnection,
    wanted: &Wanted,
) -> Result<Vec<(Identity, Timestamp)>, Failure> {
    let asked = wanted.keys.iter().filter(|key| key.clock);
    let Columns { integrations, scopes, keys } = Columns::of(asked.map(|key| &key.identity));
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let query = Clocks { integrations, scopes, keys, since: wanted.remembered_since };
    let rows: Vec<(Uuid, Uuid, String, Timestamp)> = query.load(writer)?;
    let clocks = rows
        .into_iter()
        .map(|(integration, scope, key, clock)| Ok((identity(integration, scope, &key)?, clock)));
    Ok(clocks.collect::<Result<_, StoreError>>()?)
}

fn remembered(writer: &mut PgConnection, wanted: &Wanted) -> Result<Vec<Remembered>, Failure> {
    type Row = (Uuid, Vec<u8>, Vec<u8>, Uuid, Option<String>);
    if wanted.idempotency.is_empty() {
        return Ok(Vec::new());
    }
    let asked = wanted.idempotency.iter();
    let (integrations, keys) = asked.map(|(id, key)| (id.as_uuid(), key.key.to_vec())).unzip();
    let rows: Vec<Row> =
        Seen { integrations, keys, since: wanted.remembered_since }.load(writer)?;
    let remembered = rows.into_iter().map(|(integration, key, body, delivery, results)| {
        Ok(Remembered {
            integration: IntegrationId::from_uuid(integration),
            key: IdempotencyKey {
                key: digest("idempotency.key", &key)?,
                body: digest("idempotency.body", &body)?,
            },
            delivery: DeliveryId::from_uuid(delivery),
            results: results.map(|json| results_from(&json)).transpose()?.unwrap_or_default(),
        })
    });
    Ok(remembered.collect::<Result<_, StoreError>>()?)
}

fn accepted_elsewhere(
    writer: &mut PgConnection,
    wanted: &Wanted,
) -> Result<Vec<Accepted>, Failure> {
    if wanted.limited.is_empty() {
        return Ok(Vec::new());
    }
    let limited: Vec<_> = wanted.limited.iter().map(IntegrationId::as_uuid).collect();
    let rows: Vec<(Uuid, Timestamp, i64)> = accepted_counts::table
        .filter(accepted_counts::integration.eq_any(limited))
        .filter(accepted_counts::server.ne(wanted.server.as_uuid()))
        .filter(accepted_counts::second.ge(wanted.accepted_since))
        .select((
            accepted_counts::integration,
            accepted_counts::second,
            accepted_counts::deliveries,
        ))
        .load(writer)?;
    Ok(rows.into_iter().map(accepted).collect::<Result<_, _>>()?)
}
