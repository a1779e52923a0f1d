#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod audit;
mod backup;
mod config;
mod connections;
mod deploy_keys;
mod deploys;
mod durability;
mod enrichments;
mod error;
mod incidents;
mod intake;
mod issue_links;
mod jobs;
mod leases;
mod log;
mod maintenance;
mod migrate;
mod newest;
mod people;
#[cfg(test)]
mod plans;
mod pool;
mod query;
mod replay;
mod rows;
mod schema;
mod sessions;

use std::fmt;

use watchbell_store::{StoreError, Waker};

pub use backup::{BackupError, Copied, Step, partial_of, restore};
pub use durability::Durability;
pub use maintenance::WalState;
pub use pool::SqliteOptions;

use pool::Pool;

/// A database in one file.
pub struct SqliteStore {
    pool: Pool,
    waker: Waker,
}

impl SqliteStore {
    /// Opens the file, and makes it and its folder if they are not there. Changes nothing in it;
    /// see [`SqliteStore::migrate`].
    pub fn open(options: SqliteOptions) -> Result<Self, StoreError> {
        Ok(Self { pool: Pool::open(options)?, waker: Waker::default() })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.pool.path()).finish_non_exhaustive()
    }
}
