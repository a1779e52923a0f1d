//! The port of links between incidents and issues at a source.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use watchbell_model::{
    ConnectionScope, Incident, IncidentNumber, IssueKey, IssueLink, IssueLinkId, JobId,
    TimelineEntry,
};

use crate::stored::to_json;
use crate::{NewJob, StoreError};

/// The kind of job that tells the source of a link what became of it here.
pub const ISSUE_LINK_SYNC: &str = "issue.link";
/// The kind of job that resolves an incident's issues at their source.
pub const ISSUE_RESOLVE: &str = "issue.resolve";
/// The kind of job that writes down the installation that a connection's deliveries name.
pub const CONNECTION_INSTALLATION: &str = "connection.installation";

/// What the job of a link is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkWanted {
    /// The link.
    pub link: String,
    /// When somebody asked for what is to be told, in microseconds since 1970.
    pub changed_at: i64,
}

impl LinkWanted {
    fn new(link: &IssueLink) -> Self {
        Self { link: link.id.to_string(), changed_at: link.changed_at.timestamp_micros() }
    }

    /// Whether the link is still as it was when this was written: nobody has asked for anything since.
    pub fn is_of(&self, link: &IssueLink) -> bool {
        *self == Self::new(link)
    }
}

/// The job that tells the source what became of a link. One that waits already is enough.
pub fn issue_link_job(id: JobId, link: &IssueLink) -> NewJob {
    // Texts and numbers always have a JSON form.
    let payload = to_json(&LinkWanted::new(link)).unwrap_or_default();
    NewJob::joining(id, ISSUE_LINK_SYNC, link.id.to_string(), payload)
}

/// What a job that resolves issues is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveWanted {
    /// The number of the incident that was resolved.
    pub incident: String,
    /// The issue that is to be resolved; none: each of the incident's gets a job of its own.
    pub issue: Option<ResolveIssue>,
}

/// An issue that a job resolves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolveIssue {
    /// The integration through which it is known.
    pub integration: String,
    /// The connection that it belongs to.
    pub scope: String,
    /// Its id at the source.
    pub issue: String,
}

impl ResolveIssue {
    /// The issue; none, if it was written otherwise.
    pub fn key(&self) -> Option<IssueKey> {
        Some(IssueKey {
            integration: self.integration.parse().ok()?,
            scope: self.scope.parse().ok()?,
            issue: self.issue.clone(),
        })
    }
}

/// The job that has each of an incident's issues resolved at its source.
pub fn issue_resolve_job(id: JobId, number: IncidentNumber) -> NewJob {
    resolve_job(id, number.to_string(), number, None)
}

/// The job that resolves one of an incident's issues, so that one that has to wait holds up no other
/// and has no other done twice.
pub fn issue_resolve_one_job(id: JobId, number: IncidentNumber, issue: &IssueKey) -> NewJob {
    let IssueKey { integration, scope, issue } = issue;
    let subject = format!("{number} issue {issue} of {integration} {scope}");
    let (integration, scope) = (integration.to_string(), scope.to_string());
    let issue = ResolveIssue { integration, scope, issue: issue.clone() };
    resolve_job(id, subject, number, Some(issue))
}

fn resolve_job(
    id: JobId,
    subject: String,
    number: IncidentNumber,
    issue: Option<ResolveIssue>,
) -> NewJob {
    let wanted = ResolveWanted { incident: number.to_string(), issue };
    // Texts always have a JSON form.
    let payload = to_json(&wanted).unwrap_or_default();
    NewJob::joining(id, ISSUE_RESOLVE, subject, payload)
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

/// What decides about an incident's links, given the incident, its links and its timeline.
pub type LinkDecision<'a> =
    dyn FnMut(&Incident, &[IssueLink], &[TimelineEntry]) -> Option<LinkChange> + 'a;

/// Keeps links between incidents and issues. They go with their incident. A link that comes with a new
/// incident is written with it, see [`Changes::links`](crate::Changes::links).
pub trait IssueLinkStore {
    /// One transaction: reads the incident with its links and its timeline, the oldest first, hands
    /// them to `decide`, and writes what that gives. `None` changes nothing. Whoever changes the incident or its links
    /// at the same time waits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] if the incident would be linked with an issue
    /// twice; [`StoreError::Refused`] if a link is not the incident's.
    fn issue_links_change(
        &self,
        number: IncidentNumber,
        decide: &mut LinkDecision<'_>,
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
