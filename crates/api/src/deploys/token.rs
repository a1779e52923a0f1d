//! Deploys that a pipeline tells, with its service's token.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use watchbell_deploy::{NotRead, Report};
use watchbell_model::{DeploySource, Service, ServiceId};

use super::{Call, posted};
use crate::envelope::success;
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
    posted(&state, &http, async |call| take(call, payload).await).await
}

async fn take(call: Call<'_>, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let Call { state, request, .. } = call;
    let address = call.address();
    let limits = &state.deploys;
    limits.addresses.count(address, request.at).map_err(|rate| {
        call.too_often(rate, "more than 60 deploys in a minute from your address")
    })?;
    let (service, token) = proven(&call)?;
    limits
        .tokens
        .count(token, request.at)
        .map_err(|rate| call.too_often(rate, "more than 60 deploys in a minute with this token"))?;
    let report = read(&call.body(payload, MAX_BYTES).await?)?;
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
    posted(&state, &http, async |call| try_out(call, payload).await).await
}

async fn try_out(call: Call<'_>, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let Call { state, request, .. } = call;
    let address = call.address();
    state
        .deploys
        .tests
        .count(address, request.at)
        .map_err(|rate| call.too_often(rate, "more than 10 tests in a minute from your address"))?;
    let (service, _) = proven(&call)?;
    let body = call.body(payload, MAX_BYTES).await?;
    let body_read = !body.trim_ascii().is_empty();
    if body_read {
        read(&body)?;
    }
    let view =
        TokenWorks { service_key: service.key.as_str(), service_name: &service.name, body_read };
    Ok(success(request, StatusCode::OK, &view))
}

/// The service whose token it is, and the token's digest.
fn proven(call: &Call<'_>) -> Result<(Service, [u8; 32]), ApiError> {
    let Call { state, request, http } = call;
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
