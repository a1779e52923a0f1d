//! Whether the process lives, whether it can take alerts, and its counters. None of these names a
//! key, a service or an integration.

use std::sync::atomic::Ordering;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::State;
use crate::envelope::json;
use crate::error::get_only;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    for (path, route) in [
        ("/healthz", web::get().to(healthz)),
        ("/readyz", web::get().to(readyz)),
        ("/metrics", web::get().to(metrics)),
    ] {
        config.service(web::resource(path).route(route).default_service(web::to(get_only)));
    }
}

#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<&'static str>,
}

async fn healthz() -> HttpResponse {
    json(StatusCode::OK, &Health { status: "alive", problems: Vec::new() })
}

async fn readyz(state: web::Data<State>) -> HttpResponse {
    let mut problems = Vec::new();
    if !state.committing.load(Ordering::Relaxed) {
        problems.push("the last batch could not be written");
    }
    let store = std::sync::Arc::clone(&state.store);
    if !matches!(web::block(move || store.ping()).await, Ok(Ok(()))) {
        problems.push("the database does not answer");
    }
    if problems.is_empty() {
        return json(StatusCode::OK, &Health { status: "ready", problems });
    }
    json(StatusCode::SERVICE_UNAVAILABLE, &Health { status: "not_ready", problems })
}

async fn metrics(state: web::Data<State>) -> HttpResponse {
    match state.metrics.text(&state.intake, &state.updates) {
        Ok(text) => HttpResponse::Ok()
            .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
            .body(text),
        Err(_) => HttpResponse::ServiceUnavailable().finish(),
    }
}
