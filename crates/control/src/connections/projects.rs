//! The projects of a connection's organization, and which services their incidents go to.

use watchbell_model::{ConnectionScope, ProjectMapping, Service};
use watchbell_provider::FieldProblem;
use watchbell_sentry_client::{Client, Error, Project};
use watchbell_store::StoredConfig;

use super::{one, outside};
use crate::error::{problem, quoted};
use crate::projects::folded;
use crate::{Control, ControlError, IntegrationView, find};

/// A project at the source, and what could become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectOffer {
    /// Its name in addresses.
    pub project: String,
    /// What people call it.
    pub name: String,
    /// Where its new incidents go, and whether that holds.
    pub mapped: Option<(Service, bool)>,
    /// The service that is called like it.
    pub proposed: Option<Service>,
}

/// The projects at the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectOffers {
    /// The projects, in the source's order.
    pub list: Vec<ProjectOffer>,
    /// Whether these are all.
    pub complete: bool,
}

/// Where a project's new incidents shall go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectChoice {
    /// The project's name in addresses.
    pub project: String,
    /// The service, by any of its keys.
    pub service: String,
}

impl Control {
    /// The projects of a connection's organization, as the source lists them now, each with its
    /// service or one that is called like it.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Outside`] if the source does not tell.
    pub fn connection_projects(
        &self,
        client: &Client,
        reference: &str,
        id: ConnectionScope,
    ) -> Result<ProjectOffers, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        let record = one(&config, integration.id, id)?;
        let (asking, scope) = (self.asking(record)?, record.connection.scope());
        let projects = asking.by(client).projects(&asking.organization);
        let projects = projects.map_err(|error: Error| outside(&error))?;
        let offer = |project: Project| {
            let mapping = integration.project(scope, &project.slug);
            let mapped = mapping.and_then(|mapping| {
                let mut services = config.services.iter();
                Some((services.find(|one| one.id == mapping.service)?.clone(), mapping.active))
            });
            let proposed = if mapped.is_none() { called_like(&config, &project) } else { None };
            ProjectOffer { project: project.slug, name: project.name, mapped, proposed }
        };
        let list = projects.list.into_iter().map(offer).collect();
        Ok(ProjectOffers { list, complete: projects.complete })
    }

    /// Sends the new incidents of these projects of a connection to services, which are linked too.
    /// All of them, or none.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Invalid`] with every wrong choice.
    pub fn connection_import(
        &self,
        reference: &str,
        id: ConnectionScope,
        choices: &[ProjectChoice],
    ) -> Result<IntegrationView, ControlError> {
        let (view, _) = self.integration_change(reference, |config, integration| {
            let scope = one(config, integration.id, id)?.connection.scope();
            let mut problems: Vec<FieldProblem> = Vec::new();
            for ProjectChoice { project, service } in choices {
                let path = format!("projects.{}", watchbell_model::cut(project.as_str(), 60));
                match (folded(project), find::service(config, service)) {
                    (Ok(project), Ok(service)) => {
                        crate::integration::link(integration, service.id);
                        let same =
                            |one: &ProjectMapping| one.scope == scope && one.project == project;
                        integration.projects.retain(|one| !same(one));
                        let service = service.id;
                        let mapping = ProjectMapping { scope, project, service, active: true };
                        integration.projects.push(mapping);
                    }
                    (Err(wrong), _) => problems.push(FieldProblem { path, ..wrong }),
                    (_, Err(_)) => {
                        problems.push(problem(&path, "the key of a service", quoted(service)));
                    }
                }
            }
            integration.projects.sort_by(|a, b| a.project.cmp(&b.project));
            if problems.is_empty() { Ok(()) } else { Err(ControlError::Invalid(problems)) }
        })?;
        Ok(view)
    }

    /// The scope of a connection's identities and mappings.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn connection_scope(
        &self,
        reference: &str,
        id: ConnectionScope,
    ) -> Result<ConnectionScope, ControlError> {
        Ok(self.connection(reference, id)?.scope())
    }
}

/// The service that is called like a project.
fn called_like(config: &StoredConfig, project: &Project) -> Option<Service> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let wanted = [plain(&project.slug), plain(&project.name)];
    let is_called = |service: &&Service| {
        let slug = service.slug.as_ref().map(|slug| plain(slug.as_str()));
        let bare = slug.as_ref().map(|slug| slug.trim_start_matches("svc").to_owned());
        let names = [Some(plain(&service.name)), slug, bare];
        names.into_iter().flatten().any(|name| !name.is_empty() && wanted.contains(&name))
    };
    config.services.iter().filter(|service| service.active).find(is_called).cloned()
}
