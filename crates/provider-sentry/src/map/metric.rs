//! Metric alerts: a number crossed a line, or came back.

use watchbell_model::{Action, Alert, DedupKey, clean_opt};
use watchbell_provider::Item;
use watchbell_wire::{List, Warnings, http_url};

use super::{Reading, TRIGGER, act, auto, metadata, nothing, unsupported_action};
use crate::place::Place;
use crate::rule;
use crate::texts::{Fields, ProjectNames, name, text};
use crate::wire::{self, MetricAlert, Names, Rule, Settings, Trigger};

/// What a metric alert's state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Critical,
    Warning,
    /// Of low priority, or of a monitor without lines.
    Open,
    Resolved,
}

impl State {
    /// The state that the action names, or the alert's own number where there is no action.
    fn of(action: Option<&str>, metric: &MetricAlert<'_>) -> Option<Self> {
        Some(match (action, text(&metric.status)) {
            (Some("critical"), _) | (None, Some("20")) => Self::Critical,
            (Some("warning"), _) | (None, Some("10")) => Self::Warning,
            (Some("open"), _) | (None, Some("1")) => Self::Open,
            (Some("resolved"), _) | (None, Some("2")) => Self::Resolved,
            _ => return None,
        })
    }

    /// The level that issues would have. None for what Sentry gives no weight.
    const fn level(self) -> Option<&'static str> {
        match self {
            Self::Critical => Some("fatal"),
            Self::Warning => Some("warning"),
            Self::Open | Self::Resolved => None,
        }
    }

    /// What its line in the rule is called.
    const fn label(self) -> Option<&'static str> {
        match self {
            Self::Critical => Some("critical"),
            Self::Warning => Some("warning"),
            Self::Open | Self::Resolved => None,
        }
    }
}

pub(super) fn item(reading: &Reading<'_>, warnings: &mut Warnings) -> Item {
    let data = reading.data;
    let mut fields = Fields::new("data", warnings);
    let Some(metric) = fields.part(&data.metric_alert, "metric_alert", "an object") else {
        return nothing("the metric alert");
    };
    let description = fields.text(&data.description_text, "description_text");
    let description_title = fields.text(&data.description_title, "description_title");
    let page = fields.text(&data.web_url, "web_url");
    let Some(state) = State::of(reading.action, metric) else {
        return unsupported_action("metric alert", reading.action);
    };
    let action = match state {
        State::Critical | State::Warning | State::Open => Action::Trigger(TRIGGER),
        State::Resolved => Action::Resolve,
    };

    let mut fields = Fields::new("data.metric_alert", warnings);
    let identifier = fields.text(&metric.identifier, "identifier");
    let identifier = identifier.or_else(|| text(&metric.id));
    let title = fields.text(&metric.title, "title");
    let no_rule = Rule::default();
    let rule = fields.part(&metric.rule, "alert_rule", "an object").unwrap_or(&no_rule);
    // Titles of old were drawn by lot ("Sacred Marmot"); the rule's name was chosen by somebody.
    let title = text(&rule.name).or(title).or(description_title);
    if identifier.is_none() && title.is_none() {
        return nothing("the metric alert");
    }
    let place = page.and_then(Place::of);
    let organization = place.and_then(|place| place.organization);
    let organization_id = fields.text(&metric.organization_id, "organization_id");
    let slug =
        metric.projects.get().and_then(first).or_else(|| rule.projects.get().and_then(first));
    let project = ProjectNames { slug, ..ProjectNames::default() };

    let mut alert = Alert::new(action, title.unwrap_or("Sentry metric alert"));
    alert.description = clean_opt(description, Alert::MAX_DESCRIPTION_CHARS);
    alert.dedup_key = identifier.and_then(|identifier| {
        let organization = organization_id.or(organization).unwrap_or_default();
        DedupKey::new(format!("sentry-metric-{organization}-{identifier}"))
    });
    alert.level = state.level().map(str::to_owned);
    alert.environment = name(text(&rule.environment));
    alert.project = name(project.key());
    alert.source_name = project.source();
    alert.source_url = page.and_then(http_url).map(str::to_owned);
    alert.metadata = metadata(&alert, [("organization", organization)]);
    if matches!(action, Action::Trigger(_)) {
        let started = fields.moment(&metric.date_started, "date_started");
        alert.detected_at =
            started.or_else(|| fields.moment(&metric.date_detected, "date_detected"));
        let ours = reading.body.installation.get().and_then(|own| text(&own.uuid));
        match settings(rule, state, ours) {
            Some((settings, path)) => {
                rule::apply(settings, &path, auto(reading), &mut alert, warnings);
            }
            None => act(reading, &mut alert, warnings),
        }
    }
    Item::Alert(Box::new(alert))
}

fn first<'t>(names: &'t Names<'_>) -> Option<&'t str> {
    names.entries.iter().find_map(text)
}

/// The settings of our action on the line that was crossed, or on any line for a state without
/// one.
///
/// A rule can hold the actions of several apps. Older versions say whose each is. Newer ones do
/// not, and then ours is the one that names a service: our form does not go without.
fn settings<'t>(
    rule: &'t Rule<'_>,
    state: State,
    ours: Option<&str>,
) -> Option<(&'t Settings<'t>, String)> {
    let crossed =
        |trigger: &Trigger<'_>| state.label().is_none_or(|own| text(&trigger.label) == Some(own));
    let List { entries: triggers, .. } = rule.triggers.get()?;
    for (line, trigger) in triggers.iter().enumerate() {
        let Some(trigger) = trigger.get().filter(|trigger| crossed(trigger)) else { continue };
        let Some(List { entries: actions, .. }) = trigger.actions.get() else { continue };
        for (place, action) in actions.iter().enumerate() {
            let Some(wire::Action { kind, installation, settings }) = action.get() else {
                continue;
            };
            let Some(settings) = settings.get().filter(|_| text(kind) == Some("sentry_app")) else {
                continue;
            };
            let is_ours = match text(installation).zip(ours) {
                Some((theirs, ours)) => theirs == ours,
                None => text(&settings.service_id).is_some(),
            };
            if is_ours {
                let rule = "data.metric_alert.alert_rule";
                let path = format!("{rule}.triggers[{line}].actions[{place}].settings");
                return Some((settings, path));
            }
        }
    }
    None
}
