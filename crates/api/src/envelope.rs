//! The envelopes of every answer: `{"success":true,"data":…,"meta":…}`.

use std::fmt::Display;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono::SecondsFormat;
use serde::Serialize;
use utoipa::ToSchema;
use watchbell_model::{RequestId, Timestamp};

use watchbell_store::{Listed, Page};

use crate::State;
use crate::query::Part;

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
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Meta {
    request_id: String,
    timestamp: String,
}

/// A success and what it gives.
#[derive(Debug, Serialize)]
pub(crate) struct Envelope<'a, T> {
    success: bool,
    data: &'a T,
    meta: Meta,
}

/// A success with this data, not yet written.
pub(crate) fn enveloped<'a, T>(request: &Request, data: &'a T) -> Envelope<'a, T> {
    Envelope { success: true, data, meta: request.meta() }
}

/// JSON. Our own views always serialise.
pub(crate) fn encode<T: Serialize>(body: &T) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Vec::new()
    })
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    items: Vec<T>,
    /// How many there are in all; null where a cursor was asked for: then nothing is counted.
    total: Option<i64>,
    has_more: bool,
    next_offset: Option<i64>,
    /// Where the next part begins, for `cursor`; null at the end, and for lists that are short.
    next_cursor: Option<String>,
}

impl<T> ListView<T> {
    /// That part of `all`.
    pub(crate) fn part_of(all: impl ExactSizeIterator<Item = T>, part: Part) -> Self {
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from(part.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(part.limit).unwrap_or(0);
        let items: Vec<_> = all.skip(skip).take(take).collect();
        let end = part.offset.saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX));
        let has_more = !items.is_empty() && end < total;
        let next_offset = has_more.then_some(end);
        Self { items, total: Some(total), has_more, next_offset, next_cursor: None }
    }

    /// What a store has listed, as `view` shows it.
    pub(crate) fn of<'a, I, C: Copy + Display>(
        listed: &'a Listed<I, C>,
        page: Page<C>,
        view: impl FnMut(&'a I) -> T,
    ) -> Self {
        let items: Vec<_> = listed.items.iter().map(view).collect();
        let end = page.offset().saturating_add(i64::try_from(items.len()).unwrap_or(i64::MAX));
        let has_more = listed.next.is_some();
        Self {
            items,
            total: listed.total,
            has_more,
            next_offset: (has_more && page.counts()).then_some(end),
            next_cursor: listed.next.map(|next| next.to_string()),
        }
    }
}

/// A success with this data.
pub(crate) fn success<T: Serialize>(
    request: &Request,
    status: StatusCode,
    data: &T,
) -> HttpResponse {
    json(status, &enveloped(request, data))
}

/// A success with JSON that is there already, to the byte.
pub(crate) fn success_as_it_stands(request: &Request, data: &str) -> HttpResponse {
    let mut body = br#"{"success":true,"data":"#.to_vec();
    body.extend_from_slice(data.as_bytes());
    body.extend_from_slice(br#","meta":"#);
    body.extend(encode(&request.meta()));
    body.push(b'}');
    HttpResponse::Ok().content_type("application/json").body(body)
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
