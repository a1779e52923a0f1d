//! `POST /webhooks/{routing_key}`: from a request to a durable answer.
//!
//! The order of work is the precedence of answers: routing key (404), disabled (403), size (413),
//! proof (401, 415), rate limit (429), reading (400), then the commit.

use std::sync::Arc;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use tracing::Instrument;
use watchbell_ingest::{
    Admission, Answer, Prepared, RateSlot, RateState, Rejected, Snapshot, Source, SubmitError,
    Unreadable, prepare,
};
use watchbell_model::{
    Delivery, DeliveryId, DeliveryRecord, Headers, IntegrationState, Outcome, Reason, Stage, Trace,
};
use watchbell_provider::{Options, ReadError};
use watchbell_signature::{ProofError, Verified, verify};

use crate::address;
use crate::body::{self, BodyError};
use crate::envelope::{Request, success};
use crate::error::{ApiError, Code};
use crate::headers::headers;
use crate::state::State;
use crate::views::ResultView;

/// Bodies from here on are read in a thread of their own: parsing one takes longer than the other
/// connections of this thread should wait.
const LARGE_BODY_BYTES: usize = 256 << 10;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/webhooks/{routing_key}").route(web::to(webhook)));
}

#[derive(Debug, Serialize)]
struct AnswerView<'a> {
    delivery_id: String,
    outcome: &'static str,
    reason: &'static str,
    alerts: Vec<ResultView<'a>>,
}

/// How a delivery was answered.
struct Reply {
    /// What is answered, if not a success.
    result: Result<Answer, ApiError>,
    /// How it ended, unless it could not be stored.
    outcome: Option<Outcome>,
}

impl Reply {
    fn rejected(error: ApiError) -> Self {
        Self { result: Err(error), outcome: Some(Outcome::Rejected) }
    }

    fn unavailable(message: &'static str) -> Self {
        Self { result: Err(ApiError::unavailable(message)), outcome: None }
    }
}

