//! One incident.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::{SuspectShown, SuspectsShown};
use watchbell_ingest::Snapshot;
use watchbell_model::{
    Actor, DeliveryRecord, Incident, Outcome, Scope, TimelineEntry, cut, is_http_url,
};
use watchbell_web::page::{
    Change, DeliveryRow, IncidentPage, Line, Offered, SuspectPart, SuspectRow, Suspects,
};
use watchbell_web::{Frame, Notice, Section, SeverityWord, StateWord, StatusWord, text};

use super::{known, occurrences, symptoms};
use crate::error::ApiError;
use crate::rest::incidents::{Whole, whole};
use crate::ui::Shown;
use crate::ui::typed::Typed;
use crate::ui::visit::{Visit, html};
use crate::views::ActorView;

/// The most people that a form proposes.
const MAX_PEOPLE: usize = 200;
/// The most incidents that are named with a delivery in a list.
const MAX_INCIDENTS: usize = 5;
/// How many characters of a commit are shown.
const SHOWN_COMMIT: usize = 10;

pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let notice = Visit::done(&mut query);
    query.finish()?;
    shown(&visit, StatusCode::OK, notice).await
}

/// The page. A form that was refused is there as it was typed.
pub(super) async fn shown(
    visit: &Visit,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<HttpResponse, ApiError> {
    let Whole { incident, timeline, deliveries, suspects, enrichment, may: may_see, links } =
        whole(&visit.call).await?;
    let looked_at = incident.clone();
    let reports = visit.call.store(move |store| occurrences::reports(store, &looked_at)).await?;
    let until = incident.ended_at.unwrap_or(visit.call.request.at);
    let snapshot = visit.call.snapshot();
    let number = incident.number.to_string();
    let title = format!("{number}: {}", incident.title);
    let mut frame = visit.frame(Section::Incidents, title);
    frame.notice = notice;
    let may = |scope| visit.call.principal().is_ok_and(|who| who.may(scope).is_ok());
    let deliveries = match incident.integration {
        None => Offered::None,
        Some(_) if !may(Scope::DeliveriesRead) => Offered::Hidden,
        Some(_) => {
            Offered::Here(deliveries.iter().map(|one| delivery(one, &snapshot, &frame)).collect())
        }
    };
    let name = |actor: Actor| ActorView::new(actor, &snapshot).into_name();
    let may_write = may(Scope::IncidentsWrite);
    let source = incident.integration.and_then(|id| snapshot.source(id));
    let is_asked = source.is_some_and(|source| source.has_connection());
    let can_link = may_write && snapshot.sources().any(|source| source.has_connection());
    let change = may_write.then(|| change(&incident, &snapshot, visit.typed()));
    let page = IncidentPage {
        facts: facts(&incident, &snapshot, visit.base()),
        help: symptoms::found(&incident, visit.call.request.at),
        severity: SeverityWord(incident.severity),
        status: StatusWord(incident.status),
        is_test: incident.test,
        opened: frame.moment(incident.opened_at),
        last_seen: frame.moment(incident.last_seen_at),
        ended: incident.ended_at.map(|at| frame.moment(at)),
        detected: incident.detected_at.map(|at| frame.moment(at)),
        taken: incident.acknowledged.map(|taken| (frame.moment(taken.at), name(taken.by))),
        occurrences: incident.occurrences,
        source_url: incident.source_url.clone().filter(|url| is_http_url(url)),
        metadata: incident.metadata.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect(),
        timeline: timeline.iter().rev().map(|entry| line(entry, &snapshot, &frame)).collect(),
        deliveries,
        suspects: suspected(suspects),
        occurrences_chart: reports
            .and_then(|(reports, is_part)| occurrences::drawn(&reports, is_part, until)),
        known: enrichment.map(|shown| known::known(shown, may_see, may_write && is_asked, &frame)),
        links: known::links(links, may_write, can_link, visit.typed()),
        change,
        number,
        version: incident.version,
        title: incident.title,
        description: incident.description,
        frame,
    };
    Ok(html(status, &page))
}

/// What is known of an incident, without what stands elsewhere on its page.
fn facts(
    incident: &Incident,
    snapshot: &Snapshot,
    base: &str,
) -> Vec<(&'static str, String, Option<String>)> {
    let service = |id| snapshot.services.get(id).map(|service| service.name.clone());
    let also: Vec<_> = incident.also_affected.iter().filter_map(|id| service(*id)).collect();
    let integration = incident.integration.and_then(|id| snapshot.source(id));
    let main = snapshot.services.get(incident.service);
    let main = main.map(|service| format!("{base}/services/{}", service.key));
    let its_page =
        integration.map(|source| format!("{base}/integrations/{}", source.integration.id));
    let all = [
        (text::SERVICE, service(incident.service), main),
        (text::ALSO_AFFECTED, Some(also.join(", ")).filter(|names| !names.is_empty()), None),
        (text::TEAM, snapshot.team_of(incident.service).map(|team| team.name.clone()), None),
        (
            text::ASSIGNED,
            Some(owner(incident, snapshot).unwrap_or_else(|| text::NOBODY.to_owned())),
            None,
        ),
        (text::INTEGRATION, integration.map(|source| source.integration.name.clone()), its_page),
        (text::SOURCE, incident.source_name.clone(), None),
        (text::KEY, incident.dedup_key.as_ref().map(|key| key.as_str().to_owned()), None),
    ];
    all.into_iter().filter_map(|(name, value, link)| Some((name, value?, link))).collect()
}

fn owner(incident: &Incident, snapshot: &Snapshot) -> Option<String> {
    let id = incident.assigned_to?;
    Some(snapshot.user(id).map_or_else(|| id.to_string(), |user| user.email.to_string()))
}

fn change(incident: &Incident, snapshot: &Snapshot, typed: &Typed) -> Change {
    let of = |form, field| typed.to(form).and_then(|typed| typed.text(field));
    let statuses = incident.status.allowed();
    let comment = of("/comments", "comment");
    // Where there is no form for another status any more, what was written about it stays as a comment.
    let about = of("/status", "comment");
    let lost = about.filter(|_| statuses.is_empty());
    let people = snapshot.users.iter().filter(|user| user.active).take(MAX_PEOPLE);
    Change {
        can_take: incident.acknowledged.is_none() && incident.status.is_open(),
        statuses: statuses
            .iter()
            .map(|one| (*one, of("/status", "status") == Some(one.as_str())))
            .collect(),
        about: about.map(str::to_owned),
        severity: incident.severity,
        assigned: owner(incident, snapshot).unwrap_or_default(),
        typed_owner: of("/assign", "assigned_to").map(str::to_owned),
        people: people.map(|user| user.email.to_string()).collect(),
        comment: comment.or(lost).unwrap_or_default().to_owned(),
        title: of("/texts", "title").map(str::to_owned),
        description: of("/texts", "description").map(str::to_owned),
    }
}

fn line(entry: &TimelineEntry, snapshot: &Snapshot, frame: &Frame) -> Line {
    Line {
        at: frame.moment(entry.at),
        kind: entry.kind,
        who: ActorView::new(entry.actor, snapshot).into_name(),
        text: entry.text.clone(),
    }
}

/// A delivery as lists show it.
pub(in crate::ui) fn delivery(
    record: &DeliveryRecord,
    snapshot: &Snapshot,
    frame: &Frame,
) -> DeliveryRow {
    let mut incidents: Vec<_> = record.results.iter().filter_map(|one| one.incident).collect();
    incidents.dedup();
    let source = snapshot.source(record.integration);
    DeliveryRow {
        source: source
            .map_or_else(|| text::UNKNOWN.to_owned(), |source| source.integration.name.clone()),
        incidents: incidents.iter().take(MAX_INCIDENTS).map(ToString::to_string).collect(),
        id: record.id.to_string(),
        at: frame.moment(record.received_at),
        outcome: outcome(record.outcome),
        reason: record.reason.as_str(),
        advice: record.reason.advice(),
    }
}

pub(in crate::ui) const fn outcome(outcome: Outcome) -> StateWord {
    let kind = match outcome {
        Outcome::Processed => "good",
        Outcome::Ignored | Outcome::Duplicate => "quiet",
        Outcome::Rejected => "busy",
        Outcome::Failed => "bad",
    };
    StateWord { kind, word: outcome.as_str() }
}

fn suspected(shown: SuspectsShown) -> Suspects {
    Suspects {
        considered: shown.considered,
        rows: shown.suspects.into_iter().map(suspect).collect(),
    }
}

fn suspect(shown: SuspectShown) -> SuspectRow {
    let parts = shown
        .parts
        .into_iter()
        .map(|part| SuspectPart { points: format!("{:+}", part.points), text: part.text });
    SuspectRow {
        deploy: shown.deploy,
        commit: cut(shown.commit_sha, SHOWN_COMMIT),
        message: shown.commit_message,
        by: shown.deployed_by,
        environment: shown.environment,
        version: shown.version,
        url: shown.url.filter(|url| is_http_url(url)),
        age: text::span(shown.age_s),
        band: shown.band,
        score: shown.score,
        parts: parts.collect(),
    }
}
