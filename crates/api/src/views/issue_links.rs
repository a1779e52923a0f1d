//! Links between incidents and issues, as an incident shows them.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_model::IssueLink;

use crate::rest::words;

/// A link between an incident and an issue at a source, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssueLinkShortView {
    link_id: String,
    /// The issue's id at the source.
    issue_id: String,
    /// What people call the issue.
    short_id: Option<String>,
    /// The issue's page.
    url: Option<String>,
    #[schema(schema_with = words::link_state)]
    state: &'static str,
    /// Why it does not stand better.
    reason: Option<String>,
}

impl IssueLinkShortView {
    pub(crate) fn new(link: &IssueLink) -> Self {
        Self {
            link_id: link.id.to_string(),
            issue_id: link.key.issue.clone(),
            short_id: link.short_id.clone(),
            url: link.url.clone(),
            state: link.state.as_str(),
            reason: link.reason.clone(),
        }
    }
}
