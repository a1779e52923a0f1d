//! One entry.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use watchbell_model::{
    Action, Alert, DedupKey, GroupHash, MAX_METADATA_KEYS, Metadata, Reopen, RepeatText,
    ServiceReference, Severity, Trigger, clean_opt, to_micros,
};
use watchbell_wire::{Lenient, Text, Warnings, http_url};

use crate::map::{Shared, is_resolved};
use crate::text;
use crate::wire::{self, Labels};

/// The most characters of names such as an environment's; no sender comes near it.
const MAX_NAME_CHARS: usize = 255;

/// A firing again with the same start is the same occurrence, come back or never gone.
pub(crate) const TRIGGER: Trigger = Trigger {
    investigating: false,
    reopen: Reopen::SameOccurrence,
    repeat_text: RepeatText::Keep,
    clears_source_acknowledgement: false,
};

pub(crate) fn alert(
    index: usize,
    alert: wire::Alert<'_>,
    shared: &Shared<'_>,
    warnings: &mut Warnings,
) -> Alert {
    let wire::Alert {
        status,
        labels,
        annotations,
        starts_at,
        generator_url,
        fingerprint,
        dashboard_url,
        panel_url,
        silence_url,
        image_url,
        rule_uid,
    } = alert;
    let labels = labels_of(labels, warnings, || format!("alerts[{index}].labels"));
    let annotations = labels_of(annotations, warnings, || format!("alerts[{index}].annotations"));
    let mut field =
        |value, name: &str| text_of(value, &mut *warnings, || format!("alerts[{index}].{name}"));
    let resolved = is_resolved(field(status, "status").as_ref());
    let fingerprint = field(fingerprint, "fingerprint");
    let fingerprint = match fingerprint.as_ref().and_then(Text::trimmed) {
        Some(text) => text.to_owned(),
        None => hash_of(&labels),
    };
    let generator_url = field(generator_url, "generatorURL");
    let links = [
        ("dashboard_url", field(dashboard_url, "dashboardURL")),
        ("panel_url", field(panel_url, "panelURL")),
        ("silence_url", field(silence_url, "silenceURL")),
        ("image_url", field(image_url, "imageURL")),
    ];
    let rule_uid = field(rule_uid, "ruleUID");
    let starts_at = field(starts_at, "startsAt");
    let began = starts_at.and_then(|Text(text)| moment(&text, index, warnings));

    let action = if resolved { Action::Resolve } else { Action::Trigger(TRIGGER) };
    let (title, summary_is_whole) =
        text::title(&labels, &annotations, || format!("Alert {fingerprint}"));
    let mut alert = Alert::new(action, &title);
    alert.description = text::description(&annotations, summary_is_whole);
    alert.occurrence = began.map(|began| occurrence(&fingerprint, began));
    alert.dedup_key = DedupKey::new(&fingerprint);
    labels_say(&mut alert, &labels, || format!("alerts[{index}].labels.service_id"));
    alert.source_name = clean_opt(Some(shared.source), MAX_NAME_CHARS);
    alert.source_url = generator_url
        .as_ref()
        .and_then(|Text(url)| http_url(url))
        .or(shared.external_url)
        .map(str::to_owned);
    alert.detected_at = began.map(to_micros);
    alert.group = shared.group;
    let kept = |url: &&str| url.len() <= Metadata::MAX_VALUE_CHARS;
    let links = links.iter().map(|(name, link)| {
        (*name, link.as_ref().and_then(|Text(url)| http_url(url)).filter(kept))
    });
    let others = [
        ("organization", shared.organization),
        ("rule_uid", rule_uid.as_ref().and_then(Text::trimmed)),
    ];
    alert.metadata = metadata(&labels, &alert, links.chain(others));
    if labels.len() > MAX_METADATA_KEYS {
        let count = labels.len();
        warnings.add(|| {
            format!("alerts[{index}] has {count} labels: the first {MAX_METADATA_KEYS} are kept")
        });
    }
    alert
}

/// What labels say of an alert: severity or level, service, environment, project. `path` is where
/// the service is named.
pub(crate) fn labels_say(alert: &mut Alert, labels: &Labels<'_>, path: impl FnOnce() -> String) {
    if let Some(severity) = labels.get("severity") {
        alert.severity =
            Severity::ALL.into_iter().find(|s| s.as_str().eq_ignore_ascii_case(severity));
        if alert.severity.is_none() {
            alert.level = clean_opt(Some(severity), MAX_NAME_CHARS);
        }
    }
    alert.service = clean_opt(labels.get("service_id"), MAX_NAME_CHARS)
        .map(|text| ServiceReference { text, field: path().into() });
    alert.environment =
        clean_opt(labels.get("environment").or_else(|| labels.get("env")), MAX_NAME_CHARS);
    alert.project = clean_opt(labels.get("project"), MAX_NAME_CHARS);
}

/// The labels, and what is known beside them: a label of the same name is the more precise one.
pub(crate) fn metadata<'a>(
    labels: &Labels<'_>,
    alert: &'a Alert,
    others: impl Iterator<Item = (&'static str, Option<&'a str>)>,
) -> Metadata {
    let mut metadata = Metadata::of(labels.iter());
    let known = [
        ("environment", alert.environment.as_deref()),
        ("project", alert.project.as_deref()),
        ("level", alert.level.as_deref()),
    ];
    for (name, value) in known.into_iter().chain(others) {
        if let Some(value) = value.filter(|_| metadata.get(name).is_none()) {
            metadata.insert(name, value);
        }
    }
    metadata
}

/// The text, unless it is absent or, with a warning, of a wrong type.
pub(crate) fn text_of<'a>(
    value: Lenient<Text<'a>>,
    warnings: &mut Warnings,
    path: impl FnOnce() -> String,
) -> Option<Text<'a>> {
    value.known("a text", warnings, path)
}

/// The labels; none if they are absent or, with a warning, of a wrong type.
pub(crate) fn labels_of<'a>(
    value: Lenient<Labels<'a>>,
    warnings: &mut Warnings,
    path: impl FnOnce() -> String,
) -> Labels<'a> {
    value.known("an object", warnings, path).unwrap_or_default()
}

/// What stands in for a fingerprint: the same for the same labels.
fn hash_of(labels: &Labels<'_>) -> String {
    let mut all = String::new();
    for (name, value) in labels.iter() {
        // With their lengths, so that no two different sets give the same text.
        _ = write!(all, "{}:{name}{}:{value}", name.len(), value.len());
    }
    let hash = u128::from_be_bytes(*GroupHash::of(&all).as_bytes());
    format!("labels-{hash:032x}")
}

/// When it began; none for Go's zero time.
fn moment(text: &str, index: usize, warnings: &mut Warnings) -> Option<DateTime<Utc>> {
    let text = text.trim();
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Some(at.to_utc()).filter(|at| at.year() > 1),
        Err(_) if text.is_empty() => None,
        Err(_) => {
            warnings.add(|| {
                format!("alerts[{index}].startsAt is not a time in RFC 3339's form: not used")
            });
            None
        }
    }
}

/// Fingerprint and start, in UTC: Grafana writes the start with its server's offset, which changes
/// with summer time.
pub(crate) fn occurrence(fingerprint: &str, began: DateTime<Utc>) -> String {
    let began = began.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    // A key's bound is an occurrence's too.
    let key = DedupKey::new(&[fingerprint, &began].join("@"));
    key.map_or_else(String::new, DedupKey::into_string)
}
