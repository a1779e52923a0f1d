//! Deploys that a pipeline tells, with its service's token.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use watchbell_deploy::{NotRead, Report};
use watchbell_model::{DeploySource, Service, ServiceId};

use super::{answered, bounded_body, only_post, too_often};
use crate::address;
use crate::envelope::{Request, success};
use crate::error::{ApiError, Code};
use crate::state::State;

/// The header with the token.
const TOKEN: &str = "x-deploy-token";
/// The most bytes of a body: 100 KB.
const MAX_BYTES: usize = 102_400;

#[derive(Debug, Serialize)]
struct DeployTold {
    deploy_id: String,
    /// recorded, or duplicate: the same one was told in the ten minutes before.
    outcome: &'static str,
    service_key: String,
}

#[derive(Debug, Serialize)]
struct TokenWorks<'a> {
    service_key: &'a str,
    service_name: &'a str,
    /// Whether there was a body, which could be read as a deploy. Nothing was recorded.
    body_read: bool,
}

pub(super) async fn tell(
    state: web::Data<State>,
    http: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let request = Request::new(&state);
    answered(&request, take(&state, &request, &http, payload).await)
}

async fn take(
    state: &web::Data<State>,
    request: &Request,
    http: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    only_post(http)?;
    let address = address::client(http, &state.settings.trusted_proxies);
    let limits = &state.deploys;
    limits.addresses.count(address, request.at).map_err(|rate| {
        too_often(rate, request, "more than 60 deploys in a minute from your address")
    })?;
    let (service, token) = proven(state, request, http)?;
    limits.tokens.count(token, request.at).map_err(|rate| {
        too_often(rate, request, "more than 60 deploys in a minute with this token")
    })?;
    let report = read(&bounded_body(state, http, payload, MAX_BYTES).await?)?;
    let control = state.control.clone();
    let stored =
        web::block(move || control.deploy_take(service.id, DeploySource::Token, report)).await;
    let cut_off = |_| ApiError::unavailable("it was cut off; send it again");
    let added = stored.map_err(cut_off)?;
    let added = added.map_err(|error| ApiError::from_control(&error, request))?;
    let view = DeployTold {
        deploy_id: added.id.to_string(),
        outcome: if added.is_new { "recorded" } else { "duplicate" },
        service_key: service.key.to_string(),
    };
    Ok(success(request, StatusCode::ACCEPTED, &view))
}

/// Says whether a token works, and whether the body does, if there is one.
pub(super) async fn test(
    state: web::Data<State>,
    http: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let request = Request::new(&state);
    answered(&request, try_out(&state, &request, &http, payload).await)
}

async fn try_out(
    state: &web::Data<State>,
    request: &Request,
    http: &HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    only_post(http)?;
    let address = address::client(http, &state.settings.trusted_proxies);
    state.deploys.tests.count(address, request.at).map_err(|rate| {
        too_often(rate, request, "more than 10 tests in a minute from your address")
    })?;
    let (service, _) = proven(state, request, http)?;
    let body = bounded_body(state, http, payload, MAX_BYTES).await?;
    let body_read = !body.trim_ascii().is_empty();
    if body_read {
        read(&body)?;
    }
    let view =
        TokenWorks { service_key: service.key.as_str(), service_name: &service.name, body_read };
    Ok(success(request, StatusCode::OK, &view))
}

/// The service whose token it is, and the token's digest.
fn proven(
    state: &State,
    request: &Request,
    http: &HttpRequest,
) -> Result<(Service, [u8; 32]), ApiError> {
    let token = http.headers().get(TOKEN).and_then(|value| value.to_str().ok());
    let snapshot = state.live.load();
    let found: Option<(ServiceId, [u8; 32])> =
        token.and_then(|token| snapshot.deploys.by_token(token.trim(), request.at));
    let found = found.and_then(|(id, hash)| Some((snapshot.services.get(id)?.clone(), hash)));
    found.ok_or_else(|| {
        let message = "send a valid deploy token as \"X-Deploy-Token: dpl_…\"";
        ApiError::new(Code::Unauthorized, message)
    })
}

fn read(body: &[u8]) -> Result<Report, ApiError> {
    watchbell_deploy::read(body).map_err(|error| match error {
        NotRead::Malformed(got) => {
            ApiError::new(Code::Malformed, format!("expected a JSON object, got {got}"))
        }
        NotRead::Invalid(problems) => ApiError::fields(Code::ValidationError, problems),
    })
}
