//! What everything that works on the database begins with.

use std::sync::Arc;

use watchbell_control::Control;
use watchbell_model::{Clock, Ids};
use watchbell_vault::Vault;

use super::{Failure, failed};
use crate::clock::{system_clock, system_ids};
use crate::config::Config;
use crate::out;
use crate::stores::{self, Opened, Origin};

/// The configured database, brought up to date, with everything to work on it.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) opened: Opened,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    /// The operator's use cases on it.
    pub(crate) control: Control,
}

/// Opens the database, migrates it if that is configured, and opens the vault. Database and
/// master key are made if they are missing; a person is told of the key.
pub(crate) fn open(config: &Config) -> Result<Session, Failure> {
    open_and_tell(config, out::note)
}

/// The same; of a new master key it is told by `tell`.
pub(crate) fn open_and_tell(config: &Config, tell: fn(&str)) -> Result<Session, Failure> {
    let opened = stores::open(&config.database)?;
    if config.database.migrate {
        opened.migrate()?;
    } else if !opened.migrations_pending()?.is_empty() {
        return Err(Failure::Unavailable(
            "the database's schema is not up to date, and database.migrate is false: run \
                 `watchbell migrate`"
                .to_owned(),
        ));
    }
    let store = opened.store();
    store.ping()?;
    let (vault, origin) = stores::vault(&config.vault, &*store)?;
    if origin == Origin::Created {
        let path = config.vault.key_file.display();
        tell(&format!("made the master key {path}: keep a copy apart from the database"));
    }
    let vault = Arc::new(vault);
    let ids = system_ids().map_err(|e| failed("cannot make ids", &e))?;
    let clock = system_clock();
    let control = Control::new(store, Arc::clone(&vault), clock.clone(), ids.clone());
    Ok(Session { opened, vault, clock, ids, control })
}
