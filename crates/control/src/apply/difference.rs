//! In which fields two documents differ.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::node::within;

/// A field that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Which one, like `rate_limit` or `services[SER-00001].mapping.warning`.
    pub field: String,
    /// What it was; none if it was not there.
    pub before: Option<Value>,
    /// What it will be; none if it will not be there.
    pub after: Option<Value>,
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, before, after } = self;
        write!(f, "{field} {} -> {}", shown(before.as_ref()), shown(after.as_ref()))
    }
}

/// Every field in which `after` differs from `before`.
pub(super) fn between(before: &Value, after: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare("", before, after, &mut changes);
    changes
}

fn compare(path: &str, before: &Value, after: &Value, changes: &mut Vec<FieldChange>) {
    if before == after {
        return;
    }
    let (old, new) = match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            (named_fields(path, old), named_fields(path, new))
        }
        (Value::Array(old), Value::Array(new)) => {
            match (named_items(path, old), named_items(path, new)) {
                (Some(old), Some(new)) if old != new => (old, new),
                // Only the order is another one, or nothing has a name.
                _ => return changes.push(changed(path, Some(before), Some(after))),
            }
        }
        _ => return changes.push(changed(path, Some(before), Some(after))),
    };
    for (name, (path, was)) in &old {
        match new.get(name) {
            Some((_, is)) => compare(path, was, is, changes),
            None => changes.push(changed(path, Some(was), None)),
        }
    }
    for (name, (path, is)) in &new {
        if !old.contains_key(name) {
            changes.push(changed(path, None, Some(is)));
        }
    }
}

fn changed(path: &str, before: Option<&Value>, after: Option<&Value>) -> FieldChange {
    let present = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    FieldChange { field: path.to_owned(), before: present(before), after: present(after) }
}

/// What is compared, by name, with the path that it is told with.
type Named = BTreeMap<String, (String, Value)>;

fn named_fields(path: &str, map: &Map<String, Value>) -> Named {
    let field =
        |(name, value): (&String, &Value)| (name.clone(), (within(path, name), value.clone()));
    map.iter().map(field).collect()
}

/// Items by what they are about; none if two are about the same.
fn named_items(path: &str, items: &[Value]) -> Option<Named> {
    let mut named = Named::new();
    for item in items {
        let (name, rest) = match item {
            Value::String(text) => (text.clone(), Value::from("set")),
            Value::Object(map) => {
                let key = ["project", "service"].into_iter().find(|key| map.contains_key(*key))?;
                let mut rest = map.clone();
                let name = rest.remove(key)?.as_str()?.to_owned();
                (name, Value::Object(rest))
            }
            _ => return None,
        };
        let told = format!("{path}[{name}]");
        if named.insert(name, (told, rest)).is_some() {
            return None;
        }
    }
    Some(named)
}

fn shown(value: Option<&Value>) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-.@/:+".contains(c);
    match value {
        None => "none".to_owned(),
        Some(Value::String(text)) if !text.is_empty() && text.chars().all(is_plain) => text.clone(),
        Some(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_differs_is_told_by_its_name() {
        let check = |before: Value, after: Value, expected: &[&str]| {
            let told: Vec<_> = between(&before, &after).iter().map(ToString::to_string).collect();
            assert_eq!(told, expected);
        };
        check(json!({"a": 1}), json!({"a": 1}), &[]);
        check(
            json!({"a": 1, "b": null}),
            json!({"a": 2, "b": "x y"}),
            &["a 1 -> 2", "b none -> \"x y\""],
        );
        check(
            json!({"m": ["a@b"]}),
            json!({"m": ["c@d"]}),
            &["m[a@b] set -> none", "m[c@d] none -> set"],
        );
        let link =
            |service: &str, level: &str| json!({"service": service, "mapping": {level: "SEV1"}});
        check(
            json!({"services": [link("A", "low"), link("B", "low")]}),
            json!({"services": [link("B", "high")]}),
            &[
                r#"services[A] {"mapping":{"low":"SEV1"}} -> none"#,
                "services[B].mapping.low SEV1 -> none",
                "services[B].mapping.high none -> SEV1",
            ],
        );
        check(json!({"m": ["a", "b"]}), json!({"m": ["b", "a"]}), &[r#"m ["a","b"] -> ["b","a"]"#]);
        check(json!({"m": ["a", "a"]}), json!({"m": []}), &[r#"m ["a","a"] -> []"#]);
        let project = json!({"project": "web", "service": "A", "active": true});
        let moved = json!({"project": "web", "service": "B", "active": true});
        check(json!([project]), json!([moved]), &["[web].service A -> B"]);
    }
}
