//! The envelopes of every answer: `{"success":true,"data":…,"meta":…}`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::SecondsFormat;
use serde::Serialize;
use watchbell_model::{RequestId, Timestamp};

use crate::State;

/// Which request an answer belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request {
    /// Its id, for finding it in the log.
    pub(crate) id: RequestId,
    /// When it arrived.
    pub(crate) at: Timestamp,
}

impl Request {
    /// A request that arrives now.
    pub(crate) fn new(state: &State) -> Self {
        Self { id: RequestId::from_uuid(state.ids.next()), at: state.clock.now() }
    }

    pub(crate) fn meta(&self) -> Meta {
        Meta { request_id: self.id.to_string(), timestamp: time(self.at) }
    }
}

/// A moment as answers show it: RFC 3339 in UTC with milliseconds.
pub(crate) fn time(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What every answer says about its request.
#[derive(Debug, Serialize)]
pub(crate) struct Meta {
    request_id: String,
    timestamp: String,
}

#[derive(Debug, Serialize)]
struct Envelope<'a, T> {
    success: bool,
    data: &'a T,
    meta: Meta,
}

/// A part of a list.
#[derive(Debug, Serialize)]
pub(crate) struct ListView<T> {
    items: Vec<T>,
    total: i64,
    has_more: bool,
    next_offset: Option<i64>,
}

impl<T> ListView<T> {
    /// The part that begins after the first `offset`.
    pub(crate) fn new(items: Vec<T>, total: i64, offset: i64) -> Self {
        let end = offset.saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX));
        let has_more = !items.is_empty() && end < total;
        Self { items, total, has_more, next_offset: has_more.then_some(end) }
    }
}

/// A success with this data.
pub(crate) fn success<T: Serialize>(
    request: &Request,
    status: StatusCode,
    data: &T,
) -> HttpResponse {
    json(status, &Envelope { success: true, data, meta: request.meta() })
}

/// Any JSON. Our own views always serialise; should one not, the answer is an empty 503.
pub(crate) fn json<T: Serialize>(status: StatusCode, body: &T) -> HttpResponse {
    match serde_json::to_vec(body) {
        Ok(bytes) => HttpResponse::build(status).content_type("application/json").body(bytes),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            HttpResponse::ServiceUnavailable().finish()
        }
    }
}
