//! Whether what is committed is also on the disk: asked of the connection that writes.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use watchbell_store::StoreError;

use crate::SqliteStore;
use crate::error::Failure;

/// How the connection that writes makes things durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// SQLite's `journal_mode`: `wal` for the write-ahead log.
    pub journal: String,
    /// SQLite's `synchronous`: 2 is FULL, a flush with each commit.
    pub synchronous: i64,
}

impl SqliteStore {
    /// Asks the live connection, not the settings that it should have.
    pub fn durability(&self) -> Result<Durability, StoreError> {
        self.pool.with_writer(|writer| {
            let journal = diesel::dsl::sql::<Text>("PRAGMA journal_mode");
            let journal = journal.get_result(writer).map_err(Failure::from)?;
            let synchronous = diesel::dsl::sql::<BigInt>("PRAGMA synchronous");
            let synchronous = synchronous.get_result(writer).map_err(Failure::from)?;
            Ok(Durability { journal, synchronous })
        })
    }
}
