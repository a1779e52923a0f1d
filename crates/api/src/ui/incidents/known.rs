//! What the source of an incident says of it, and linked issues: as its page shows them.

use watchbell_control::{Control, IssueLinkNew};
use watchbell_control::{EnrichmentShown, KnownFrom, MAX_ISSUE};
use watchbell_model::{IssueLink, IssueLinkId, LinkState, Timestamp, cut, is_http_url};
use watchbell_sentry_event::{Breadcrumb, Event, Exception, Frame as StackFrame, Named};
use watchbell_store::EnrichmentState;
use watchbell_web::page::{CommitRow, Crumb, FrameRow, IssueRow, Known, Links, Raised};
use watchbell_web::{Frame, StateWord, text};

use super::change::{done, shown_refused, text as field};
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::typed::Typed;
use crate::ui::visit::Visit;
use crate::views::May;

/// How many characters of a commit are shown.
const SHOWN_COMMIT: usize = 10;

pub(super) fn known(shown: EnrichmentShown, may: May, can_ask: bool, frame: &Frame) -> Known {
    let EnrichmentShown { state, reason, next_try_at, known, .. } = shown;
    let (event, personal) = may.show(known.event.as_ref());
    let event = event.unwrap_or_default();
    let commits = known.commits.into_iter().map(|commit| CommitRow {
        commit: cut(commit.sha, SHOWN_COMMIT),
        message: commit.message,
        author: commit.author,
    });
    let (events, users) = known.issue.map_or((None, None), |issue| (issue.events, issue.users));
    Known {
        state: StateWord {
            kind: match state {
                EnrichmentState::Done => "good",
                EnrichmentState::Pending => "busy",
                EnrichmentState::Failed => "bad",
            },
            word: state.as_str(),
        },
        source: match known.from {
            KnownFrom::Delivery => text::KNOWN_BY_DELIVERY,
            KnownFrom::Connection => text::KNOWN_BY_CONNECTION,
        },
        reason,
        next_try: next_try_at.map(|at| frame.moment(at)),
        facts: facts(&event, events, users),
        raised: event.exceptions.into_iter().map(raised).collect(),
        crumbs: event.breadcrumbs.into_iter().map(|crumb| self::crumb(crumb, frame)).collect(),
        tags: event.tags.into_iter().map(|tag| (tag.name, tag.value)).collect(),
        commits: commits.collect(),
        personal: match personal {
            "redacted" => Some(text::PERSONAL_REDACTED),
            "left_out" => Some(text::PERSONAL_LEFT_OUT),
            _ => None,
        },
        can_ask,
    }
}

fn facts(event: &Event, events: Option<u64>, users: Option<u64>) -> Vec<(&'static str, String)> {
    let number = |count: Option<u64>| count.map(|count| count.to_string());
    let named = |named: &Option<Named>| {
        let Named { name, version } = named.clone()?;
        joined([name, version], " ")
    };
    let person = event.user.clone().and_then(|person| {
        let who = person.name.or(person.username).or(person.id);
        joined([who, person.email, person.ip], ", ")
    });
    let request =
        event.request.clone().and_then(|request| joined([request.method, request.url], " "));
    let all = [
        (text::EVENTS, number(events)),
        (text::USERS_MET, number(users)),
        (text::RELEASE, event.release.clone()),
        (text::ENVIRONMENT_WHERE, event.environment.clone()),
        (text::CULPRIT, event.culprit.clone()),
        (text::WHO_MET, person),
        (text::HTTP_REQUEST, request),
        (text::BROWSER, named(&event.browser)),
        (text::SYSTEM, named(&event.os)),
        (text::DEVICE, named(&event.device)),
        (text::RUNTIME, named(&event.runtime)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// What is there of these, with `between` between them.
fn joined<const N: usize>(parts: [Option<String>; N], between: &str) -> Option<String> {
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { None } else { Some(parts.join(between)) }
}

fn raised(exception: Exception) -> Raised {
    let title = joined([exception.kind, exception.value], ": ");
    Raised {
        title: title.unwrap_or_else(|| text::UNKNOWN.to_owned()),
        handled: exception.handled,
        frames: exception.frames.into_iter().map(frame).collect(),
    }
}

fn frame(frame: StackFrame) -> FrameRow {
    let at = frame.line;
    let file = frame.file.or(frame.path).or(frame.module);
    let file = file.unwrap_or_else(|| text::UNKNOWN.to_owned());
    FrameRow {
        place: at.map_or_else(|| file.clone(), |line| format!("{file}:{line}")),
        function: frame.function,
        is_own: frame.in_app,
        lines: frame
            .source
            .into_iter()
            .map(|line| (line.number, line.text, Some(line.number) == at))
            .collect(),
    }
}

fn crumb(crumb: Breadcrumb, frame: &Frame) -> Crumb {
    let data: Vec<_> = crumb.data.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let data = Some(data.join("\n")).filter(|data| !data.is_empty());
    let at = crumb.at.and_then(|at| at.parse::<Timestamp>().ok());
    Crumb {
        at: at.map(|at| frame.moment(at)),
        category: crumb.category.unwrap_or(crumb.kind),
        text: joined([crumb.message, data], "\n").unwrap_or_default(),
    }
}

pub(super) fn links(
    links: Vec<IssueLink>,
    can_change: bool,
    can_link: bool,
    typed: &Typed,
) -> Links {
    let row = |link: IssueLink| IssueRow {
        id: link.id.to_string(),
        name: link.issue_name().to_owned(),
        url: link.url.clone().filter(|url| is_http_url(url)),
        state: StateWord {
            kind: match link.state {
                LinkState::Linked => "good",
                LinkState::Pending | LinkState::Unlinking => "busy",
                LinkState::Failed => "bad",
            },
            word: link.state.as_str(),
        },
        reason: link.reason,
    };
    let typed = typed.to("/link-issue").and_then(|typed| typed.text("issue")).unwrap_or_default();
    Links {
        rows: links.into_iter().map(row).collect(),
        can_change,
        can_link,
        typed: typed.to_owned(),
    }
}

pub(in crate::ui) async fn ask_again(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    done(&visit, notice::ASKED, Control::enrichment_retry).await
}

pub(in crate::ui) async fn link(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let issue = field(&mut form, "issue", MAX_ISSUE);
    if issue.trim().is_empty() {
        form.wrong("issue", text::WANT_ISSUE, "");
    }
    if let Err(error) = form.finish() {
        return shown_refused(&visit, error).await;
    }
    let (client, new) = (visit.call.state.sentry.clone(), IssueLinkNew { issue, connection: None });
    let run =
        move |control: &Control, number| control.issue_link_add(&client, number, &new).map(drop);
    done(&visit, notice::LINKED_ISSUE, run).await
}

pub(in crate::ui) async fn unlink(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let id: Option<IssueLinkId> = form.one("link", text::WANT_LINK);
    if id.is_none() {
        form.wrong("link", text::WANT_ITS_LINK, "");
    }
    match (form.finish(), id) {
        (Ok(()), Some(id)) => {
            let run =
                move |control: &Control, number| control.issue_link_remove(number, id).map(drop);
            done(&visit, notice::UNLINKED_ISSUE, run).await
        }
        (Err(error), _) => shown_refused(&visit, error).await,
        (Ok(()), None) => Err(crate::error::ApiError::unavailable("the link was lost")),
    }
}
