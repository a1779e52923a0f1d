//! From their words to alerts.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use watchbell_model::{
    Action, Alert, DedupKey, GroupHash, MAX_METADATA_KEYS, Metadata, Reopen, RepeatText,
    ServiceReference, Severity, Trigger, clean_opt, to_micros,
};
use watchbell_wire::{Lenient, Text, Warnings, http_url};

use crate::text;
use crate::wire::{self, Labels};
use crate::{Entry, Group, GroupError, MAX_ALERTS};

/// The rule that always fires, in the Prometheus community's rule sets.
const HEARTBEAT: &str = "Watchdog";
/// The most characters of names such as an environment's; no sender comes near it.
const MAX_NAME_CHARS: usize = 255;

/// What all alerts of a body share.
struct Shared<'a> {
    source: &'a str,
    external_url: Option<&'a str>,
    group: Option<GroupHash>,
}

pub(crate) fn group(body: wire::Body<'_>, source: &str) -> Result<Group, GroupError> {
    let wire::Body { status, alerts, external_url, group_key, truncated_alerts } = body;
    let alerts = match alerts {
        Lenient::Is(alerts) => alerts,
        Lenient::Absent => return Err(not_a_group("an object without `alerts`")),
        Lenient::Odd(kind) => {
            return Err(not_a_group(&format!("an object whose `alerts` is {kind}")));
        }
    };
    if alerts.found > MAX_ALERTS {
        return Err(GroupError::TooMany { found: alerts.found });
    }

    let mut warnings = Warnings::default();
    let mut field = |value, name: &str| text_of(value, &mut warnings, || name.to_owned());
    let status = field(status, "status");
    let external_url = field(external_url, "externalURL");
    let group_key = field(group_key, "groupKey");
    let complete = is_complete(&truncated_alerts, &mut warnings);
    let shared = Shared {
        source,
        external_url: external_url.as_ref().and_then(|Text(url)| http_url(url)),
        group: group_key
            .filter(|Text(key)| !key.trim().is_empty())
            .map(|Text(k)| GroupHash::of(&k)),
    };
    let entries = alerts
        .entries
        .into_iter()
        .enumerate()
        .filter_map(|(index, alert)| match alert {
            Lenient::Is(alert) => Some(entry(index, alert, &shared, &mut warnings)),
            Lenient::Absent => left_out(index, "null", &mut warnings),
            Lenient::Odd(kind) => left_out(index, kind, &mut warnings),
        })
        .collect();
    let resolved_group = shared.group.filter(|_| complete && is_resolved(status.as_ref()));
    Ok(Group { entries, resolved_group, warnings: warnings.into_list() })
}

fn not_a_group(got: &str) -> GroupError {
    GroupError::NotAGroup { got: got.to_owned() }
}

fn left_out(index: usize, kind: &str, warnings: &mut Warnings) -> Option<Entry> {
    warnings.add(|| format!("alerts[{index}] is {kind}, not an object: left out"));
    None
}

/// Whether no alert was cut off. The group's status is computed after the cut, so without this it
/// says `resolved` while others still fire.
fn is_complete(truncated: &Lenient<Text<'_>>, warnings: &mut Warnings) -> bool {
    let number = match truncated {
        // Versions before 0.22 do not send it, and cut nothing.
        Lenient::Absent => return true,
        Lenient::Is(Text(number)) => number.trim().parse().ok(),
        Lenient::Odd(_) => None,
    };
    match number {
        Some(0_u64) => return true,
        Some(cut) => warnings.add(|| {
            format!(
                "alerts of this group that the sender cut off (max_alerts): {cut}; what becomes of \
                 them is not known here"
            )
        }),
        None => warnings
            .add(|| "truncatedAlerts is not a number: taken as if alerts were cut off".to_owned()),
    }
    false
}

fn text_of<'a>(
    value: Lenient<Text<'a>>,
    warnings: &mut Warnings,
    path: impl FnOnce() -> String,
) -> Option<Text<'a>> {
    value.known("a text", warnings, path)
}

fn is_resolved(status: Option<&Text<'_>>) -> bool {
    status.is_some_and(|Text(status)| status.trim().eq_ignore_ascii_case("resolved"))
}

