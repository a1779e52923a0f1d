//! Which deliveries to run again, and which were.

use diesel::prelude::*;
use diesel::sql_types::Binary;
use diesel::sqlite::Sqlite;
use watchbell_model::DeliveryId;
use watchbell_store::{DeliveryRange, MAX_REPLAYS, ReplayStore, StoreError};

use crate::SqliteStore;
use crate::log::walks::{self, Way};
use crate::rows::uuid;
use crate::schema::deliveries;

impl ReplayStore for SqliteStore {
    fn deliveries_in(
        &self,
        range: &DeliveryRange,
        limit: i64,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let filter = range.into();
        self.pool.read(|reader| Ok(ids(&walks::ids(reader, &filter, Way::oldest(limit))?)?))
    }

    fn replays_of(&self, delivery: DeliveryId) -> Result<Vec<DeliveryId>, StoreError> {
        self.pool.read(|reader| Ok(ids(&replays(&delivery).load::<Vec<u8>>(reader)?)?))
    }
}

fn ids(rows: &[Vec<u8>]) -> Result<Vec<DeliveryId>, StoreError> {
    rows.iter().map(|id| Ok(DeliveryId::from_uuid(uuid("deliveries.id", id)?))).collect()
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
