//! Every commit is flushed, also on a connection that was made anew after trouble.

#![cfg(test)]

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use watchbell_store::{MaintenanceStore, StoreError};
use watchbell_store_sqlite::{Durability, SqliteOptions, SqliteStore};

fn full() -> Durability {
    Durability { journal: "wal".to_owned(), synchronous: 2 }
}

#[test]
fn the_connection_that_writes_flushes_every_commit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watchbell.db");
    let options = SqliteOptions::new(&path).busy_timeout(Duration::from_millis(50));
    let store = SqliteStore::open(options).unwrap();
    store.migrate().unwrap();
    assert_eq!(store.durability().unwrap(), full());

    // Trouble costs the connection; the next one must be no worse.
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.probe(), Err(StoreError::Unavailable { .. })));
    other.batch_execute("ROLLBACK").unwrap();
    store.probe().unwrap();
    assert_eq!(store.durability().unwrap(), full());
}

#[test]
fn a_file_that_others_use_carelessly_is_still_written_with_care() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("watchbell.db");
    let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF").unwrap();
    other.batch_execute("CREATE TABLE somebodys (n INTEGER)").unwrap();
    drop(other);
    let store = SqliteStore::open(SqliteOptions::new(&path)).unwrap();
    assert_eq!(store.durability().unwrap(), full());
}
