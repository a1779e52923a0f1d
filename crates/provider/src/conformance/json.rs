//! Changing a JSON body in one place at a time.

use serde_json::{Map, Value, json};

/// The name of the field that is added.
pub(super) const UNKNOWN_FIELD: &str = "zz_unknown_field";

/// `value` with the keys of every object in falling order; `serde_json` sorts them in rising order.
pub(super) fn with_reversed_keys(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<_> = map
                .iter()
                .rev()
                .map(|(key, value)| format!("{}:{}", json!(key), with_reversed_keys(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(list) => {
            let entries: Vec<_> = list.iter().map(with_reversed_keys).collect();
            format!("[{}]", entries.join(","))
        }
        other => other.to_string(),
    }
}

/// `value` once for each node that `change` changes, with that node changed.
pub(super) fn with_each_node(
    value: &Value,
    change: &dyn Fn(&Value) -> Option<Value>,
) -> Vec<Value> {
    let mut out: Vec<_> = change(value).into_iter().collect();
    match value {
        Value::Object(map) => {
            for (key, child) in map {
                out.extend(with_each_node(child, change).into_iter().map(|changed| {
                    let mut map = map.clone();
                    map.insert(key.clone(), changed);
                    Value::Object(map)
                }));
            }
        }
        Value::Array(list) => {
            for (index, child) in list.iter().enumerate() {
                out.extend(with_each_node(child, change).into_iter().map(|changed| {
                    let same = |(i, old): (usize, &Value)| {
                        if i == index { changed.clone() } else { old.clone() }
                    };
                    Value::Array(list.iter().enumerate().map(same).collect())
                }));
            }
        }
        _ => {}
    }
    out
}

/// An object with a further field that nobody knows.
pub(super) fn with_unknown_field(value: &Value) -> Option<Value> {
    let mut map = value.as_object()?.clone();
    map.insert(UNKNOWN_FIELD.to_owned(), json!({"a": [1, {"b": null}]}));
    Some(Value::Object(map))
}

/// An object with `count` further fields.
pub(super) fn with_many_fields(value: &Value, count: usize) -> Option<Value> {
    let mut map: Map<_, _> = value.as_object()?.clone();
    map.extend((0..count).map(|n| (format!("field {n}"), json!("text"))));
    Some(Value::Object(map))
}

/// A list of objects with its first entry `count` times.
pub(super) fn with_many_entries(value: &Value, count: usize) -> Option<Value> {
    let first = value.as_array()?.first().filter(|entry| entry.is_object())?;
    Some(Value::Array(vec![first.clone(); count]))
}
