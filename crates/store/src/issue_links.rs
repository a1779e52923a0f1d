//! The port of links between incidents and issues at a source.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watchbell_model::{
    ConnectionScope, Incident, IncidentNumber, IssueKey, IssueLink, IssueLinkId, JobId,
    TimelineEntry,
};

use crate::{NewJob, StoreError};

/// The kind of job that tells the source of a link what became of it here.
pub const ISSUE_LINK_SYNC: &str = "issue.link";
/// The kind of job that resolves an incident's issues at their source.
pub const ISSUE_RESOLVE: &str = "issue.resolve";
/// The kind of job that writes down the installation that a connection's deliveries name.
pub const CONNECTION_INSTALLATION: &str = "connection.installation";

/// The job that tells the source what became of a link. One that waits already is enough.
pub fn issue_link_job(id: JobId, link: IssueLinkId) -> NewJob {
    // An id has nothing that JSON would write otherwise.
    NewJob::joining(id, ISSUE_LINK_SYNC, link.to_string(), format!("{{\"link\":\"{link}\"}}"))
}

/// The job that resolves an incident's issues at their source.
pub fn issue_resolve_job(id: JobId, number: IncidentNumber) -> NewJob {
    let payload = format!("{{\"incident\":\"{number}\"}}");
    NewJob::joining(id, ISSUE_RESOLVE, number.to_string(), payload)
}

/// What the job of a connection's installation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallationMet {
    /// The connection.
    pub connection: String,
    /// The installation: a UUID.
    pub installation: String,
}

/// The job that writes down the installation that a connection's deliveries name.
pub fn installation_job(id: JobId, connection: ConnectionScope, installation: Uuid) -> NewJob {
    let connection = connection.to_string();
    let payload =
        format!("{{\"connection\":\"{connection}\",\"installation\":\"{installation}\"}}");
    NewJob::joining(id, CONNECTION_INSTALLATION, connection, payload)
}

/// One change of a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkWrite {
    /// A link as it shall be, new or not.
    Set(Box<IssueLink>),
    /// A link goes.
    Remove(IssueLinkId),
}

impl LinkWrite {
    /// This link as it shall be.
    pub fn set(link: IssueLink) -> Self {
        Self::Set(Box::new(link))
    }
}

/// What somebody makes of an incident's links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkChange {
    /// The links that change.
    pub links: Vec<LinkWrite>,
    /// The lines to add to the incident's timeline.
    pub timeline: Vec<TimelineEntry>,
    /// Work that follows from it.
    pub jobs: Vec<NewJob>,
}

/// Keeps links between incidents and issues. They go with their incident. A link that comes with a new
/// incident is written with it, see [`Changes::links`](crate::Changes::links).
pub trait IssueLinkStore {
    /// One transaction: reads the incident and its links, the oldest first, hands them to `decide`,
    /// and writes what that gives. `None` changes nothing. Whoever changes the incident or its links
    /// at the same time waits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] if the incident would be linked with an issue
    /// twice; [`StoreError::Refused`] if a link is not the incident's.
    fn issue_links_change(
        &self,
        number: IncidentNumber,
        decide: &mut dyn FnMut(&Incident, &[IssueLink]) -> Option<LinkChange>,
    ) -> Result<(), StoreError>;

    /// The links of an incident, the oldest first; at most [`IssueLink::MOST`].
    fn issue_links_of(&self, number: IncidentNumber) -> Result<Vec<IssueLink>, StoreError>;

    /// The links of an issue, the oldest first; at most [`IssueLink::MOST`].
    fn issue_links_to(&self, issue: &IssueKey) -> Result<Vec<IssueLink>, StoreError>;

    /// One link.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn issue_link_get(&self, id: IssueLinkId) -> Result<IssueLink, StoreError>;
}
