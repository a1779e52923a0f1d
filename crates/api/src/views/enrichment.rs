//! What the source of an incident says of it, as JSON shows it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::{CommitKnown, EnrichmentShown, Known};
use watchbell_sentry_event as sentry;
use watchbell_sentry_event::{Event, LeftOut};

use crate::envelope::time;
use crate::rest::words;

/// Whether somebody may see who a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct May(bool);

impl May {
    pub(crate) const fn see_people(may: bool) -> Self {
        Self(may)
    }

    /// The event as it may be shown, and what became of what tells who a person is.
    pub(crate) fn show(self, event: Option<&Event>) -> (Option<Event>, &'static str) {
        let Some(event) = event else { return (None, "shown") };
        let is_left_out = event.left_out.contains(&LeftOut::Personal);
        let word = match self {
            _ if is_left_out => "left_out",
            Self(true) => "shown",
            Self(false) => "redacted",
        };
        // What is left out is not all that is redacted: what an application logged may name anybody.
        let event = if self.0 { event.clone() } else { event.redacted() };
        (Some(event), word)
    }
}

/// How it stands with what the source says.
#[derive(Debug, Serialize, ToSchema)]
struct StandingView {
    #[schema(schema_with = words::enrichment_state)]
    state: &'static str,
    /// Who said what is shown: the delivery that opened the incident, or the source, asked by a connection.
    #[schema(schema_with = words::known_from)]
    source: &'static str,
    /// Why it is not done, or what is missing though it is.
    reason: Option<String>,
    /// How often the source was asked.
    attempts: u32,
    /// When it is asked next.
    next_try_at: Option<String>,
    updated_at: Option<String>,
    /// Whether what tells who a person is is shown: to whoever may see deliveries, and only if it is kept.
    #[schema(schema_with = words::personal_data)]
    personal_data: &'static str,
}

impl StandingView {
    fn new(shown: &EnrichmentShown, personal_data: &'static str) -> Self {
        let EnrichmentShown { state, reason, attempts, next_try_at, updated_at, known } = shown;
        Self {
            state: state.as_str(),
            source: known.from.as_str(),
            reason: reason.clone(),
            attempts: *attempts,
            next_try_at: next_try_at.map(time),
            updated_at: updated_at.map(time),
            personal_data,
        }
    }
}

/// What the source says of an incident, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrichmentShortView {
    #[serde(flatten)]
    standing: StandingView,
    environment: Option<String>,
    release: Option<String>,
    tags: BTreeMap<String, String>,
    /// The issue at the source.
    issue: Option<IssueView>,
}

impl EnrichmentShortView {
    pub(crate) fn new(shown: &EnrichmentShown, may: May) -> Self {
        let (event, personal_data) = may.show(shown.known.event.as_ref());
        let standing = StandingView::new(shown, personal_data);
        let Event { environment, release, tags, .. } = event.unwrap_or_default();
        let issue = shown.known.issue.clone().map(IssueView::new);
        Self { standing, environment, release, tags: by_name(tags), issue }
    }
}

fn by_name(tags: Vec<sentry::Tag>) -> BTreeMap<String, String> {
    tags.into_iter().map(|tag| (tag.name, tag.value)).collect()
}

/// What the source says of an incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EnrichmentView {
    #[serde(flatten)]
    standing: StandingView,
    /// The issue at the source.
    issue: Option<IssueView>,
    /// The latest event.
    event: Option<EventView>,
    /// The commits that the source suspects.
    commits: Vec<KnownCommitView>,
}

impl EnrichmentView {
    pub(crate) fn new(shown: &EnrichmentShown, may: May) -> Self {
        let Known { from: _, event, issue, commits } = &shown.known;
        let (event, personal_data) = may.show(event.as_ref());
        let commit =
            |CommitKnown { sha, message, author }| KnownCommitView { sha, message, author };
        Self {
            standing: StandingView::new(shown, personal_data),
            issue: issue.clone().map(IssueView::new),
            event: event.map(EventView::new),
            commits: commits.iter().cloned().map(commit).collect(),
        }
    }
}

/// An issue at the source.
#[derive(Debug, Serialize, ToSchema)]
struct IssueView {
    issue_id: Option<String>,
    short_id: Option<String>,
    level: Option<String>,
    status: Option<String>,
    /// How many events it has.
    events: Option<u64>,
    /// How many people met it.
    users: Option<u64>,
    first_seen_at: Option<String>,
    last_seen_at: Option<String>,
    url: Option<String>,
}

impl IssueView {
    fn new(issue: sentry::Issue) -> Self {
        let sentry::Issue {
            id,
            short_id,
            level,
            status,
            events,
            users,
            first_seen,
            last_seen,
            link,
        } = issue;
        Self {
            issue_id: id,
            short_id,
            level,
            status,
            events,
            users,
            first_seen_at: first_seen,
            last_seen_at: last_seen,
            url: link,
        }
    }
}

