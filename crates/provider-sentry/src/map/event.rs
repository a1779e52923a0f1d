//! Events: what an issue alert fired on, what the legacy plugin posts, what people make by hand.

use std::borrow::Cow;

use watchbell_model::{Action, Alert, DedupKey};
use watchbell_provider::Item;
use watchbell_sentry_event::{Personal, kept_tag};
use watchbell_wire::{Lenient, Warnings, http_url};

use super::{Reading, TRIGGER, act, inquire, metadata, nothing};
use crate::ENRICHMENT_PERSONAL_DATA;
use crate::kind::Kind;
use crate::place::{Place, last_part};
use crate::rule;
use crate::texts::{Fields, ProjectNames, Words, name, text};
use crate::wire::{Body, Event, Names, Occurrence, Tags};

/// The kind of occurrence that Sentry's test button makes.
const TEST_OCCURRENCE: &str = "9001";
/// What an event without any text is called.
const NO_TITLE: &str = "Sentry Error";

pub(super) fn item(kind: Kind<'_>, reading: &Reading<'_>, warnings: &mut Warnings) -> Item {
    let Reading { body, data, .. } = *reading;
    let (event, path) = match kind {
        Kind::Error => (&data.error, "data.error"),
        Kind::EventAlert => (&data.event, "data.event"),
        _ => (&body.event, "event"),
    };
    let Some(event) = Fields::new("", warnings).part(event, path, "an object") else {
        return nothing("the request");
    };
    let no_tags = Tags::default();
    let mut fields = Fields::new(path, warnings);
    let tags = fields.part(&event.tags, "tags", "a list").unwrap_or(&no_tags);
    // What the legacy plugin writes beside the event is the issue's.
    let issue = if kind == Kind::Plugin { plugin(body) } else { Beside::default() };
    let issue_id = issue.id.or_else(|| issue_id(event, &mut fields));
    let event_id = fields.text(&event.event_id, "event_id");
    let key = issue_id.or(event_id);
    let words = words(event, issue, &mut fields);
    let title = match kind {
        Kind::BareEvent => bare_title(&words),
        _ => words.title(),
    };
    if key.is_none() && title.is_none() {
        return nothing("the request");
    }

    let api = fields.text(&event.url, "url").and_then(Place::of);
    let page = fields.text(&event.web_url, "web_url");
    let place = api.or_else(|| page.and_then(Place::of));
    let project = issue
        .project
        .or(ProjectNames { slug: place.and_then(|place| place.project), ..ProjectNames::default() })
        .or(ProjectNames::of(&body.project))
        .or(ProjectNames::of(&event.project));
    let level = issue.level.or_else(|| fields.text(&event.level, "level"));
    let occurrence_level = event.occurrence.get().and_then(|o| text(&o.level));
    let release = fields.text(&event.release, "release").or_else(|| tags.get("release"));
    let environment = fields.text(&event.environment, "environment");

    let mut alert = Alert::new(Action::Trigger(TRIGGER), title.unwrap_or(NO_TITLE.into()));
    alert.description = words.description();
    alert.dedup_key = key.as_ref().and_then(|key| DedupKey::new(format!("sentry-{key}")));
    alert.level = name(level.or_else(|| tags.get("level")).or(occurrence_level));
    alert.environment = name(environment.or_else(|| tags.get("environment")));
    alert.project = name(project.key());
    alert.source_name = project.source();
    let built = || place?.issue_link(key?);
    let link = [issue.url, page].into_iter().flatten().find_map(http_url).map(str::to_owned);
    alert.source_url = link.or_else(built);
    alert.source_clock = fields.moment(&event.datetime, "datetime");
    alert.detected_at = alert.source_clock.or_else(|| fields.moment(&event.timestamp, "timestamp"));
    alert.test = is_test(reading, event, tags, kind);
    alert.metadata = metadata(
        &alert,
        [
            ("release", release),
            ("organization", place.and_then(|place| place.organization)),
            ("rule", rule_name(reading)),
        ],
    );
    act(reading, &mut alert, warnings);
    inquire(reading, &mut alert, issue_id);
    let personal = personal(reading);
    for (name, value) in tags.iter() {
        if let Some(value) = kept_tag(name, value, personal) {
            rule::add(&mut alert.metadata, name, &value);
        }
    }
    Item::Alert(Box::new(alert))
}

