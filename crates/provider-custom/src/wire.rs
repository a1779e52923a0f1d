//! The body as it was sent, with every field, also those that are there twice.
//!
//! Values stay raw JSON until they are looked at: so a number keeps its digits, and a value of a
//! wrong type is a problem of its field rather than of the whole body.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use watchbell_provider::ReadError;

/// The most alerts of one list.
pub(crate) const MAX_LIST: usize = 100;

/// A body that is JSON and of one of the two forms.
#[derive(Debug)]
pub(crate) enum Body<'a> {
    /// One alert.
    One(Object<'a>),
    /// A list.
    Many(List<'a>),
}

/// A list.
#[derive(Debug)]
pub(crate) struct List<'a> {
    /// The first [`MAX_LIST`] entries.
    pub(crate) entries: Vec<&'a RawValue>,
    /// How many there are.
    pub(crate) found: usize,
}

/// An object's fields, in order.
#[derive(Debug)]
pub(crate) struct Object<'a>(pub(crate) Vec<(Cow<'a, str>, &'a RawValue)>);

/// What one value is.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    Null,
    /// As it is written.
    Bool(&'a str),
    /// As it is written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// A text that is none: half of a surrogate pair.
    BrokenText,
    List,
    Object(&'a RawValue),
}

impl<'a> Value<'a> {
    pub(crate) fn of(raw: &'a RawValue) -> Self {
        let json = raw.get();
        match json.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't' | b'f') => Self::Bool(json),
            Some(b'"') => match serde_json::from_str(json) {
                Ok(Text(text)) => Self::Text(text),
                Err(_) => Self::BrokenText,
            },
            Some(b'[') => Self::List,
            Some(b'{') => Self::Object(raw),
            _ => Self::Number(json),
        }
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The body in these bytes, whatever its content type says.
pub(crate) fn parse(body: &[u8]) -> Result<Body<'_>, ReadError> {
    // Once for the whole body, which is faster than text by text.
    let text = std::str::from_utf8(body)
        .map_err(|error| malformed(not_utf8(body.get(..error.valid_up_to()).unwrap_or(body))))?;
    let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
    let got = match start.as_bytes().first() {
        Some(b'{') => return serde_json::from_str(text).map(Body::One).map_err(not_json),
        Some(b'[') => return serde_json::from_str(text).map(Body::Many).map_err(not_json),
        None => "an empty body".to_owned(),
        Some(_) => match serde_json::from_str::<&RawValue>(text) {
            Ok(value) => crate::map::describe(&Value::of(value)),
            Err(error) => return Err(not_json(error)),
        },
    };
    Err(malformed(got))
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn not_json(error: serde_json::Error) -> ReadError {
    malformed(match error.classify() {
        Category::Eof => format!("JSON that is cut off ({error})"),
        _ => format!("something that is not JSON ({error})"),
    })
}

/// `good` is what comes before the first wrong byte.
fn not_utf8(good: &[u8]) -> String {
    let lines = good.split(|byte| *byte == b'\n');
    let column = lines.clone().next_back().map_or(0, <[u8]>::len).saturating_add(1);
    let line = lines.count();
    format!("bytes that are not UTF-8 (at line {line} column {column})")
}

fn malformed(got: String) -> ReadError {
    ReadError::malformed("a JSON object, or a list of 1 to 100 objects", got)
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut fields = Vec::new();
        while let Some((Text(name), value)) = map.next_entry()? {
            fields.push((name, value));
        }
        Ok(Object(fields))
    }
}

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<'de>, A::Error> {
        let mut entries = Vec::new();
        while entries.len() < MAX_LIST {
            match seq.next_element()? {
                Some(entry) => entries.push(entry),
                None => {
                    return Ok(List { found: entries.len(), entries });
                }
            }
        }
        let mut found = entries.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            found = found.saturating_add(1);
        }
        Ok(List { entries, found })
    }
}
