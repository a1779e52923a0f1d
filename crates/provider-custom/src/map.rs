//! From fields to alerts, or to everything that is wrong with them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::value::RawValue;
use watchbell_model::{
    Action, Alert, DedupKey, Headers, Metadata, RepeatText, ServiceReference, Trigger, clean_opt,
};
use watchbell_provider::{Idempotency, Item, MAX_ALERTS, Problems, ReadError, Received};

use crate::fields::Fields;
use crate::problems::{Ignored, shown};
use crate::wire::{Body, List, MAX_LIST, Object, Value};

/// The header with the sender's own id, in lower case.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The most characters of that id.
const MAX_ID_CHARS: usize = 255;
/// The most characters of names such as an environment's.
const MAX_NAME_CHARS: usize = 255;

pub(crate) fn received(body: Body<'_>, headers: &Headers) -> Result<Received, ReadError> {
    let mut problems = Problems::default();
    let mut ignored = Ignored::default();
    let idempotency = idempotency(headers, &mut problems);
    let alerts = match body {
        Body::One(object) => vec![alert(object, "", &mut problems, &mut ignored)],
        Body::Many(List { found, .. }) if found > MAX_ALERTS => {
            return Err(ReadError::TooManyAlerts { found });
        }
        Body::Many(List { found, .. }) if found > MAX_LIST => {
            problems.add("", FORMS, format!("a list of {found}"));
            Vec::new()
        }
        Body::Many(List { found: 0, .. }) => {
            problems.add("", FORMS, "an empty list");
            Vec::new()
        }
        Body::Many(List { entries, .. }) => entries
            .into_iter()
            .enumerate()
            .filter_map(|(index, entry)| listed(index, entry, &mut problems, &mut ignored))
            .collect(),
    };
    let problems = problems.into_list();
    if !problems.is_empty() {
        let services = alerts.into_iter().filter_map(|alert| alert.service).collect();
        return Err(ReadError::Invalid { problems, services });
    }
    let items = alerts.into_iter().map(|alert| Item::Alert(Box::new(alert))).collect();
    Ok(Received { items, idempotency, warnings: ignored.into_warnings(), ..Received::default() })
}

const FORMS: &str = "an object, or a list of 1 to 100 objects";

fn idempotency(headers: &Headers, problems: &mut Problems) -> Option<Idempotency> {
    let id = headers.get(IDEMPOTENCY_KEY)?.trim();
    let count = id.chars().count();
    if !(1..=MAX_ID_CHARS).contains(&count) {
        let got = if count == 0 { "an empty text".to_owned() } else { characters(count) };
        problems.add("header Idempotency-Key", "a text of 1 to 255 characters", got);
        return None;
    }
    Some(Idempotency { id: id.to_owned(), same_body: true })
}

/// An entry of a list; none if it is no object.
fn listed(
    index: usize,
    entry: &RawValue,
    problems: &mut Problems,
    ignored: &mut Ignored,
) -> Option<Alert> {
    let got = match Value::of(entry) {
        Value::Object(raw) => match serde_json::from_str(raw.get()) {
            Ok(object) => return Some(alert(object, &format!("[{index}]."), problems, ignored)),
            Err(_) => BROKEN_NAME.to_owned(),
        },
        other => describe(&other),
    };
    problems.add(format!("[{index}]"), "an object", got);
    None
}

/// What a name can be although the JSON around it was read.
const BROKEN_NAME: &str = "an object with a name that holds half of a surrogate pair";

