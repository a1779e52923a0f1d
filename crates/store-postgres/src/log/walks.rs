//! Walks through the event log's indexes: which deliveries a filter lets through, in their order.

use std::marker::PhantomData;

use diesel::dsl::{exists, sql};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{DedupKey, IntegrationId};
use watchbell_store::stored::{
    DeliveryState, Received, Start, delivery_parts, delivery_state, names_incident, wants_states,
};
use watchbell_store::{DeliveryCursor, DeliveryFilter, Page};

use crate::error::Failure;
use crate::newest::Newest;
use crate::schema::{deliveries, delivery_keys};

/// In which order, from where on, and how far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// From the newest on; else from the oldest.
    newest_first: bool,
    /// The last one before.
    after: Option<DeliveryCursor>,
    /// The most ids.
    limit: i64,
    /// How many to leave out at the beginning.
    offset: i64,
}

impl Way {
    /// To the ids on a page, and one more.
    pub(crate) fn of(page: Page<DeliveryCursor>) -> Self {
        let (limit, offset) = (page.look_for(), page.offset());
        Self { newest_first: true, after: page.cursor(), limit, offset }
    }

    /// To the oldest ones.
    pub(crate) const fn oldest(limit: i64) -> Self {
        Self { newest_first: false, after: None, limit, offset: 0 }
    }

    /// How far each part of a list has to be walked through.
    const fn of_part(&self) -> i64 {
        self.limit.saturating_add(self.offset)
    }
}

/// The ids that a filter lets through.
pub(crate) fn ids(
    reader: &mut PgConnection,
    filter: &DeliveryFilter,
    way: Way,
) -> Result<Vec<Uuid>, Failure> {
    if let Some(key) = &filter.dedup_key {
        return Ok(of_key(filter, key, way).load(reader)?);
    }
    let parts = parts(reader, filter)?;
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    Ok(merged(&parts, way).load(reader)?)
}

/// How many a filter lets through.
pub(crate) fn count(reader: &mut PgConnection, filter: &DeliveryFilter) -> Result<i64, Failure> {
    Ok(match &filter.dedup_key {
        Some(key) => with_key(filter, key, None).count().get_result(reader)?,
        None => filtered(filter, None).count().get_result(reader)?,
    })
}

/// The parts that a list has, with what there is of reasons and outcomes.
fn parts(
    reader: &mut PgConnection,
    filter: &DeliveryFilter,
) -> Result<Vec<DeliveryFilter>, Failure> {
    let there = if wants_states(filter) { states(reader, filter.integration)? } else { Vec::new() };
    Ok(delivery_parts(filter, &there))
}

/// What there is of reasons and outcomes: of an integration's deliveries, or of all.
pub(super) fn states(
    reader: &mut PgConnection,
    integration: Option<IntegrationId>,
) -> Result<Vec<DeliveryState>, Failure> {
    let (mut there, mut last) = (Vec::new(), Last::None);
    loop {
        let next = next_state(integration, &last).first(reader).optional()?;
        last = match (next, last) {
            (Some(state), _) => {
                there.extend(delivery_state(&state));
                Last::State(state)
            }
            (None, Last::State((reason, _))) => Last::Reason(reason),
            (None, _) => return Ok(there),
        };
    }
}

/// How far the states that there are have been walked through.
#[derive(Debug)]
pub(crate) enum Last {
    /// Not at all.
    None,
    /// To this reason with this outcome.
    State((String, String)),
    /// Past all of this reason.
    Reason(String),
}

/// The reason and the outcome that come next in the order of an index: with the last one's reason, or
/// past it.
pub(crate) fn next_state(
    integration: Option<IntegrationId>,
    last: &Last,
) -> deliveries::BoxedQuery<'_, Pg, (Text, Text)> {
    let mut query =
        deliveries::table.select((deliveries::reason, deliveries::outcome)).into_boxed();
    if let Some(integration) = integration {
        query = query.filter(deliveries::integration.eq(integration.as_uuid()));
    }
    match last {
        Last::None => {}
        Last::State((reason, outcome)) => {
            query = query.filter(deliveries::reason.eq(reason));
            query = query.filter(deliveries::outcome.gt(outcome));
        }
        Last::Reason(reason) => query = query.filter(deliveries::reason.gt(reason)),
    }
    query.order((deliveries::reason, deliveries::outcome)).limit(1)
}

