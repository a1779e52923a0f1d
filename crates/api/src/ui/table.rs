//! Every page and every form: its address and who may use it. The router and the door are made of this
//! table; there is no other.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route};
use watchbell_model::Scope;

use super::{deliveries, incidents, overview, sign_in};
use crate::rest::operation::Access::{self, Anyone, Needs, Open};

/// One row of the table.
pub(super) struct Page {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) route: Route,
}

/// The table.
pub(super) fn pages() -> Vec<Page> {
    let (read, write) = (Needs(Scope::IncidentsRead), Needs(Scope::IncidentsWrite));
    let (log, replay) = (Needs(Scope::DeliveriesRead), Needs(Scope::DeliveriesReplay));
    vec![
        get("/sign-in", Open, sign_in::show),
        post("/sign-in", Open, sign_in::sign_in),
        get("/sign-in/{token}", Open, sign_in::link::show),
        post("/sign-in/{token}", Open, sign_in::link::choose),
        post("/sign-out", Anyone, sign_in::sign_out),
        get("/", read, overview::show),
        get("/deliveries", log, deliveries::list),
        get("/deliveries/{id}", log, deliveries::detail::show),
        post("/deliveries/{id}/rehearse", replay, deliveries::replay::rehearse),
        post("/deliveries/{id}/replay", replay, deliveries::replay::run),
        get("/incidents", read, incidents::list),
        get("/incidents/{number}", read, incidents::detail::show),
        post("/incidents/{number}/acknowledge", write, incidents::change::acknowledge),
        post("/incidents/{number}/status", write, incidents::change::status),
        post("/incidents/{number}/severity", write, incidents::change::severity),
        post("/incidents/{number}/assign", write, incidents::change::assign),
        post("/incidents/{number}/comments", write, incidents::change::comment),
        post("/incidents/{number}/texts", write, incidents::change::texts),
    ]
}

fn get<H, Args>(path: &'static str, access: Access, handler: H) -> Page
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    page(Method::GET, path, access, handler)
}

fn post<H, Args>(path: &'static str, access: Access, handler: H) -> Page
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    page(Method::POST, path, access, handler)
}

fn page<H, Args>(method: Method, path: &'static str, access: Access, handler: H) -> Page
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    Page { route: Route::new().method(method.clone()).to(handler), method, path, access }
}
