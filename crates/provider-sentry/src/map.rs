//! From their words to alerts.

mod event;
mod issue;
mod metric;
mod other;

use watchbell_model::{
    Alert, Auto, Headers, Inquiry, Metadata, Reason, Reopen, RepeatText, Trigger, cut,
};
use watchbell_provider::{Item, Options, Provider as _, ReadError, Received};
use watchbell_wire::Warnings;

use crate::kind::Kind;
use crate::repeat::idempotency;
use crate::rule;
use crate::texts::{Fields, text};
use crate::wire::{Body, Data};
use crate::{AUTO_MUCH_WORSE_FROM, AUTO_WORSE_FROM, Sentry};

/// What everything that is read needs.
struct Reading<'r> {
    body: &'r Body<'r>,
    /// The envelope's content; empty without an envelope.
    data: &'r Data<'r>,
    /// What happened, as the sender says.
    action: Option<&'r str>,
    options: Options<'r>,
}

pub(crate) fn received(
    body: &Body<'_>,
    headers: &Headers,
    options: Options<'_>,
) -> Result<Received, ReadError> {
    let kind = Kind::of(body, headers).ok_or_else(not_sentry)?;
    let mut warnings = Warnings::default();
    let empty = Data::default();
    let data = body.data.get().unwrap_or(&empty);
    let mut top = Fields::new("", &mut warnings);
    _ = top.part(&body.data, "data", "an object");
    let action = top.text(&body.action, "action");
    let reading = Reading { body, data, action, options };
    let item = match kind {
        Kind::Unsupported(resource) => {
            let resource = cut(resource, MAX_SHOWN_CHARS);
            ignored(Reason::UnsupportedResource, format!("resource {resource}"))
        }
        Kind::Nothing => nothing("the request"),
        Kind::Installation => other::installation(&reading),
        Kind::Comment => other::comment(&reading, &mut warnings),
        Kind::MetricAlert => metric::item(&reading, &mut warnings),
        Kind::Issue | Kind::BareIssue | Kind::ActivityAlert => {
            issue::item(kind, &reading, &mut warnings)
        }
        Kind::EventAlert | Kind::Error | Kind::BareEvent | Kind::Plugin => {
            // An issue that says that it is over, or taken, outweighs the event beside it.
            issue::settled(&reading, &mut warnings)
                .unwrap_or_else(|| event::item(kind, &reading, &mut warnings))
        }
    };
    Ok(Received {
        items: vec![item],
        idempotency: idempotency(kind, body, headers),
        installation: other::of_installation(kind, &reading),
        warnings: warnings.into_list(),
        ..Received::default()
    })
}

fn not_sentry() -> ReadError {
    crate::malformed("an object with none of them".to_owned())
}

/// The most characters of a foreign word in a text for people.
const MAX_SHOWN_CHARS: usize = 100;

fn ignored(reason: Reason, what: impl Into<String>) -> Item {
    Item::Ignored { reason, what: what.into() }
}

fn nothing(what: &str) -> Item {
    ignored(Reason::NoIssueOrEvent, format!("{what} holds neither an issue nor an event"))
}

fn unsupported_action(what: &str, action: Option<&str>) -> Item {
    let text = match action {
        Some(action) => format!("{what} {}", cut(action, MAX_SHOWN_CHARS)),
        None => format!("{what} without an action"),
    };
    ignored(Reason::UnsupportedAction, text)
}

/// A problem that is there. An ended incident of its key stays ended.
pub(crate) const TRIGGER: Trigger = Trigger {
    investigating: false,
    reopen: Reopen::SameOccurrence,
    repeat_text: RepeatText::Keep,
    clears_source_acknowledgement: false,
};

/// Lets the choices of the alert rule's action, if there are any, act on a trigger.
fn act(reading: &Reading<'_>, alert: &mut Alert, warnings: &mut Warnings) {
    let Data { issue_alert, alert: activity_alert, .. } = reading.data;
    for (rule, path) in [(issue_alert, "data.issue_alert"), (activity_alert, "data.alert")] {
        let Some(rule) = Fields::new("", warnings).part(rule, path, "an object") else { continue };
        let mut fields = Fields::new(path, warnings);
        let settings = fields.part(&rule.settings, "settings", "a list");
        if let Some(settings) = settings {
            let path = format!("{path}.settings");
            return rule::apply(settings, &path, auto(reading), alert, warnings);
        }
    }
}

/// What `auto` means here, with the number of events where an issue tells it.
fn auto(reading: &Reading<'_>) -> Auto {
    let issue = reading.data.issue.get().or_else(|| reading.body.issue.get());
    let worse_from = reading.options.count(&AUTO_WORSE_FROM);
    Auto {
        events: issue.and_then(|issue| text(&issue.count)?.parse().ok()),
        worse_from,
        much_worse_from: reading.options.count(&AUTO_MUCH_WORSE_FROM).max(worse_from),
    }
}

/// What Sentry may be asked about a problem that is there: about its issue, unless somebody only
/// pressed a test button.
fn inquire(reading: &Reading<'_>, alert: &mut Alert, issue: Option<&str>) {
    if Sentry.enrichment(&reading.options).is_none() {
        return;
    }
    let is_id = |id: &&str| {
        id.chars().count() <= Inquiry::MAX_ISSUE_CHARS && !id.contains(char::is_control)
    };
    let issue = issue.filter(|_| !alert.test).filter(is_id).map(str::to_owned);
    alert.inquiry = Some(Inquiry { issue });
}

/// A problem that came back: its latest incident goes on. `worse` says that Sentry itself brought
/// it back, because it got more frequent or was thought to be solved: then nobody has it in hand.
const fn came_back(worse: bool) -> Trigger {
    Trigger { reopen: Reopen::LatestOfKey, clears_source_acknowledgement: worse, ..TRIGGER }
}

/// The entries that every kind has where they are known, the most precise ones first.
fn metadata<'t>(
    alert: &'t Alert,
    further: impl IntoIterator<Item = (&'static str, Option<&'t str>)>,
) -> Metadata {
    let mut metadata = Metadata::new();
    let own = [
        ("project", alert.project.as_deref()),
        ("environment", alert.environment.as_deref()),
        ("level", alert.level.as_deref()),
    ];
    for (name, value) in own.into_iter().chain(further) {
        if let Some(value) = value {
            metadata.insert(name, value);
        }
    }
    metadata
}
