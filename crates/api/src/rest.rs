//! The REST API under `/api/v1`: one table of operations, one gate before them.

mod audit;
pub(crate) mod call;
pub(crate) mod deliveries;
pub(crate) mod deploys;
mod enrichment;
mod explain;
mod fields;
pub(crate) mod gate;
pub(crate) mod incidents;
pub(crate) mod integrations;
mod jobs;
mod keys;
pub(crate) mod open_id;
mod openapi;
pub(crate) mod operation;
pub(crate) mod replay;
mod services;
mod session;
mod settings;
mod table;
mod teams;
mod users;
pub(crate) mod words;

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Resource, web};

pub use openapi::openapi_json;
pub(crate) use session::{cookie, with_cookie};

use crate::error::nothing_here;

/// Where the REST API begins.
const BASE: &str = "/api/v1";

/// What an operation gives back.
type Answered = Result<HttpResponse, crate::error::ApiError>;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    openapi::routes(config);
    let mut resources: Vec<(&'static str, Resource)> = Vec::new();
    for operation in table::operations() {
        let known = resources.iter().position(|(path, _)| *path == operation.path);
        let (path, resource) = match known {
            Some(place) => resources.swap_remove(place),
            None => (operation.path, web::resource(operation.path)),
        };
        resources.push((path, resource.route(operation.route)));
    }
    let scope = web::scope(BASE).wrap(from_fn(gate::gate)).default_service(web::to(nothing_here));
    let scope = resources.into_iter().fold(scope, |scope, (_, resource)| scope.service(resource));
    config.service(scope);
}
