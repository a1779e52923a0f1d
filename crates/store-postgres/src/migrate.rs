//! The schema, embedded.

use std::collections::HashSet;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use watchbell_store::StoreError;

use crate::PostgresStore;
use crate::error::Failure;
use crate::session::Session;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Held while somebody migrates; no stripe has this number.
const LOCK: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
    SELECT pg_advisory_xact_lock(5718629, -1)";

/// Makes the schema in whatever is the current one, without writing down that it was made.
pub(crate) fn all(connection: &mut PgConnection) -> Result<(), Failure> {
    for migration in ours()? {
        migration.run(connection).map_err(StoreError::unavailable)?;
    }
    Ok(())
}

fn ours() -> Result<Vec<Box<dyn Migration<Pg>>>, StoreError> {
    MIGRATIONS.migrations().map_err(StoreError::unavailable)
}

/// Whether a later version of this program has changed the schema.
pub(crate) fn is_newer(connection: &mut PgConnection) -> Result<bool, Failure> {
    let ours = ours()?;
    let ours: HashSet<_> = ours.iter().map(|one| one.name().version().to_string()).collect();
    Ok(!done(connection)?.is_subset(&ours))
}

/// The versions of the migrations that have run.
fn done(connection: &mut PgConnection) -> Result<HashSet<String>, Failure> {
    let there: Option<String> = diesel::dsl::sql::<Nullable<Text>>(
        "SELECT to_regclass('__diesel_schema_migrations')::text",
    )
    .get_result(connection)?;
    if there.is_none() {
        return Ok(HashSet::new());
    }
    let versions = diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations");
    Ok(versions.load::<String>(connection)?.into_iter().collect())
}

impl PostgresStore {
    /// Brings the schema up to what this program wants. Any number of servers may do it at once:
    /// all of it is one transaction under a lock. Gives how many migrations ran.
    pub fn migrate(&self) -> Result<usize, StoreError> {
        self.alone(|connection| {
            let ran = connection.run_pending_migrations(MIGRATIONS);
            Ok(ran.map_err(StoreError::unavailable)?.len())
        })
    }

    /// Takes every migration back, and all data with it. For tests of the migrations themselves.
    pub fn migrate_down_all(&self) -> Result<usize, StoreError> {
        self.alone(|connection| {
            let reverted = connection.revert_all_migrations(MIGRATIONS);
            Ok(reverted.map_err(StoreError::unavailable)?.len())
        })
    }

    /// Does `work` on a connection of its own, under the lock, without a time limit: to fill a new
    /// index may take long.
    fn alone(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<usize, Failure> + Send + 'static,
    ) -> Result<usize, StoreError> {
        let mut session = Session::open(self.pool.options())?;
        let done = session.run_within(None, move |connection| {
            connection.transaction(|connection| {
                connection.batch_execute(LOCK)?;
                work(connection)
            })
        });
        Ok(done?)
    }

    /// The migrations that have not run yet, by name. Changes nothing.
    pub fn migrations_pending(&self) -> Result<Vec<String>, StoreError> {
        let done = self.pool.read(done)?;
        Ok(ours()?
            .iter()
            .map(Migration::name)
            .filter(|name| !done.contains(&name.version().to_string()))
            .map(ToString::to_string)
            .collect())
    }
}
