//! Keeping a database in order.

mod check;
mod forget;

use diesel::prelude::*;
use watchbell_store::{Expired, Expiry, Finding, MaintenanceStore, StoreError};

use crate::PostgresStore;
use crate::schema::config_state;
use crate::session::{Durability, Session};

#[cfg(test)]
pub(crate) use forget::{OldDeliveries, OldIncidents};

impl MaintenanceStore for PostgresStore {
    fn ping(&self) -> Result<(), StoreError> {
        let pending = self.migrations_pending()?;
        if pending.is_empty() {
            return Ok(());
        }
        let text = format!("the schema is behind: {} to run", pending.join(", "));
        Err(StoreError::unavailable(text))
    }

    fn probe(&self) -> Result<(), StoreError> {
        self.pool.with_writer(|session| {
            session.begin(crate::pool::WRITE, |_| Ok(()))?;
            session.commit(|writer| {
                diesel::update(config_state::table)
                    .set(config_state::revision.eq(config_state::revision))
                    .execute(writer)?;
                Ok(())
            })
        })
    }

    fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError> {
        let mut expired = Expired::default();
        for (class, before) in expiry.iter() {
            let rows = self.pool.write(move |writer| forget::step(writer, class, before))?;
            expired.add(class, rows);
        }
        Ok(expired)
    }

    fn check(&self) -> Result<Vec<Finding>, StoreError> {
        // It reads everything, which may take long, and must not keep a connection from others.
        let mut session = Session::open(self.pool.options())?;
        Ok(session.run_within(None, check::all)?)
    }

    fn checks(&self) -> Vec<&'static str> {
        check::names()
    }
}

impl PostgresStore {
    /// What the server says about durability, on the committer's own connection.
    pub fn durability(&self) -> Result<Durability, StoreError> {
        self.pool.durability()
    }
}
