#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod audit;
mod config;
mod connections;
mod deploy_keys;
mod deploys;
mod enrichments;
mod error;
mod guarantees;
mod incidents;
mod intake;
mod issue_links;
mod jobs;
mod leases;
mod log;
mod maintenance;
mod migrate;
mod newest;
mod options;
mod people;
#[cfg(test)]
mod plans;
mod pool;
mod query;
mod replay;
mod rows;
mod schema;
mod session;
mod sessions;
mod stripes;

use std::fmt;

use watchbell_store::{StoreError, Waker};

pub use guarantees::Guarantee;
pub use options::PostgresOptions;
pub use session::Durability;

use intake::Numbers;
use pool::Pool;

/// A database of a PostgreSQL server.
pub struct PostgresStore {
    pool: Pool,
    numbers: Numbers,
    waker: Waker,
}

impl PostgresStore {
    /// Connects, so that a wrong address is told at once. Changes nothing; see
    /// [`PostgresStore::migrate`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: nobody answers, or not as a database that can be used.
    pub fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let (numbers, waker) = (Numbers::default(), Waker::default());
        Ok(Self { pool: Pool::open(options)?, numbers, waker })
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("options", self.pool.options())
            .finish_non_exhaustive()
    }
}
