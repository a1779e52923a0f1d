//! Work that one server at a time may do.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use watchbell_model::ServerId;
use watchbell_store::{LeaseStore, StoreError};

use crate::SqliteStore;
use crate::query::static_statement;
use crate::schema::leases;

static_statement! {
    /// Takes a lease that nobody else holds. It changes no row where somebody does. SQLite gives one
    /// time for all of a statement.
    Take:
    "INSERT INTO leases (name, holder, until) VALUES (",
    name: str as Text;
    ", ", holder: [u8] as Binary;
    ", CAST(unixepoch('subsec') * 1000000 AS INTEGER) + ", micros: i64 as BigInt;
    end ") ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
          WHERE holder = excluded.holder
             OR until <= CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
}

impl LeaseStore for SqliteStore {
    fn lease_take(&self, name: &str, holder: ServerId, time: Duration) -> Result<bool, StoreError> {
        // A lease of centuries is as good as one for ever, and does not overflow.
        let micros = &i64::try_from(time.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 4);
        self.pool.write(|writer| {
            Ok(Take { name, holder: holder.as_bytes(), micros }.execute(writer)? > 0)
        })
    }

    fn lease_give_back(&self, name: &str, holder: ServerId) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            diesel::delete(leases::table)
                .filter(leases::name.eq(name))
                .filter(leases::holder.eq(&holder.as_bytes()[..]))
                .execute(writer)?;
            Ok(())
        })
    }
}
