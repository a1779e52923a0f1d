//! A place in a file: reads what stands there, and notes what should stand there instead.

use std::str::FromStr;

use serde_json::{Map, Value};
use watchbell_provider::FieldProblem;

use crate::error::{problem, quoted};

/// Everything that is wrong.
pub(super) type Problems = Vec<FieldProblem>;

/// A value and where it stands, as in `integrations[2].services[0]`.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) path: String,
    pub(super) value: &'a Value,
}

/// The fields of a map.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    pub(super) path: String,
    map: &'a Map<String, Value>,
}

impl<'a> Node<'a> {
    pub(super) fn wrong(&self, expected: &str, problems: &mut Problems) {
        problems.push(problem(&self.path, expected, shown(self.value)));
    }

    /// The same without what stands there, which may be secret.
    pub(super) fn wrong_and_hidden(&self, expected: &str, problems: &mut Problems) {
        let got = match self.value {
            Value::String(_) => "a text, which is not shown",
            _ => "something else, which is not shown",
        };
        problems.push(problem(&self.path, expected, got));
    }

    /// The fields, of which only `known` may be there.
    pub(super) fn fields(&self, known: &[&str], problems: &mut Problems) -> Option<Fields<'a>> {
        let Value::Object(map) = self.value else {
            self.wrong(&format!("a map with {}", known.join(", ")), problems);
            return None;
        };
        for name in map.keys().filter(|name| !known.contains(&name.as_str())) {
            let expected = format!("one of {}", known.join(", "));
            problems.push(problem(&self.field(name), expected, "an unknown field"));
        }
        Some(Fields { path: self.path.clone(), map })
    }

    /// What stands in a list.
    pub(super) fn items(&self, problems: &mut Problems) -> Option<Vec<Node<'a>>> {
        let Value::Array(items) = self.value else {
            self.wrong("a list", problems);
            return None;
        };
        let item = |(place, value)| Node { path: format!("{}[{place}]", self.path), value };
        Some(items.iter().enumerate().map(item).collect())
    }

    /// The names and values of a map whose names are not known before.
    pub(super) fn entries(&self, problems: &mut Problems) -> Option<Vec<(&'a str, Node<'a>)>> {
        let Value::Object(map) = self.value else {
            self.wrong("a map", problems);
            return None;
        };
        let entry = |(name, value): (&'a String, &'a Value)| {
            (name.as_str(), Node { path: self.field(name), value })
        };
        Some(map.iter().map(entry).collect())
    }

    pub(super) fn text(&self, problems: &mut Problems) -> Option<String> {
        match self.value {
            Value::String(text) => return Some(text.clone()),
            Value::Number(_) => self.wrong("a text: put it between \"quotes\"", problems),
            _ => self.wrong("a text", problems),
        }
        None
    }

    /// A text in which only certain words may stand.
    pub(super) fn word<T: FromStr>(&self, expected: &str, problems: &mut Problems) -> Option<T> {
        let word = self.value.as_str().and_then(|text| text.parse().ok());
        if word.is_none() {
            self.wrong(expected, problems);
        }
        word
    }

    pub(super) fn number(&self, problems: &mut Problems) -> Option<u32> {
        let number = self.value.as_u64().and_then(|number| u32::try_from(number).ok());
        if number.is_none() {
            self.wrong("a whole number, 0 or more", problems);
        }
        number
    }

    pub(super) fn truth(&self, problems: &mut Problems) -> Option<bool> {
        if !self.value.is_boolean() {
            self.wrong("true or false", problems);
        }
        self.value.as_bool()
    }

    fn field(&self, name: &str) -> String {
        within(&self.path, name)
    }
}

impl<'a> Fields<'a> {
    /// The field, if it is there.
    pub(super) fn get(&self, name: &str) -> Option<Node<'a>> {
        let value = self.map.get(name)?;
        Some(Node { path: self.within(name), value })
    }

    /// What `read` makes of the field, if it is there; none also if it is wrong.
    pub(super) fn read<T>(
        &self,
        name: &str,
        problems: &mut Problems,
        read: impl FnOnce(&Node<'a>, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        read(&self.get(name)?, problems)
    }

    /// The same for a field that `null` takes away: `Some(None)`.
    #[expect(clippy::option_option, reason = "not said, said to be nothing, said to be something")]
    pub(super) fn or_none<T>(
        &self,
        name: &str,
        problems: &mut Problems,
        read: impl FnOnce(&Node<'a>, &mut Problems) -> Option<T>,
    ) -> Option<Option<T>> {
        let node = self.get(name)?;
        if node.value.is_null() { Some(None) } else { read(&node, problems).map(Some) }
    }

    /// A text that has to be there.
    pub(super) fn required(&self, name: &str, problems: &mut Problems) -> Option<String> {
        if let Some(node) = self.get(name) {
            return node.text(problems);
        }
        problems.push(problem(&self.within(name), "a text", "nothing"));
        None
    }

    fn within(&self, name: &str) -> String {
        within(&self.path, name)
    }
}

/// The path of a field.
pub(super) fn within(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value in a few words.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => quoted(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map".to_owned(),
    }
}