/// The alert of one object. If a problem was added, it is not to be used.
fn alert(
    object: Object<'_>,
    prefix: &str,
    problems: &mut Problems,
    ignored: &mut Ignored,
) -> Alert {
    let mut fields = Fields::new(object, prefix, problems, ignored);
    let title = fields.required("title", Alert::MAX_TITLE_CHARS);
    let service = fields.required("service_id", 50);
    let description = fields.optional("description", Alert::MAX_DESCRIPTION_CHARS);
    let severity =
        fields.word("severity", "one of SEV0, SEV1, SEV2, SEV3, SEV4", |word| word.parse().ok());
    let action = fields.word("status", "one of new, investigating, resolved", action);
    let source_url = fields.url("source_url");
    let dedup_key = fields.exact("dedup_key", 255);
    let metadata = fields.object("metadata");
    let metadata = metadata.map(|raw| metadata_of(raw, prefix, problems)).unwrap_or_default();

    let action = action.unwrap_or(Action::Trigger(trigger(false)));
    let mut alert = Alert::new(action, title.as_deref().unwrap_or(""));
    alert.service = service.map(|text| ServiceReference {
        text: text.into_owned(),
        field: format!("{prefix}service_id").into(),
    });
    alert.description = description.map(Cow::into_owned);
    alert.severity = severity;
    alert.source_url = source_url.map(Cow::into_owned);
    alert.dedup_key = dedup_key.and_then(DedupKey::new);
    alert.environment = clean_opt(metadata.get("environment"), MAX_NAME_CHARS);
    alert.project = clean_opt(metadata.get("project"), MAX_NAME_CHARS);
    alert.metadata = metadata;
    alert
}

fn action(status: &str) -> Option<Action> {
    Some(match status {
        "new" => Action::Trigger(trigger(false)),
        "investigating" => Action::Trigger(trigger(true)),
        "resolved" => Action::Resolve,
        _ => return None,
    })
}

/// Whoever writes a repeat means what it says: its texts count.
fn trigger(investigating: bool) -> Trigger {
    Trigger { investigating, repeat_text: RepeatText::Replace, ..Trigger::default() }
}

fn metadata_of(raw: &RawValue, prefix: &str, problems: &mut Problems) -> Metadata {
    let mut metadata = Metadata::new();
    let Ok(Object(entries)) = serde_json::from_str(raw.get()) else {
        problems.add(format!("{prefix}metadata"), "an object", BROKEN_NAME);
        return metadata;
    };
    if entries.len() > 10 {
        let got = format!("{} names", entries.len());
        problems.add(format!("{prefix}metadata"), "an object of at most 10 names", got);
    }
    let mut seen = BTreeSet::new();
    for (name, value) in &entries {
        let mut problem = |expected: &str, got: &str| {
            problems.add(format!("{prefix}metadata.{}", shown(name)), expected, got);
        };
        if !seen.insert(name) {
            problem("each name once", "the name again");
        }
        let count = name.chars().count();
        if !(1..=Metadata::MAX_NAME_CHARS).contains(&count) {
            problem("a name of 1 to 64 characters", &format!("a name of {count} characters"));
        }
        if name.contains('\0') {
            problem("a name without NUL", "a name with NUL");
        }
        let value = Value::of(value);
        match &value {
            Value::Text(text) if text.contains('\0') => problem(METADATA_VALUE, WITH_NUL),
            Value::Text(text) if is_longer(text, Metadata::MAX_VALUE_CHARS) => {
                problem(METADATA_VALUE, &characters(text.chars().count()));
            }
            Value::Number(text) if is_longer(text, Metadata::MAX_VALUE_CHARS) => {
                problem(METADATA_VALUE, &format!("number of {} characters", text.len()));
            }
            Value::Text(text) => metadata.insert(name, text),
            Value::Number(text) | Value::Bool(text) => metadata.insert(name, text),
            Value::Null | Value::List | Value::Object(_) | Value::BrokenText => {
                problem(METADATA_VALUE, &describe(&value));
            }
        }
    }
    metadata
}

const METADATA_VALUE: &str = "a text, number, true or false of at most 1000 characters";

/// A text that PostgreSQL cannot store.
pub(crate) const WITH_NUL: &str = "text with a NUL character";

/// `text of 501 characters`.
pub(crate) fn characters(count: usize) -> String {
    format!("text of {count} characters")
}

/// Whether `text` has more than `max` characters.
pub(crate) fn is_longer(text: &str, max: usize) -> bool {
    text.len() > max && text.chars().nth(max).is_some()
}

/// What was found, for people.
pub(crate) fn describe(value: &Value<'_>) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(text) => (*text).to_owned(),
        Value::Number(text) => format!("number {}", shown(text)),
        Value::Text(text) if text.is_empty() => "an empty text".to_owned(),
        Value::Text(text) if text.trim().is_empty() => "only white space".to_owned(),
        Value::Text(text) => format!("\"{}\"", shown(text)),
        Value::BrokenText => "text with half of a surrogate pair".to_owned(),
        Value::List => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
