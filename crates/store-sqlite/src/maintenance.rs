//! Keeping a database in order.

mod check;
mod forget;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use watchbell_store::{Expired, Expiry, Finding, MaintenanceStore, StoreError};

use crate::SqliteStore;
use crate::error::Failure;
use crate::schema::config_state;

pub(crate) use check::all as check_all;
#[cfg(test)]
pub(crate) use forget::{
    ForgetAccepted, ForgetClocks, ForgetDeploys, ForgetIds, ForgetPushedCommits, ForgetRequests,
    OldDeadJobs, OldDeliveries, OldIncidents,
};

/// How far the write-ahead log has been moved into the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalState {
    /// The pages in it.
    pub pages: i64,
    /// Of these, those that have been moved.
    pub moved: i64,
}

impl MaintenanceStore for SqliteStore {
    fn ping(&self) -> Result<(), StoreError> {
        let pending = self.migrations_pending()?;
        if pending.is_empty() {
            return Ok(());
        }
        let text = format!("the schema is behind: {} to run", pending.join(", "));
        Err(StoreError::unavailable(text))
    }

    fn probe(&self) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            // The same value again still writes its page, and so finds out whether there is room.
            diesel::update(config_state::table)
                .set(config_state::revision.eq(config_state::revision))
                .execute(writer)?;
            Ok(())
        })
    }

    fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError> {
        let mut expired = Expired::default();
        for (class, before) in expiry.iter() {
            // Looked at first, so that a server with nothing to forget does not write.
            if self.pool.read(|reader| forget::anything(reader, class, before))? {
                let rows = self.pool.write(|writer| forget::step(writer, class, before))?;
                expired.add(class, rows);
            }
        }
        Ok(expired)
    }

    fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.pool.with_checker(|reader| check::all(reader, &|| self.pool.let_the_log_start_anew()))
    }

    fn checks(&self) -> Vec<&'static str> {
        check::names()
    }
}

impl SqliteStore {
    /// Moves what it can of the write-ahead log into the database, on a connection of its own,
    /// while others read and write. Nobody waits for it.
    ///
    /// Call it often (some times a second under load). The writer moves the rest by itself when the
    /// log has grown long, which everybody waits for, and then the log starts anew: the less is
    /// left to be moved, the shorter that takes.
    pub fn checkpoint(&self) -> Result<WalState, StoreError> {
        self.pool.with_checkpointer(|connection| {
            let (_busy, pages, moved): (i32, i32, i32) =
                sql::<(Integer, Integer, Integer)>("PRAGMA wal_checkpoint(PASSIVE)")
                    .get_result(connection)
                    .map_err(Failure::from)?;
            // -1 where there is no log.
            Ok(WalState { pages: pages.max(0).into(), moved: moved.max(0).into() })
        })
    }

    /// Bounds the database's size for what this store writes, in pages of 4 KiB; 0 takes the bound
    /// away. For tests of a full disk, and for whoever wants a bound.
    pub fn set_max_page_count(&self, pages: i64) -> Result<(), StoreError> {
        self.pool.set_max_page_count(pages)
    }
}
