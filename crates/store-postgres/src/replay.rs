//! Which deliveries to run again, and which were.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Uuid as SqlUuid;
use uuid::Uuid;
use watchbell_model::DeliveryId;
use watchbell_store::{DeliveryRange, MAX_REPLAYS, ReplayStore, StoreError};

use crate::PostgresStore;
use crate::log::walks::{self, Way};
use crate::schema::deliveries;

impl ReplayStore for PostgresStore {
    fn deliveries_in(
        &self,
        range: &DeliveryRange,
        limit: i64,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        let filter = range.into();
        self.pool.read(move |reader| {
            let found = walks::ids(reader, &filter, Way::oldest(limit))?;
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