async fn webhook(
    state: web::Data<State>,
    http: HttpRequest,
    key: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    let started = Instant::now();
    let request = Request::new(&state);
    let snapshot = state.live.load();
    let Some(source) = snapshot.source_by_key(&key, request.at).cloned() else {
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

/// An unknown key: the same answer whatever it looks like, and after a while none at all.
fn stranger(state: &State, http: &HttpRequest, request: &Request) -> ApiError {
    let address = address::client(http, &state.settings.trusted_proxies);
    let error = match state.strangers.failed(address, request.at) {
        Ok(()) => ApiError::new(Code::NotFound, "there is no integration with this routing key"),
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

/// One delivery on its way.
struct Visit<'a> {
    state: &'a State,
    http: &'a HttpRequest,
    request: Request,
    source: &'a Arc<Source>,
    snapshot: Arc<Snapshot>,
    id: DeliveryId,
    started: Instant,
}

impl Visit<'_> {
    async fn run(&self, payload: web::Payload) -> Reply {
        if self.http.method() != actix_web::http::Method::POST {
            let why = format!("the method is {}, not POST", self.http.method());
            return self.reject(Reason::Malformed, ApiError::method("POST"), why, None);
        }
        if self.source.integration.state == IntegrationState::Disabled {
            let error = ApiError::new(Code::Forbidden, "this integration is disabled");
            return self.reject(Reason::Disabled, error, "the integration is disabled", None);
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
        let proof = self.source.provider.proof(&Options::new(&self.source.integration.options));
        let verified = match verify(&proof, delivery, &self.source.secrets, self.request.at) {
            Ok(verified) => verified,
            Err(refused) => return self.unproven(&refused.error),
        };
        if has_content_encoding(&verified.as_ref().headers) {
            return self.encoded(verified.into_inner().body);
        }
        let mut trace = Trace::new();
        let slot = match self.take_slot(&mut trace) {
            Ok(slot) => slot,
            Err(rate) => return self.rate_limited(rate, verified.into_inner().body),
        };
        match self.prepare(verified, trace).await {
            Some(Ok(prepared)) => self.commit(prepared, admission, slot).await,
            Some(Err(unreadable)) => self.unreadable(*unreadable),
            None => Reply::unavailable("the body could not be read; send it again"),
        }
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

    fn take_slot(&self, trace: &mut Trace) -> Result<RateSlot, RateState> {
        let integration = &self.source.integration;
        let taken = self.state.rates.take(integration.id, integration.rate_limit, self.request.at);
        match taken {
            Err(rate) if integration.accept_over_limit => {
                trace.note(Stage::Limit, format!("over the limit of {}; accepted", rate.limit));
                Ok(RateSlot::outside(integration.id))
            }
            taken => taken,
        }
    }

    fn too_large(&self) -> Reply {
        let max = self.state.settings.max_body_bytes;
        let message = format!("the body is larger than {max} bytes");
        let error = ApiError::new(Code::TooLarge, message.clone());
        self.reject(Reason::TooLarge, error, message, None)
    }

    fn encoded(&self, body: Vec<u8>) -> Reply {
        let message = "send the body as it is, without Content-Encoding";
        let error = ApiError::new(Code::UnsupportedEncoding, message);
        self.reject(Reason::Malformed, error, "the body has a content encoding", Some(body))
    }

    fn incomplete(&self, why: &'static str) -> Reply {
        self.reject(Reason::Malformed, ApiError::new(Code::Malformed, why), why, None)
    }

    /// One text for every failed proof; the event log has the precise reason.
    fn unproven(&self, proof: &ProofError) -> Reply {
        let address = address::client(self.http, &self.state.settings.trusted_proxies);
        let error = match self.state.strangers.failed(address, self.request.at) {
            Ok(()) => ApiError::new(Code::Unauthorized, "the signature is missing or wrong"),
            Err(rate) => too_many_failures(rate, &self.request),
        };
        self.reject_at(Stage::Proof, proof.reason(), error, proof.to_string(), None)
    }

    fn rate_limited(&self, rate: RateState, body: Vec<u8>) -> Reply {
        let wait = rate.reset_at.saturating_sub(self.request.at.timestamp());
        let message = format!("more than {} deliveries in 60 seconds", rate.limit);
        let error = ApiError::new(Code::RateLimited, message.clone()).retry_after(wait);
        self.reject_at(Stage::Limit, Reason::RateLimited, error, message, Some(body))
    }

    fn unreadable(&self, unreadable: Unreadable) -> Reply {
        let Unreadable { delivery, error: read, trace } = unreadable;
        let reason = read.reason();
        let error = match read {
            ReadError::Malformed { problem } => ApiError::fields(Code::Malformed, vec![problem]),
            ReadError::Invalid { problems, .. } => {
                ApiError::fields(Code::ValidationError, problems)
            }
            error @ ReadError::TooManyAlerts { .. } => {
                ApiError::new(Code::TooLarge, error.to_string())
            }
        };
        self.log(reason, error.status(), trace, delivery.headers, Some(delivery.body));
        Reply::rejected(error)
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

    fn reject_at(
        &self,
        stage: Stage,
        reason: Reason,
        error: ApiError,
        why: String,
        body: Option<Vec<u8>>,
    ) -> Reply {
        let mut trace = Trace::new();
        trace.note(stage, why);
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
                duplicate_of: None,
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

    fn respond(&self, reply: Reply) -> HttpResponse {
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
        rate_headers(&mut response, rate);
        response
    }
}

fn has_content_encoding(headers: &Headers) -> bool {
    headers
        .get(CONTENT_ENCODING.as_str())
        .is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity"))
}

fn answer_view(answer: &Answer) -> AnswerView<'_> {
    AnswerView {
        delivery_id: answer.delivery.to_string(),
        outcome: answer.outcome.as_str(),
        reason: answer.reason.as_str(),
        alerts: answer.results.iter().map(ResultView::new).collect(),
    }
}

/// The limit's headers. Without a limit `X-RateLimit-Limit` is 0 and a great many remain.
fn rate_headers(response: &mut HttpResponse, rate: RateState) {
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: HeaderValue| {
        headers.insert(HeaderName::from_static(name), value);
    };
    let remaining = rate.remaining.min(i32::MAX.unsigned_abs());
    set("x-ratelimit-limit", rate.limit.into());
    set("x-ratelimit-remaining", remaining.into());
    set("x-ratelimit-reset", rate.reset_at.into());
    set("x-ratelimit-category", HeaderValue::from_static("webhook"));
}
