//! From the payload to an alert.

use watchbell_model::{
    Alert, DedupKey, MAX_METADATA_KEYS, Metadata, ServiceReference, Severity, Timestamp, clean_opt,
    one_line,
};
use watchbell_provider::{Item, ReadError, Received};
use watchbell_wire::{Warnings, epoch_millis, epoch_seconds, http_url};

use crate::LEVELS;
use crate::fields::{Fields, Slot};
use crate::message::{Monitor, unwrapped};
use crate::state::{EventTitle, State, is_priority};
use crate::tags::{normalised, tag, tags};
use crate::wire::{Body, malformed};

/// The most characters of names such as an environment's.
const MAX_NAME_CHARS: usize = 255;
/// How many tags are looked at.
const MAX_TAGS: usize = 1_000;

/// A payload with what its title and message say between the lines.
struct Event<'a> {
    fields: &'a Fields<'a>,
    title: EventTitle<'a>,
    monitor: Monitor<'a>,
}

pub(crate) fn received(body: Body<'_>) -> Result<Received, ReadError> {
    let Body { fields, mut warnings } = body;
    let event = Event::of(&fields);
    if event.says_nothing() {
        return Err(malformed("a payload whose variables were not filled in"));
    }
    let alert = event.alert(&mut warnings);
    let items = vec![Item::Alert(Box::new(alert))];
    Ok(Received { items, warnings: warnings.into_list(), ..Received::default() })
}

impl<'a> Event<'a> {
    fn of(fields: &'a Fields<'a>) -> Self {
        let title = EventTitle::of(fields.event_title.get().unwrap_or(""));
        // Only what the fields leave open is looked for in the message.
        let is_named = fields.monitor_id.get().or(fields.cycle_key.get()).is_some();
        let needs_message = !is_named || fields.link.get().is_none();
        let text = fields.text.get().filter(|_| needs_message);
        Self { fields, title, monitor: text.map(Monitor::linked_in).unwrap_or_default() }
    }

    fn says_nothing(&self) -> bool {
        let Fields {
            cycle_key,
            aggreg_key,
            monitor_id,
            transition,
            alert_title,
            other_title,
            other_key,
            ..
        } = self.fields;
        let said =
            [cycle_key, aggreg_key, monitor_id, transition, alert_title, other_title, other_key];
        said.iter().all(|slot| slot.get().is_none())
            && self.fields.event_title.get().is_none()
            && self.monitor.id.is_none()
    }

    fn alert(&self, warnings: &mut Warnings) -> Alert {
        let fields = self.fields;
        let action = self.state(warnings).action();
        let mut alert = Alert::new(action, self.alert_title());
        alert.description = clean_opt(Some(self.description()), Alert::MAX_DESCRIPTION_CHARS);
        alert.dedup_key = self.key();
        alert.occurrence = fields.cycle_key.get().and_then(|key| {
            // A key's bound is an occurrence's too.
            DedupKey::new(key).map(|key| key.as_str().to_owned())
        });
        alert.severity = self.tagged("severity", &fields.severity).and_then(severity);
        if alert.severity.is_none() {
            alert.level = clean_opt(self.level(), MAX_NAME_CHARS);
        }
        alert.service = self.service();
        alert.source_name = Some("Datadog".to_owned());
        alert.source_url =
            fields.link.get().and_then(http_url).or(self.monitor.link).map(str::to_owned);
        alert.environment = clean_opt(self.tagged("env", &fields.env), MAX_NAME_CHARS);
        alert.project = clean_opt(self.tag("project"), MAX_NAME_CHARS);
        let date = moment("date", fields.date.get(), warnings);
        let last_updated = moment("last_updated", fields.last_updated.get(), warnings);
        alert.source_clock = last_updated.or(date);
        alert.detected_at = date.or(last_updated);
        alert.test = self.is_test();
        alert.metadata = self.metadata(&alert, warnings);
        alert
    }

