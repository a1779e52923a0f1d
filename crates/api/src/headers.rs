//! A delivery's headers, without what is nobody's business; and those of every limit.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use watchbell_ingest::RateState;
use watchbell_model::{Headers, REDACTED};

/// What stands before a routing key in an address.
const BEFORE_KEY: &str = "/webhooks/";

/// The request's headers. Proxies (`X-Original-URI`, `X-Forwarded-Uri`) and browsers (`Referer`)
/// add the address, and the routing key in an address is a password: it is cut out of every value.
pub(crate) fn headers(http: &HttpRequest) -> Headers {
    let key = http.match_info().get("routing_key").unwrap_or_default();
    Headers::new(http.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        // An idempotency key is compared as it is, and never kept in the log.
        let is_compared = name.as_str().ends_with("-key");
        let value = if is_compared { value.into_owned() } else { without_keys(&value, key) };
        (name.as_str(), value)
    }))
}

/// A limit's headers. Without a limit `X-RateLimit-Limit` is 0 and a great many remain.
pub(crate) fn rate_headers(headers: &mut HeaderMap, rate: RateState, category: &'static str) {
    let mut set = |name: &'static str, value: HeaderValue| {
        headers.insert(HeaderName::from_static(name), value);
    };
    let remaining = rate.remaining.min(i32::MAX.unsigned_abs());
    set("x-ratelimit-limit", rate.limit.into());
    set("x-ratelimit-remaining", remaining.into());
    set("x-ratelimit-reset", rate.reset_at.into());
    set("x-ratelimit-category", HeaderValue::from_static(category));
}

fn without_keys(value: &str, own: &str) -> String {
    // Nearly every value of nearly every request.
    if value.len() < own.len() && !value.contains('/') {
        return value.to_owned();
    }
    let mut parts = value.split(BEFORE_KEY);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !is_of_key(c)).unwrap_or(part.len());
        let (_, rest) = part.split_at(end);
        clean.push_str(BEFORE_KEY);
        clean.push_str(REDACTED);
        clean.push_str(rest);
    }
    if own.is_empty() { clean } else { clean.replace(own, REDACTED) }
}

/// Whether `c` may stand in a routing key, as it is or percent-encoded.
const fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_left_in_an_address() {
        let own = "cu_0123456789abcdef0123456789abcdef";
        let clean = |value: &str| without_keys(value, own);
        assert_eq!(clean(&format!("/webhooks/{own}?a=1")), "/webhooks/(redacted)?a=1");
        assert_eq!(clean("https://x/webhooks/%63u_1/, y"), "https://x/webhooks/(redacted)/, y");
        assert_eq!(clean(&format!("integrationId={own}")), "integrationId=(redacted)");
        assert_eq!(clean("/webhooks/"), "/webhooks/(redacted)");
        assert_eq!(clean("application/json"), "application/json");
        assert_eq!(without_keys("text", ""), "text");
    }
}
