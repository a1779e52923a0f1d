//! One delivery on its way to its answer.
//!
//! The order of work is the precedence of answers: routing key (404), disabled (403), size (413),
//! proof (401, 415), rate limit (429), reading (400), topic (403), then the commit.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use watchbell_ingest::{
    Admission, Answer, Prepared, RateSlot, RateState, Refusal, Rejected, Snapshot, Source,
    SubmitError, Unreadable, prepare,
};
use watchbell_model::{
    Delivery, DeliveryId, DeliveryRecord, Headers, Outcome, Reason, Stage, Trace,
};
use watchbell_provider::{Proof, ReadError};
use watchbell_signature::{ProofError, Refused, Verified, verify};

use super::too_many_failures;
use crate::address;
use crate::body::{self, BodyError};
use crate::envelope::{Request, success};
use crate::error::{ApiError, Code};
use crate::headers::{headers, rate_headers};
use crate::state::State;
use crate::views::ResultView;

/// Bodies from here on are read in a thread of their own: parsing one takes longer than the other
/// connections of this thread should wait.
const LARGE_BODY_BYTES: usize = 256 << 10;

#[derive(Debug, Serialize)]
struct AnswerView<'a> {
    delivery_id: String,
    outcome: &'static str,
    reason: &'static str,
    alerts: Vec<ResultView<'a>>,
}

/// How a delivery was answered.
pub(super) struct Reply {
    /// What is answered, if not a success.
    result: Result<Answer, ApiError>,
    /// How it ended, unless it could not be stored.
    outcome: Option<Outcome>,
}

impl Reply {
    pub(super) fn rejected(error: ApiError) -> Self {
        Self { result: Err(error), outcome: Some(Outcome::Rejected) }
    }

    pub(super) fn unavailable(message: &'static str) -> Self {
        Self { result: Err(ApiError::unavailable(message)), outcome: None }
    }
}

/// One delivery on its way.
pub(super) struct Visit<'a> {
    pub(super) state: &'a State,
    pub(super) http: &'a HttpRequest,
    pub(super) request: Request,
    pub(super) source: &'a Arc<Source>,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) id: DeliveryId,
    pub(super) started: Instant,
}

