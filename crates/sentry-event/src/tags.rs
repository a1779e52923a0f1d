//! Tags: pairs in webhooks, objects in the API, an object of all in bodies made by hand.

use std::borrow::Cow;

use serde_json::Value;

use crate::address::value_without_secrets;
use crate::read::{Cutting, text};
use crate::{MAX_TAGS, Personal, Tag};

/// The most characters of a name and of a value. Sentry takes 32 and 200.
const MAX_NAME: usize = 64;
const MAX_VALUE: usize = 200;

/// The tags, by name, and whether there were more. Of two with one name the first counts.
pub(crate) fn tags(
    value: Option<&Value>,
    personal: Personal,
    cutting: &mut Cutting,
) -> (Vec<Tag>, bool) {
    let mut tags: Vec<Tag> = Vec::new();
    let mut more = false;
    for (name, value) in pairs(value) {
        let name = name.strip_prefix("sentry:").unwrap_or(&name).trim().to_owned();
        let is_known = tags.iter().any(|tag| tag.name == name);
        if name.is_empty() || value.trim().is_empty() || is_known {
            continue;
        }
        let Some(value) = kept_tag(&name, &value, personal) else { continue };
        if tags.len() == MAX_TAGS {
            more = true;
            break;
        }
        let name = cutting.short(&name, MAX_NAME);
        tags.push(Tag { name, value: cutting.short(value.trim(), MAX_VALUE) });
    }
    tags.sort();
    (tags, more)
}

/// What is kept of a tag's value: an address without its query, and nothing of a tag that says who a person
/// is, where that is left out. `name` is without the prefix `sentry:`.
pub fn kept_tag<'v>(name: &str, value: &'v str, personal: Personal) -> Option<Cow<'v, str>> {
    let is_kept = personal == Personal::Keep || !is_personal(name);
    is_kept.then(|| value_without_secrets(value))
}

/// Whether a tag says who a person is, or what they asked for.
pub(crate) fn is_personal(name: &str) -> bool {
    const NAMES: [&str; 7] = ["user", "username", "email", "ip", "ip_address", "url", "user_id"];
    NAMES.contains(&name) || name.starts_with("user.") || name.starts_with("geo.")
}

fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    match value {
        Some(Value::Array(entries)) => entries.iter().filter_map(pair).collect(),
        Some(Value::Object(fields)) => {
            let pair = |(name, value): (&String, &Value)| Some((name.clone(), text(value)?));
            fields.iter().filter_map(pair).collect()
        }
        _ => Vec::new(),
    }
}

fn pair(entry: &Value) -> Option<(String, String)> {
    let (name, value) = match entry {
        Value::Array(pair) => (pair.first()?, pair.get(1)?),
        Value::Object(_) => (entry.get("key")?, entry.get("value")?),
        _ => return None,
    };
    Some((text(name)?, text(value)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: &Value, personal: Personal) -> Vec<(String, String)> {
        let (tags, _) = tags(Some(value), personal, &mut Cutting::default());
        tags.into_iter().map(|tag| (tag.name, tag.value)).collect()
    }

    #[test]
    fn tags_of_every_form_come_to_the_same() {
        let forms = [
            json!([["sentry:release", "1.0"], ["os", "Linux"], ["os", "other"], ["odd"], 7]),
            json!([{"key": "os", "value": "Linux"}, {"key": "release", "value": "1.0"}, {}]),
            json!({"release": "1.0", "os": "Linux", "none": null}),
        ];
        for form in forms {
            let expected = [("os", "Linux"), ("release", "1.0")];
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(read(&form, Personal::Keep), expected, "{form}");
        }
    }

    #[test]
    fn what_says_who_somebody_is_can_be_left_out() {
        let tags = json!([
            ["user", "id:42"],
            ["url", "https://a/?t=1"],
            ["os", "Linux"],
            ["transaction", "/cart?t=1"]
        ]);
        let names = |personal| -> Vec<String> {
            read(&tags, personal).into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(Personal::Keep), ["os", "transaction", "url", "user"]);
        assert_eq!(names(Personal::LeaveOut), ["os", "transaction"]);
        let kept = read(&tags, Personal::Keep);
        assert_eq!((&*kept[1].1, &*kept[2].1), ("/cart", "https://a/"));
    }
}
