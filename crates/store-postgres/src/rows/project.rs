//! Projects at the source, and the services of their incidents.

use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{ConnectionScope, IntegrationId, ProjectMapping, ServiceId};

use crate::schema::project_mappings;

/// A mapping as it is written.
#[derive(Insertable)]
#[diesel(table_name = project_mappings)]
pub(crate) struct NewProject<'a> {
    integration: Uuid,
    scope: Uuid,
    project: &'a str,
    service: Uuid,
    active: bool,
}

impl<'a> NewProject<'a> {
    pub(crate) fn new(integration: IntegrationId, mapping: &'a ProjectMapping) -> Self {
        let ProjectMapping { scope, project, service, active } = mapping;
        Self {
            integration: integration.as_uuid(),
            scope: scope.as_uuid(),
            project,
            service: service.as_uuid(),
            active: *active,
        }
    }
}

/// A mapping as it is read.
#[derive(Queryable)]
pub(crate) struct ProjectRow {
    pub(crate) integration: Uuid,
    scope: Uuid,
    project: String,
    service: Uuid,
    active: bool,
}

impl From<ProjectRow> for ProjectMapping {
    fn from(row: ProjectRow) -> Self {
        Self {
            scope: ConnectionScope::from_uuid(row.scope),
            project: row.project,
            service: ServiceId::from_uuid(row.service),
            active: row.active,
        }
    }
}
