//! One entry.

use std::borrow::Cow;
use std::fmt::Write as _;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use watchbell_model::{
    Action, Alert, DedupKey, GroupHash, MAX_METADATA_KEYS, Metadata, Reason, Reopen, RepeatText,
    ServiceReference, Severity, Trigger, clean_opt, to_micros, trim,
};
use watchbell_provider::Item;
use watchbell_wire::{Lenient, MapAccess, Shape, Text, Warnings, http_url};

use crate::map::{Shared, is_resolved};
use crate::text;
use crate::wire::{self, Labels};

/// The rule that always fires, in the Prometheus community's rule sets.
pub(crate) const HEARTBEAT: &str = "Watchdog";

/// The most characters of names such as an environment's; no sender comes near it.
const MAX_NAME_CHARS: usize = 255;

/// A firing again with the same start is the same occurrence, come back or never gone.
pub(crate) const TRIGGER: Trigger = Trigger {
    investigating: false,
    reopen: Reopen::SameOccurrence,
    repeat_text: RepeatText::Keep,
    clears_source_acknowledgement: false,
};

/// What is made of an entry as soon as it is read, so that the words of a large group are never all
/// kept at once.
pub(crate) struct Entry {
    item: Item,
    /// Whether it is a heartbeat: one that says it is over is none.
    pub(crate) is_heartbeat: bool,
    /// What was odd; the entry's own place, which only its group knows, is to stand in front.
    odd: Vec<String>,
}

impl<'de> Shape<'de> for Entry {
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Lenient<Self>, A::Error> {
        Ok(wire::Alert::from_map(map)?.map(Self::of))
    }
}

impl Entry {
    fn of(alert: wire::Alert<'_>) -> Self {
        let name = alert.labels.get().and_then(|labels| labels.get("alertname"));
        if name == Some(HEARTBEAT) {
            let what = format!("alert {HEARTBEAT}: it always fires, to show that alerting works");
            let status = text_of(alert.status, &mut Warnings::default(), String::new);
            return Self {
                is_heartbeat: !is_resolved(status.as_ref()),
                item: Item::Ignored { reason: Reason::Heartbeat, what },
                odd: Vec::new(),
            };
        }
        let mut warnings = Warnings::default();
        let item = Item::Alert(Box::new(alert_of(alert, &mut warnings)));
        Self { item, is_heartbeat: false, odd: warnings.into_list() }
    }

    /// With what it shares with its group, as the group's entry number `index`.
    pub(crate) fn within(self, shared: &Shared<'_>, index: usize, warnings: &mut Warnings) -> Item {
        for odd in self.odd {
            warnings.add(|| format!("alerts[{index}]{odd}"));
        }
        let mut item = self.item;
        if let Item::Alert(alert) = &mut item {
            alert.source_name = Some(shared.source.to_owned());
            if alert.source_url.is_none() {
                alert.source_url = shared.external_url.map(str::to_owned);
            }
            alert.group = shared.group;
            if let Some(service) = &mut alert.service {
                service.field =
                    ["alerts[", &index.to_string(), "].", &service.field].concat().into();
            }
            add(&mut alert.metadata, [("organization", shared.organization)]);
        }
        item
    }
}

fn alert_of(alert: wire::Alert<'_>, warnings: &mut Warnings) -> Alert {
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
    let labels = labels_of(labels, warnings, || ".labels".to_owned());
    let annotations = labels_of(annotations, warnings, || ".annotations".to_owned());
    let mut field = |value, name: &str| text_of(value, &mut *warnings, || format!(".{name}"));
    let resolved = is_resolved(field(status, "status").as_ref());
    let fingerprint = field(fingerprint, "fingerprint");
    let fingerprint = match fingerprint.as_ref().and_then(Text::trimmed) {
        Some(text) => Cow::Borrowed(text),
        None => hash_of(&labels).into(),
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
    let began = starts_at.and_then(|Text(text)| moment(&text, warnings));

    let action = if resolved { Action::Resolve } else { Action::Trigger(TRIGGER) };
    let (title, summary_is_whole) =
        text::title(&labels, &annotations, || format!("Alert {fingerprint}"));
    let mut alert = Alert::new(action, title);
    alert.description = text::description(&annotations, summary_is_whole);
    alert.occurrence = began.map(|began| occurrence(&fingerprint, began));
    alert.dedup_key = DedupKey::new(fingerprint);
    labels_say(&mut alert, &labels, "labels.service_id");
    alert.source_url =
        generator_url.as_ref().and_then(|Text(url)| http_url(url)).map(str::to_owned);
    alert.detected_at = began.map(to_micros);
    let kept = |url: &&str| url.len() <= Metadata::MAX_VALUE_CHARS;
    let links = links.iter().map(|(name, link)| {
        (*name, link.as_ref().and_then(|Text(url)| http_url(url)).filter(kept))
    });
    let rule = [("rule_uid", rule_uid.as_ref().and_then(Text::trimmed))];
    alert.metadata = metadata(&labels, &alert, links.chain(rule));
    if labels.len() > MAX_METADATA_KEYS {
        let count = labels.len();
        warnings.add(|| format!(" has {count} labels: the first {MAX_METADATA_KEYS} are kept"));
    }
    alert
}

/// What labels say of an alert: severity or level, service, environment, project. `path` is where
/// the service is named.
pub(crate) fn labels_say(alert: &mut Alert, labels: &Labels<'_>, path: &'static str) {
    if let Some(severity) = labels.get("severity") {
        alert.severity =
            Severity::ALL.into_iter().find(|s| s.as_str().eq_ignore_ascii_case(severity));
        if alert.severity.is_none() {
            alert.level = clean_opt(Some(severity), MAX_NAME_CHARS);
        }
    }
    alert.service = clean_opt(labels.get("service_id"), MAX_NAME_CHARS)
        .map(|text| ServiceReference { text, field: path.into() });
    alert.environment =
        clean_opt(labels.get("environment").or_else(|| labels.get("env")), MAX_NAME_CHARS);
    alert.project = clean_opt(labels.get("project"), MAX_NAME_CHARS);
}

/// The labels, and what is known beside them.
pub(crate) fn metadata<'a>(
    labels: &Labels<'_>,
    alert: &'a Alert,
    others: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
) -> Metadata {
    let mut metadata = Metadata::of(labels.iter());
    let known = [
        ("environment", alert.environment.as_deref()),
        ("project", alert.project.as_deref()),
        ("level", alert.level.as_deref()),
    ];
    add(&mut metadata, known.into_iter().chain(others));
    metadata
}

/// Adds what is known to the labels: one of the same name is the more precise.
fn add<'a>(
    metadata: &mut Metadata,
    known: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
) {
    for (name, value) in known {
        if let Some(value) = value {
            metadata.insert_new(name, value);
        }
    }
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
fn moment(text: &str, warnings: &mut Warnings) -> Option<DateTime<Utc>> {
    let text = trim(text);
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Some(at.to_utc()).filter(|at| at.year() > 1),
        Err(_) if text.is_empty() => None,
        Err(_) => {
            warnings.add(|| ".startsAt is not a time in RFC 3339's form: not used".to_owned());
            None
        }
    }
}

/// Fingerprint and start, in UTC: Grafana writes the start with its server's offset, which changes
/// with summer time.
pub(crate) fn occurrence(fingerprint: &str, began: DateTime<Utc>) -> String {
    let began = began.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    // A key's bound is an occurrence's too.
    let key = DedupKey::new([fingerprint, "@", &began].concat());
    key.map_or_else(String::new, DedupKey::into_string)
}
