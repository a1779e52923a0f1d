#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod checks;
mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod intake;
mod read;
mod replay;
pub mod stored;

use std::fmt::Debug;

pub use config::{
    ApiKeyRecord, ConfigChange, ConfigStore, RoutingKeyRecord, SigningSecretRecord, StoredConfig,
    SubscriptionRecord,
};
pub use error::StoreError;
pub use intake::{Accepted, Changes, IntakeStore, Known, Wanted, WantedKey};
pub use read::{
    DeliveryFilter, Expiry, Finding, IncidentChange, IncidentFilter, IncidentStore, LeaseStore,
    Listed, LogStore, MaintenanceStore, Page,
};
pub use replay::{DeliveryRange, MAX_REPLAYS, ReplayStore};

/// Everything a store does. Each part is a port of its own.
pub trait Store:
    ConfigStore
    + IntakeStore
    + IncidentStore
    + LeaseStore
    + LogStore
    + MaintenanceStore
    + ReplayStore
    + Send
    + Sync
    + Debug
{
}

impl<T> Store for T where
    T: ConfigStore
        + IntakeStore
        + IncidentStore
        + LeaseStore
        + LogStore
        + MaintenanceStore
        + ReplayStore
        + Send
        + Sync
        + Debug
{
}
