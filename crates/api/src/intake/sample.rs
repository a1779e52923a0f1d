//! A test alert: a provider's own sample, on the way that every delivery goes.

use std::sync::Arc;
use std::time::Instant;

use watchbell_ingest::{Answer, Source, SubmitError, prepare};
use watchbell_model::{Delivery, DeliveryId, Headers, IntegrationState, Stage, Trace};
use watchbell_provider::{Options, Proof, SampleContext};
use watchbell_signature::{sign, verify};

use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};

/// Sends the sample that opens an incident, signed with the integration's newest secret, for `who`
/// asked for it. What it does is durable before this ends.
///
/// # Errors
/// 409, why it does not go through; 429 over the rate limit; 503.
pub(crate) async fn send_sample(
    state: &State,
    request: &Request,
    source: &Arc<Source>,
    who: &str,
) -> Result<Answer, ApiError> {
    let started = Instant::now();
    let refused = |why: String| ApiError::new(Code::Conflict, why);
    let integration = &source.integration;
    if integration.state != IntegrationState::Connected {
        return Err(refused(format!("the integration is {}: enable it first", integration.state)));
    }
    if source.proof == Proof::Sns {
        return Err(refused(
            "its messages are signed by the notification service, so only a topic can send one"
                .to_owned(),
        ));
    }
    let (snapshot, now) = (state.live.load(), request.at);
    let services = integration.default_service.into_iter();
    let mut services = services.chain(integration.links.iter().map(|link| link.service));
    let service = services.find_map(|id| snapshot.services.get(id)).ok_or_else(|| {
        refused("no service is linked, so the alert would open nothing: link one".to_owned())
    })?;
    let id = DeliveryId::from_uuid(state.ids.next());
    let nonce = id.as_uuid().simple().to_string();
    let context = SampleContext { service_key: service.key.to_string(), now, nonce };
    let options = Options::new(&integration.options);
    let sample = source.provider.samples(&context).into_iter().next();
    let sample = sample.ok_or_else(|| refused("this provider has no sample".to_owned()))?;
    let body = sample.body.into_bytes();
    let proof = source.provider.proof(&options);
    let signed = source.secrets.last().map(|key| sign(&proof, key, &body, now));
    let own = sample.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let signed = signed.into_iter().flatten().map(|(name, value)| (name.into_owned(), value));
    let headers: Vec<_> = own.chain(signed).collect();
    let headers = Headers::new(headers.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let bytes = body.len();
    let delivery = Delivery { id, received_at: now, headers, body };
    let verified = verify(&source.proof, delivery, &source.secrets, now)
        .map_err(|proof| refused(proof.error.to_string()))?;
    let mut trace = Trace::new();
    trace.note(Stage::Proof, format!("a test alert that {who} sent from the integration's page"));
    let slot = state.rates.admit(integration, now, &mut trace).map_err(|rate| {
        let wait = rate.reset_at.saturating_sub(now.timestamp());
        ApiError::new(Code::RateLimited, "the rate limit of its key is reached").retry_after(wait)
    })?;
    let prepared = prepare(verified, source, &snapshot, trace, started)
        .map_err(|unreadable| refused(unreadable.error.to_string()))?;
    let busy = || ApiError::unavailable("too much is being worked on; try again");
    let admission = state.intake.admit(integration.id, bytes).await.map_err(|_| busy())?;
    let answer = state.intake.submit(prepared, admission).await.map_err(|error| match error {
        SubmitError::NotStored | SubmitError::NoAnswer | SubmitError::Stopping => {
            ApiError::unavailable("the alert could not be stored; try again")
        }
    })?;
    slot.accepted(now);
    let seconds = started.elapsed().as_secs_f64();
    state.metrics.delivery(source.provider.slug(), answer.outcome, seconds);
    Ok(answer)
}
