//! The links of an incident, and those of an issue.

use uuid::Uuid;
use watchbell_model::{ConnectionScope, IntegrationId, IssueKey};

use super::{Plans, kept};
use crate::issue_links::{of_incident, to_issue};

#[test]
fn links_are_found_by_an_index() {
    let plans = Plans::new();
    plans.readers(of_incident(1), "issue_links_incident");
    let integration = IntegrationId::from_uuid(Uuid::nil());
    let issue = IssueKey { integration, scope: ConnectionScope::NONE, issue: "1".to_owned() };
    plans.readers(to_issue(kept(issue)), "issue_links_issue");
}
