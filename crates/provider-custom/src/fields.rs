//! The fields of one object, taken one by one and checked.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::value::RawValue;
use watchbell_model::{Alert, is_http_url};
use watchbell_provider::Problems;

use crate::map::{WITH_NUL, characters, describe, is_longer};
use crate::problems::{Ignored, shown};
use crate::wire::{Object, Value};

/// The names that mean something.
const KNOWN: [&str; 8] = [
    "title",
    "service_id",
    "description",
    "severity",
    "status",
    "source_url",
    "dedup_key",
    "metadata",
];

pub(crate) struct Fields<'a, 'p> {
    values: [Option<&'a RawValue>; KNOWN.len()],
    prefix: &'p str,
    problems: &'p mut Problems,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// The known fields of `object`; others are ignored and named. A name twice is a problem.
    pub(crate) fn new(
        object: Object<'a>,
        prefix: &'p str,
        problems: &'p mut Problems,
        ignored: &mut Ignored,
    ) -> Self {
        let mut values = [None; KNOWN.len()];
        let mut others = BTreeSet::new();
        for (name, value) in object.0 {
            let known = KNOWN.iter().zip(&mut values).find(|(known, _)| **known == name);
            let again = match known {
                Some((_, slot)) => slot.replace(value).is_some(),
                None if others.contains(&name) => true,
                None => !others.insert(name.clone()),
            };
            if again {
                let path = format!("{prefix}{}", shown(&name));
                problems.add(path, "each name once", "the name again");
            }
        }
        // Sorted, so that the order of fields changes nothing.
        for name in &others {
            ignored.add(prefix, name);
        }
        Self { values, prefix, problems }
    }

    /// The value of a known field.
    fn value(&self, name: &str) -> Option<Value<'a>> {
        let found = KNOWN.iter().zip(&self.values).find(|(known, _)| **known == name);
        found.and_then(|(_, value)| *value).map(Value::of)
    }

    fn problem(&mut self, name: &str, expected: &str, got: impl Into<String>) {
        self.problems.add(format!("{}{name}", self.prefix), expected, got);
    }

    /// A text that must be there, trimmed, of 1 to `max` characters.
    pub(crate) fn required(&mut self, name: &str, max: usize) -> Option<Cow<'a, str>> {
        let expected = format!("a text of 1 to {max} characters");
        match self.value(name) {
            None => self.problem(name, &expected, "nothing"),
            Some(Value::Text(text)) if !text.trim().is_empty() => {
                return self.bounded(name, trimmed(text), max, &expected);
            }
            Some(other) => self.problem(name, &expected, describe(&other)),
        }
        None
    }

    /// A text of at most `max` characters, trimmed; absent if it is blank.
    pub(crate) fn optional(&mut self, name: &str, max: usize) -> Option<Cow<'a, str>> {
        let expected = format!("a text of at most {max} characters");
        match self.value(name)? {
            Value::Null => {}
            Value::Text(text) if text.trim().is_empty() => {}
            Value::Text(text) => return self.bounded(name, trimmed(text), max, &expected),
            other => self.problem(name, &expected, describe(&other)),
        }
        None
    }

    /// A text of 1 to `max` characters, exactly as it is written.
    pub(crate) fn exact(&mut self, name: &str, max: usize) -> Option<Cow<'a, str>> {
        let expected = format!("a text of 1 to {max} characters");
        match self.value(name)? {
            Value::Null => {}
            Value::Text(text) if !text.is_empty() => {
                return self.bounded(name, text, max, &expected);
            }
            other => self.problem(name, &expected, describe(&other)),
        }
        None
    }

    /// One of a few words.
    pub(crate) fn word<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let word = match &value {
            Value::Null => return None,
            Value::Text(text) => read(text),
            _ => None,
        };
        if word.is_none() {
            self.problem(name, expected, describe(&value));
        }
        word
    }

    /// A link that a browser can open.
    pub(crate) fn url(&mut self, name: &str) -> Option<Cow<'a, str>> {
        const EXPECTED: &str = "an http or https address of at most 2048 characters";
        match self.value(name)? {
            Value::Null => {}
            Value::Text(text) if is_longer(&text, Alert::MAX_URL_CHARS) => {
                self.problem(name, EXPECTED, characters(text.chars().count()));
            }
            Value::Text(text) if is_http_url(&text) => return Some(text),
            other => self.problem(name, EXPECTED, describe(&other)),
        }
        None
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &str) -> Option<&'a RawValue> {
        match self.value(name)? {
            Value::Null => {}
            Value::Object(raw) => return Some(raw),
            other => self.problem(name, "an object", describe(&other)),
        }
        None
    }

    fn bounded(
        &mut self,
        name: &str,
        text: Cow<'a, str>,
        max: usize,
        expected: &str,
    ) -> Option<Cow<'a, str>> {
        if is_longer(&text, max) {
            self.problem(name, expected, characters(text.chars().count()));
        } else if text.contains('\0') {
            self.problem(name, expected, WITH_NUL);
        } else {
            return Some(text);
        }
        None
    }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}
