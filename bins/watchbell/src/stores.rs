//! From the address of a database to an open store.

use std::path::Path;
use std::sync::Arc;

use watchbell_model::Secret;
use watchbell_store::{Store, StoreError};
#[cfg(feature = "postgres")]
use watchbell_store_postgres::{Durability, PostgresStore};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};
use watchbell_vault::{KeyFile, MasterKey, MasterKeys, Vault, VaultError};

pub(crate) use watchbell_vault::Origin;

use crate::config::{Database, DatabaseUrl, VaultConfig};

/// An open database, of the kind that its address names.
#[derive(Debug, Clone)]
pub(crate) enum Opened {
    Sqlite(Arc<SqliteStore>),
    #[cfg(feature = "postgres")]
    Postgres(Arc<PostgresStore>),
}

impl Opened {
    /// It as the ports that everything else knows.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => Arc::<SqliteStore>::clone(store),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Arc::<PostgresStore>::clone(store),
        }
    }

    /// Brings the schema up to date; gives how many migrations that took.
    pub(crate) fn migrate(&self) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(store) => store.migrate(),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.migrate(),
        }
    }

    /// Does what the database needs from time to time, beside readers and writers.
    pub(crate) fn checkpoint(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => store.checkpoint().map(drop),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => Ok(()),
        }
    }

    /// What the database lacks of what several servers on it rely on.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unnecessary_wraps, reason = "it is PostgreSQL that may lack something")
    )]
    pub(crate) fn lacks(&self) -> Result<Vec<String>, StoreError> {
        match self {
            // Only one server serves a file, and SQLite's one lock is there.
            Self::Sqlite(_) => Ok(Vec::new()),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => {
                let broken = store.broken_guarantees()?;
                Ok(broken
                    .into_iter()
                    .map(|(guarantee, why)| format!("{guarantee}: {why}"))
                    .collect())
            }
        }
    }

    /// Everything about the database that breaks a promise, for people.
    #[cfg_attr(
        not(feature = "postgres"),
        expect(unused_mut, reason = "it is PostgreSQL that may lack something")
    )]
    pub(crate) fn trouble(&self) -> Result<Vec<String>, StoreError> {
        let mut trouble: Vec<String> =
            self.lacks()?.into_iter().map(|what| format!("it lacks {what}")).collect();
        #[cfg(feature = "postgres")]
        if let Self::Postgres(store) = self {
            trouble.extend(not_durable(&store.durability()?));
        }
        Ok(trouble)
    }

    /// The migrations that are missing.
    pub(crate) fn migrations_pending(&self) -> Result<Vec<String>, StoreError> {
        match self {
            Self::Sqlite(store) => store.migrations_pending(),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.migrations_pending(),
        }
    }
}

/// What keeps a committed transaction of PostgreSQL from being durable.
#[cfg(feature = "postgres")]
fn not_durable(durability: &Durability) -> Option<String> {
    let Durability { fsync, full_page_writes, synchronous_commit } = durability;
    let text = || {
        format!(
            "an answered delivery can be lost in a power cut: fsync is {fsync}, full_page_writes is \
             {full_page_writes}, synchronous_commit is {synchronous_commit}; all must be on"
        )
    };
    (!durability.is_durable()).then(text)
}

/// Opens the database. A SQLite file is made if it is missing; nothing is changed in it.
pub(crate) fn open(database: &Database) -> Result<Opened, StoreError> {
    match &database.url {
        DatabaseUrl::Sqlite(path) => {
            let options = SqliteOptions::new(path).readers(database.readers);
            SqliteStore::open(options).map(Arc::new).map(Opened::Sqlite)
        }
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(options) => {
            let options = options.clone().connections(database.readers);
            PostgresStore::open(options).map(Arc::new).map(Opened::Postgres)
        }
    }
}

/// Why there is no vault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultTrouble {
    /// A new key would only hide that the old one is gone.
    #[error(
        "the master key's file {path} is missing, but the database holds secrets that were sealed \
         with it: put it back from your copy"
    )]
    KeyLost { path: String },
    /// The key cannot be read or made.
    #[error("the master key cannot be used")]
    Vault(#[from] VaultError),
    /// The database was asked whether anything is sealed, and did not answer.
    #[error("the database did not answer")]
    Store(#[from] StoreError),
    /// The folder for the key file cannot be made.
    #[error("cannot make the folder for the master key's file {path}")]
    Folder {
        path: String,
        #[source]
        source: std::io::Error,
    },
}

/// The vault. The key's file is made if it is missing and `store` holds nothing sealed yet.
pub(crate) fn vault(
    config: &VaultConfig,
    store: &dyn Store,
) -> Result<(Vault, Origin), VaultTrouble> {
    if let Some(key) = &config.key {
        let keys = keys_of_settings(key, &config.previous_keys)?;
        return Ok((Vault::new(keys)?, Origin::Found));
    }
    let file = KeyFile::new(&config.key_file);
    let shown = || file.path().display().to_string();
    if !file.path().exists() {
        if store.config_revision()? > 0 && !store.config_load()?.routing_keys.is_empty() {
            return Err(VaultTrouble::KeyLost { path: shown() });
        }
        if let Some(folder) = file.path().parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder)
                .map_err(|source| VaultTrouble::Folder { path: shown(), source })?;
        }
    }
    let (keys, origin) = file.load_or_create()?;
    Ok((Vault::of_file(file, &keys)?, origin))
}

fn keys_of_settings(key: &Secret, previous: &[Secret]) -> Result<MasterKeys, VaultError> {
    let previous: Result<Vec<_>, _> =
        previous.iter().map(|key| MasterKey::from_text(key.expose())).collect();
    MasterKeys::new(MasterKey::from_text(key.expose())?, previous?)
}