    /// What has happened: the transition; without one that is known, the alert type `success`, the
    /// state of an incident, the words in front of the title. A payload that says none of it fires.
    fn state(&self, warnings: &mut Warnings) -> State {
        let fields = self.fields;
        let transition = fields.transition.get();
        if let Some(state) = transition.and_then(State::of) {
            return state;
        }
        match transition {
            Some(word) if !word.eq_ignore_ascii_case("null") => warnings.add(|| {
                format!(
                    "transition \"{}\" is not known: taken as firing unless it is a success",
                    one_line(word, 64)
                )
            }),
            _ if self.title.state.is_some() && fields.alert_type.get().is_none() => {
                warnings.add(|| {
                    "the payload has no transition: what happened was taken from the title; paste \
                     the guide's payload into Datadog"
                        .to_owned()
                });
            }
            _ => {}
        }
        let is = |slot: Option<&str>, words: &[&str]| {
            slot.is_some_and(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
        };
        let over = is(fields.alert_type.get(), &["success"])
            || is(fields.incident_status.get(), &["resolved", "completed"]);
        if over { State::Recovered } else { self.title.state.unwrap_or(State::Fires) }
    }

    /// The monitor's title with its scope, as `$ALERT_TITLE` has it.
    fn alert_title(&self) -> String {
        let fields = self.fields;
        if let Some(title) = fields.alert_title.get() {
            return title.to_owned();
        }
        match (self.title.rest, self.title.scope) {
            ("", _) => {}
            (title, Some(scope)) => return format!("{title} on {scope}"),
            (title, None) => return title.to_owned(),
        }
        match (fields.other_title.get(), self.monitor_id()) {
            (Some(title), _) => title.to_owned(),
            (None, Some(id)) => format!("Datadog monitor {id}"),
            (None, None) => "Datadog alert".to_owned(),
        }
    }

    /// The message, a blank line, and the summary of the status.
    fn description(&self) -> String {
        let text = unwrapped(self.fields.text.get().unwrap_or(""));
        match self.fields.status.get().map(unwrapped) {
            Some(status) if text.is_empty() => status.to_owned(),
            Some(status) if status != text => format!("{text}\n\n{status}"),
            _ => text.to_owned(),
        }
    }

    fn monitor_id(&self) -> Option<&'a str> {
        self.fields.monitor_id.get().or(self.monitor.id)
    }

    /// The tags that it is about, in one order.
    fn scope(&self) -> String {
        let group = self.monitor.group.as_deref();
        normalised(self.fields.scope.get().or(self.title.scope).or(group).unwrap_or(""))
    }

    /// The cycle, else the aggregation key, else the monitor with its scope. What has none of them
    /// is known by its title: one of its own for each scope, the same for trigger and recovery.
    fn key(&self) -> Option<DedupKey> {
        let fields = self.fields;
        if let Some(key) = fields.cycle_key.get().or(fields.aggreg_key.get()) {
            return DedupKey::new(key);
        }
        let name = self
            .monitor_id()
            .or(fields.other_key.get())
            .or(fields.alert_title.get())
            .or(Some(self.title.rest).filter(|rest| !rest.is_empty()))?;
        let scope = self.scope();
        if scope.is_empty() {
            DedupKey::new(name)
        } else {
            DedupKey::new(format!("{name}/{scope}"))
        }
    }

