//! The schema, embedded.

use std::collections::HashSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use watchbell_store::StoreError;

use crate::SqliteStore;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Runs every migration that has not run.
pub(crate) fn all(connection: &mut SqliteConnection) -> Result<usize, StoreError> {
    Ok(connection.run_pending_migrations(MIGRATIONS).map_err(StoreError::unavailable)?.len())
}

impl SqliteStore {
    /// Brings the schema up to what this program wants. Any number of processes may do it at once:
    /// all of it is one transaction that takes the write lock first. Gives how many migrations ran.
    pub fn migrate(&self) -> Result<usize, StoreError> {
        self.pool.write_nested(|writer| Ok(all(writer)?))
    }

    /// Takes every migration back, and all data with it. For tests of the migrations themselves.
    pub fn migrate_down_all(&self) -> Result<usize, StoreError> {
        self.pool.write_nested(|writer| {
            Ok(writer.revert_all_migrations(MIGRATIONS).map_err(StoreError::unavailable)?.len())
        })
    }

    /// The migrations that have not run yet, by name. Changes nothing.
    pub fn migrations_pending(&self) -> Result<Vec<String>, StoreError> {
        let done = self.pool.read(|reader| {
            let any = diesel::dsl::sql::<Text>(
                "SELECT name FROM sqlite_schema WHERE name = '__diesel_schema_migrations'",
            );
            if any.load::<String>(reader)?.is_empty() {
                return Ok(HashSet::new());
            }
            let versions =
                diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations");
            Ok(versions.load::<String>(reader)?.into_iter().collect())
        })?;
        let all: Vec<Box<dyn Migration<Sqlite>>> =
            MIGRATIONS.migrations().map_err(StoreError::unavailable)?;
        Ok(all
            .iter()
            .map(Migration::name)
            .filter(|name| !done.contains(&name.version().to_string()))
            .map(ToString::to_string)
            .collect())
    }
}
