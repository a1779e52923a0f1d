//! What a source's own page is answered when a person saves an alert rule there. It gets the form
//! that such pages understand, never our envelope.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde_json::json;
use watchbell_ingest::{Snapshot, Source};
use watchbell_model::{Delivery, DeliveryId, IntegrationState, Reason};
use watchbell_provider::RuleForm;
use watchbell_signature::verify;
use watchbell_triage::may_use;

use crate::body;
use crate::envelope::Request;
use crate::headers::headers;
use crate::state::State;

/// The largest request of such a page, in bytes.
const MAX_BYTES: usize = 256 << 10;

/// What is wrong, with the status that says so.
struct Refusal(StatusCode, String);

pub(super) async fn check(
    state: web::Data<State>,
    http: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> HttpResponse {
    let (provider, key) = path.into_inner();
    let request = Request::new(&state);
    match answer(&state, &http, (&provider, &key), &request, payload).await {
        Ok(()) => HttpResponse::Ok().json(json!({})),
        Err(Refusal(status, message)) => {
            tracing::info!(
                status = status.as_u16(),
                message,
                "the form of an alert rule was refused"
            );
            HttpResponseBuilder::new(status).json(json!({ "message": message }))
        }
    }
}

async fn answer(
    state: &State,
    http: &HttpRequest,
    (provider, key): (&str, &str),
    request: &Request,
    payload: web::Payload,
) -> Result<(), Refusal> {
    let snapshot = state.live.load();
    let source = super::source(&snapshot, Some(provider), key, request.at);
    let found = source.as_ref().and_then(|source| Some((source, source.provider.rule_form()?)));
    let Some((source, form)) = found else {
        // Counted like every other try of a key.
        let error = super::stranger(state, http, request);
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::NOT_FOUND);
        return Err(refusal(
            status,
            "Watchbell does not know this integration: paste its current JSON.",
        ));
    };
    if *http.method() != Method::POST {
        return Err(refusal(StatusCode::METHOD_NOT_ALLOWED, "This address takes POST only."));
    }
    if source.integration.state == IntegrationState::Disabled {
        return Err(refusal(StatusCode::FORBIDDEN, "This integration is disabled in Watchbell."));
    }
    let integration = source.integration.id;
    let busy = || refusal(StatusCode::SERVICE_UNAVAILABLE, "Watchbell is busy. Please save again.");
    let mut admission = state.intake.admit(integration, 0).await.map_err(|_| busy())?;
    let within = state.settings.body_timeout;
    let body = body::read(payload, 0, MAX_BYTES, within, &mut admission).await.map_err(|_| {
        refusal(StatusCode::BAD_REQUEST, "Watchbell did not receive all of it. Please save again.")
    })?;
    let delivery = Delivery {
        id: DeliveryId::from_uuid(state.ids.next()),
        received_at: request.at,
        headers: headers(http),
        body,
    };
    let verified = verify(&source.proof, delivery, &source.secrets, request.at).map_err(|refused| {
        tracing::info!(reason = refused.error.reason().as_str(), "a form's request is not proven");
        refusal(
            StatusCode::UNAUTHORIZED,
            "Watchbell could not verify the signature: compare the client secret in both places.",
        )
    })?;
    checked(form, &snapshot, source, &verified.into_inner().body)
        .map_err(|message| Refusal(StatusCode::BAD_REQUEST, message))
}

fn checked(
    form: &dyn RuleForm,
    snapshot: &Snapshot,
    source: &Source,
    body: &[u8],
) -> Result<(), String> {
    snapshot.with_rules(source, watchbell_model::ConnectionScope::NONE, |rules| {
        form.check(body, &|key| {
            let service = rules.services.find(key).ok_or(Reason::UnknownService)?;
            may_use(rules, service.id)
        })
    })
}

fn refusal(status: StatusCode, message: &str) -> Refusal {
    Refusal(status, message.to_owned())
}
