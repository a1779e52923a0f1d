//! The body of a request to the REST API: an object whose fields are all known, and every problem
//! of which is named at once.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::future::Future;
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use serde_json::{Map, Value};
use watchbell_model::cut;
use watchbell_provider::FieldProblem;

use crate::State;
use crate::error::{ApiError, Code};
use crate::query::NO_NUL;

/// The most bytes of a body. What is given here is written by people.
const MAX_BYTES: usize = 1 << 20;

/// An object whose fields are read one after the other. What is asked for may stand in it, and
/// nothing else.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    values: Map<String, Value>,
    asked: Vec<&'static str>,
    problems: Vec<FieldProblem>,
    /// What stands before a field's name in problems.
    prefix: String,
}

impl FromRequest for Fields {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(http: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(http, payload);
        let state = http.app_data::<web::Data<State>>().cloned();
        Box::pin(async move {
            let unavailable = || ApiError::unavailable("the body could not be read");
            let mut payload = payload.await.map_err(|_| unavailable())?;
            let within = state.ok_or_else(unavailable)?.settings.body_timeout;
            let read = tokio::time::timeout(within, collect(&mut payload));
            let body = read.await.map_err(|_| malformed("the body did not arrive in time"))??;
            Self::parse(&body)
        })
    }
}

async fn collect(payload: &mut web::Payload) -> Result<Vec<u8>, ApiError> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| malformed("the body broke off"))?;
        if body.len().saturating_add(chunk.len()) > MAX_BYTES {
            let message = format!("the body has more than {MAX_BYTES} bytes");
            return Err(ApiError::new(Code::TooLarge, message));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> ApiError {
    ApiError::new(Code::Malformed, message)
}

impl Fields {
    /// The fields of a body. An empty body is an empty object.
    fn parse(body: &[u8]) -> Result<Self, ApiError> {
        if body.trim_ascii().is_empty() {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(values)) => Ok(Self { values, ..Self::default() }),
            Ok(other) => Err(malformed(format!("expected an object, got {}", kind(&other)))),
            Err(error) => Err(malformed(format!("the body is not JSON: {error}"))),
        }
    }

    /// The field, if it is there and not null. A NUL in it is a problem: PostgreSQL takes none.
    fn value(&mut self, name: &'static str) -> Option<Value> {
        self.asked.push(name);
        let value = self.values.get(name).filter(|value| !value.is_null()).cloned()?;
        if has_nul(&value) {
            self.wrong(name, NO_NUL, "a NUL character");
            return None;
        }
        Some(value)
    }

    pub(super) fn wrong(&mut self, name: &str, expected: impl Into<String>, got: impl Display) {
        let path = format!("{}{name}", self.prefix);
        self.problems.push(FieldProblem { path, expected: expected.into(), got: got.to_string() });
    }

    /// Something must be given, whatever it is.
    pub(super) fn something(&mut self) {
        if self.values.is_empty() {
            self.wrong("body", "at least one field to change", "none");
        }
    }

    /// The body in one form: the same for bodies that say the same.
    pub(super) fn canonical(&self) -> Vec<u8> {
        serde_json::to_vec(&self.values).unwrap_or_default()
    }

    /// A text of so many characters. Too short, too long or no text: a problem.
    pub(super) fn text(
        &mut self,
        name: &'static str,
        length: RangeInclusive<usize>,
    ) -> Option<String> {
        let value = self.value(name)?;
        let expected = || format!("a text of {} to {} characters", length.start(), length.end());
        match value {
            Value::String(text) if length.contains(&text.trim().chars().count()) => Some(text),
            Value::String(text) if text.chars().count() <= 60 => {
                self.wrong(name, expected(), format!("{text:?}"));
                None
            }
            Value::String(text) => {
                let got = format!("{} characters", text.trim().chars().count());
                self.wrong(name, expected(), got);
                None
            }
            other => {
                self.wrong(name, expected(), kind(&other));
                None
            }
        }
    }

    /// A secret text: what is wrong with it never shows it.
    pub(super) fn secret(
        &mut self,
        name: &'static str,
        length: RangeInclusive<usize>,
    ) -> Option<watchbell_model::Secret> {
        let value = self.value(name)?;
        let expected = format!("a text of {} to {} characters", length.start(), length.end());
        match value {
            Value::String(text) if length.contains(&text.chars().count()) => {
                Some(watchbell_model::Secret::new(text))
            }
            Value::String(text) => {
                self.wrong(name, expected, format!("{} characters", text.chars().count()));
                None
            }
            other => {
                self.wrong(name, expected, kind(&other));
                None
            }
        }
    }

    /// One word of a closed list, or a text of a certain form.
    pub(super) fn word<T: FromStr>(&mut self, name: &'static str, expected: &str) -> Option<T> {
        let value = self.value(name)?;
        self.parsed(name, &value, expected)
    }

    fn parsed<T: FromStr>(&mut self, name: &str, value: &Value, expected: &str) -> Option<T> {
        let Value::String(text) = value else {
            self.wrong(name, expected, kind(value));
            return None;
        };
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(name, expected, format!("\"{}\"", cut(text, 60)));
        }
        parsed
    }

    /// A list of such words, of at most `most`. Absent: nothing.
    pub(super) fn words<T: FromStr>(
        &mut self,
        name: &'static str,
        expected: &str,
        most: usize,
    ) -> Option<Vec<T>> {
        let value = self.value(name)?;
        let Value::Array(items) = value else {
            self.wrong(name, format!("a list: {expected}"), kind(&value));
            return None;
        };
        if items.len() > most {
            self.wrong(name, format!("at most {most} entries"), items.len());
            return None;
        }
        let mut words = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            words.extend(self.parsed(&format!("{name}[{place}]"), item, expected));
        }
        (words.len() == items.len()).then_some(words)
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(flag) => Some(flag),
            other => {
                self.wrong(name, "true or false", kind(&other));
                None
            }
        }
    }

    /// A whole number.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        bounds: RangeInclusive<u32>,
    ) -> Option<u32> {
        let value = self.value(name)?;
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
            self.wrong(name, expected, cut(value.to_string(), 60));
        }
        number
    }

    /// An object of texts. Null as a value is kept apart, where it means something.
    pub(super) fn texts(&mut self, name: &'static str) -> Option<BTreeMap<String, Option<String>>> {
        let value = self.value(name)?;
        let Value::Object(entries) = value else {
            self.wrong(name, "an object of texts", kind(&value));
            return None;
        };
        let mut texts = BTreeMap::new();
        for (key, value) in entries {
            match value {
                Value::Null => texts.insert(key, None),
                Value::String(text) => texts.insert(key, Some(text)),
                Value::Bool(_) | Value::Number(_) => texts.insert(key, Some(value.to_string())),
                other => {
                    let path = format!("{name}.{}", cut(&key, 60));
                    self.wrong(&path, "a text", kind(&other));
                    None
                }
            };
        }
        Some(texts)
    }

    /// A field that may be null on purpose: nothing if it is absent, `Some(None)` if it is null.
    #[expect(clippy::option_option, reason = "left out, null and a value are three things here")]
    pub(super) fn or_null<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.values.get(name) {
            None => {
                self.asked.push(name);
                None
            }
            Some(Value::Null) => {
                self.asked.push(name);
                Some(None)
            }
            // A wrong value is a problem already.
            Some(_) => read(self, name).map(Some),
        }
    }

    /// `value`, which must be there.
    pub(super) fn required<T>(&mut self, name: &'static str, value: Option<T>) -> Option<T> {
        let is_absent = self.values.get(name).is_none_or(Value::is_null);
        if is_absent {
            self.wrong(name, "a value: it is required", "nothing");
        }
        value
    }

    /// Nothing was wrong, and nothing else stands there.
    ///
    /// # Errors
    /// 400 with everything that was wrong.
    pub(super) fn finish(mut self) -> Result<(), ApiError> {
        let asked = std::mem::take(&mut self.asked);
        let unknown: Vec<String> =
            self.values.keys().filter(|key| !asked.contains(&key.as_str())).cloned().collect();
        for name in unknown {
            let mut names = asked.clone();
            names.sort_unstable();
            names.dedup();
            let expected = match names.as_slice() {
                [] => "no fields".to_owned(),
                names => format!("only {}", names.join(", ")),
            };
            self.wrong(&cut(&name, 60), expected, "an unknown field");
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(ApiError::fields(Code::ValidationError, self.problems))
    }
}

