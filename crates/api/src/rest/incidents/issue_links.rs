//! Links between incidents and issues at a source.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::{IssueLinkNew, MAX_ISSUE};
use watchbell_ingest::Snapshot;
use watchbell_model::{ConnectionScope, IncidentNumber, IssueLink, IssueLinkId};

use crate::envelope::time;
use crate::error::ApiError;
use crate::rest::call::Call;
use crate::rest::fields::Fields;
use crate::rest::{Answered, words};
use crate::views::{ActorView, IssueLinkShortView};

/// A link between an incident and an issue at a source.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct IssueLinkView {
    #[serde(flatten)]
    link: IssueLinkShortView,
    incident_number: String,
    integration_id: String,
    /// The issue's project.
    project: Option<String>,
    /// The source's own id of the link, where it is known.
    external_issue_id: Option<String>,
    created_by: ActorView,
    /// What that person is called at the source, if it was made there.
    created_by_name: Option<String>,
    created_at: String,
    changed_at: String,
    /// Where it was made.
    #[schema(schema_with = words::link_origin)]
    origin: &'static str,
}

impl IssueLinkView {
    fn new(link: &IssueLink, snapshot: &Snapshot) -> Self {
        Self {
            link: IssueLinkShortView::new(link),
            incident_number: link.incident.to_string(),
            integration_id: link.key.integration.to_string(),
            project: link.project.clone(),
            external_issue_id: link.external.clone(),
            created_by: ActorView::new(link.created_by, snapshot),
            created_by_name: link.created_by_name.clone(),
            created_at: time(link.created_at),
            changed_at: time(link.changed_at),
            origin: link.origin.as_str(),
        }
    }
}

fn views(call: &Call, links: &[IssueLink]) -> Vec<IssueLinkView> {
    let snapshot = call.snapshot();
    links.iter().map(|link| IssueLinkView::new(link, &snapshot)).collect()
}

fn number(call: &Call) -> Result<IncidentNumber, ApiError> {
    call.named("number", "incident", "INC-2026-001")
}

pub(in crate::rest) async fn list(call: Call) -> Answered {
    call.no_query()?;
    let number = number(&call)?;
    let links = call.control(move |control| control.issue_links(number)).await?;
    Ok(call.ok(&views(&call, &links)))
}

/// A link to be made.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct IssueLinkCreate {
    /// The issue: its id, its short id, or the address of its page.
    #[schema(min_length = 1, max_length = 2048)]
    issue: String,
    /// The connection with its organization; left out: the one that there is no doubt about.
    connection_id: Option<String>,
}

pub(in crate::rest) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let number = number(&call)?;
    let issue = fields.text("issue", 1..=MAX_ISSUE);
    let issue = fields.required("issue", issue).unwrap_or_default();
    let connection =
        fields.word::<ConnectionScope>("connection_id", "scp_ and 32 hexadecimal digits");
    fields.finish()?;
    let new = IssueLinkNew { issue, connection };
    let client = call.state.sentry.clone();
    let made = call.control(move |control| control.issue_link_add(&client, number, &new)).await?;
    Ok(call.created(&IssueLinkView::new(&made, &call.snapshot())))
}

pub(in crate::rest) async fn remove(call: Call) -> Answered {
    call.no_query()?;
    let number = number(&call)?;
    let id: IssueLinkId = call.named("link_id", "issue link", "lnk_ and 32 hexadecimal digits")?;
    let left = call.control(move |control| control.issue_link_remove(number, id)).await?;
    Ok(call.ok(&views(&call, &left)))
}
