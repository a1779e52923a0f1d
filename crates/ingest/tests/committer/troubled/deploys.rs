//! Deploys, which the committer never asks for.

use watchbell_model::{Commit, Deploy, DeployId, IncidentId, ServiceId, Timestamp};
use watchbell_store::{
    DeployAdded, DeployCursor, DeployFilter, DeployStore, Listed, NewJob, Page, StoreError,
    SuspectsRecord,
};

use super::Troubled;

impl DeployStore for Troubled {
    fn deploy_add(
        &self,
        deploy: &Deploy,
        same_since: Timestamp,
        jobs: &[NewJob],
    ) -> Result<DeployAdded, StoreError> {
        self.inner.deploy_add(deploy, same_since, jobs)
    }

    fn deploy_list(
        &self,
        filter: &DeployFilter,
        page: Page<DeployCursor>,
    ) -> Result<Listed<Deploy, DeployCursor>, StoreError> {
        self.inner.deploy_list(filter, page)
    }

    fn deploy_get(&self, id: DeployId) -> Result<Deploy, StoreError> {
        self.inner.deploy_get(id)
    }

    fn commits_add(
        &self,
        service: ServiceId,
        head: &str,
        commits: &[Commit],
        at: Timestamp,
        jobs: &[NewJob],
    ) -> Result<(), StoreError> {
        self.inner.commits_add(service, head, commits, at, jobs)
    }

    fn suspects_set(&self, suspects: &SuspectsRecord) -> Result<(), StoreError> {
        self.inner.suspects_set(suspects)
    }

    fn suspects_get(&self, incident: IncidentId) -> Result<Option<SuspectsRecord>, StoreError> {
        self.inner.suspects_get(incident)
    }
}
