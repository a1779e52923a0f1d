//! The committer's port: one batch, one transaction, one flush, in a bounded number of round trips.

mod numbers;
mod read;
mod write;

use diesel::prelude::*;
use watchbell_model::{DeliveryId, IntegrationId, Timestamp};
use watchbell_store::stored::corrupt;
use watchbell_store::{Accepted, Changes, IntakeStore, Known, StoreError, Wanted};

use crate::PostgresStore;
use crate::pool::COMMITTERS;
use crate::schema::{accepted_counts, deliveries};

pub(crate) use numbers::Numbers;
#[cfg(test)]
pub(crate) use read::{Clocks, EndedOfIdentities, KeysOfGroups, OpenAndEnded, OpenOfGroups, Seen};
#[cfg(test)]
pub(crate) use write::DropKeys;
pub(crate) use write::forget_deliveries;

impl IntakeStore for PostgresStore {
    fn batch_apply(
        &self,
        wanted: &Wanted,
        decide: &mut dyn FnMut(Known) -> Changes,
    ) -> Result<(), StoreError> {
        let jobs = self.pool.with_writer(|session| {
            let mut numbers = self.numbers.take(session, wanted.year, wanted.numbers)?;
            let first_number = numbers.first();
            let asked = wanted.clone();
            let known =
                session.begin_by(move |writer| read::known(writer, &asked, first_number))?;
            let changes = decide(known);
            // Used, whatever becomes of them: after a commit whose outcome is unknown they may be
            // in the database.
            numbers.used(changes.numbers_used);
            let (server, limited) = (wanted.server, wanted.limited.clone());
            let jobs = !changes.jobs.is_empty();
            session.commit(move |writer| write::changes(writer, &changes, server, &limited))?;
            Ok(jobs)
        })?;
        self.waker.wrote(jobs);
        Ok(())
    }

    fn batch_look(&self, wanted: &Wanted) -> Result<Known, StoreError> {
        let stock = self.numbers.next(wanted.year, wanted.numbers);
        let asked = wanted.clone();
        self.pool.read(move |reader| {
            let first_number = match stock {
                Some(number) => number,
                None => numbers::next_block(reader, asked.year)?,
            };
            read::known_now(reader, &asked, first_number)
        })
    }

    fn committers(&self) -> usize {
        COMMITTERS
    }

    fn deliveries_stored(&self, ids: &[DeliveryId]) -> Result<Vec<DeliveryId>, StoreError> {
        let ids: Vec<_> = ids.iter().map(DeliveryId::as_uuid).collect();
        // On a committer's connection: those that were given up are ended before, so that what is
        // looked for is either there by now or never comes.
        self.pool.with_writer(|session| {
            let stored = session.run(move |connection| {
                let stored: Vec<uuid::Uuid> = deliveries::table
                    .filter(deliveries::id.eq_any(ids))
                    .select(deliveries::id)
                    .load(connection)?;
                Ok(stored.into_iter().map(DeliveryId::from_uuid).collect())
            });
            Ok(stored?)
        })
    }

    fn accepted_since(&self, since: Timestamp) -> Result<Vec<Accepted>, StoreError> {
        self.pool.read(move |reader| {
            let rows: Vec<(uuid::Uuid, Timestamp, i64)> = accepted_counts::table
                .filter(accepted_counts::second.ge(since))
                .select((
                    accepted_counts::integration,
                    accepted_counts::second,
                    accepted_counts::deliveries,
                ))
                .load(reader)?;
            Ok(rows.into_iter().map(accepted).collect::<Result<_, _>>()?)
        })
    }
}

/// A row of accepted deliveries.
fn accepted(
    (integration, second, deliveries): (uuid::Uuid, Timestamp, i64),
) -> Result<Accepted, StoreError> {
    Ok(Accepted {
        integration: IntegrationId::from_uuid(integration),
        second,
        deliveries: u32::try_from(deliveries).map_err(|_| corrupt("accepted_counts.deliveries"))?,
    })
}
