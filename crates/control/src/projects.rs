//! Which project at the source opens incidents on which service.

use watchbell_model::{ConnectionScope, ProjectMapping};
use watchbell_provider::FieldProblem;

use crate::error::problem;
use crate::{Control, ControlError, IntegrationView, find};

/// The most characters of a project's slug.
const MAX_PROJECT: usize = 200;

impl Control {
    /// Sends the new incidents of `project` to `service`, which is linked too. False if nothing
    /// changed.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Invalid`] if the project has no name.
    pub fn project_map(
        &self,
        reference: &str,
        project: &str,
        service: &str,
        active: bool,
    ) -> Result<(IntegrationView, bool), ControlError> {
        self.project_map_in(reference, ConnectionScope::NONE, project, service, active)
    }

    /// The same for a project of a connection: see [`Control::connection_scope`].
    ///
    /// # Errors
    /// As for [`Control::project_map`].
    pub fn project_map_in(
        &self,
        reference: &str,
        scope: ConnectionScope,
        project: &str,
        service: &str,
        active: bool,
    ) -> Result<(IntegrationView, bool), ControlError> {
        let project = folded(project).map_err(|wrong| ControlError::Invalid(vec![wrong]))?;
        self.integration_change(reference, |config, integration| {
            let found = find::service(config, service);
            let service = found.map_err(|error| error.in_field("service_key"))?.id;
            crate::integration::link(integration, service);
            let mapping = ProjectMapping { scope, project: project.clone(), service, active };
            let is_same =
                |one: &ProjectMapping| one.scope == scope && one.project == mapping.project;
            integration.projects.retain(|one| !is_same(one));
            integration.projects.push(mapping);
            integration.projects.sort_by(|a, b| a.project.cmp(&b.project));
            Ok(())
        })
    }

    /// Takes the mapping of `project` away. False if it had none.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn project_unmap(
        &self,
        reference: &str,
        project: &str,
    ) -> Result<(IntegrationView, bool), ControlError> {
        self.project_unmap_in(reference, ConnectionScope::NONE, project)
    }

    /// The same for a project of a connection.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn project_unmap_in(
        &self,
        reference: &str,
        scope: ConnectionScope,
        project: &str,
    ) -> Result<(IntegrationView, bool), ControlError> {
        let project = folded(project).map_err(|wrong| ControlError::Invalid(vec![wrong]))?;
        self.integration_change(reference, |_, integration| {
            integration.projects.retain(|one| one.scope != scope || one.project != project);
            Ok(())
        })
    }
}

/// The project as it is compared.
pub(crate) fn folded(project: &str) -> Result<String, FieldProblem> {
    let project = project.trim().to_ascii_lowercase();
    let expected = format!("1 to {MAX_PROJECT} characters");
    if !(1..=MAX_PROJECT).contains(&project.chars().count()) {
        return Err(problem("project", expected, "another length"));
    }
    // PostgreSQL takes none.
    if project.contains('\0') {
        return Err(problem("project", expected, "a NUL character"));
    }
    Ok(project)
}
