//! Links between incidents and issues at a source.

use diesel::prelude::*;
use watchbell_model::{
    ConnectionScope, IntegrationId, IssueKey, IssueLink, IssueLinkId, LinkOrigin, LinkState,
};
use watchbell_store::StoreError;
use watchbell_store::stored::{corrupt, number_in, number_out, word};

use super::{micros, time, uuid};
use crate::schema::issue_links;

/// A link as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = issue_links, treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct IssueLinkFields<'a> {
    id: &'a [u8],
    incident: i64,
    integration: &'a [u8],
    scope: &'a [u8],
    issue: &'a str,
    short_id: Option<&'a str>,
    url: Option<&'a str>,
    project: Option<&'a str>,
    origin: &'static str,
    state: &'static str,
    reason: Option<&'a str>,
    external: Option<&'a str>,
    installation: Option<&'a [u8]>,
    created_by: String,
    created_by_name: Option<&'a str>,
    created_at: i64,
    changed_at: i64,
}

impl<'a> IssueLinkFields<'a> {
    pub(crate) fn new(link: &'a IssueLink) -> Result<Self, StoreError> {
        Ok(Self {
            id: link.id.as_bytes(),
            incident: number_in(link.incident)?,
            integration: link.key.integration.as_bytes(),
            scope: link.key.scope.as_bytes(),
            issue: &link.key.issue,
            short_id: link.short_id.as_deref(),
            url: link.url.as_deref(),
            project: link.project.as_deref(),
            origin: link.origin.as_str(),
            state: link.state.as_str(),
            reason: link.reason.as_deref(),
            external: link.external.as_deref(),
            installation: link.installation.as_ref().map(|uuid| &uuid.as_bytes()[..]),
            created_by: link.created_by.to_string(),
            created_by_name: link.created_by_name.as_deref(),
            created_at: micros(link.created_at),
            changed_at: micros(link.changed_at),
        })
    }
}

/// A link as it is read.
#[derive(Queryable)]
pub(crate) struct IssueLinkRow {
    id: Vec<u8>,
    incident: i64,
    integration: Vec<u8>,
    scope: Vec<u8>,
    issue: String,
    short_id: Option<String>,
    url: Option<String>,
    project: Option<String>,
    origin: String,
    state: String,
    reason: Option<String>,
    external: Option<String>,
    installation: Option<Vec<u8>>,
    created_by: String,
    created_by_name: Option<String>,
    created_at: i64,
    changed_at: i64,
}

impl TryFrom<IssueLinkRow> for IssueLink {
    type Error = StoreError;

    fn try_from(row: IssueLinkRow) -> Result<Self, StoreError> {
        let installation = row.installation.as_deref();
        if row.issue.is_empty() {
            return Err(corrupt("issue_links.issue"));
        }
        Ok(Self {
            id: IssueLinkId::from_uuid(uuid("issue_links.id", &row.id)?),
            incident: number_out(row.incident)?,
            key: IssueKey {
                integration: IntegrationId::from_uuid(uuid(
                    "issue_links.integration",
                    &row.integration,
                )?),
                scope: ConnectionScope::from_uuid(uuid("issue_links.scope", &row.scope)?),
                issue: row.issue,
            },
            short_id: row.short_id,
            url: row.url,
            project: row.project,
            origin: word("issue_links.origin", &LinkOrigin::ALL, LinkOrigin::as_str, &row.origin)?,
            state: word("issue_links.state", &LinkState::ALL, LinkState::as_str, &row.state)?,
            reason: row.reason,
            external: row.external,
            installation: installation
                .map(|bytes| uuid("issue_links.installation", bytes))
                .transpose()?,
            created_by: row.created_by.parse().map_err(|_| corrupt("issue_links.created_by"))?,
            created_by_name: row.created_by_name,
            created_at: time("issue_links.created_at", row.created_at)?,
            changed_at: time("issue_links.changed_at", row.changed_at)?,
        })
    }
}
