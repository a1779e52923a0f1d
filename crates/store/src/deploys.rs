//! The port of deploys: what was deployed, what was pushed, and what incidents may have come from.

use watchbell_model::{
    Commit, Deploy, DeployId, IncidentId, IncidentNumber, JobId, SecretId, ServiceId, Timestamp,
};

use crate::{DeployCursor, Listed, NewJob, Page, StoreError};

/// What proves that a deploy is a service's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeployProof {
    /// Knowing a token, of which this is the digest. Unique.
    Token {
        /// By which it is looked up.
        hash: [u8; 32],
    },
    /// A signature of GitHub's with this secret.
    GitHub {
        /// The sealed secret.
        sealed: Vec<u8>,
    },
}

/// Which of the two proofs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeployKeyKind {
    /// A token.
    Token,
    /// GitHub's secret.
    GitHub,
}

impl DeployProof {
    /// Which of the two it is.
    pub const fn kind(&self) -> DeployKeyKind {
        match self {
            Self::Token { .. } => DeployKeyKind::Token,
            Self::GitHub { .. } => DeployKeyKind::GitHub,
        }
    }
}

/// A deploy token or GitHub's secret, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployKeyRecord {
    /// Its id.
    pub id: SecretId,
    /// The service whose deploys it proves.
    pub service: ServiceId,
    /// What is kept of it.
    pub proof: DeployProof,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it has been replaced.
    pub expires_at: Option<Timestamp>,
}

impl DeployKeyRecord {
    /// Whether it proves anything at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// Which deploys. Absent bounds do not restrict; bounds are inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeployFilter {
    /// Of this service.
    pub service: Option<ServiceId>,
    /// To this environment, as it was told.
    pub environment: Option<String>,
    /// Done then or later.
    pub after: Option<Timestamp>,
    /// Done then or earlier.
    pub before: Option<Timestamp>,
}

/// What came of a deploy that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeployAdded {
    /// The deploy: this one, or the same one that was told before.
    pub id: DeployId,
    /// Whether it was new.
    pub is_new: bool,
}

/// The suspects of an incident, as they were last worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspectsRecord {
    /// The incident.
    pub incident: IncidentId,
    /// When it began: what ages were counted from.
    pub onset: Timestamp,
    /// When they were worked out.
    pub computed_at: Timestamp,
    /// They, as JSON.
    pub suspects: String,
}

/// The kind of job that works out the suspects of one incident.
pub const SUSPECTS_OF_INCIDENT: &str = "suspects.incident";

/// The job that works out the suspects of an incident, for whatever opens or reopens it. One that
/// waits already is enough.
pub fn suspects_job(id: JobId, number: IncidentNumber) -> NewJob {
    // A number has nothing that JSON would write otherwise.
    let payload = format!("{{\"incident\":\"{number}\"}}");
    NewJob::joining(id, SUSPECTS_OF_INCIDENT, number.to_string(), payload)
}

/// Keeps deploys, pushed commits and suspects.
///
/// Deploys come with what was pushed of their commits: a commit that was only named gets its message,
/// author and files from its push, and a deploy that names no commits gets those of the push that
/// ended with its own commit.
pub trait DeployStore {
    /// Keeps a deploy, unless the same one (service, commit, environment and address) was done at
    /// `same_since` or later: then that one counts. Of many that come at once, one is kept. With one
    /// that is new `jobs` are written.
    fn deploy_add(
        &self,
        deploy: &Deploy,
        same_since: Timestamp,
        jobs: &[NewJob],
    ) -> Result<DeployAdded, StoreError>;

    /// Deploys, the newest first; of two of the same moment the one with the greater id.
    fn deploy_list(
        &self,
        filter: &DeployFilter,
        page: Page<DeployCursor>,
    ) -> Result<Listed<Deploy, DeployCursor>, StoreError>;

    /// One deploy.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn deploy_get(&self, id: DeployId) -> Result<Deploy, StoreError>;

    /// Keeps the commits of a push to a service's repository that ended with `head`, at `at`. What
    /// was pushed under the same head before stays as it is. `jobs` are written with them.
    fn commits_add(
        &self,
        service: ServiceId,
        head: &str,
        commits: &[Commit],
        at: Timestamp,
        jobs: &[NewJob],
    ) -> Result<(), StoreError>;

    /// Keeps the suspects of an incident in place of those of before. Does nothing if the incident is
    /// not there any more.
    fn suspects_set(&self, suspects: &SuspectsRecord) -> Result<(), StoreError>;

    /// The suspects of an incident, if they were ever worked out.
    fn suspects_get(&self, incident: IncidentId) -> Result<Option<SuspectsRecord>, StoreError>;
}
