//! Breadcrumbs: what happened before.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::address::{is_content, is_secret, text_without_secrets, value_without_secrets};
use crate::read::{Cutting, moment, text};
use crate::{Breadcrumb, MAX_BREADCRUMBS, Personal};

/// The most characters of names and messages, and the most entries of what a breadcrumb holds.
const MAX_NAME: usize = 100;
const MAX_MESSAGE: usize = 500;
const MAX_VALUE: usize = 200;
const MAX_ENTRIES: usize = 10;

/// The newest breadcrumbs, in their order.
#[derive(Debug, Default)]
pub(crate) struct Crumbs {
    pub(crate) kept: Vec<Breadcrumb>,
    pub(crate) more: bool,
    pub(crate) more_data: bool,
}

pub(crate) fn crumbs(values: &[Value], personal: Personal, cutting: &mut Cutting) -> Crumbs {
    let values: Vec<&Value> = values.iter().filter(|value| value.is_object()).collect();
    let old = values.len().saturating_sub(MAX_BREADCRUMBS);
    let mut crumbs = Crumbs { more: old > 0, ..Crumbs::default() };
    for value in values.into_iter().skip(old) {
        let word = |cutting: &mut Cutting, name: &str, default: &str| {
            let word = cutting.text(value.get(name), MAX_NAME);
            word.unwrap_or_else(|| default.to_owned())
        };
        let (message, (data, more)) = match personal {
            Personal::Keep => (message(value, cutting), data(value.get("data"), cutting)),
            Personal::LeaveOut => Default::default(),
        };
        crumbs.more_data |= more;
        crumbs.kept.push(Breadcrumb {
            at: moment(value.get("timestamp")),
            // The API writes these where nothing was said.
            kind: word(cutting, "type", "default"),
            level: word(cutting, "level", "info"),
            category: cutting.text(value.get("category"), MAX_NAME),
            message,
            data,
        });
    }
    crumbs
}

fn message(crumb: &Value, cutting: &mut Cutting) -> Option<String> {
    let message = text_without_secrets(&text(crumb.get("message")?)?);
    cutting.text(Some(&Value::String(message)), MAX_MESSAGE)
}

fn data(value: Option<&Value>, cutting: &mut Cutting) -> (BTreeMap<String, String>, bool) {
    let Some(Value::Object(fields)) = value else { return Default::default() };
    let mut data = BTreeMap::new();
    // In the order of their names, whatever order they came in.
    let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
    let plain = sorted.into_iter().filter(|(name, _)| !is_secret(name) && !is_content(name));
    let mut texts = plain.filter_map(|(name, value)| Some((name, text(value)?)));
    for (name, value) in texts.by_ref().take(MAX_ENTRIES) {
        let name = cutting.short(name, MAX_NAME);
        data.insert(name, cutting.short(&value_without_secrets(&value), MAX_VALUE));
    }
    (data, texts.next().is_some())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The one breadcrumb that is kept of `crumb`.
    fn kept(crumb: &Value, personal: Personal) -> Breadcrumb {
        let found = crumbs(std::slice::from_ref(crumb), personal, &mut Cutting::default());
        found.kept.into_iter().next().unwrap()
    }

    #[test]
    fn queries_secrets_and_bodies_are_never_kept() {
        let check = |data: Value, expected: Value| {
            let kept = kept(&json!({"data": data}), Personal::Keep);
            assert_eq!(json!(kept.data), expected, "{data}");
        };
        check(
            json!({"from": "/login?token=abc", "to": "/#t=1"}),
            json!({"from": "/login", "to": "/"}),
        );
        check(
            json!({"url": "https://u:p@a.example/x?t=1#z"}),
            json!({"url": "https://a.example/x"}),
        );
        check(
            json!({"http.query": "t=1", "http.fragment": "z", "query_string": "t=1", "method": "GET"}),
            json!({"method": "GET"}),
        );
        check(
            json!({"body": "a", "request_body": "a", "data": "a", "payload": "a", "headers": "a",
                   "params": "[1]", "variables": "a", "token": "a", "status_code": 502}),
            json!({"status_code": "502"}),
        );
        check(json!({"reason": "GET /x?t=1 failed"}), json!({"reason": "GET /x failed"}));
        let message = json!({"message": "GET https://x.example/y?token=1 [502]"});
        let message = kept(&message, Personal::Keep).message;
        assert_eq!(message.as_deref(), Some("GET https://x.example/y [502]"));
    }

    #[test]
    fn what_breadcrumbs_hold_can_be_left_out() {
        let crumb = json!({"category": "auth", "level": "error", "message": "dana signed in",
                           "data": {"name": "dana"}});
        let kept = kept(&crumb, Personal::LeaveOut);
        assert_eq!((kept.message, kept.data), (None, BTreeMap::new()));
        assert_eq!((kept.category.as_deref(), &*kept.level), (Some("auth"), "error"));
    }
}
