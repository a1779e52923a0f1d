//! The use cases on a real SQLite database, one for each test.

#![cfg(test)]

mod access;
mod apply;
mod audit;
mod connections;
mod demo;
mod deploys;
mod integrations;
mod rotation;
mod secrets;
#[expect(dead_code, reason = "other suites use the rest")]
#[path = "../../../../tests/stand-ins/sentry/mod.rs"]
mod sentry;
mod services;
mod settings;
mod sign_in;
mod teams;
mod topics;
mod users;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::TimeDelta;
use watchbell_control::{Control, ControlError, IntegrationNew};
use watchbell_model::{Clock, Ids, Timestamp};
use watchbell_store::{Store, StoredConfig};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};
use watchbell_vault::{MasterKey, Vault};

/// A fresh database with a clock that the test moves.
struct World {
    control: Control,
    store: Arc<dyn Store>,
    second: Arc<AtomicI64>,
    clock: Clock,
    ids: Ids,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(SqliteOptions::new(folder.path().join("w.db"))).unwrap();
        store.migrate().unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let vault = Arc::new(Vault::new(MasterKey::generate().unwrap()).unwrap());
        let second = Arc::new(AtomicI64::new(0));
        let (ids, seconds) = (AtomicU64::new(1), Arc::clone(&second));
        let clock = Clock::new(move || at(seconds.load(Ordering::SeqCst)));
        let ids =
            Ids::new(move || uuid::Uuid::from_u128(ids.fetch_add(1, Ordering::SeqCst).into()));
        let control = Control::new(Arc::clone(&store), vault, clock.clone(), ids.clone());
        Self { control, store, second, clock, ids, folder }
    }

    /// The same database seen by another process, with this vault.
    fn control_with(&self, vault: Arc<Vault>) -> Control {
        Control::new(Arc::clone(&self.store), vault, self.clock.clone(), self.ids.clone())
    }

    fn wait(&self, seconds: i64) {
        self.second.fetch_add(seconds, Ordering::SeqCst);
    }

    fn config(&self) -> StoredConfig {
        self.store.config_load().unwrap()
    }

    fn custom(&self) -> String {
        let new = IntegrationNew { provider: "custom".to_owned(), ..IntegrationNew::default() };
        self.control.integration_add(&new).unwrap().view.integration.id.to_string()
    }
}

/// The moment this many seconds after the tests' beginning.
fn at(second: i64) -> Timestamp {
    "2026-11-21T12:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::seconds(second)
}

/// The words of a failure.
fn why<T: std::fmt::Debug>(result: Result<T, ControlError>) -> String {
    result.unwrap_err().to_string()
}
