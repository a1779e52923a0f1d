//! Which deliveries to run again, and which were.

use diesel::prelude::*;
use diesel::sql_types::Binary;
use diesel::sqlite::Sqlite;
use watchbell_model::DeliveryId;
use watchbell_store::stored::Received;
use watchbell_store::{DeliveryRange, MAX_REPLAYS, ReplayStore, StoreError};

use crate::SqliteStore;
use crate::rows::{micros, uuid};
use crate::schema::deliveries;

impl ReplayStore for SqliteStore {
    fn deliveries_in(
        &self,
        range: &DeliveryRange,
        limit: i64,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        self.pool.read(|reader| Ok(ids(&in_range(range).limit(limit).load::<Vec<u8>>(reader)?)?))
    }

    fn replays_of(&self, delivery: DeliveryId) -> Result<Vec<DeliveryId>, StoreError> {
        self.pool.read(|reader| Ok(ids(&replays(&delivery).load::<Vec<u8>>(reader)?)?))
    }
}

fn ids(rows: &[Vec<u8>]) -> Result<Vec<DeliveryId>, StoreError> {
    rows.iter().map(|id| Ok(DeliveryId::from_uuid(uuid("deliveries.id", id)?))).collect()
}

/// The deliveries of a range, the oldest first.
pub(crate) fn in_range(range: &DeliveryRange) -> deliveries::BoxedQuery<'_, Sqlite, Binary> {
    let DeliveryRange { integration, outcome, reason, since, until } = range;
    let mut query = deliveries::table.select(deliveries::id).into_boxed();
    if let Some(integration) = integration {
        query = query.filter(deliveries::integration.eq(&integration.as_bytes()[..]));
    }
    if let Some(outcome) = outcome {
        query = query.filter(deliveries::outcome.eq(outcome.as_str()));
    }
    if let Some(reason) = reason {
        query = query.filter(deliveries::reason.eq(reason.as_str()));
    }
    let Received { first, last, .. } = Received::between(*since, *until);
    if let Some(id) = first {
        query = query.filter(deliveries::id.ge(id.as_bytes().to_vec()));
    }
    if let Some(id) = last {
        query = query.filter(deliveries::id.le(id.as_bytes().to_vec()));
    }
    if let Some(since) = since {
        query = query.filter(deliveries::received_at.ge(micros(*since)));
    }
    if let Some(until) = until {
        query = query.filter(deliveries::received_at.lt(micros(*until)));
    }
    query.order(deliveries::id.asc())
}

/// What ran a delivery again, the oldest first.
pub(crate) fn replays(delivery: &DeliveryId) -> deliveries::BoxedQuery<'_, Sqlite, Binary> {
    deliveries::table
        .filter(deliveries::repeats.eq(&delivery.as_bytes()[..]))
        // As the index says it: SQLite compares texts, and takes no index for a value of its own.
        .filter(diesel::dsl::sql::<diesel::sql_types::Bool>("outcome <> 'duplicate'"))
        .select(deliveries::id)
        .order(deliveries::id.asc())
        .limit(MAX_REPLAYS)
        .into_boxed()
}
