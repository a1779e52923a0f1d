//! Links between incidents and issues, without trouble.

use watchbell_model::{IncidentNumber, IssueKey, IssueLink, IssueLinkId};
use watchbell_store::{IssueLinkStore, LinkDecision, StoreError};

use super::Troubled;

impl IssueLinkStore for Troubled {
    fn issue_links_change(
        &self,
        number: IncidentNumber,
        decide: &mut LinkDecision<'_>,
    ) -> Result<(), StoreError> {
        self.inner.issue_links_change(number, decide)
    }

    fn issue_links_of(&self, number: IncidentNumber) -> Result<Vec<IssueLink>, StoreError> {
        self.inner.issue_links_of(number)
    }

    fn issue_links_to(&self, issue: &IssueKey) -> Result<Vec<IssueLink>, StoreError> {
        self.inner.issue_links_to(issue)
    }

    fn issue_link_get(&self, id: IssueLinkId) -> Result<IssueLink, StoreError> {
        self.inner.issue_link_get(id)
    }
}
