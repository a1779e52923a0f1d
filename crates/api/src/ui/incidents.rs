//! The list of incidents.

pub(super) mod change;
pub(super) mod detail;
pub(super) mod known;
mod occurrences;
pub(super) mod open;
mod symptoms;

use std::sync::Arc;

use watchbell_ingest::Snapshot;
use watchbell_model::{Incident, IncidentNumber, Scope, Service, Severity, Status};
use watchbell_store::{IncidentCursor, IncidentFilter, Listed, Page, Store, StoreError};
use watchbell_web::page::{Choice, IncidentFilters, IncidentRow, Incidents};
use watchbell_web::{Frame, Section, SeverityWord, StatusWord, text};

use super::Shown;
use super::visit::{Visit, html};
use crate::rest::incidents::services_of;

/// The most incidents of a page.
const ROWS: i64 = 50;
/// How many incidents are read at a time where words are searched.
const STEP: i64 = 100;
/// The most incidents that one search looks at: there is no index of words.
const MOST_SEARCHED: usize = 1_000;

pub(super) async fn list(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let mut one = |name| query.one::<String>(name, text::WANT_TEXT).unwrap_or_default();
    let (search, status) = (one("q"), one("status"));
    let (service, team) = (one("service"), one("team"));
    let (mine, cursor) = (one("mine"), one("cursor"));
    let severities: Vec<Severity> = query.all("severity", text::WANT_SEVERITIES);
    let filters = IncidentFilters {
        search: search.trim().to_owned(),
        status,
        severities,
        service,
        team,
        is_mine: mine == "true",
    };
    let after: Option<IncidentCursor> = cursor.parse().ok();
    if after.is_none() && !cursor.is_empty() {
        query.wrong("cursor", text::WANT_PLACE, &cursor);
    }
    let statuses = statuses(&filters.status);
    if statuses.is_none() {
        query.wrong("status", text::WANT_STATUSES, &filters.status);
    }
    query.finish()?;
    if let Ok(number) = filters.search.parse::<IncidentNumber>() {
        let known = visit.call.store(move |store| store.incident_versions(0, &[number])).await?;
        if !known.is_empty() {
            return Ok(visit.on_to(&format!("/incidents/{number}"), None));
        }
    }
    let snapshot = visit.call.snapshot();
    let filter = filter_of(&visit, &snapshot, &filters, statuses.unwrap_or_default())?;
    let (words, names) = (filters.search.to_lowercase(), Arc::clone(&snapshot));
    let (listed, searched) =
        visit.call.store(move |store| found(store, &filter, after, &words, &names)).await?;
    let frame = visit.frame(Section::Incidents, text::INCIDENTS);
    let rows = listed.items.iter().map(|incident| row(incident, &snapshot, &frame)).collect();
    let address = |cursor: Option<IncidentCursor>| {
        format!("{}/incidents?{}", visit.base(), asked(&filters, cursor))
    };
    let page = Incidents {
        here: address(after),
        newest: address(None),
        older: listed.next.map(|next| address(Some(next))),
        is_deep: after.is_some(),
        can_open: visit.call.principal()?.may(Scope::IncidentsWrite).is_ok(),
        among_all: filters.status.is_empty().then(|| {
            let all = IncidentFilters { status: "all".to_owned(), ..filters.clone() };
            format!("{}/incidents?{}", visit.base(), asked(&all, None))
        }),
        searched,
        services: services(&snapshot, &filters.service),
        teams: snapshot.teams.iter().map(|team| team.name.clone()).collect(),
        rows,
        filters,
        frame,
    };
    Ok(html(actix_web::http::StatusCode::OK, &page))
}

/// The statuses that a word stands for; nothing restricts where there are none.
fn statuses(word: &str) -> Option<Vec<Status>> {
    let those = |is_open: bool| {
        Status::ALL.into_iter().filter(|status| status.is_open() == is_open).collect()
    };
    match word {
        "" => Some(those(true)),
        "over" => Some(those(false)),
        "all" => Some(Vec::new()),
        word => word.parse().ok().map(|status| vec![status]),
    }
}

fn filter_of(
    visit: &Visit,
    snapshot: &Snapshot,
    filters: &IncidentFilters,
    status: Vec<Status>,
) -> Result<IncidentFilter, crate::error::ApiError> {
    let named = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let services: Vec<_> = named(&filters.service).into_iter().collect();
    Ok(IncidentFilter {
        status,
        severity: filters.severities.clone(),
        services: services_of(snapshot, named(&filters.team).as_deref(), &services),
        assigned_to: if filters.is_mine { Some(visit.user()?.id) } else { None },
        ..IncidentFilter::default()
    })
}

