//! Moments, in the forms that senders write them in.
//!
//! Each gives a moment to the microsecond, which is what every store keeps, and none for what is
//! not of its form or after the year 9999.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime};
use watchbell_model::{Timestamp, to_micros};

/// RFC 3339: `2026-11-20T18:17:46.675Z`, with any offset.
///
/// ```
/// let at = watchbell_wire::rfc3339("2026-11-20T18:17:46.675297268+01:00").unwrap();
/// assert_eq!(at.to_rfc3339(), "2026-11-20T17:17:46.675297+00:00");
/// ```
pub fn rfc3339(text: &str) -> Option<Timestamp> {
    let at = DateTime::parse_from_rfc3339(text.trim()).ok()?;
    Some(to_micros(at.to_utc()))
}

/// As [`rfc3339`], also with an offset without a colon (`+0000`), or with none at all, which is
/// taken as UTC; and with spaces between its parts.
///
/// ```
/// use watchbell_wire::{iso8601, rfc3339};
/// let noon = rfc3339("2026-11-20T12:00:00Z");
/// assert_eq!(iso8601("2026-11-20T12:00:00.000+0000"), noon);
/// assert_eq!(iso8601("2026-11-20T12:00:00"), noon);
/// ```
pub fn iso8601(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let at = text.parse::<DateTime<FixedOffset>>().map(|at| at.to_utc()).or_else(|_| {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.and_utc())
    });
    at.ok().map(to_micros).filter(|at| (0..=9_999).contains(&at.year()))
}

/// Seconds since 1970, in digits, with or without a fraction.
///
/// ```
/// let at = watchbell_wire::epoch_seconds("1763662666.675297").unwrap();
/// assert_eq!(at.to_rfc3339(), "2025-11-20T18:17:46.675297+00:00");
/// ```
pub fn epoch_seconds(text: &str) -> Option<Timestamp> {
    epoch(text, 6)
}

/// Milliseconds since 1970, in digits, with or without a fraction.
///
/// ```
/// use watchbell_wire::{epoch_millis, epoch_seconds};
/// assert_eq!(epoch_millis("1763662666675"), epoch_seconds("1763662666.675"));
/// ```
pub fn epoch_millis(text: &str) -> Option<Timestamp> {
    epoch(text, 3)
}

/// A number of units, each of `10^digits` microseconds. Without floating point, which cannot tell
/// microseconds apart at this distance from 1970.
fn epoch(text: &str, digits: u32) -> Option<Timestamp> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let mut micros = whole.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(digits)?)?;
    let mut unit = 10_i64.checked_pow(digits)?;
    for digit in fraction.bytes() {
        unit /= 10;
        micros = micros.checked_add(i64::from(digit.checked_sub(b'0')?).checked_mul(unit)?)?;
    }
    DateTime::from_timestamp_micros(micros).filter(|at| at.year() <= 9_999)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: fn(&str) -> Option<Timestamp>, text: &str, expected: Option<&str>) {
        let at = read(text).map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
        assert_eq!(at.as_deref(), expected, "{text}");
    }

    #[test]
    fn texts_of_every_form_are_read() {
        check(rfc3339, " 2026-11-20T18:17:46Z ", Some("2026-11-20T18:17:46Z"));
        check(rfc3339, "2026-11-20T18:17:46+0000", None);
        check(rfc3339, "2026-11-20", None);
        check(iso8601, "2026-11-20T18:17:46.5+0130", Some("2026-11-20T16:47:46.500Z"));
        check(iso8601, "2026-11-20T18:17:46.123456", Some("2026-11-20T18:17:46.123456Z"));
        check(iso8601, "2026-11-20T18:17:46Z", Some("2026-11-20T18:17:46Z"));
        check(iso8601, "2026-11-20 18:17:46 +01:00", Some("2026-11-20T17:17:46Z"));
        check(iso8601, "2026-11-20", None);
        check(iso8601, "+20260-11-20T18:17:46+0000", None);
        check(iso8601, "", None);
    }

    #[test]
    fn numbers_are_read_to_the_microsecond() {
        check(epoch_seconds, "0", Some("1970-01-01T00:00:00Z"));
        check(epoch_seconds, "1763662666.123456789", Some("2025-11-20T18:17:46.123456Z"));
        check(epoch_seconds, "253402300800", None);
        check(epoch_seconds, "9223372036854775807", None);
        check(epoch_seconds, "-1", None);
        check(epoch_seconds, "1e9", None);
        check(epoch_seconds, ".5", None);
        check(epoch_seconds, "", None);
        check(epoch_millis, "1763662666123", Some("2025-11-20T18:17:46.123Z"));
        check(epoch_millis, "1763662666123.4567", Some("2025-11-20T18:17:46.123456Z"));
        check(epoch_millis, "99999999999999999999", None);
    }
}