    fn tag(&self, name: &str) -> Option<&'a str> {
        tag(self.fields.tags.get()?, name)
    }

    /// A tag that may also stand in a field of its own.
    fn tagged(&self, name: &str, field: &'a Slot<'a>) -> Option<&'a str> {
        field.get().or_else(|| self.tag(name))
    }

    /// The tag `severity` if its word is a level, else the monitor's priority, else the severity of
    /// another kind of notification, else the alert type.
    fn level(&self) -> Option<&'a str> {
        let fields = self.fields;
        let is_level =
            |word: &&str| LEVELS.iter().any(|(level, _)| word.eq_ignore_ascii_case(level));
        self.tagged("severity", &fields.severity)
            .filter(is_level)
            .or(fields.priority.get().filter(|word| is_priority(word)))
            .or(self.title.priority)
            .or(fields.other_severity.get())
            .or(fields.alert_type.get())
    }

    fn service(&self) -> Option<ServiceReference> {
        let field = self.fields.service_id.get().map(|text| (text, "service_id"));
        let (text, field) = field.or_else(|| Some((self.tag("service_id")?, "tags")))?;
        let text = clean_opt(Some(text), MAX_NAME_CHARS)?;
        Some(ServiceReference { text, field: field.into() })
    }

    /// Whether somebody pressed "Test notifications" in Datadog.
    fn is_test(&self) -> bool {
        let titles = [self.title.rest, self.fields.alert_title.get().unwrap_or("")];
        titles.iter().any(|title| title.starts_with("[TEST]"))
            && self.fields.text.get().is_some_and(|text| text.contains("Test notification"))
    }

    fn metadata(&self, alert: &Alert, warnings: &mut Warnings) -> Metadata {
        let fields = self.fields;
        let mut metadata = Metadata::new();
        let own = [
            ("environment", alert.environment.as_deref()),
            ("project", alert.project.as_deref()),
            ("release", self.tag("version")),
            ("level", alert.level.as_deref()),
            ("organization", fields.org_name.get().or(fields.org_id.get())),
            ("monitor_id", self.monitor_id()),
            ("transition", fields.transition.get()),
            ("scope", fields.scope.get().or(self.title.scope)),
            ("metric", fields.metric.get()),
            ("query", fields.query.get()),
            ("hostname", fields.hostname.get()),
            ("event_type", fields.event_type.get()),
            ("event_id", fields.event_id.get()),
            ("service", fields.service.get()),
            (
                "snapshot",
                fields
                    .snapshot
                    .get()
                    .and_then(http_url)
                    .filter(|url| url.len() <= Metadata::MAX_VALUE_CHARS),
            ),
        ];
        for (name, value) in own {
            if let Some(value) = value {
                metadata.insert(name, value);
            }
        }
        self.insert_tags(&mut metadata, warnings);
        metadata
    }

    /// Each tag under its own name, unless a field has that name; those without a value under
    /// `tags`.
    fn insert_tags(&self, metadata: &mut Metadata, warnings: &mut Warnings) {
        let fields: Vec<_> = metadata.iter().map(|(name, _)| name.to_owned()).collect();
        let mut left_out = false;
        for (name, value) in tags(self.fields.tags.get().unwrap_or("")).take(MAX_TAGS) {
            let (name, value) = value.map_or(("tags", name), |value| (name, value));
            if fields.iter().any(|field| field == name) {
                continue;
            }
            let joined = match metadata.get(name) {
                Some(old) if old.split(", ").any(|one| one == value) => continue,
                Some(old) => format!("{old}, {value}"),
                None => value.to_owned(),
            };
            let full = metadata.len() >= MAX_METADATA_KEYS && metadata.get(name).is_none();
            left_out |= full;
            metadata.insert(name, &joined);
        }
        if left_out {
            warnings.add(|| {
                format!("more than {MAX_METADATA_KEYS} names and tags: the first are kept")
            });
        }
    }
}

fn severity(word: &str) -> Option<Severity> {
    Severity::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(word))
}

/// `$DATE` in milliseconds or `$DATE_POSIX` in seconds: they are told apart by their size.
fn moment(name: &str, text: Option<&str>, warnings: &mut Warnings) -> Option<Timestamp> {
    let text = text?;
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let at = if digits < 12 { epoch_seconds(text) } else { epoch_millis(text) };
    if at.is_none() {
        warnings.add(|| format!("{name} is not a time since 1970 in digits: not used"));
    }
    at
}
