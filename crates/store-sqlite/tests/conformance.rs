//! The suite that every store must pass, on SQLite.

#![cfg(test)]

use std::time::Duration;

use tempfile::TempDir;
use watchbell_store::conformance::Fixture;
use watchbell_store::conformance_tests;
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};

struct OnDisk {
    store: SqliteStore,
    folder: TempDir,
}

/// How long one waits for another is no part of what must hold: races are longer on a slow disk.
fn open(folder: &TempDir) -> SqliteStore {
    let options = SqliteOptions::new(folder.path().join("watchbell.db"));
    SqliteStore::open(options.busy_timeout(Duration::from_mins(1))).unwrap()
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
