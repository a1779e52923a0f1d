//! Which deliveries to run again, and which were.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use uuid::Uuid;
use watchbell_model::DeliveryId;
use watchbell_store::stored::Received;
use watchbell_store::{DeliveryRange, MAX_REPLAYS, ReplayStore, StoreError};

use crate::PostgresStore;
use crate::schema::deliveries;

impl ReplayStore for PostgresStore {
    fn deliveries_in(
        &self,
        range: &DeliveryRange,
        limit: i64,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let range = *range;
        self.pool.read(move |reader| {
            let found: Vec<Uuid> = in_range(&range).limit(limit).load(reader)?;
            Ok(found.into_iter().map(DeliveryId::from_uuid).collect())
        })
    }

    fn replays_of(&self, delivery: DeliveryId) -> Result<Vec<DeliveryId>, StoreError> {
        self.pool.read(move |reader| {
            let found: Vec<Uuid> = replays(delivery).load(reader)?;
            Ok(found.into_iter().map(DeliveryId::from_uuid).collect())
        })
    }
}

/// The deliveries of a range, the oldest first.
pub(crate) fn in_range(range: &DeliveryRange) -> deliveries::BoxedQuery<'_, Pg, SqlUuid> {
    let DeliveryRange { integration, outcome, reason, since, until } = range;
    let mut query = deliveries::table.select(deliveries::id).into_boxed();
    if let Some(integration) = integration {
        query = query.filter(deliveries::integration.eq(integration.as_uuid()));
    }
    if let Some(outcome) = outcome {
        query = query.filter(deliveries::outcome.eq(outcome.as_str()));
    }
    if let Some(reason) = reason {
        query = query.filter(deliveries::reason.eq(reason.as_str()));
    }
    let Received { first, last, .. } = Received::between(*since, *until);
    if let Some(id) = first {
        query = query.filter(deliveries::id.ge(id));
    }
    if let Some(id) = last {
        query = query.filter(deliveries::id.le(id));
    }
    if let Some(since) = since {
        query = query.filter(deliveries::received_at.ge(since));
    }
    if let Some(until) = until {
        query = query.filter(deliveries::received_at.lt(until));
    }
    query.order(deliveries::id.asc())
}

/// What ran a delivery again, the oldest first.
pub(crate) fn replays(delivery: DeliveryId) -> deliveries::BoxedQuery<'static, Pg, SqlUuid> {
    deliveries::table
        .filter(deliveries::repeats.eq(delivery.as_uuid()))
        // As the index says it: the planner does not know the value of a parameter.
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("outcome <> 'duplicate'"))
        .select(deliveries::id)
        .order(deliveries::id.asc())
        .limit(MAX_REPLAYS)
        .into_boxed()
}
