//! Issues.

use serde::Deserialize;
use serde_json::json;
use watchbell_outbound::Method;

use crate::asking::{Place, part, read};
use crate::lenient::{count, id, or_default};
use crate::{Error, Sentry};

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issue {
    /// Its id.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// What people call it: `SHOP-1A`.
    #[serde(default)]
    pub short_id: Option<String>,
    /// Its title.
    #[serde(default, deserialize_with = "or_default")]
    pub title: String,
    /// Its level: `error`, …
    #[serde(default)]
    pub level: Option<String>,
    /// `resolved`, `unresolved`, `ignored`, …
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    /// How many events it has.
    #[serde(default, deserialize_with = "count")]
    pub count: Option<u64>,
    /// How many people met it.
    #[serde(default, deserialize_with = "count")]
    pub user_count: Option<u64>,
    /// When it was seen first, as Sentry writes it.
    #[serde(default)]
    pub first_seen: Option<String>,
    /// When it was seen last.
    #[serde(default)]
    pub last_seen: Option<String>,
    /// Where people look at it.
    #[serde(default)]
    pub permalink: Option<String>,
    /// Its project.
    #[serde(default)]
    pub project: Option<IssueProject>,
}

/// The project of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct IssueProject {
    /// Its id.
    #[serde(default, deserialize_with = "id")]
    pub id: String,
    /// Its name in addresses.
    #[serde(default, deserialize_with = "or_default")]
    pub slug: String,
}

/// What an issue shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueStatus {
    /// Done with.
    Resolved,
    /// Open again.
    Unresolved,
    /// Archived.
    Ignored,
}

impl IssueStatus {
    /// Sentry's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Unresolved => "unresolved",
            Self::Ignored => "ignored",
        }
    }
}

impl Sentry<'_> {
    /// An issue by its id.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn issue(&self, organization: &str, issue: &str) -> Result<Issue, Error> {
        self.get(Place::Region, &path(organization, issue), "event:read")
    }

    /// An issue by what people call it: `SHOP-1A`.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn issue_by_short_id(&self, organization: &str, short_id: &str) -> Result<Issue, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Found {
            #[serde(deserialize_with = "id")]
            group_id: String,
        }
        let path = format!("organizations/{}/shortids/{}/", part(organization), part(short_id));
        let Found { group_id } = self.get(Place::Region, &path, "event:read")?;
        self.issue(organization, &group_id)
    }

    /// Makes an issue resolved, unresolved or archived, and gives it as it is then. Doing it twice
    /// is as good as once.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn issue_set(
        &self,
        organization: &str,
        issue: &str,
        status: IssueStatus,
    ) -> Result<Issue, Error> {
        let body = json!({"status": status.as_str()});
        let path = path(organization, issue);
        read(&self.change(Place::Region, Method::Put, &path, &body, "event:write")?)
    }
}

pub(crate) fn path(organization: &str, issue: &str) -> String {
    format!("organizations/{}/issues/{}/", part(organization), part(issue))
}
