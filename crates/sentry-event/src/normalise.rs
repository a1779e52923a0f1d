//! An event in either of its two forms, to what is kept of it.

use serde_json::Value;

use crate::bounded::bounded;
use crate::contexts::named;
use crate::crumbs::crumbs;
use crate::person::{person, request};
use crate::read::{Cutting, field, list, moment};
use crate::stack::{Raised, bare, raised};
use crate::tags::tags;
use crate::{Event, LeftOut, Personal, Tag};

const MAX_ID: usize = 64;
const MAX_WORD: usize = 100;
const MAX_RELEASE: usize = 250;
const MAX_TITLE: usize = 500;
const MAX_MESSAGE: usize = 2_000;

/// Titles that say that there is none.
const NO_TITLES: [&str; 2] = ["<untitled>", "<unlabeled event>"];

/// The event in `value`; none if that is no object.
pub(crate) fn event(value: &Value, personal: Personal) -> Option<Event> {
    value.as_object()?;
    let parts = Parts(value);
    let mut cutting = Cutting::default();
    let (tags, more_tags) = tags(value.get("tags"), personal, &mut cutting);
    let raised = parts.raised(&mut cutting);
    let crumbs = crumbs(list(parts.get("breadcrumbs", &[])), personal, &mut cutting);
    let contexts = value.get("contexts");
    let mut context = |names: &[&str]| named(contexts, names, &tags, &mut cutting);
    let (browser, device) = (context(&["browser"]), context(&["device"]));
    let (os, runtime) = (context(&["os", "client_os"]), context(&["runtime"]));
    let level = cutting.text(field(value, &["level"]), MAX_WORD);
    let environment = cutting.text(field(value, &["environment"]), MAX_WORD);
    let release = field(value, &["release"]);
    let release = release.map(|release| field(release, &["version"]).unwrap_or(release));
    let release = cutting.text(release, MAX_RELEASE);
    let happened = field(value, &["dateCreated", "datetime", "timestamp"]);
    let mut event = Event {
        id: cutting.text(field(value, &["event_id", "eventID", "id"]), MAX_ID),
        title: parts.title(&mut cutting),
        message: parts.message(&mut cutting),
        platform: cutting.text(value.get("platform"), MAX_WORD),
        level: level.or_else(|| tag(&tags, "level")),
        culprit: cutting.text(field(value, &["culprit", "transaction"]), MAX_TITLE),
        occurred_at: moment(happened),
        received_at: moment(field(value, &["dateReceived", "received"])),
        environment: environment.or_else(|| tag(&tags, "environment")),
        release: release.or_else(|| tag(&tags, "release")),
        browser,
        os,
        device,
        runtime,
        exceptions: raised.exceptions,
        breadcrumbs: crumbs.kept,
        tags,
        ..Event::default()
    };
    if personal == Personal::Keep {
        event.user = person(parts.get("user", &["sentry.interfaces.User"]), &mut cutting);
        event.request = request(parts.get("request", &["sentry.interfaces.Http"]), &mut cutting);
    }
    let left_out = [
        (raised.more, LeftOut::Exceptions),
        (raised.more_frames, LeftOut::Frames),
        (crumbs.more, LeftOut::Breadcrumbs),
        (crumbs.more_data, LeftOut::BreadcrumbData),
        (more_tags, LeftOut::Tags),
        (cutting.texts, LeftOut::Texts),
        (personal == Personal::LeaveOut, LeftOut::Personal),
    ];
    for (_, what) in left_out.into_iter().filter(|(is_so, _)| *is_so) {
        event.leave_out(what);
    }
    Some(bounded(event))
}

fn tag(tags: &[Tag], name: &str) -> Option<String> {
    tags.iter().find(|tag| tag.name == name).map(|tag| tag.value.clone())
}

/// The parts of an event: fields of its own in a webhook, entries of a list in the API.
struct Parts<'v>(&'v Value);

impl<'v> Parts<'v> {
    /// The part called `name`. `old` are names that it had before 2018.
    fn get(&self, name: &str, old: &[&str]) -> Option<&'v Value> {
        let entries = self.0.get("entries").and_then(Value::as_array);
        let entry = entries
            .into_iter()
            .flatten()
            .find(|entry| entry.get("type").and_then(Value::as_str) == Some(name));
        let data = entry.and_then(|entry| entry.get("data")).filter(|data| !data.is_null());
        data.or_else(|| field(self.0, &[name])).or_else(|| field(self.0, old))
    }

    /// What was raised; where nothing was, the stack of the event itself, or of the thread that
    /// crashed.
    fn raised(&self, cutting: &mut Cutting) -> Raised {
        let exceptions = list(self.get("exception", &["sentry.interfaces.Exception"]));
        let mut raised = raised(exceptions, cutting);
        if raised.exceptions.iter().any(|exception| !exception.frames.is_empty()) {
            return raised;
        }
        let own = self.get("stacktrace", &["sentry.interfaces.Stacktrace"]);
        let Some(stack) = own.or_else(|| self.crashed()) else { return raised };
        let found = bare(stack, cutting);
        raised.more_frames |= found.more_frames;
        match raised.exceptions.first_mut() {
            // It is this one's.
            Some(first) => {
                let frames = found.exceptions.into_iter().next().map(|one| one.frames);
                first.frames = frames.unwrap_or_default();
            }
            None => raised.exceptions = found.exceptions,
        }
        raised
    }

    fn crashed(&self) -> Option<&'v Value> {
        let threads = list(self.get("threads", &[]));
        let is = |thread: &&Value, name: &str| thread.get(name) == Some(&Value::Bool(true));
        let crashed = threads.iter().find(|thread| is(thread, "crashed"));
        let thread = crashed.or_else(|| threads.iter().find(|thread| is(thread, "current")))?;
        field(thread, &["stacktrace"])
    }

    fn title(&self, cutting: &mut Cutting) -> Option<String> {
        let of = |part: &str, name: &str| self.0.get(part).and_then(|part| part.get(name));
        let mut read = |value: Option<&Value>| cutting.text(value, MAX_TITLE);
        let named = |title: Option<String>| title.filter(|title| !NO_TITLES.contains(&&**title));
        let title = named(read(of("occurrence", "issueTitle")));
        let title = title.or_else(|| named(read(self.0.get("title"))));
        let title =
            title.or_else(|| match (read(of("metadata", "type")), read(of("metadata", "value"))) {
                (Some(kind), Some(value)) => Some(cutting_join(&kind, &value)),
                (kind, value) => kind.or(value),
            });
        let mut read = |value: Option<&Value>| cutting.text(value, MAX_TITLE);
        let title = title.or_else(|| named(read(of("metadata", "title"))));
        title.or_else(|| read(self.0.get("message"))).or_else(|| read(self.0.get("culprit")))
    }

    fn message(&self, cutting: &mut Cutting) -> Option<String> {
        let mut read = |value: Option<&Value>| cutting.text(value, MAX_MESSAGE);
        let entry = self.get("message", &[]).filter(|message| message.is_object());
        let logged = entry.or_else(|| field(self.0, &["logentry", "sentry.interfaces.Message"]));
        let of = |name: &str| logged.and_then(|logged| logged.get(name));
        let own = read(self.0.get("message"));
        own.or_else(|| read(of("formatted"))).or_else(|| read(of("message")))
    }
}

fn cutting_join(kind: &str, value: &str) -> String {
    watchbell_model::cut(format!("{kind}: {value}"), MAX_TITLE)
}
