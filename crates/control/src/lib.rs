#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod access;
mod after;
mod apply;
mod audit;
mod connections;
mod demo;
mod deploys;
pub mod documents;
mod enrichment;
mod error;
mod find;
mod form;
mod from_service;
mod incidents;
mod integration;
mod issues;
mod keys;
mod options;
mod projects;
mod question;
mod rotation;
mod sealed;
mod service;
mod settings;
mod sign_in;
mod suspects;
mod teams;
mod topics;
mod users;
mod view;

use std::sync::Arc;

use watchbell_model::{Actor, Clock, Ids, RequestId};
use watchbell_store::{ConfigChange, Store, StoreError, StoredConfig};
use watchbell_vault::Vault;

pub use access::{ApiKeyCreated, ApiKeyNew};
pub use apply::{FieldChange, Plan, PlanAction, PlanLine, SecretSource, Wanted};
pub use connections::{
    AppNew, AppView, Asking, ConnectionNew, InstallationHandler, Installing, NEEDED_SCOPES,
    ProjectChoice, ProjectOffer, ProjectOffers, REFRESH_JOB, RefreshHandler, Refreshed,
    redirect_url,
};
pub use demo::{DEMO_SERVICES, Demo};
pub use deploys::{DeployKeyView, DeployTokenMade, GithubSecretMade};
pub use enrichment::{
    CommitKnown, EnrichmentHandler, EnrichmentShown, EventCountHandler, Known, KnownFrom,
};
pub use error::ControlError;
pub use incidents::{
    IncidentNew, IncidentOpened, IncidentSet, MAX_COMMENT, MAX_DESCRIPTION, MAX_SERVICES,
    MAX_STATUS_COMMENT, MAX_TITLE, OpeningRules,
};
pub use integration::{DEFAULT_RATE_LIMIT, IntegrationNew, IntegrationSet, MAX_RATE_LIMIT, Move};
pub use issues::{IssueLinkHandler, IssueLinkNew, IssueResolveHandler, MAX_ISSUE};
pub use keys::{
    Credentials, IntegrationCreated, MAX_GRACE_S, MAX_SECRETS, SecretAdded, SecretRemove,
};
pub use rotation::{Rotation, RotationStep};
pub use sealed::{KeyStatus, VaultStatus};
pub use service::{ServiceNew, ServiceSet};
pub use settings::SettingsSet;
pub use sign_in::{
    LinkMade, LinkShown, LinkUse, SESSION_IDLE, SESSION_LIFE, SignedIn, Verified, csrf_token,
    form_proof,
};
pub use suspects::{
    PartShown, SUSPECTS_SINCE, SuspectShown, SuspectsOfIncident, SuspectsShown, SuspectsSince,
};
pub use teams::{TeamNew, TeamSet};
pub use topics::TopicOffered;
pub use users::{UserNew, UserSet};
pub use view::{
    IntegrationView, KeyView, LinkView, SecretView, form_url, incident_url, intake_url,
};

use sign_in::Throttle;

/// How often a change is tried again when somebody else was faster. Each loss means that another
/// change was made, so this many in a row mean a crowd, not a bad moment.
const ATTEMPTS: usize = 16;

/// The operator's use cases over one store. Cheap to clone.
///
/// Every method loads the configuration, decides, and changes it only if it is still the one that
/// was loaded; so several programs may change one database at a time. A running server notices a
/// change by itself. What was done, and by whom, is written into the audit log with it.
#[derive(Clone)]
pub struct Control {
    store: Arc<dyn Store>,
    vault: Arc<Vault>,
    clock: Clock,
    ids: Ids,
    actor: Actor,
    request: Option<RequestId>,
    if_match: Option<Arc<str>>,
    throttle: Throttle,
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").finish_non_exhaustive()
    }
}

impl Control {
    /// The use cases over `store`, with secrets sealed by `vault`.
    /// Whoever holds the database acts, until [`Control::acting`] says otherwise.
    pub fn new(store: Arc<dyn Store>, vault: Arc<Vault>, clock: Clock, ids: Ids) -> Self {
        let (actor, throttle) = (Actor::System, Throttle::default());
        Self { store, vault, clock, ids, actor, request: None, if_match: None, throttle }
    }

    /// The same use cases, done by `actor` because of `request`.
    #[must_use]
    pub fn acting(&self, actor: Actor, request: Option<RequestId>) -> Self {
        Self { actor, request, ..self.clone() }
    }

    /// The same use cases, which change a service or an integration only if this is still the
    /// [`etag`](documents::etag) of its document. None: whatever it is.
    #[must_use]
    pub fn if_match(&self, etag: Option<&str>) -> Self {
        Self { if_match: etag.map(Into::into), ..self.clone() }
    }

    /// Refuses a change of something that is not any more what the caller has seen.
    fn must_match(
        &self,
        what: &'static str,
        document: &impl serde::Serialize,
    ) -> Result<(), ControlError> {
        match &self.if_match {
            Some(seen) if **seen != *documents::etag(document) => {
                Err(ControlError::Changed { what })
            }
            _ => Ok(()),
        }
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
            let audit = self.audit_entries(&config, &changes);
            match self.store.config_change(config.revision, &changes, &audit) {
                Ok(_) => return Ok(value),
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ControlError::Busy)
    }
}
