//! The suite that every store must pass, on SQLite.

#![cfg(test)]

use tempfile::TempDir;
use watchbell_store::conformance::Fixture;
use watchbell_store::conformance_tests;
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};

struct OnDisk {
    store: SqliteStore,
    folder: TempDir,
}

fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(SqliteOptions::new(folder.path().join("watchbell.db"))).unwrap()
}

impl Fixture for OnDisk {
    type Store = SqliteStore;

    fn store(&self) -> &SqliteStore {
        &self.store
    }

    fn open_again(&self) -> SqliteStore {
        open(&self.folder)
    }
}

fn make_store() -> OnDisk {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.migrate().unwrap();
    OnDisk { store, folder }
}

conformance_tests!(make_store);