/// The deliveries that a filter lets through, whatever it says of a key.
fn filtered(
    filter: &DeliveryFilter,
    goes_on: Option<DeliveryCursor>,
) -> deliveries::BoxedQuery<'static, Pg> {
    let DeliveryFilter { integration, outcome, reason, incident, .. } = filter;
    let mut query = deliveries::table.into_boxed();
    if let Some(integration) = integration {
        query = query.filter(deliveries::integration.eq(integration.as_uuid()));
    }
    if let Some(outcome) = outcome {
        query = query.filter(deliveries::outcome.eq(outcome.as_str()));
    }
    if let Some(reason) = reason {
        query = query.filter(deliveries::reason.eq(reason.as_str()));
    }
    let received = Received::of(filter);
    let Received { after, before, first, .. } = received;
    if let Some(id) = first {
        query = query.filter(deliveries::id.ge(id));
    }
    match received.start(goes_on) {
        Start::Newest => {}
        Start::At(id) => query = query.filter(deliveries::id.le(id)),
        Start::Before(id) => query = query.filter(deliveries::id.lt(id)),
    }
    if let Some(at) = after {
        query = query.filter(deliveries::received_at.ge(at));
    }
    if let Some(at) = before {
        query = query.filter(deliveries::received_at.le(at));
    }
    if let Some(number) = incident {
        let words = names_incident(*number);
        query = query.filter(sql::<Bool>("strpos(results, ").bind::<Text, _>(words).sql(") > 0"));
    }
    query
}

/// A walk through an index of the log: the ids.
type Walk = deliveries::BoxedQuery<'static, Pg, SqlUuid>;

/// The walks through all of a list's parts, of which there must be one. A query of its own, so that
/// indexes alone answer it as far as they can.
pub(crate) fn merged(parts: &[DeliveryFilter], way: Way) -> Newest<Walk, SqlUuid> {
    Newest {
        column: "id",
        order: if way.newest_first { "id DESC" } else { "id" },
        parts: parts.iter().map(|part| walk(part, way)).collect(),
        limit: way.limit,
        offset: way.offset,
        kind: PhantomData,
    }
}

fn walk(part: &DeliveryFilter, way: Way) -> Walk {
    let query = filtered(part, way.after).select(deliveries::id);
    let query = query.limit(way.of_part());
    if way.newest_first {
        query.order(deliveries::id.desc())
    } else {
        query.order(deliveries::id.asc())
    }
}

/// A walk through what is written down of a key.
type KeyWalk = delivery_keys::BoxedQuery<'static, Pg, SqlUuid>;

/// The walk through a key's deliveries.
pub(crate) fn of_key(filter: &DeliveryFilter, key: &DedupKey, way: Way) -> KeyWalk {
    let query = with_key(filter, key, way.after);
    let query = query.limit(way.limit).offset(way.offset);
    if way.newest_first {
        query.order(delivery_keys::delivery.desc())
    } else {
        query.order(delivery_keys::delivery.asc())
    }
}

/// A key's deliveries that a filter lets through. Rows of the log are looked at only if it says more.
fn with_key(filter: &DeliveryFilter, key: &DedupKey, goes_on: Option<DeliveryCursor>) -> KeyWalk {
    let mut query = delivery_keys::table
        .select(delivery_keys::delivery)
        .filter(delivery_keys::dedup_key.eq(key.as_str().to_owned()))
        .into_boxed();
    let received = Received::of(filter);
    if let Some(id) = received.first {
        query = query.filter(delivery_keys::delivery.ge(id));
    }
    match received.start(goes_on) {
        Start::Newest => {}
        Start::At(id) => query = query.filter(delivery_keys::delivery.le(id)),
        Start::Before(id) => query = query.filter(delivery_keys::delivery.lt(id)),
    }
    let of_key = DeliveryFilter { dedup_key: Some(key.clone()), ..DeliveryFilter::default() };
    if *filter != of_key {
        // With an offset, or the planner joins the two and sorts.
        let rest = filtered(filter, None)
            .offset(0)
            .filter(sql::<Bool>("deliveries.id = delivery_keys.delivery"));
        query = query.filter(exists(rest.select(deliveries::id)));
    }
    query
}
