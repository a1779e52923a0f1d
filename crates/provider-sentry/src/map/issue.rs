//! Issues: what became of a problem, told by the issue itself or by an alert rule.

use watchbell_model::{Action, Alert, DedupKey, Reason, Reopen};
use watchbell_provider::Item;
use watchbell_wire::{Lenient, Warnings, http_url};

use super::{
    Reading, TRIGGER, act, came_back, ignored, inquire, metadata, nothing, unsupported_action,
};
use crate::kind::Kind;
use crate::place::Place;
use crate::texts::{Fields, ProjectNames, Words, name, text};
use crate::wire::{Activity, Issue};
use crate::{ASSIGNED_ACKNOWLEDGES, RESOLVE_IN_SENTRY};

/// The issue and where it stands.
fn find<'t>(reading: &Reading<'t>) -> (&'t Lenient<Issue<'t>>, &'static str) {
    match reading.data.issue {
        Lenient::Absent => (&reading.body.issue, "issue"),
        _ => (&reading.data.issue, "data.issue"),
    }
}

pub(super) fn item(kind: Kind<'_>, reading: &Reading<'_>, warnings: &mut Warnings) -> Item {
    let (issue, path) = find(reading);
    let Some(issue) = Fields::new("", warnings).part(issue, path, "an object") else {
        return nothing("the request");
    };
    if is_own_doing(kind, reading) {
        let what = "resolved by an app in Sentry, as this server does where an incident is resolved \
                    here (resolve_in_sentry): nothing is changed by it";
        return ignored(Reason::AlreadyResolved, what);
    }
    let action = by_status(issue).or_else(|| match kind {
        Kind::ActivityAlert => by_activity(reading),
        Kind::Issue => by_action(reading, issue),
        // In a body that somebody made by hand, an issue is a problem unless it says otherwise.
        _ => Some(by_action(reading, issue).unwrap_or(Action::Trigger(TRIGGER))),
    });
    match action {
        Some(action) => alert(action, issue, path, reading, warnings),
        None if kind == Kind::ActivityAlert => unsupported_action("activity", activity(reading)),
        None => unsupported_action("issue", reading.action),
    }
}

/// The change that an issue's own status asks for, in whatever kind of request it stands.
pub(super) fn settled(reading: &Reading<'_>, warnings: &mut Warnings) -> Option<Item> {
    let (issue, path) = find(reading);
    let issue = issue.get()?;
    Some(alert(by_status(issue)?, issue, path, reading, warnings))
}

fn is(word: Option<&str>, expected: &str) -> bool {
    word.is_some_and(|word| word.eq_ignore_ascii_case(expected))
}

/// Whether it is what this server itself did at the source, which would resolve an incident that was
/// opened again meanwhile. Sentry says that an app did it and names the receiver's own, whichever it
/// was; what Sentry does by itself has an id of its own.
fn is_own_doing(kind: Kind<'_>, reading: &Reading<'_>) -> bool {
    let resolves = match kind {
        Kind::Issue => is(reading.action, "resolved"),
        // By a release, a commit or age is nothing that this server does.
        Kind::ActivityAlert => is(activity(reading), "status_resolved"),
        _ => false,
    };
    let actor = reading.body.actor.get();
    let by_an_app = actor.is_some_and(|actor| {
        is(text(&actor.kind), "application") && !is(text(&actor.id), "sentry")
    });
    resolves && by_an_app && reading.options.is_on(&RESOLVE_IN_SENTRY)
}

fn by_status(issue: &Issue<'_>) -> Option<Action> {
    let status = text(&issue.status);
    if is(status, "resolved") {
        Some(Action::Resolve)
    } else if is(status, "ignored") {
        Some(Action::Acknowledge)
    } else {
        None
    }
}

fn by_action(reading: &Reading<'_>, issue: &Issue<'_>) -> Option<Action> {
    let substatus = text(&issue.substatus);
    let worse = is(substatus, "escalating") || is(substatus, "regressed");
    Some(match reading.action?.to_ascii_lowercase().as_str() {
        "resolved" => Action::Resolve,
        "ignored" | "archived" => Action::Acknowledge,
        "created" => Action::Trigger(TRIGGER),
        "unresolved" => Action::Trigger(came_back(worse)),
        "assigned" if reading.options.is_on(&ASSIGNED_ACKNOWLEDGES) => Action::Acknowledge,
        "assigned" => Action::Note { investigating: false },
        _ => return None,
    })
}