/// A commit that the source suspects.
#[derive(Debug, Serialize, ToSchema)]
struct KnownCommitView {
    sha: String,
    message: Option<String>,
    author: Option<String>,
}

/// An event.
#[derive(Debug, Serialize, ToSchema)]
struct EventView {
    event_id: Option<String>,
    title: Option<String>,
    message: Option<String>,
    platform: Option<String>,
    level: Option<String>,
    culprit: Option<String>,
    occurred_at: Option<String>,
    received_at: Option<String>,
    environment: Option<String>,
    release: Option<String>,
    tags: BTreeMap<String, String>,
    user: Option<PersonView>,
    browser: Option<NamedView>,
    os: Option<NamedView>,
    device: Option<NamedView>,
    runtime: Option<NamedView>,
    request: Option<RequestView>,
    /// The one that was reported first, then what caused it.
    exceptions: Vec<ExceptionView>,
    /// In the order in which they happened.
    breadcrumbs: Vec<BreadcrumbView>,
    /// What there was more of than is kept.
    #[schema(schema_with = words::left_out)]
    left_out: Vec<&'static str>,
}

impl EventView {
    fn new(event: Event) -> Self {
        let left_out = event.left_out.iter().map(|what| what.as_str()).collect();
        let named = |named: sentry::Named| NamedView { name: named.name, version: named.version };
        Self {
            event_id: event.id,
            title: event.title,
            message: event.message,
            platform: event.platform,
            level: event.level,
            culprit: event.culprit,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            environment: event.environment,
            release: event.release,
            tags: by_name(event.tags),
            user: event.user.map(PersonView::new),
            browser: event.browser.map(named),
            os: event.os.map(named),
            device: event.device.map(named),
            runtime: event.runtime.map(named),
            request: event.request.map(|one| RequestView { method: one.method, url: one.url }),
            exceptions: event.exceptions.into_iter().map(ExceptionView::new).collect(),
            breadcrumbs: event.breadcrumbs.into_iter().map(BreadcrumbView::new).collect(),
            left_out,
        }
    }
}

/// Who met it.
#[derive(Debug, Serialize, ToSchema)]
struct PersonView {
    id: Option<String>,
    email: Option<String>,
    username: Option<String>,
    name: Option<String>,
    ip: Option<String>,
}

impl PersonView {
    fn new(person: sentry::Person) -> Self {
        let sentry::Person { id, email, username, name, ip } = person;
        Self { id, email, username, name, ip }
    }
}

/// Something with a name and perhaps a version.
#[derive(Debug, Serialize, ToSchema)]
struct NamedView {
    name: Option<String>,
    version: Option<String>,
}

/// An HTTP request.
#[derive(Debug, Serialize, ToSchema)]
struct RequestView {
    method: Option<String>,
    /// Without query and credentials.
    url: Option<String>,
}

/// Something that was raised.
#[derive(Debug, Serialize, ToSchema)]
struct ExceptionView {
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Option<String>,
    module: Option<String>,
    mechanism: Option<String>,
    /// Whether the application caught it itself.
    handled: Option<bool>,
    /// Where it happened first, then who called that.
    frames: Vec<FrameView>,
}

impl ExceptionView {
    fn new(exception: sentry::Exception) -> Self {
        let sentry::Exception { kind, value, module, mechanism, handled, frames } = exception;
        let frames = frames.into_iter().map(FrameView::new).collect();
        Self { kind, value, module, mechanism, handled, frames }
    }
}

/// A place in a stack.
#[derive(Debug, Serialize, ToSchema)]
struct FrameView {
    file: Option<String>,
    /// The file on the machine, if that says more.
    path: Option<String>,
    module: Option<String>,
    function: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
    /// Whether it is the application's own code.
    in_app: bool,
    /// A few lines of the source.
    source: Vec<SourceLineView>,
}

impl FrameView {
    fn new(frame: sentry::Frame) -> Self {
        let sentry::Frame { file, path, module, function, line, column, in_app, source } = frame;
        let shown = |sentry::Line { number, text }| SourceLineView { number, text };
        let source = source.into_iter().map(shown).collect();
        Self { file, path, module, function, line, column, in_app, source }
    }
}

/// A line of a source.
#[derive(Debug, Serialize, ToSchema)]
struct SourceLineView {
    number: u64,
    text: String,
}

/// Something that happened before.
#[derive(Debug, Serialize, ToSchema)]
struct BreadcrumbView {
    at: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    category: Option<String>,
    level: String,
    message: Option<String>,
    data: BTreeMap<String, String>,
}

impl BreadcrumbView {
    fn new(crumb: sentry::Breadcrumb) -> Self {
        let sentry::Breadcrumb { at, kind, category, level, message, data } = crumb;
        Self { at, kind, category, level, message, data }
    }
}
