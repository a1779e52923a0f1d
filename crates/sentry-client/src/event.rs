//! Events of an issue, and whose commits are suspected.

use serde::Deserialize;
use watchbell_outbound::Method;

use crate::asking::{Place, part};
use crate::issue;
use crate::lenient::{id, or_default};
use crate::{Error, Sentry};

/// The most of an event that is read. Whole events have variables and sources in them.
const MAX_EVENT_BYTES: usize = 8 * 1024 * 1024;

/// A whole event as Sentry's API writes it: other names and another structure than in webhooks.
/// Whoever wants something of it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEvent(pub Vec<u8>);

/// Somebody whose commits are suspected.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Suspect {
    /// Who it is.
    #[serde(default, deserialize_with = "or_default")]
    pub author: Author,
    /// The commits, in Sentry's order.
    #[serde(default, deserialize_with = "or_default")]
    pub commits: Vec<Commit>,
}

/// Who made a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Author {
    /// What people call them.
    #[serde(default)]
    pub name: Option<String>,
    /// Their address.
    #[serde(default)]
    pub email: Option<String>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// Its hash.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// Its message.
    #[serde(default)]
    pub message: Option<String>,
    /// When it was made, as Sentry writes it.
    #[serde(default)]
    pub date_created: Option<String>,
    /// Why it is suspected: `via SCM integration`, …
    #[serde(default)]
    pub suspect_commit_type: Option<String>,
}

#[derive(Deserialize)]
struct Committers {
    #[serde(default, deserialize_with = "or_default")]
    committers: Vec<Suspect>,
}

impl Sentry<'_> {
    /// The latest event of an issue, whole. Right after an alert it may not be there yet.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn latest_event(&self, organization: &str, issue: &str) -> Result<RawEvent, Error> {
        let path = format!("{}events/latest/", issue::path(organization, issue));
        let answer =
            self.ask(Place::Region, Method::Get, &path, None, "event:read", MAX_EVENT_BYTES)?;
        Ok(RawEvent(answer.body))
    }

    /// Whose commits Sentry suspects of an event; nobody's, if it knows none. It finds out seconds
    /// to minutes after the event.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn suspects(
        &self,
        organization: &str,
        project: &str,
        event: &str,
    ) -> Result<Vec<Suspect>, Error> {
        let (organization, project) = (part(organization), part(project));
        let path = format!("projects/{organization}/{project}/events/{}/committers/", part(event));
        match self.get::<Committers>(Place::Region, &path, "project:read") {
            Ok(found) => Ok(found.committers),
            Err(Error::NotFound(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}