/// Whether a NUL stands in any text of it.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(entries) => {
            entries.iter().any(|(name, value)| name.contains('\0') || has_nul(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What a value is, for people.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Fields {
        Fields::parse(body.as_bytes()).unwrap()
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let mut fields =
            read(r#"{"title": "", "count": -1, "on": "yes", "more": 1, "list": ["a", 2]}"#);
        let title = fields.text("title", 1..=10);
        let title = fields.required("title", title);
        let name = fields.text("name", 1..=10);
        let name = fields.required("name", name);
        let count = fields.number("count", 0..=5);
        let on = fields.flag("on");
        let list: Option<Vec<u8>> = fields.words("list", "a small number", 3);
        assert_eq!((title, name, count, on, list), (None, None, None, None, None));
        let paths: Vec<_> = fields.problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["title", "name", "count", "on", "list[0]", "list[1]"]);
        let error = fields.finish().unwrap_err();
        assert_eq!(error.to_string(), "7 problems; see details");
    }

    #[test]
    fn null_is_absent_unless_it_means_something() {
        let mut fields = read(r#"{"a": null, "b": null, "c": "x"}"#);
        assert_eq!(fields.text("a", 1..=10), None);
        assert_eq!(fields.or_null("b", |f, name| f.text(name, 1..=10)), Some(None));
        let c = fields.or_null("c", |f, name| f.text(name, 1..=10));
        assert_eq!(c, Some(Some("x".to_owned())));
        assert_eq!(fields.or_null("d", |f, name| f.text(name, 1..=10)), None);
        fields.finish().unwrap();
    }

    #[test]
    fn a_nul_is_a_problem_wherever_it_stands() {
        let mut fields = read(
            r#"{"a": "x\u0000", "b": {"k\u0000": "v"}, "c": ["\u0000"], "d": "\u0000", "e": "x"}"#,
        );
        assert_eq!(fields.text("a", 1..=10), None);
        assert_eq!(fields.texts("b"), None);
        assert_eq!(fields.words::<String>("c", "words", 3), None);
        assert!(fields.secret("d", 1..=10).is_none());
        assert_eq!(fields.text("e", 1..=10).as_deref(), Some("x"));
        let paths: Vec<_> = fields.problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["a", "b", "c", "d"]);
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        let check = |body: &str, expected: &str| {
            let error = Fields::parse(body.as_bytes()).unwrap_err();
            assert_eq!(error.code, Code::Malformed);
            assert!(error.to_string().starts_with(expected), "{error}");
        };
        check("[]", "expected an object, got a list");
        check("{", "the body is not JSON");
        assert!(Fields::parse(b" ").unwrap().values.is_empty());
    }
}