fn entry(
    index: usize,
    alert: wire::Alert<'_>,
    shared: &Shared<'_>,
    warnings: &mut Warnings,
) -> Entry {
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
    } = alert;
    let labels = labels_of(labels, index, "labels", warnings);
    if labels.get("alertname") == Some(HEARTBEAT) {
        return Entry::Heartbeat { name: HEARTBEAT.to_owned() };
    }
    let annotations = labels_of(annotations, index, "annotations", warnings);
    let mut field =
        |value, name: &str| text_of(value, &mut *warnings, || format!("alerts[{index}].{name}"));
    let resolved = is_resolved(field(status, "status").as_ref());
    let fingerprint = field(fingerprint, "fingerprint");
    let fingerprint = match fingerprint.as_ref().map(|Text(text)| text.trim()) {
        Some(text) if !text.is_empty() => text.to_owned(),
        _ => hash_of(&labels),
    };
    let generator_url = field(generator_url, "generatorURL");
    let links = [
        ("dashboard_url", field(dashboard_url, "dashboardURL")),
        ("panel_url", field(panel_url, "panelURL")),
        ("silence_url", field(silence_url, "silenceURL")),
    ];
    let starts_at = field(starts_at, "startsAt");
    let began = starts_at.and_then(|Text(text)| moment(&text, index, warnings));

    let action = if resolved { Action::Resolve } else { Action::Trigger(TRIGGER) };
    let (title, summary_is_whole) = text::title(&labels, &annotations, &fingerprint);
    let mut alert = Alert::new(action, &title);
    alert.description = text::description(&annotations, summary_is_whole);
    alert.occurrence = began.map(|began| occurrence(&fingerprint, began));
    alert.dedup_key = DedupKey::new(&fingerprint);
    if let Some(severity) = labels.get("severity") {
        alert.severity =
            Severity::ALL.into_iter().find(|s| s.as_str().eq_ignore_ascii_case(severity));
        if alert.severity.is_none() {
            alert.level = clean_opt(Some(severity), MAX_NAME_CHARS);
        }
    }
    alert.service = clean_opt(labels.get("service_id"), MAX_NAME_CHARS).map(|text| {
        ServiceReference { text, field: format!("alerts[{index}].labels.service_id").into() }
    });
    alert.source_name = clean_opt(Some(shared.source), MAX_NAME_CHARS);
    alert.source_url = generator_url
        .as_ref()
        .and_then(|Text(url)| http_url(url))
        .or(shared.external_url)
        .map(str::to_owned);
    alert.environment =
        clean_opt(labels.get("environment").or_else(|| labels.get("env")), MAX_NAME_CHARS);
    alert.project = clean_opt(labels.get("project"), MAX_NAME_CHARS);
    alert.detected_at = began.map(to_micros);
    alert.group = shared.group;
    alert.metadata = metadata(&labels, &alert, &links, index, warnings);
    Entry::Alert(Box::new(alert))
}

/// A firing again with the same start is the same occurrence, come back or never gone.
const TRIGGER: Trigger = Trigger {
    investigating: false,
    reopen: Reopen::SameOccurrence,
    repeat_text: RepeatText::Keep,
    clears_source_acknowledgement: false,
};

fn labels_of<'a>(
    value: Lenient<Labels<'a>>,
    index: usize,
    name: &str,
    warnings: &mut Warnings,
) -> Labels<'a> {
    value.known("an object", warnings, || format!("alerts[{index}].{name}")).unwrap_or_default()
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
fn occurrence(fingerprint: &str, began: DateTime<Utc>) -> String {
    let text = format!("{fingerprint}@{}", began.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    // A key's bound is an occurrence's too.
    DedupKey::new(&text).map_or_else(String::new, |key| key.as_str().to_owned())
}

fn metadata(
    labels: &Labels<'_>,
    alert: &Alert,
    links: &[(&str, Option<Text<'_>>); 3],
    index: usize,
    warnings: &mut Warnings,
) -> Metadata {
    let mut metadata = Metadata::new();
    for (name, value) in labels.iter() {
        metadata.insert(name, value);
    }
    if labels.len() > MAX_METADATA_KEYS {
        let count = labels.len();
        warnings.add(|| {
            format!("alerts[{index}] has {count} labels: the first {MAX_METADATA_KEYS} are kept")
        });
    }
    let links = links.iter().map(|(name, link)| {
        let url = link.as_ref().and_then(|Text(url)| http_url(url));
        (*name, url.filter(|url| url.len() <= Metadata::MAX_VALUE_CHARS))
    });
    let known = [
        ("environment", alert.environment.as_deref()),
        ("project", alert.project.as_deref()),
        ("level", alert.level.as_deref()),
    ];
    for (name, value) in known.into_iter().chain(links) {
        // A label of that name is the more precise one.
        if let Some(value) = value.filter(|_| metadata.get(name).is_none()) {
            metadata.insert(name, value);
        }
    }
    metadata
}
