//! Work that one server at a time may do.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use watchbell_model::ServerId;
use watchbell_store::{LeaseStore, StoreError};

use crate::PostgresStore;
use crate::schema::leases;

impl LeaseStore for PostgresStore {
    fn lease_take(&self, name: &str, holder: ServerId, time: Duration) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
        self.pool.write(move |writer| {
            // Two that come at once: the second waits for the first, and then sees its row.
            let taken = diesel::sql_query(
                "INSERT INTO leases (name, holder, until)
                 VALUES ($1, $2, clock_timestamp() + $3 * interval '1 microsecond')
                 ON CONFLICT (name) DO UPDATE
                 SET holder = excluded.holder, until = excluded.until
                 WHERE leases.holder = excluded.holder OR leases.until <= clock_timestamp()",
            )
            .bind::<Text, _>(name)
            .bind::<SqlUuid, _>(holder.as_uuid())
            .bind::<BigInt, _>(micros)
            .execute(writer)?;
            Ok(taken == 1)
        })
    }

    fn lease_give_back(&self, name: &str, holder: ServerId) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.pool.write(move |writer| {
            diesel::delete(leases::table)
                .filter(leases::name.eq(name))
                .filter(leases::holder.eq(holder.as_uuid()))
                .execute(writer)?;
            Ok(())
        })
    }
}