/// A part of the list; and where `words` are searched, how many were looked at for them.
fn found(
    store: &dyn Store,
    filter: &IncidentFilter,
    after: Option<IncidentCursor>,
    words: &str,
    snapshot: &Snapshot,
) -> Result<(Listed<Incident, IncidentCursor>, Option<usize>), StoreError> {
    if words.is_empty() {
        return Ok((store.incident_list(filter, Page::after(ROWS, after))?, None));
    }
    let most = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let (mut items, mut searched, mut after) = (Vec::new(), 0_usize, after);
    loop {
        let listed = store.incident_list(filter, Page::after(STEP, after))?;
        for incident in listed.items {
            searched = searched.saturating_add(1);
            let place = IncidentCursor::of(&incident);
            if has(&incident, words, snapshot) {
                items.push(incident);
            }
            if items.len() >= most || searched >= MOST_SEARCHED {
                return Ok((Listed { items, total: None, next: Some(place) }, Some(searched)));
            }
        }
        if listed.next.is_none() {
            return Ok((Listed { items, total: None, next: None }, Some(searched)));
        }
        after = listed.next;
    }
}

/// Whether all of `words` stand somewhere in what people know an incident by.
fn has(incident: &Incident, words: &str, snapshot: &Snapshot) -> bool {
    let service = snapshot.services.get(incident.service);
    let texts = [
        Some(incident.title.as_str()),
        service.map(|service| service.name.as_str()),
        incident.dedup_key.as_ref().map(watchbell_model::DedupKey::as_str),
        incident.source_name.as_deref(),
    ];
    let texts: Vec<_> = texts.into_iter().flatten().map(str::to_lowercase).collect();
    words.split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
}

/// What is asked for, as it stands in an address.
fn asked(filters: &IncidentFilters, cursor: Option<IncidentCursor>) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    let texts = [
        ("q", &filters.search),
        ("status", &filters.status),
        ("service", &filters.service),
        ("team", &filters.team),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        out.append_pair(name, text);
    }
    for severity in &filters.severities {
        out.append_pair("severity", severity.as_str());
    }
    if filters.is_mine {
        out.append_pair("mine", "true");
    }
    if let Some(cursor) = cursor {
        out.append_pair("cursor", &cursor.to_string());
    }
    out.finish()
}

/// These services by name. What `written` names is chosen; a name of none is kept to be seen.
pub(super) fn by_name<'a>(
    services: impl Iterator<Item = &'a Service>,
    snapshot: &Snapshot,
    written: &str,
) -> Vec<Choice> {
    let chosen = snapshot.services.find(written).map(|service| service.id);
    let choice = |one: &Service| Choice {
        value: one.key.to_string(),
        name: one.name.clone(),
        is_chosen: chosen == Some(one.id),
    };
    let mut all: Vec<_> = services.map(choice).collect();
    all.sort_by_cached_key(|choice| choice.name.to_lowercase());
    if !written.is_empty() && !all.iter().any(|choice| choice.is_chosen) {
        let (value, name) = (written.to_owned(), written.to_owned());
        all.insert(0, Choice { value, name, is_chosen: true });
    }
    all
}

/// Any service, or one of them.
fn services(snapshot: &Snapshot, written: &str) -> Vec<Choice> {
    let is_chosen = written.is_empty();
    let any = Choice { value: String::new(), name: text::ANY.to_owned(), is_chosen };
    let all = by_name(snapshot.services.iter(), snapshot, written);
    std::iter::once(any).chain(all).collect()
}

/// An incident as lists show it.
pub(super) fn row(incident: &Incident, snapshot: &Snapshot, frame: &Frame) -> IncidentRow {
    let service = snapshot.services.get(incident.service);
    let assigned = incident.assigned_to.and_then(|id| snapshot.user(id));
    IncidentRow {
        number: incident.number.to_string(),
        title: incident.title.clone(),
        severity: SeverityWord(incident.severity),
        status: StatusWord(incident.status),
        service: service.map_or_else(|| text::UNKNOWN.to_owned(), |one| one.name.clone()),
        source: incident.source_name.clone(),
        occurrences: incident.occurrences,
        opened: frame.moment(incident.opened_at),
        last_seen: frame.moment(incident.last_seen_at),
        assigned: assigned.map(|user| user.email.to_string()),
        is_taken: incident.acknowledged.is_some(),
        is_test: incident.test,
    }
}
