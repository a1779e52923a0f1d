//! Values whose type cannot be trusted, and the texts that are kept of them.

use chrono::SecondsFormat;
use serde_json::Value;
use watchbell_model::cut;
use watchbell_wire::{epoch_seconds, iso8601};

/// What was cut while an event was read.
#[derive(Debug, Default)]
pub(crate) struct Cutting {
    pub(crate) texts: bool,
}

impl Cutting {
    /// A text of at most `max` characters; none if it is blank. Characters that no screen shows, line
    /// feeds and tabs apart, are replaced: as JSON they would be six times as long.
    pub(crate) fn text(&mut self, value: Option<&Value>, max: usize) -> Option<String> {
        let text = text(value?)?;
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        Some(self.short(text, max))
    }

    /// As it stands, white space in front included: a line of a source.
    pub(crate) fn short(&mut self, text: &str, max: usize) -> String {
        let fits = text.len() <= max || text.chars().nth(max).is_none();
        self.texts |= !fits;
        let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
        cut(text, max).replace(hidden, "\u{fffd}")
    }
}

/// A text, a number or a truth value, as text.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The first of these fields that is there and not null.
pub(crate) fn field<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| value.get(*name).filter(|value| !value.is_null()))
}

/// A list: as it is, or in `values`.
pub(crate) fn list(value: Option<&Value>) -> &[Value] {
    let Some(value) = value else { return &[] };
    let inner = value.get("values").and_then(Value::as_array);
    inner.or_else(|| value.as_array()).map_or(&[], Vec::as_slice)
}

/// A number that counts something, in digits or not.
pub(crate) fn count(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A moment, as a text or in seconds since 1970.
pub(crate) fn moment(value: Option<&Value>) -> Option<String> {
    let text = text(value?)?;
    let at = epoch_seconds(&text).or_else(|| iso8601(&text))?;
    Some(at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn moments_of_every_form_come_to_the_same() {
        let check = |value: Value, expected: Option<&str>| {
            assert_eq!(moment(Some(&value)).as_deref(), expected, "{value}");
        };
        check(json!(1_787_855_040.123), Some("2026-08-27T18:24:00.123Z"));
        check(json!("1787855040.123"), Some("2026-08-27T18:24:00.123Z"));
        check(json!("2026-08-27T18:24:00.123000Z"), Some("2026-08-27T18:24:00.123Z"));
        check(json!("2026-08-27T18:24:00+00:00"), Some("2026-08-27T18:24:00Z"));
        check(json!("yesterday"), None);
        check(json!({}), None);
        check(json!(-1.5), None);
    }

    #[test]
    fn texts_are_short_and_can_be_shown() {
        let mut cutting = Cutting::default();
        assert_eq!(cutting.text(Some(&json!(" a\u{1}b\n")), 10).as_deref(), Some("a\u{fffd}b"));
        assert_eq!(cutting.text(Some(&json!(7)), 10).as_deref(), Some("7"));
        assert_eq!(cutting.text(Some(&json!("  ")), 10), None);
        assert_eq!(cutting.text(Some(&json!([1])), 10), None);
        assert!(!cutting.texts);
        assert_eq!(cutting.text(Some(&json!("abcdef")), 4).as_deref(), Some("abc…"));
        assert!(cutting.texts);
    }
}