impl Visit<'_> {
    pub(super) async fn run(&self, payload: web::Payload) -> Reply {
        let methods = self.source.provider.methods();
        if !methods.contains(&self.http.method().as_str()) {
            let (method, allowed) = (self.http.method(), methods.join(", "));
            let why = format!("the method is {method}, not {allowed}");
            return self.reject(Reason::Malformed, ApiError::method(allowed), why, None);
        }
        if let Some(refusal) = Refusal::of_state(self.source) {
            return self.refuse(refusal, "this integration is disabled", None);
        }
        let announced = self.announced_bytes();
        let max_bytes = self.state.settings.max_body_bytes;
        if announced.is_some_and(|bytes| bytes > max_bytes) {
            return self.too_large();
        }
        let announced = announced.unwrap_or(0);
        let integration = self.source.integration.id;
        let Ok(mut admission) = self.state.intake.admit(integration, announced).await else {
            return Reply::unavailable("too much is being worked on; try again");
        };
        let within = self.state.settings.body_timeout;
        match body::read(payload, announced, max_bytes, within, &mut admission).await {
            Ok(body) => self.with_body(body, admission).await,
            Err(BodyError::TooLarge) => self.too_large(),
            Err(BodyError::NoRoom) => Reply::unavailable("too much is being worked on; try again"),
            Err(BodyError::TooSlow) => self.incomplete("the body did not arrive in time"),
            Err(BodyError::Broken) => self.incomplete("the body did not arrive whole"),
        }
    }

    async fn with_body(&self, body: Vec<u8>, admission: Admission) -> Reply {
        let delivery =
            Delivery { id: self.id, received_at: self.request.at, headers: self.headers(), body };
        let verified = match self.prove(delivery).await {
            Some(Ok(verified)) => verified,
            Some(Err(refused)) => return self.unproven(&refused.error),
            None => return Reply::unavailable("the proof could not be checked; send it again"),
        };
        if let Some(refusal) = Refusal::of_encoding(&verified.as_ref().headers) {
            let message = "send the body as it is, without Content-Encoding";
            return self.refuse(refusal, message, Some(verified.into_inner().body));
        }
        let integration = &self.source.integration;
        let mut trace = Trace::new();
        let slot = match self.state.rates.admit(integration, self.request.at, &mut trace) {
            Ok(slot) => slot,
            Err(rate) => return self.rate_limited(rate, verified.into_inner().body),
        };
        match self.prepare(verified, trace).await {
            Some(Ok(mut prepared)) => match self.before_commit(&mut prepared).await {
                Ok(()) => self.commit(prepared, admission, slot).await,
                Err(reply) => reply,
            },
            Some(Err(unreadable)) => self.unreadable(*unreadable),
            None => Reply::unavailable("the body could not be read; send it again"),
        }
    }

    /// What a delivery about the integration itself asks for. It is durable before this ends.
    async fn before_commit(&self, prepared: &mut Prepared) -> Result<(), Reply> {
        self.let_in(prepared).await?;
        self.end_installation(prepared).await
    }

    /// Asks for the delivery's proof; none if that was cut off, as by a panic.
    async fn prove(&self, delivery: Delivery) -> Option<Result<Verified<Delivery>, Box<Refused>>> {
        let (source, now) = (self.source, self.request.at);
        if source.proof != Proof::Sns {
            return Some(verify(&source.proof, delivery, &source.secrets, now));
        }
        let (service, id) = (Arc::clone(&self.state.notifications), source.integration.id);
        web::block(move || service.prove(delivery, id, now)).await.ok()
    }

    /// Reads and routes the delivery; none if that was cut off, as by a panic.
    async fn prepare(
        &self,
        verified: Verified<Delivery>,
        trace: Trace,
    ) -> Option<Result<Prepared, Box<Unreadable>>> {
        let (source, snapshot) = (Arc::clone(self.source), Arc::clone(&self.snapshot));
        let (large, started) = (verified.as_ref().body.len() >= LARGE_BODY_BYTES, self.started);
        let work = move || prepare(verified, &source, &snapshot, trace, started);
        if large { web::block(work).await.ok() } else { Some(work()) }
    }

    async fn commit(&self, prepared: Prepared, admission: Admission, slot: RateSlot) -> Reply {
        match self.state.intake.submit(prepared, admission).await {
            Ok(answer) if answer.outcome == Outcome::Rejected => Reply {
                result: Err(ApiError::new(
                    Code::Conflict,
                    "this Idempotency-Key was used with another body; use a new one",
                )),
                outcome: Some(Outcome::Rejected),
            },
            Ok(answer) => {
                slot.accepted(self.request.at);
                Reply { outcome: Some(answer.outcome), result: Ok(answer) }
            }
            Err(SubmitError::NotStored) => {
                Reply::unavailable("the alert could not be stored; send it again")
            }
            Err(SubmitError::NoAnswer) => Reply::unavailable("the database is slow; send it again"),
            Err(SubmitError::Stopping) => {
                Reply::unavailable("the server is stopping; send it again")
            }
        }
    }

    fn too_large(&self) -> Reply {
        let refusal = Refusal::of_size(self.state.settings.max_body_bytes);
        let message = refusal.why.clone();
        self.refuse(refusal, message, None)
    }

    fn incomplete(&self, why: &'static str) -> Reply {
        self.reject(Reason::Malformed, ApiError::new(Code::Malformed, why), why, None)
    }

    /// One text for every failed proof; the event log has the precise reason. What is not a proof's
    /// form at all is said openly, since its sender can do something about it.
    fn unproven(&self, proof: &ProofError) -> Reply {
        let Some(refusal) = Refusal::of_proof(proof) else {
            return Reply::unavailable("the signing certificate cannot be had now; send it again");
        };
        let address = address::client(self.http, &self.state.settings.trusted_proxies);
        if let Err(rate) = self.state.strangers.count(address, self.request.at) {
            let error = too_many_failures(rate, &self.request);
            return self.reject_at(refusal.stage, refusal.reason, error, refusal.why, None);
        }
        let message = match Code::of_refusal(&refusal) {
            Code::Unauthorized => "the signature is missing or wrong".to_owned(),
            _ => refusal.why.clone(),
        };
        self.refuse(refusal, message, None)
    }

    fn rate_limited(&self, rate: RateState, body: Vec<u8>) -> Reply {
        let wait = rate.reset_at.saturating_sub(self.request.at.timestamp());
        let refusal = Refusal::of_limit(rate);
        let error =
            ApiError::new(Code::of_refusal(&refusal), refusal.why.clone()).retry_after(wait);
        self.reject_at(refusal.stage, refusal.reason, error, refusal.why, Some(body))
    }

    fn unreadable(&self, unreadable: Unreadable) -> Reply {
        let Unreadable { delivery, error: read, trace } = unreadable;
        let refusal = Refusal::of_reading(&read);
        let code = Code::of_refusal(&refusal);
        let error = match read {
            ReadError::Malformed { problem } => ApiError::fields(code, vec![problem]),
            ReadError::Invalid { problems, .. } => ApiError::fields(code, problems),
            error @ ReadError::TooManyAlerts { .. } => ApiError::new(code, error.to_string()),
        };
        self.log(refusal.reason, error.status(), trace, delivery.headers, Some(delivery.body));
        Reply::rejected(error)
    }

    /// Refuses the delivery; its sender is told `message`.
    pub(super) fn refuse(
        &self,
        refusal: Refusal,
        message: impl Into<Cow<'static, str>>,
        body: Option<Vec<u8>>,
    ) -> Reply {
        let error = ApiError::new(Code::of_refusal(&refusal), message);
        self.reject_at(refusal.stage, refusal.reason, error, refusal.why, body)
    }

    fn reject(
        &self,
        reason: Reason,
        error: ApiError,
        why: impl Into<String>,
        body: Option<Vec<u8>>,
    ) -> Reply {
        self.reject_at(Stage::Read, reason, error, why.into(), body)
    }

    pub(super) fn reject_at(
        &self,
        stage: Stage,
        reason: Reason,
        error: ApiError,
        why: String,
        body: Option<Vec<u8>>,
    ) -> Reply {
        let mut trace = Trace::new();
        trace.note(stage, why);
        let body = body.map(|body| self.source.provider.without_secrets(&body).unwrap_or(body));
        self.log(reason, error.status(), trace, self.headers().redacted(), body);
        Reply::rejected(error)
    }

    /// Hands a refused delivery to the event log.
    fn log(
        &self,
        reason: Reason,
        status: u16,
        trace: Trace,
        headers: Headers,
        body: Option<Vec<u8>>,
    ) {
        tracing::info!(reason = reason.as_str(), status, "delivery refused");
        self.state.intake.reject(Rejected {
            record: DeliveryRecord {
                id: self.id,
                integration: self.source.integration.id,
                received_at: self.request.at,
                headers,
                body,
                outcome: Outcome::Rejected,
                reason,
                status,
                duration_us: i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX),
                trace,
                results: Vec::new(),
                repeats: None,
                revision: self.snapshot.revision,
            },
        });
    }

    fn headers(&self) -> Headers {
        headers(self.http)
    }

    fn announced_bytes(&self) -> Option<usize> {
        self.http.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
    }

    pub(super) fn respond(&self, reply: Reply) -> HttpResponse {
        let seconds = self.started.elapsed().as_secs_f64();
        if let Some(outcome) = reply.outcome {
            self.state.metrics.delivery(self.source.provider.slug(), outcome, seconds);
        } else {
            tracing::warn!("delivery answered 503");
            self.state.metrics.unavailable();
        }
        let mut response = match reply.result {
            Ok(answer) => {
                tracing::debug!(
                    outcome = answer.outcome.as_str(),
                    reason = answer.reason.as_str(),
                    "delivery answered"
                );
                success(&self.request, StatusCode::ACCEPTED, &answer_view(&answer))
            }
            Err(error) => error.response(&self.request),
        };
        let integration = &self.source.integration;
        let rate = self.state.rates.state(integration.id, integration.rate_limit, self.request.at);
        rate_headers(response.headers_mut(), rate, "webhook");
        response
    }
}

fn answer_view(answer: &Answer) -> AnswerView<'_> {
    AnswerView {
        delivery_id: answer.delivery.to_string(),
        outcome: answer.outcome.as_str(),
        reason: answer.reason.as_str(),
        alerts: answer.results.iter().map(ResultView::new).collect(),
    }
}
