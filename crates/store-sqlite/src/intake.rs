//! The committer's port: one batch, one transaction, one flush.

mod read;
#[cfg(test)]
mod tests;
mod write;

use diesel::prelude::*;
use watchbell_model::{DeliveryId, Timestamp};
use watchbell_store::stored::to_json;
use watchbell_store::{Accepted, Changes, IntakeStore, Known, StoreError, Wanted};

use crate::SqliteStore;
use crate::rows::{hex, micros, uuid};
use crate::schema::accepted_counts;

#[cfg(test)]
pub(crate) use read::{
    AcceptedElsewhere, Clocks, EndedOfIdentities, EndedOfOccurrences, OpenOfGroups,
    OpenOfIdentities, Seen,
};
pub(crate) use read::{StoredDeliveries, next_number};
#[cfg(test)]
pub(crate) use write::{DropKeys, OldRejected};
pub(crate) use write::{forget_deliveries, take_numbers};

impl IntakeStore for SqliteStore {
    fn batch_apply(
        &self,
        wanted: &Wanted,
        decide: &mut dyn FnMut(Known) -> Changes,
    ) -> Result<(), StoreError> {
        let jobs = self.pool.write(|writer| {
            let known = read::known(writer, wanted)?;
            let before = write::Before::new(&known);
            let changes = decide(known);
            write::changes(writer, wanted, &before, &changes)?;
            Ok(!changes.jobs.is_empty())
        })?;
        self.waker.wrote(jobs);
        Ok(())
    }

    fn batch_look(&self, wanted: &Wanted) -> Result<Known, StoreError> {
        self.pool.read(|reader| read::known(reader, wanted))
    }

    fn deliveries_stored(&self, ids: &[DeliveryId]) -> Result<Vec<DeliveryId>, StoreError> {
        self.pool.read(|reader| {
            let ids = to_json(&ids.iter().map(|id| hex(id.as_bytes())).collect::<Vec<_>>())?;
            let stored: Vec<Vec<u8>> = StoredDeliveries { ids: &ids }.load(reader)?;
            let stored = stored.iter().map(|id| uuid("deliveries.id", id));
            Ok(stored.map(|id| id.map(DeliveryId::from_uuid)).collect::<Result<_, _>>()?)
        })
    }

    fn accepted_since(&self, since: Timestamp) -> Result<Vec<Accepted>, StoreError> {
        self.pool.read(|reader| {
            let rows: Vec<read::AcceptedRow> = accepted_counts::table
                .filter(accepted_counts::second.ge(micros(since)))
                .select((
                    accepted_counts::integration,
                    accepted_counts::second,
                    accepted_counts::deliveries,
                ))
                .load(reader)?;
            Ok(rows.into_iter().map(read::accepted_from).collect::<Result<_, _>>()?)
        })
    }
}
