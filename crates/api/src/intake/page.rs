//! What a source's own pages send while a person waits there: proven like a delivery, and answered in
//! the form that such pages understand, never in our envelope. It is no delivery: the event log does
//! not have it.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde_json::json;
use watchbell_ingest::{Admission, Snapshot, Source};
use watchbell_model::{Delivery, DeliveryId, IntegrationState};
use watchbell_provider::Provider;
use watchbell_signature::verify;

use crate::address;
use crate::body;
use crate::envelope::Request;
use crate::headers::headers;
use crate::state::State;

/// The largest request of such a page, in bytes.
const MAX_BYTES: usize = 256 << 10;

/// What is wrong, with the status that says so, for the person at the page.
pub(super) struct Refusal(StatusCode, String);

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self(status, message.into())
    }

    /// It is the person's to mend.
    pub(super) fn of(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// It passes by itself.
    pub(super) fn busy() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Watchbell is busy. Please try again.")
    }

    pub(super) fn answer(self) -> HttpResponse {
        let Self(status, message) = self;
        tracing::info!(status = status.as_u16(), message, "a page of the source was refused");
        HttpResponseBuilder::new(status).json(json!({ "message": message }))
    }
}

/// A proven request of a page.
pub(super) struct Proven<T> {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) source: Arc<Source>,
    /// What its provider has for such pages.
    pub(super) of_provider: T,
    pub(super) body: Vec<u8>,
    /// Its place among what is worked on, until it is answered.
    pub(super) admission: Admission,
}

/// Takes a request of a page of `provider`'s for the integration with this key. `of_provider` gives
/// what the provider has for such pages, if it has them.
pub(super) async fn proven<T>(
    state: &State,
    http: &HttpRequest,
    (provider, key): (&str, &str),
    (request, method): (&Request, Method),
    payload: web::Payload,
    of_provider: impl Fn(&'static dyn Provider) -> Option<T>,
) -> Result<Proven<T>, Refusal> {
    let snapshot = state.live.load();
    let source = super::source(&snapshot, Some(provider), key, request.at);
    let found = source.and_then(|source| {
        let has = of_provider(source.provider)?;
        Some((source, has))
    });
    let Some((source, of_provider)) = found else {
        // Counted like every other try of a key.
        let error = super::stranger(state, http, request);
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::NOT_FOUND);
        return Err(Refusal::new(
            status,
            "Watchbell does not know this integration: paste its current JSON.",
        ));
    };
    if *http.method() != method {
        let message = format!("This address takes {method} only.");
        return Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, message));
    }
    if source.integration.state == IntegrationState::Disabled {
        let message = "This integration is disabled in Watchbell.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, message));
    }
    let integration = source.integration.id;
    let mut admission = state.intake.admit(integration, 0).await.map_err(|_| Refusal::busy())?;
    let within = state.settings.body_timeout;
    let body = body::read(payload, 0, MAX_BYTES, within, &mut admission).await;
    let body =
        body.map_err(|_| Refusal::of("Watchbell did not receive all of it. Please try again."))?;
    let delivery = Delivery {
        id: DeliveryId::from_uuid(state.ids.next()),
        received_at: request.at,
        headers: headers(http),
        body,
    };
    let verified = verify(&source.proof, delivery, &source.secrets, request.at);
    let verified = verified.map_err(|refused| {
        tracing::info!(reason = refused.error.reason().as_str(), "a page's request is not proven");
        unproven(state, http, request)
    })?;
    let body = verified.into_inner().body;
    Ok(Proven { snapshot, source, of_provider, body, admission })
}

/// A failed proof: after a while it is not even said that it failed, as with deliveries.
fn unproven(state: &State, http: &HttpRequest, request: &Request) -> Refusal {
    let address = address::client(http, &state.settings.trusted_proxies);
    match state.strangers.count(address, request.at) {
        Ok(_) => Refusal::new(
            StatusCode::UNAUTHORIZED,
            "Watchbell could not verify the signature: compare the client secret in both places.",
        ),
        Err(_) => Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many requests with unknown keys or wrong signatures came from this address. Please \
             try again in a minute.",
        ),
    }
}
