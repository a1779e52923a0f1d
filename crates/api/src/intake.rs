//! The intake addresses: from a request to a durable answer.

mod form;
mod installation;
mod issues;
mod page;
mod sample;
mod topic;
mod visit;

use std::sync::Arc;
use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, web};
use tracing::Instrument;
use watchbell_ingest::{RateState, Snapshot, Source};
use watchbell_model::{DeliveryId, Timestamp};
use watchbell_provider::FieldProblem;

use crate::address;
use crate::envelope::Request;
use crate::error::{ApiError, Code};
use crate::query::Query;
use crate::state::State;
pub(crate) use sample::send_sample;
use visit::Visit;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(web::resource("/webhooks/{routing_key}").route(web::to(by_key)))
        .service(web::resource("/api/integrations/{provider}").route(web::to(by_query)))
        .service(
            web::resource("/api/integrations/{provider}/{routing_key}/webhook")
                .route(web::to(by_provider)),
        )
        .service(
            web::resource("/api/integrations/{provider}/{routing_key}/settings")
                .route(web::to(form::check)),
        )
        .service(
            web::resource("/api/integrations/{provider}/{routing_key}/issue-link/create")
                .route(web::to(issues::create)),
        )
        .service(
            web::resource("/api/integrations/{provider}/{routing_key}/issue-link/link")
                .route(web::to(issues::existing)),
        )
        .service(
            web::resource("/api/integrations/{provider}/{routing_key}/issue-link/incidents")
                .route(web::to(issues::incidents)),
        );
}

async fn by_key(
    state: web::Data<State>,
    http: HttpRequest,
    key: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    receive(state, http, None, &key, payload).await
}

async fn by_provider(
    state: web::Data<State>,
    http: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> HttpResponse {
    let (provider, key) = path.into_inner();
    receive(state, http, Some(&provider), &key, payload).await
}

/// The address that OpsKnight's senders know: what else the query holds is not looked at.
async fn by_query(
    state: web::Data<State>,
    http: HttpRequest,
    provider: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    let key = Query::new(http.query_string()).one::<String>("integrationId", "a routing key");
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        let expected = "the routing key of the integration, as `?integrationId=…`".to_owned();
        let path = "integrationId".to_owned();
        let problem = FieldProblem { path, expected, got: "nothing".to_owned() };
        let error = ApiError::fields(Code::ValidationError, vec![problem]);
        return error.response(&Request::new(&state));
    };
    receive(state, http, Some(&provider), &key, payload).await
}

/// Takes a delivery for the integration with this key, if it is one of `provider`.
async fn receive(
    state: web::Data<State>,
    http: HttpRequest,
    provider: Option<&str>,
    key: &str,
    payload: web::Payload,
) -> HttpResponse {
    let started = Instant::now();
    let request = Request::new(&state);
    let snapshot = state.live.load();
    let Some(source) = source(&snapshot, provider, key, request.at) else {
        return stranger(&state, &http, &request).response(&request);
    };
    let id = DeliveryId::from_uuid(state.ids.next());
    let span = tracing::info_span!(
        "delivery",
        delivery.id = %id,
        request.id = %request.id,
        provider = source.provider.slug()
    );
    let visit =
        Visit { state: &state, http: &http, request, source: &source, snapshot, id, started };
    async move {
        let reply = visit.run(payload).await;
        visit.respond(reply)
    }
    .instrument(span)
    .await
}

/// The source with this key, if it is one of `provider`.
fn source(
    snapshot: &Snapshot,
    provider: Option<&str>,
    key: &str,
    now: Timestamp,
) -> Option<Arc<Source>> {
    let source = snapshot.source_by_key(key, now)?;
    let its = source.provider;
    let fits = provider.is_none_or(|name| its.slug() == name || its.aliases().contains(&name));
    fits.then(|| Arc::clone(source))
}

/// An unknown key: the same answer whatever it looks like, and after a while none at all.
fn stranger(state: &State, http: &HttpRequest, request: &Request) -> ApiError {
    let address = address::client(http, &state.settings.trusted_proxies);
    let error = match state.strangers.count(address, request.at) {
        Ok(_) => ApiError::new(Code::NotFound, "there is no integration with this routing key"),
        Err(rate) => too_many_failures(rate, request),
    };
    state.metrics.stranger(error.status());
    error
}

fn too_many_failures(rate: RateState, request: &Request) -> ApiError {
    let message = "too many requests with unknown keys or failed proofs from your address";
    let wait = rate.reset_at.saturating_sub(request.at.timestamp());
    ApiError::new(Code::RateLimited, message).retry_after(wait)
}
