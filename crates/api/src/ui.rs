//! The pages: one table of them, one door before them.

mod account;
mod deliveries;
pub(crate) mod door;
mod files;
mod incidents;
mod integrations;
mod live;
mod notice;
mod overview;
mod records;
mod sign_in;
mod table;
pub(crate) mod trouble;
mod typed;
pub(crate) mod visit;
mod welcome;

pub(crate) use door::safe;

use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, Resource, web};

use crate::State;
use crate::envelope::Request;
use crate::error::ApiError;

/// What a page gives back.
type Shown = Result<HttpResponse, ApiError>;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    files::routes(config);
    let mut resources: Vec<(&'static str, Resource)> = Vec::new();
    for page in table::pages() {
        let known = resources.iter().position(|(path, _)| *path == page.path);
        let (path, resource) = match known {
            Some(place) => resources.swap_remove(place),
            None => (page.path, web::resource(page.path)),
        };
        resources.push((path, resource.route(page.route)));
    }
    // The first that fits is taken: a name goes before a pattern that it fits.
    resources.sort_by_key(|(path, _)| path.contains('{'));
    for (_, resource) in resources {
        config.service(resource.wrap(from_fn(door::door)));
    }
}

/// The answer for every address that is not there: a page for a browser, JSON for a program.
pub(crate) async fn nothing_here(state: web::Data<State>, http: HttpRequest) -> HttpResponse {
    trouble::answer(&state, &Request::new(&state), &http, None, &ApiError::nothing_here())
}
