//! Where a world keeps what it knows: each kind of store.

use std::sync::Arc;

use tempfile::TempDir;
use watchbell_store::Store;
#[cfg(feature = "postgres")]
use watchbell_store_postgres::{PostgresOptions, PostgresStore};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};
#[cfg(feature = "postgres")]
use watchbell_testkit::Database;

/// A kind of store.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Sqlite,
    #[cfg(feature = "postgres")]
    Postgres,
}

/// What goes when the world does.
#[derive(Debug)]
#[expect(dead_code, reason = "held for its end")]
pub(crate) enum Place {
    Folder(TempDir),
    #[cfg(feature = "postgres")]
    Database(Database),
}

impl Kind {
    /// An empty store.
    pub(crate) fn open(self) -> (Arc<dyn Store>, Place) {
        match self {
            Self::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let options = SqliteOptions::new(folder.path().join("w.db"));
                let store = SqliteStore::open(options).unwrap();
                store.migrate().unwrap();
                (Arc::new(store), Place::Folder(folder))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres => {
                let database = Database::with_tables();
                let store = PostgresStore::open(PostgresOptions::new(database.url())).unwrap();
                store.migrate().unwrap();
                (Arc::new(store), Place::Database(database))
            }
        }
    }
}
