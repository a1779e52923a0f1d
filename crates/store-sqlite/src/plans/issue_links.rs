//! The links of an incident, and those of an issue.

use uuid::Uuid;
use watchbell_model::{ConnectionScope, IntegrationId, IssueKey};

use super::Plans;
use crate::issue_links::{of_incident, to_issue};

#[test]
fn links_are_found_by_an_index() {
    let plans = Plans::new();
    plans.check(
        of_incident(1),
        &["SEARCH issue_links USING INDEX issue_links_incident (incident=?)"],
    );
    let integration = IntegrationId::from_uuid(Uuid::nil());
    let issue = IssueKey { integration, scope: ConnectionScope::NONE, issue: "1".to_owned() };
    plans.check(
        to_issue(&issue),
        &["SEARCH issue_links USING INDEX issue_links_issue (integration=? AND scope=? AND issue=?)"],
    );
}
