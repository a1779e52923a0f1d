//! What GitHub tells of deploys and commits.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use watchbell_control::ControlError;
use watchbell_deploy::github::{self, News};
use watchbell_ingest::Hook;
use watchbell_model::{Delivery, DeliveryId, DeploySource, ServiceId};
use watchbell_signature::verify;

use super::{Call, posted};
use crate::envelope::success;
use crate::error::{ApiError, Code};
use crate::headers::headers;
use crate::state::State;

/// What became of a webhook.
#[derive(Debug, Serialize)]
struct WebhookView {
    /// recorded, or ignored.
    outcome: &'static str,
    /// Why it was ignored.
    reason: Option<String>,
    /// What it told of, service by service.
    services: Vec<ServiceTold>,
}

#[derive(Debug, Serialize)]
struct ServiceTold {
    service_key: String,
    /// The deploy, if it told of one.
    deploy_id: Option<String>,
    /// How many commits it told of.
    commits: usize,
}

pub(super) async fn webhook(
    state: web::Data<State>,
    http: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    posted(&state, &http, async |call| take(call, payload).await).await
}

async fn take(call: Call<'_>, payload: web::Payload) -> Result<HttpResponse, ApiError> {
    let Call { state, request, http } = call;
    let body = call.body(payload, state.settings.max_body_bytes).await?;
    let malformed = |got: String| {
        ApiError::new(Code::Malformed, format!("expected a webhook of GitHub's, got {got}"))
    };
    let (services, body) = proven(&call, body)?;
    let event = http.headers().get(github::EVENT_HEADER).and_then(|value| value.to_str().ok());
    let news = github::read(event.unwrap_or_default(), &body).map_err(malformed)?;
    if let News::Nothing(why) = news {
        let reason = Some(why.into_owned());
        let view = WebhookView { outcome: "ignored", reason, services: Vec::new() };
        return Ok(success(request, StatusCode::ACCEPTED, &view));
    }
    let control = state.control.clone();
    let taken = web::block(move || {
        let mut told = Vec::with_capacity(services.len());
        for service in services {
            told.push(match &news {
                News::Deployed(report) => {
                    let report = report.as_ref().clone();
                    let added = control.deploy_take(service, DeploySource::GitHub, report)?;
                    (service, Some(added.id), 0)
                }
                News::Pushed(pushed) => {
                    control.commits_take(service, pushed)?;
                    (service, None, pushed.commits.len())
                }
                News::Nothing(_) => continue,
            });
        }
        Ok::<_, ControlError>(told)
    });
    let taken = taken.await.map_err(|_| ApiError::unavailable("it was cut off; send it again"))?;
    let taken = taken.map_err(|error| ApiError::from_control(&error, request))?;
    let snapshot = state.live.load();
    let services = taken.into_iter().map(|(service, deploy, commits)| ServiceTold {
        service_key: snapshot.services.get(service).map_or_else(String::new, |s| s.key.to_string()),
        deploy_id: deploy.map(|id| id.to_string()),
        commits,
    });
    let view = WebhookView { outcome: "recorded", reason: None, services: services.collect() };
    Ok(success(request, StatusCode::ACCEPTED, &view))
}

/// The services whose secret it is signed with, among those of the repository that it names. Who fails
/// is a stranger.
fn proven(call: &Call<'_>, body: Vec<u8>) -> Result<(Vec<ServiceId>, Vec<u8>), ApiError> {
    let Call { state, request, http } = call;
    let hooks = match github::repository(&body) {
        Ok(repository) => state.live.load().deploys.hooks(&repository, request.at),
        Err(_) => Vec::new(),
    };
    let mut delivery = Delivery {
        id: DeliveryId::from_uuid(request.id.as_uuid()),
        received_at: request.at,
        headers: headers(http),
        body,
    };
    let mut services = Vec::new();
    for Hook { service, secrets } in hooks {
        delivery = match verify(&github::PROOF, delivery, &secrets, request.at) {
            Ok(verified) => {
                services.push(service);
                verified.into_inner()
            }
            Err(refused) => refused.delivery,
        };
    }
    if !services.is_empty() {
        return Ok((services, delivery.body));
    }
    Err(match state.strangers.count(call.address(), request.at) {
        Ok(_) => {
            let message = "X-Hub-Signature-256 fits no secret of a service with this repository";
            ApiError::new(Code::Unauthorized, message)
        }
        Err(rate) => call.too_often(rate, "too many requests with failed proofs from your address"),
    })
}
