//! Links between issues and what they are elsewhere.

use serde::Deserialize;
use serde_json::json;
use watchbell_outbound::Method;

use crate::app::InstallationId;
use crate::asking::{Place, most_bytes, part, read};
use crate::issue;
use crate::lenient::{id, or_default};
use crate::{Error, Sentry};

/// What an issue is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExternalIssue {
    /// The link's id.
    #[serde(deserialize_with = "id")]
    pub id: String,
    /// The issue.
    #[serde(default, deserialize_with = "id")]
    pub issue_id: String,
    /// Whose link it is: the slug of an app.
    #[serde(default, deserialize_with = "or_default")]
    pub service_type: String,
    /// What is shown: `project#identifier`.
    #[serde(default, deserialize_with = "or_default")]
    pub display_name: String,
    /// Where it is.
    #[serde(default, deserialize_with = "or_default")]
    pub web_url: String,
}

impl Sentry<'_> {
    /// Links an issue of the installation's organization. An app has one link for each issue: a
    /// further one takes the place of the first.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn link_add(
        &self,
        installation: &InstallationId,
        issue: u64,
        web_url: &str,
        project: &str,
        identifier: &str,
    ) -> Result<ExternalIssue, Error> {
        let path = format!("sentry-app-installations/{installation}/external-issues/");
        let body = json!({
            "issueId": issue, "webUrl": web_url, "project": project, "identifier": identifier,
        });
        read(&self.change(Place::Control, Method::Post, &path, &body, "event:write")?)
    }

    /// What an issue is elsewhere, other apps' links included.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn links(&self, organization: &str, issue: &str) -> Result<Vec<ExternalIssue>, Error> {
        let path = format!("{}external-issues/", issue::path(organization, issue));
        self.get(Place::Region, &path, "event:read")
    }

    /// Takes a link away. False if there was none.
    ///
    /// # Errors
    /// See [`Error`].
    pub fn link_remove(&self, installation: &InstallationId, link: &str) -> Result<bool, Error> {
        let path =
            format!("sentry-app-installations/{installation}/external-issues/{}/", part(link));
        let needs = "event:admin";
        match self.ask(Place::Control, Method::Delete, &path, None, needs, most_bytes()) {
            Ok(_) => Ok(true),
            Err(Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
