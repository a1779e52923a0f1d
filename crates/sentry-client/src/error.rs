//! Why Sentry did not give what it was asked for.

use std::time::Duration;

use watchbell_model::{Timestamp, cut, one_line};
use watchbell_outbound as outbound;

/// The most characters of Sentry's own words that are kept.
const MAX_DETAIL: usize = 300;

/// Why Sentry did not give what it was asked for. No text holds a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not take the token: it never was one, has expired or was taken back (401).
    #[error("Sentry does not take the token: {0}")]
    Token(String),
    /// The token may not do this (403).
    #[error("the token lacks the scope {needs}: {detail}")]
    Scope {
        /// The scope that it takes.
        needs: &'static str,
        /// Sentry's words.
        detail: String,
    },
    /// It is not there, or not yet: right after an alert its event can be missing for seconds (404).
    #[error("Sentry does not know it: {0}")]
    NotFound(String),
    /// Too much was asked (429).
    #[error("Sentry's rate limit is used up")]
    RateLimited {
        /// When it may be asked again, if it says so.
        until: Option<Timestamp>,
    },
    /// It says no for another reason.
    #[error("Sentry refuses it (status {status}): {detail}")]
    Refused {
        /// The answer's status.
        status: u16,
        /// Sentry's words.
        detail: String,
    },
    /// It has trouble of its own (500 and above).
    #[error("Sentry has trouble of its own (status {0})")]
    Down(u16),
    /// There is no connection, or it may not be asked.
    #[error("Sentry cannot be reached: {0}")]
    Unreachable(outbound::Error),
    /// It took too long.
    #[error("Sentry does not answer in time")]
    Timeout,
    /// What it answers cannot be read.
    #[error("Sentry's answer cannot be read: {0}")]
    Malformed(String),
}

impl Error {
    /// Whether the same may succeed later without anybody changing anything.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::NotFound(_)
            | Self::RateLimited { .. }
            | Self::Down(_)
            | Self::Unreachable(_)
            | Self::Timeout
            | Self::Malformed(_) => true,
            Self::Token(_) | Self::Scope { .. } | Self::Refused { .. } => false,
        }
    }

    /// Whether Sentry may have done what it was asked for all the same.
    pub const fn may_have_happened(&self) -> bool {
        matches!(self, Self::Down(_) | Self::Unreachable(_) | Self::Timeout | Self::Malformed(_))
    }

    /// How long to wait at `now` for the end of a rate limit; none if it is none or says nothing.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        match self {
            Self::RateLimited { until: Some(until) } => {
                Some((*until - now).to_std().unwrap_or_default())
            }
            _ => None,
        }
    }

    /// What an answer's status means where `needs` is the scope that it takes.
    pub(crate) fn of(answer: &outbound::Answer, needs: &'static str) -> Self {
        let detail = || detail(&answer.body);
        match answer.status {
            401 => Self::Token(detail()),
            403 => Self::Scope { needs, detail: detail() },
            404 => Self::NotFound(detail()),
            429 => Self::RateLimited { until: reset(answer) },
            500.. => Self::Down(answer.status),
            status => Self::Refused { status, detail: detail() },
        }
    }

    /// What cannot be read, shortened.
    pub(crate) fn malformed(why: &impl ToString) -> Self {
        Self::Malformed(cut(why.to_string(), MAX_DETAIL))
    }
}

impl From<outbound::Error> for Error {
    fn from(error: outbound::Error) -> Self {
        match error {
            outbound::Error::Timeout => Self::Timeout,
            outbound::Error::TooLarge(_) | outbound::Error::Protocol(_) => Self::malformed(&error),
            other => Self::Unreachable(other),
        }
    }
}

/// When the rate limit begins anew: whole seconds since 1970.
fn reset(answer: &outbound::Answer) -> Option<Timestamp> {
    let seconds = answer.header("x-sentry-rate-limit-reset")?.trim().parse().ok()?;
    Timestamp::from_timestamp(seconds, 0)
}

/// Sentry's words for what is wrong: `detail`, which may be an object, or `error`, or what fields
/// are told.
fn detail(body: &[u8]) -> String {
    let words = match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) => words(&value).unwrap_or_else(|| value.to_string()),
        Err(_) => "no reason is given".to_owned(),
    };
    one_line(&words, MAX_DETAIL)
}

fn words(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::String(text) if !text.is_empty() => Some(text.clone()),
        serde_json::Value::Object(fields) => ["detail", "message", "error_description", "error"]
            .iter()
            .find_map(|name| fields.get(*name).and_then(words)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> outbound::Answer {
        let reset = ("x-sentry-rate-limit-reset".to_owned(), "1650000001".to_owned());
        outbound::Answer { status, headers: vec![reset], body: body.as_bytes().to_vec() }
    }

    #[test]
    fn what_sentry_says_is_told_apart_and_kept_short() {
        let check = |status: u16, body: &str, expected: &str| {
            let error = Error::of(&answer(status, body), "event:read");
            assert_eq!(error.to_string(), expected, "{status} {body}");
        };
        check(
            401,
            r#"{"detail":"Invalid token"}"#,
            "Sentry does not take the token: Invalid token",
        );
        check(
            403,
            r#"{"detail":"You do not have permission to perform this action."}"#,
            "the token lacks the scope event:read: You do not have permission to perform this action.",
        );
        check(404, r#"{"detail":{"message":"Gone"}}"#, "Sentry does not know it: Gone");
        check(429, "", "Sentry's rate limit is used up");
        check(502, "<html>", "Sentry has trouble of its own (status 502)");
        check(
            400,
            r#"{"webUrl":["Enter a valid URL."]}"#,
            "Sentry refuses it (status 400): {\"webUrl\":[\"Enter a valid URL.\"]}",
        );
        check(410, "no JSON", "Sentry refuses it (status 410): no reason is given");
        let long = format!(r#"{{"detail":"{}"}}"#, "x\\n".repeat(5_000));
        assert!(Error::of(&answer(400, &long), "").to_string().chars().count() < 400);
    }

    #[test]
    fn a_rate_limit_says_when_it_ends() {
        let now = Timestamp::from_timestamp(1_650_000_000, 0).unwrap();
        let limited = Error::of(&answer(429, ""), "event:read");
        assert_eq!(limited.wait(now), Some(Duration::from_secs(1)));
        assert_eq!(limited.wait(now + Duration::from_mins(1)), Some(Duration::ZERO));
        assert_eq!(Error::RateLimited { until: None }.wait(now), None);
        assert_eq!(Error::Timeout.wait(now), None);
    }
}
