#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod access;
mod demo;
mod error;
mod find;
mod form;
mod integration;
mod keys;
mod options;
mod projects;
mod rotation;
mod sealed;
mod service;
mod topics;
mod view;

use std::sync::Arc;

use watchbell_model::{Clock, Ids};
use watchbell_store::{ConfigChange, Store, StoreError, StoredConfig};
use watchbell_vault::Vault;

pub use access::{ApiKeyCreated, ApiKeyNew};
pub use demo::Demo;
pub use error::ControlError;
pub use integration::{DEFAULT_RATE_LIMIT, IntegrationNew, IntegrationSet, MAX_RATE_LIMIT, Move};
pub use keys::{
    Credentials, IntegrationCreated, MAX_GRACE_S, MAX_SECRETS, SecretAdded, SecretRemove,
};
pub use rotation::{Rotation, RotationStep};
pub use sealed::{KeyStatus, VaultStatus};
pub use service::ServiceNew;
pub use topics::TopicOffered;
pub use view::{IntegrationView, KeyView, LinkView, SecretView, form_url, intake_url};

/// How often a change is tried again when somebody else was faster. Each loss means that another
/// change was made, so this many in a row mean a crowd, not a bad moment.
const ATTEMPTS: usize = 16;

/// The operator's use cases over one store. Cheap to clone.
///
/// Every method loads the configuration, decides, and changes it only if it is still the one that
/// was loaded; so several programs may change one database at a time. A running server notices a
/// change by itself.
#[derive(Clone)]
pub struct Control {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    clock: Clock,
    ids: Ids,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    /// The use cases over `store`, with secrets sealed by `vault`.
    pub const fn new(store: Arc<dyn Store>, vault: Arc<Vault>, clock: Clock, ids: Ids) -> Self {
        Self { store, vault, clock, ids }
    }

    /// Makes the changes that `decide` gives for the configuration as it is, all or none, and
    /// gives what else `decide` gave. `decide` is asked again if somebody else was faster.
    fn change<T>(
        &self,
        mut decide: impl FnMut(&StoredConfig) -> Result<(Vec<ConfigChange>, T), ControlError>,
    ) -> Result<T, ControlError> {
        for _ in 0..ATTEMPTS {
            let config = self.store.config_load()?;
            // After the loading, so that a change is sealed with an old key only if it is made
            // before a rotation's own changes, which will find it then.
            self.vault.refresh()?;
            let (changes, value) = decide(&config)?;
            if changes.is_empty() {
                return Ok(value);
            }
            match self.store.config_change(config.revision, &changes, &[]) {
                Ok(_) => return Ok(value),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ControlError::Busy)
    }
}