/// Whether what tells who a person is may become metadata, which all who see incidents see.
fn personal(reading: &Reading<'_>) -> Personal {
    if reading.options.is_on(&ENRICHMENT_PERSONAL_DATA) {
        Personal::Keep
    } else {
        Personal::LeaveOut
    }
}

/// The issue's id: what a later change of the issue is known by.
fn issue_id<'t>(event: &'t Event<'_>, fields: &mut Fields<'_>) -> Option<&'t str> {
    let issue_id = fields.text(&event.issue_id, "issue_id");
    let from_url = || text(&event.issue_url).and_then(last_part);
    issue_id.or_else(|| text(&event.group_id)).or_else(from_url)
}

/// What the legacy plugin writes beside the event.
#[derive(Debug, Clone, Copy, Default)]
struct Beside<'t> {
    id: Option<&'t str>,
    project: ProjectNames<'t>,
    level: Option<&'t str>,
    culprit: Option<&'t str>,
    message: Option<&'t str>,
    url: Option<&'t str>,
}

fn plugin<'t>(body: &'t Body<'_>) -> Beside<'t> {
    let names =
        ProjectNames { name: text(&body.project_name), slug: text(&body.project_slug), id: None };
    Beside {
        id: text(&body.id),
        project: names.or(ProjectNames::of(&body.project)),
        level: text(&body.level),
        culprit: text(&body.culprit),
        message: text(&body.message),
        url: text(&body.url),
    }
}

fn words<'t>(event: &'t Event<'_>, issue: Beside<'t>, fields: &mut Fields<'_>) -> Words<'t> {
    let occurrence = fields.part(&event.occurrence, "occurrence", "an object");
    let of = |field: fn(&'t Occurrence<'_>) -> Option<&'t str>| occurrence.and_then(field);
    let metadata = fields.part(&event.metadata, "metadata", "an object");
    let culprit = fields.text(&event.culprit, "culprit");
    Words {
        issue_title: of(|occurrence| text(&occurrence.issue_title)),
        title: fields.text(&event.title, "title"),
        message: fields.text(&event.message, "message").or(issue.message),
        subtitle: of(|occurrence| text(&occurrence.subtitle)),
        culprit: culprit.or(issue.culprit).or_else(|| of(|occurrence| text(&occurrence.culprit))),
        ..Words::default()
    }
    .with_metadata(metadata)
}

/// Who makes a body by hand says what happened in `message`.
fn bare_title<'t>(words: &Words<'t>) -> Option<Cow<'t, str>> {
    let Words { title, message, .. } = *words;
    let by_title = || Words { title, ..Words::default() }.title();
    message.map(Cow::Borrowed).or_else(by_title)
}

/// Whether somebody pressed a test button. Sentry sets no flag; these are its traces.
fn is_test(reading: &Reading<'_>, event: &Event<'_>, tags: &Tags<'_>, kind: Kind<'_>) -> bool {
    let rule_id = reading.data.issue_alert.get().and_then(|rule| text(&rule.id));
    let occurrence = event.occurrence.get().and_then(|occurrence| text(&occurrence.kind));
    let no_rules = |rules: &Lenient<Names<'_>>| rules.get().is_some_and(|rules| rules.found == 0);
    tags.get("sample_event") == Some("yes")
        || rule_id == Some("-1")
        || occurrence == Some(TEST_OCCURRENCE)
        || (kind == Kind::Plugin && no_rules(&reading.body.triggering_rules))
}

/// The alert rule that fired.
fn rule_name<'t>(reading: &Reading<'t>) -> Option<&'t str> {
    let Reading { body, data, .. } = *reading;
    let by_alert = || data.issue_alert.get().and_then(|rule| text(&rule.title));
    let by_plugin = || body.triggering_rules.get()?.entries.first().and_then(text);
    text(&data.triggered_rule).or_else(by_alert).or_else(by_plugin)
}
