//! Which of Sentry's kinds of requests a body is.

use watchbell_model::Headers;
use watchbell_wire::Lenient;

use crate::wire::{Body, Data};

/// The header that names the resource. The body itself names the action only.
const RESOURCE: &str = "sentry-hook-resource";

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// An issue alert fired.
    EventAlert,
    /// An event arrived.
    Error,
    /// An issue changed.
    Issue,
    /// A metric alert changed.
    MetricAlert,
    /// An issue changed, through an alert rule.
    ActivityAlert,
    Comment,
    Installation,
    /// Made by hand: an issue without an envelope.
    BareIssue,
    /// Made by hand: an event without an envelope.
    BareEvent,
    /// The legacy project plugin.
    Plugin,
    /// A resource that is not used.
    Unsupported(&'a str),
    /// Made as one of them, with neither an issue nor an event.
    Nothing,
}

impl<'a> Kind<'a> {
    /// The kind that the header names, else the one that the body looks like. None for a body that
    /// looks like nothing of Sentry's.
    pub(crate) fn of(body: &Body<'_>, headers: &'a Headers) -> Option<Self> {
        let resource = headers.get(RESOURCE).map(str::trim).filter(|name| !name.is_empty());
        resource.map_or_else(|| Self::by_shape(body), |name| Some(Self::named(name)))
    }

    fn named(resource: &'a str) -> Self {
        match resource {
            "event_alert" => Self::EventAlert,
            "error" => Self::Error,
            "issue" => Self::Issue,
            "metric_alert" => Self::MetricAlert,
            "activity_alert" => Self::ActivityAlert,
            "comment" => Self::Comment,
            "installation" => Self::Installation,
            other => Self::Unsupported(other),
        }
    }

    fn by_shape(body: &Body<'_>) -> Option<Self> {
        if let Lenient::Is(data) = &body.data {
            return Some(Self::by_data(data));
        }
        if is_there(&body.issue) {
            return Some(Self::BareIssue);
        }
        if is_there(&body.event) {
            return Some(if is_plugin(body) { Self::Plugin } else { Self::BareEvent });
        }
        let marked = is_there(&body.data)
            || is_there(&body.action)
            || is_there(&body.installation)
            || is_there(&body.actor)
            || is_there(&body.project);
        marked.then_some(Self::Nothing)
    }

    fn by_data(data: &Data<'_>) -> Self {
        if is_there(&data.event) {
            Self::EventAlert
        } else if is_there(&data.error) {
            Self::Error
        } else if is_there(&data.metric_alert) {
            Self::MetricAlert
        } else if is_there(&data.activity) {
            Self::ActivityAlert
        } else if is_there(&data.issue) {
            Self::Issue
        } else if is_there(&data.comment_id) || is_there(&data.comment) {
            Self::Comment
        } else if is_there(&data.installation) {
            Self::Installation
        } else {
            Self::Nothing
        }
    }
}

/// Whether the body is flat as the legacy plugin makes it: with texts beside the event that a
/// hand-made body has inside it.
fn is_plugin(body: &Body<'_>) -> bool {
    is_there(&body.project_slug)
        || is_there(&body.project_name)
        || is_there(&body.triggering_rules)
        || is_there(&body.url)
        || is_there(&body.message)
        || is_there(&body.id)
}

fn is_there<T>(value: &Lenient<T>) -> bool {
    !matches!(value, Lenient::Absent)
}
