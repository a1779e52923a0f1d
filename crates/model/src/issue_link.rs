//! Links between incidents and issues at a source.

use std::fmt;

use uuid::Uuid;

use crate::{Actor, ConnectionScope, IncidentNumber, IntegrationId, IssueLinkId, Timestamp};

/// An issue at a source: the same number in two organizations is two issues.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IssueKey {
    /// The integration through which it is known.
    pub integration: IntegrationId,
    /// The connection that it belongs to, or [`ConnectionScope::NONE`].
    pub scope: ConnectionScope,
    /// Its id at the source: digits.
    pub issue: String,
}

/// Where a link was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkOrigin {
    /// On the source's own page.
    Source,
    /// Here.
    Watchbell,
}

impl LinkOrigin {
    /// Every origin.
    pub const ALL: [Self; 2] = [Self::Source, Self::Watchbell];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Watchbell => "watchbell",
        }
    }
}

impl fmt::Display for LinkOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// Both sides have it.
    Linked,
    /// The source has not been told yet.
    Pending,
    /// The source did not take it, or cannot be told; the reason says what to do.
    Failed,
    /// It is over here; the source has not been told yet.
    Unlinking,
}

impl LinkState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Linked, Self::Pending, Self::Failed, Self::Unlinking];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Unlinking => "unlinking",
        }
    }
}

impl fmt::Display for LinkState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// That an incident and an issue at a source are about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueLink {
    /// Its id.
    pub id: IssueLinkId,
    /// The incident. It is linked with an issue at most once.
    pub incident: IncidentNumber,
    /// The issue.
    pub key: IssueKey,
    /// What people call the issue: `SHOP-1A`.
    pub short_id: Option<String>,
    /// The issue's page; http or https.
    pub url: Option<String>,
    /// The issue's project.
    pub project: Option<String>,
    /// Where it was made.
    pub origin: LinkOrigin,
    /// How it stands.
    pub state: LinkState,
    /// Why it does not stand better.
    pub reason: Option<String>,
    /// The source's own id of the link, if it is known.
    pub external: Option<String>,
    /// The installation at the source that it was made through, if it was made there.
    pub installation: Option<Uuid>,
    /// Who made it.
    pub created_by: Actor,
    /// What that person is called at the source.
    pub created_by_name: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

impl IssueLink {
    /// The most links that an incident has, and that an issue's are told of.
    pub const MOST: usize = 50;
    /// The most characters of a reason.
    pub const MAX_REASON_CHARS: usize = 300;
    /// The most characters of names and ids.
    pub const MAX_NAME_CHARS: usize = 255;

    /// What the issue is called for people: its short id, else its id.
    pub fn issue_name(&self) -> &str {
        self.short_id.as_deref().unwrap_or(&self.key.issue)
    }
}
