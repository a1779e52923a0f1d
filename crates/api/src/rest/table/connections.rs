//! The part of the table that is about connections with organizations at the source.

use watchbell_model::Scope;

use super::{DELETE, GET, POST, PUT};
use crate::rest::integrations::{connections, links, view};
use crate::rest::operation::Access::Needs;
use crate::rest::operation::Operation;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn operations() -> Vec<Operation> {
    type One = connections::ConnectionView;
    type Whole = view::IntegrationView;
    let (read, write) = (Needs(Scope::IntegrationsRead), Needs(Scope::IntegrationsWrite));
    vec![
        Operation::new::<Vec<One>, _, _>(
            GET,
            "/integrations/{id}/connections",
            read,
            connections::list,
            "List the organizations at the source that are connected",
        ),
        Operation::new::<One, _, _>(
            POST,
            "/integrations/{id}/connections",
            write,
            connections::create,
            "Connect an organization by a token, which is checked first",
        )
        .takes::<connections::ConnectionCreate>()
        .creates(),
        Operation::new::<One, _, _>(
            GET,
            "/integrations/{id}/connections/{connection_id}",
            read,
            connections::detail,
            "Show a connection",
        ),
        Operation::new::<Vec<One>, _, _>(
            DELETE,
            "/integrations/{id}/connections/{connection_id}",
            write,
            connections::remove,
            "Remove a connection, its tokens and its mappings of projects; gives those that are left",
        ),
        Operation::new::<One, _, _>(
            POST,
            "/integrations/{id}/connections/{connection_id}/check",
            write,
            connections::check,
            "Ask the source whether a connection works",
        ),
        Operation::new::<connections::ProjectOffersView, _, _>(
            GET,
            "/integrations/{id}/connections/{connection_id}/projects",
            read,
            connections::projects,
            "List the organization's projects, as the source tells them now",
        ),
        Operation::new::<Whole, _, _>(
            POST,
            "/integrations/{id}/connections/{connection_id}/projects/import",
            write,
            connections::import,
            "Send the new incidents of several projects to services",
        )
        .takes::<connections::ProjectsImport>(),
        Operation::new::<Whole, _, _>(
            PUT,
            "/integrations/{id}/connections/{connection_id}/projects/{project}",
            write,
            connections::map_project,
            "Send the new incidents of a connection's project to a service",
        )
        .takes::<links::ProjectSet>(),
        Operation::new::<Whole, _, _>(
            DELETE,
            "/integrations/{id}/connections/{connection_id}/projects/{project}",
            write,
            connections::unmap_project,
            "Take the mapping of a connection's project away",
        ),
        Operation::new::<connections::AppView, _, _>(
            GET,
            "/integrations/{id}/app",
            read,
            connections::app,
            "Show the integration's app at the source, and where to install it",
        ),
        Operation::new::<connections::AppView, _, _>(
            PUT,
            "/integrations/{id}/app",
            write,
            connections::app_set,
            "Give the integration its app at the source",
        )
        .takes::<connections::AppSet>(),
        Operation::new::<Whole, _, _>(
            DELETE,
            "/integrations/{id}/app",
            write,
            connections::app_remove,
            "Take the integration's app away, when no organization is connected by it",
        ),
    ]
}