fn activity<'t>(reading: &Reading<'t>) -> Option<&'t str> {
    reading.data.activity.get().and_then(|Activity { kind }| text(kind))
}

fn by_activity(reading: &Reading<'_>) -> Option<Action> {
    Some(match activity(reading)? {
        "status_ignored" => Action::Acknowledge,
        "status_unresolved" => Action::Trigger(came_back(false)),
        "status_regression" | "status_escalating" => Action::Trigger(came_back(true)),
        // `status_resolved_in_release` and others that tell how.
        resolved if resolved.starts_with("status_resolved") => Action::Resolve,
        _ => return None,
    })
}

fn alert(
    action: Action,
    issue: &Issue<'_>,
    path: &'static str,
    reading: &Reading<'_>,
    warnings: &mut Warnings,
) -> Item {
    let mut fields = Fields::new(path, warnings);
    let id = fields.text(&issue.id, "id");
    let metadata_of_error = fields.part(&issue.metadata, "metadata", "an object");
    let words = Words {
        title: fields.text(&issue.title, "title"),
        culprit: fields.text(&issue.culprit, "culprit"),
        ..Words::default()
    }
    .with_metadata(metadata_of_error);
    let title = words.title();
    if id.is_none() && title.is_none() {
        return nothing("the request");
    }
    let short_id = text(&issue.short_id);
    let title = title.map_or_else(|| unnamed(short_id.or(id)), std::borrow::Cow::into_owned);
    let project = ProjectNames::of(&issue.project).or(ProjectNames::of(&reading.body.project));
    let links = [&issue.web_url, &issue.permalink].map(text);
    let place = [&issue.web_url, &issue.url, &issue.project_url, &issue.permalink]
        .into_iter()
        .find_map(|url| text(url).and_then(Place::of).filter(|place| place.organization.is_some()));

    let mut alert = Alert::new(action, &title);
    alert.dedup_key = id.and_then(|id| DedupKey::new(format!("sentry-{id}")));
    alert.level = name(fields.text(&issue.level, "level"));
    alert.project = name(project.key());
    alert.source_name = project.source();
    let link = links.into_iter().flatten().find_map(http_url).map(str::to_owned);
    alert.source_url = link.or_else(|| place?.issue_link(id?));
    alert.description = words.description();
    let organization = place.and_then(|place| place.organization);
    alert.metadata = metadata(&alert, [("organization", organization), ("short_id", short_id)]);
    match action {
        Action::Trigger(trigger) => {
            let first = fields.moment(&issue.first_seen, "firstSeen");
            let last = fields.moment(&issue.last_seen, "lastSeen");
            // What came back began when it was seen again.
            alert.detected_at = match trigger.reopen {
                Reopen::LatestOfKey => last.or(first),
                Reopen::SameOccurrence | Reopen::Never => first.or(last),
            };
            act(reading, &mut alert, warnings);
            inquire(reading, &mut alert, id);
        }
        Action::Note { .. } => note(&mut alert, issue, reading),
        Action::Acknowledge | Action::Resolve => {}
    }
    Item::Alert(Box::new(alert))
}

fn unnamed(id: Option<&str>) -> String {
    format!("Sentry issue {}", id.unwrap_or_default())
}

/// A line that says who has it now, rather than what the incident says already.
fn note(alert: &mut Alert, issue: &Issue<'_>, reading: &Reading<'_>) {
    let assignee = reading.data.assignee.get().and_then(|assignee| text(&assignee.name));
    let assignee = assignee.or_else(|| issue.assigned_to.get().and_then(|to| text(&to.name)));
    let line = assignee.map_or_else(
        || "Assigned in Sentry".to_owned(),
        |assignee| format!("Assigned to {assignee} in Sentry"),
    );
    alert.title = watchbell_model::clean(&line, Alert::MAX_TITLE_CHARS);
    alert.description = None;
}
