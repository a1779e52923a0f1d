//! The committer's port: one batch, one transaction, one flush.

mod read;
#[cfg(test)]
mod tests;
mod write;

use diesel::prelude::*;
use watchbell_model::{DeliveryId, IntegrationId, Timestamp};
use watchbell_store::stored::to_json;
use watchbell_store::{Changes, IntakeStore, Known, StoreError, Wanted};

use crate::SqliteStore;
use crate::rows::{hex, micros, time, uuid};
use crate::schema::{deliveries, integration_counters};

pub(crate) use read::StoredDeliveries;
#[cfg(test)]
pub(crate) use read::{
    Clocks, EndedOfIdentities, EndedOfOccurrences, OpenOfGroups, OpenOfIdentities, Seen,
};
#[cfg(test)]
pub(crate) use write::DropRejected;
pub(crate) use write::move_to_counted;

impl IntakeStore for SqliteStore {
    fn batch_apply(
        &self,
        wanted: &Wanted,
        decide: &mut dyn FnMut(Known) -> Changes,
    ) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            let known = read::known(writer, wanted)?;
            let before = write::Before::new(&known);
            let changes = decide(known);
            write::changes(writer, &before, &changes)
        })
    }

    fn deliveries_stored(&self, ids: &[DeliveryId]) -> Result<Vec<DeliveryId>, StoreError> {
        self.pool.read(|reader| {
            let ids = to_json(&ids.iter().map(|id| hex(id.as_bytes())).collect::<Vec<_>>())?;
            let stored: Vec<Vec<u8>> = StoredDeliveries { ids: &ids }.load(reader)?;
            let stored = stored.iter().map(|id| uuid("deliveries.id", id));
            Ok(stored.map(|id| id.map(DeliveryId::from_uuid)).collect::<Result<_, _>>()?)
        })
    }

    fn accepted_since(
        &self,
        since: Timestamp,
        per_integration: usize,
    ) -> Result<Vec<(IntegrationId, Timestamp)>, StoreError> {
        let limit = i64::try_from(per_integration).unwrap_or(i64::MAX);
        self.pool.read(|reader| {
            let integrations: Vec<Vec<u8>> = integration_counters::table
                .select(integration_counters::integration)
                .load(reader)?;
            let mut accepted = Vec::new();
            for integration in &integrations {
                let id = IntegrationId::from_uuid(uuid(
                    "integration_counters.integration",
                    integration,
                )?);
                // The newest by id, which needs no index on the time: ids grow with it.
                let arrived: Vec<i64> = deliveries::table
                    .filter(deliveries::integration.eq(integration))
                    .filter(deliveries::status.eq(202))
                    .order(deliveries::id.desc())
                    .limit(limit)
                    .select(deliveries::received_at)
                    .load(reader)?;
                for at in arrived.into_iter().filter(|at| *at > micros(since)) {
                    accepted.push((id, time("deliveries.received_at", at)?));
                }
            }
            Ok(accepted)
        })
    }
}
