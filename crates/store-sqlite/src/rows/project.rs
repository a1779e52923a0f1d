//! Projects at the source, and the services of their incidents.

use diesel::prelude::*;
use watchbell_model::{ConnectionScope, IntegrationId, ProjectMapping, ServiceId};
use watchbell_store::StoreError;

use super::{flag, uuid};
use crate::schema::project_mappings;

/// A mapping as it is written.
#[derive(Insertable)]
#[diesel(table_name = project_mappings)]
pub(crate) struct NewProject<'a> {
    integration: &'a [u8],
    scope: &'a [u8],
    project: &'a str,
    service: &'a [u8],
    active: i64,
}

impl<'a> NewProject<'a> {
    pub(crate) fn new(integration: &'a IntegrationId, mapping: &'a ProjectMapping) -> Self {
        let ProjectMapping { scope, project, service, active } = mapping;
        Self {
            integration: integration.as_bytes(),
            scope: scope.as_bytes(),
            project,
            service: service.as_bytes(),
            active: (*active).into(),
        }
    }
}

/// A mapping as it is read.
#[derive(Queryable)]
pub(crate) struct ProjectRow {
    pub(crate) integration: Vec<u8>,
    scope: Vec<u8>,
    project: String,
    service: Vec<u8>,
    active: i64,
}

impl TryFrom<ProjectRow> for ProjectMapping {
    type Error = StoreError;

    fn try_from(row: ProjectRow) -> Result<Self, StoreError> {
        Ok(Self {
            scope: ConnectionScope::from_uuid(uuid("project_mappings.scope", &row.scope)?),
            project: row.project,
            service: ServiceId::from_uuid(uuid("project_mappings.service", &row.service)?),
            active: flag("project_mappings.active", row.active)?,
        })
    }
}
