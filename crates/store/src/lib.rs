#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod audit;
pub mod checks;
mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
mod deploys;
mod enrichments;
mod error;
mod expiry;
mod handler;
mod incidents;
mod intake;
mod issue_links;
mod jobs;
mod page;
mod read;
mod replay;
mod session;
pub mod stored;

use std::fmt::Debug;

pub use audit::{AuditFilter, AuditOrder, AuditPage, AuditStore};
pub use config::{
    ApiKeyRecord, ConfigChange, ConfigStore, ConnectionRecord, RoutingKeyRecord,
    SigningSecretRecord, StoredConfig, SubscriptionRecord,
};
pub use deploys::{
    DeployAdded, DeployFilter, DeployKeyKind, DeployKeyRecord, DeployProof, DeployStore,
    SUSPECTS_OF_INCIDENT, SuspectsRecord, suspects_job,
};
pub use enrichments::{
    ENRICHMENT, EVENT_COUNT, Enrichment, EnrichmentRecord, EnrichmentState, EnrichmentStore,
    EnrichmentWanted,
};
pub use error::StoreError;
pub use expiry::{Class, Expired, Expiry};
pub use handler::{Attempt, Done, JobError, JobHandler, Limits, Next};
pub use incidents::{
    ApiRequest, ChangeError, IncidentChange, IncidentFilter, IncidentStore, NewIncident, Opened,
    Opening, change_or_refuse,
};
pub use intake::{Accepted, Changes, IntakeStore, Known, Wanted, WantedKey};
pub use issue_links::{
    CONNECTION_INSTALLATION, ISSUE_LINK_SYNC, ISSUE_RESOLVE, InstallationMet, IssueLinkStore,
    LinkChange, LinkDecision, LinkWanted, LinkWrite, ResolveIssue, ResolveWanted, installation_job,
    issue_link_job, issue_resolve_job, issue_resolve_one_job,
};
pub use jobs::{
    Job, JobClaim, JobCount, JobFilter, JobLease, JobState, JobStore, Joins, MAX_JOB_ERROR, NewJob,
    Wake, Waker, kept_error,
};
pub use page::{
    DeliveryCursor, DeployCursor, IncidentCursor, JobCursor, Listed, Page, ParseCursorError,
};
pub use read::{Arrival, DeliveryFilter, Finding, LeaseStore, LogStore, MaintenanceStore};
pub use replay::{DeliveryRange, MAX_REPLAYS, ReplayStore};
pub use session::{SessionExpiry, SessionStore};

/// Everything a store does. Each part is a port of its own.
pub trait Store:
    AuditStore
    + ConfigStore
    + DeployStore
    + EnrichmentStore
    + IntakeStore
    + IncidentStore
    + IssueLinkStore
    + JobStore
    + LeaseStore
    + LogStore
    + MaintenanceStore
    + ReplayStore
    + SessionStore
    + Send
    + Sync
    + Debug
{
}

impl<T> Store for T where
    T: AuditStore
        + ConfigStore
        + DeployStore
        + EnrichmentStore
        + IntakeStore
        + IncidentStore
        + IssueLinkStore
        + JobStore
        + LeaseStore
        + LogStore
        + MaintenanceStore
        + ReplayStore
        + SessionStore
        + Send
        + Sync
        + Debug
{
}
