//! The schema, embedded.

use std::collections::HashSet;

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use watchbell_store::StoreError;

use crate::SqliteStore;
use crate::error::Failure;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// Runs every migration that has not run.
pub(crate) fn all(connection: &mut SqliteConnection) -> Result<usize, StoreError> {
    Ok(connection.run_pending_migrations(MIGRATIONS).map_err(StoreError::unavailable)?.len())
}

/// The versions of the migrations that a database has had; none if it is no database of ours.
pub(crate) fn done(connection: &mut SqliteConnection) -> Result<HashSet<String>, Failure> {
    let any = diesel::dsl::sql::<Text>(
        "SELECT name FROM sqlite_schema WHERE name = '__diesel_schema_migrations'",
    );
    if any.load::<String>(connection)?.is_empty() {
        return Ok(HashSet::new());
    }
    let versions = diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations");
    Ok(versions.load::<String>(connection)?.into_iter().collect())
}

/// The names of our migrations that are not among `done`.
pub(crate) fn missing(done: &HashSet<String>) -> Result<Vec<String>, StoreError> {
    let all = ours()?;
    let names = all.iter().map(Migration::name);
    let missing = names.filter(|name| !done.contains(&name.version().to_string()));
    Ok(missing.map(ToString::to_string).collect())
}

/// The versions in `done` that are not ours: of a newer program.
pub(crate) fn unknown(done: &HashSet<String>) -> Result<Vec<String>, StoreError> {
    let ours: HashSet<_> = ours()?.iter().map(|one| one.name().version().to_string()).collect();
    let mut unknown: Vec<_> = done.difference(&ours).cloned().collect();
    unknown.sort_unstable();
    Ok(unknown)
}

fn ours() -> Result<Vec<Box<dyn Migration<Sqlite>>>, StoreError> {
    MIGRATIONS.migrations().map_err(StoreError::unavailable)
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
        missing(&self.pool.read(done)?)
    }
}
