//! An error for somebody who sits before a browser: what is wrong, and what to do next.

use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};

use super::{ApiError, Code};
use crate::envelope::Request;

impl ApiError {
    /// As a page, with the same status. `again` is where one begins again.
    pub(crate) fn page(&self, request: &Request, again: &str) -> HttpResponse {
        let next = match self.code {
            Code::Forbidden | Code::NotFound | Code::Conflict => {
                "Ask an admin of this Watchbell. Then"
            }
            Code::RateLimited => "Wait a minute. Then",
            Code::Unavailable => {
                "If it stays like this, tell an admin of this Watchbell the number below. Otherwise"
            }
            _ => "You can",
        };
        let mut details = String::new();
        for detail in &self.details {
            let (path, expected) = (escaped(&detail.path), escaped(&detail.expected));
            let _ = write!(details, "<p>{path}: expected {expected}</p>");
        }
        let (message, again, id) = (escaped(&self.message), escaped(again), request.id);
        let body = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <title>Sign-in: Watchbell</title></head>\n<body><h1>You are not signed in</h1>\n\
             <p>{message}</p>{details}\n<p>{next} <a href=\"{again}\">sign in again</a>.</p>\n\
             <p>In the log: {id}</p></body></html>\n"
        );
        let status = actix_web::ResponseError::status_code(self);
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = self.retry_after_s {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        answer
            .content_type("text/html; charset=utf-8")
            .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
            .insert_header((REFERRER_POLICY, "no-referrer"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .body(body)
    }
}

/// A text that stands for itself, in a page and within quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}
