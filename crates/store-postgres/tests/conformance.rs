//! The suite that every store must pass, on PostgreSQL.

#![cfg(test)]

use std::time::Duration;

use watchbell_store::conformance::Fixture;
use watchbell_store::conformance_tests;
use watchbell_store_postgres::{PostgresOptions, PostgresStore};
use watchbell_testkit::Database;

struct InCluster {
    store: PostgresStore,
    database: Database,
}

/// How long one waits for another is no part of what must hold: races are longer on a slow disk.
fn open(database: &Database) -> PostgresStore {
    let options = PostgresOptions::new(database.url()).connections(16);
    PostgresStore::open(options.patience(Duration::from_mins(1))).unwrap()
}

impl Fixture for InCluster {
    type Store = PostgresStore;

    const NUMBERS_HAVE_GAPS: bool = true;

    fn store(&self) -> &PostgresStore {
        &self.store
    }

    fn open_again(&self) -> PostgresStore {
        open(&self.database)
    }
}

fn make_store() -> InCluster {
    let database = Database::with_tables();
    let store = open(&database);
    store.migrate().unwrap();
    InCluster { store, database }
}

conformance_tests!(make_store);
