//! Services.

pub(in crate::ui) mod deploys;

use std::cmp::Reverse;

use actix_web::HttpResponse;
use watchbell_control::{ServiceNew, ServiceSet};
use watchbell_model::{Environment, LegacyKey, Scope, Service, ServiceKind, Severity, is_http_url};
use watchbell_web::page::{Cell, Choice, Field, Filters, Form, Kind, Table};
use watchbell_web::{Section, SeverityWord, StateWord, text as t};

use super::filters::Asked;
use super::{
    As, answer, choices, field, form, given, line, may, on, page, read, severities, sources, text,
    whole,
};
use crate::error::ApiError;
use crate::query::Query;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::visit::Visit;

/// The rows of a page.
const ROWS: usize = 200;

pub(in crate::ui) async fn list(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let notice = Visit::done(&mut query);
    let asked = asked(&visit, &mut query);
    let after = query.one::<LegacyKey>("cursor", t::WANT_PLACE);
    query.finish()?;
    Ok(shown(&visit, As { notice, ..As::default() }, &asked, after))
}

fn asked(visit: &Visit, query: &mut Query) -> Asked {
    Asked::new(format!("{}/services", visit.base()), query, &["q"])
}

fn shown(visit: &Visit, mut shown: As, asked: &Asked, after: Option<LegacyKey>) -> HttpResponse {
    let snapshot = visit.call.snapshot();
    let words = asked.text("q").to_lowercase();
    let fits = |service: &&Service| {
        let known = format!("{} {} {}", service.name, service.key, service.legacy_key);
        let known = known.to_lowercase();
        words.split_whitespace().all(|word| known.contains(word))
            && after.is_none_or(|after| service.legacy_key < after)
    };
    let mut services: Vec<_> = snapshot.services.iter().filter(fits).collect();
    services.sort_by_key(|service| Reverse(service.legacy_key));
    let is_more = services.len() > ROWS;
    services.truncate(ROWS);
    let last = services.last().filter(|_| is_more).map(|service| service.legacy_key.to_string());
    let mut page = page(visit, Section::Services, t::SERVICES, &mut shown);
    let row = |service: &Service| {
        let address = format!("{}/services/{}", visit.base(), service.key);
        let team = service.team.and_then(|id| snapshot.team(id));
        vec![
            Cell::Link(address, service.name.clone()),
            Cell::Code(service.key.to_string()),
            Cell::Code(service.legacy_key.to_string()),
            text(team.map(|team| team.name.clone())),
            text(Some(service.environment.as_str())),
            text(Some(service.kind.as_str())),
            severity(service.default_severity),
            Cell::Word(active(service.active)),
        ]
    };
    let columns = [
        t::NAME,
        t::KEY_WORD,
        t::SHORT_KEY,
        t::TEAM,
        t::ENVIRONMENT,
        t::KIND,
        t::DEFAULT_SEVERITY,
        t::STATE,
    ];
    page.lead = t::SERVICES_LEAD;
    let none = if asked.is_clear() { t::SERVICES_NONE } else { t::NOTHING_FITS };
    page.table = Some(Table {
        newest: after.map(|_| asked.address(None)),
        older: last.map(|last| asked.address(Some(last))),
        ..whole(&columns, services.into_iter().map(row).collect(), none)
    });
    page.filters = Some(Filters {
        action: format!("{}/services", visit.base()),
        fields: vec![asked.written("q", t::SEARCH)],
        is_clear: asked.is_clear(),
        export: None,
    });
    if may(visit, Scope::ServicesWrite) {
        let action = format!("{}/services", visit.base());
        let mut wanted = fields(visit, None);
        wanted.insert(1, line("key", t::SERVICE_KEY, "", false));
        page.forms.push(form(t::SERVICE_ADD, action, wanted, t::ADD));
    }
    answer(visit, &shown, page)
}

fn severity(severity: Option<Severity>) -> Cell {
    severity.map_or(Cell::Nothing, |severity| Cell::Severity(SeverityWord(severity)))
}

const fn active(is_active: bool) -> StateWord {
    if is_active {
        StateWord { kind: "good", word: t::ACTIVE }
    } else {
        StateWord { kind: "quiet", word: t::INACTIVE }
    }
}

/// What is asked for of a service, as it stands.
fn fields(visit: &Visit, service: Option<&Service>) -> Vec<Field> {
    let snapshot = visit.call.snapshot();
    let team = service.and_then(|service| service.team);
    let none = Choice { value: String::new(), name: t::NONE.to_owned(), is_chosen: team.is_none() };
    let teams = snapshot.teams.iter().map(|one| Choice {
        value: one.id.to_string(),
        name: one.name.clone(),
        is_chosen: team == Some(one.id),
    });
    let is =
        |get: fn(&Service) -> Option<&String>| service.and_then(get).cloned().unwrap_or_default();
    let environment = service.map_or(Environment::default(), |one| one.environment);
    let kind = service.map_or(ServiceKind::default(), |one| one.kind);
    let environments = Environment::ALL.iter().map(|one| one.as_str());
    let kinds = ServiceKind::ALL.iter().map(|one| one.as_str());
    vec![
        line("name", t::NAME, is(|one| Some(&one.name)), true),
        field("description", t::DESCRIPTION, Kind::Lines(is(|one| one.description.as_ref()))),
        field("team", t::TEAM, Kind::One(std::iter::once(none).chain(teams).collect())),
        field(
            "environment",
            t::ENVIRONMENT,
            Kind::One(choices(environments, environment.as_str())),
        ),
        field("type", t::KIND, Kind::One(choices(kinds, kind.as_str()))),
        field(
            "default_severity",
            t::DEFAULT_SEVERITY,
            severities(t::NONE, service.and_then(|one| one.default_severity)),
        ),
        Field {
            help: t::REPOSITORY_HELP,
            ..line("repository", t::REPOSITORY, is(|one| one.repository.as_ref()), false)
        },
        line("url", t::ADDRESS, is(|one| one.url.as_ref()), false),
        field("active", t::IS_ACTIVE, Kind::Tick(service.is_none_or(|one| one.active))),
    ]
}

/// What a form says of a service.
struct Sent {
    name: String,
    description: Option<String>,
    team: Option<String>,
    environment: Option<Environment>,
    kind: Option<ServiceKind>,
    severity: Option<Severity>,
    repository: Option<String>,
    url: Option<String>,
    active: bool,
}

fn sent(form: &mut Query) -> Sent {
    Sent {
        name: given(form, "name").unwrap_or_default(),
        description: given(form, "description"),
        team: given(form, "team"),
        environment: read(form, "environment", t::WANT_ENVIRONMENT),
        kind: read(form, "type", t::WANT_TYPE),
        severity: read(form, "default_severity", t::WANT_SEVERITY),
        repository: given(form, "repository"),
        url: given(form, "url"),
        active: given(form, "active").is_some(),
    }
}

pub(in crate::ui) async fn add(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let key = given(&mut form, "key");
    let Sent { name, description, team, environment, kind, severity, repository, url, active } =
        sent(&mut form);
    let new = ServiceNew {
        name,
        key,
        description,
        active,
        default_severity: severity,
        environment: environment.unwrap_or_default(),
        kind: kind.unwrap_or_default(),
        repository,
        url,
        team,
    };
    let added = match form.finish() {
        Ok(()) => visit.call.control(move |control| control.service_add(&new)).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(service) => Ok(on(&visit, &format!("/services/{}", service.key), notice::ADDED)),
        Err(error) => {
            let asked = asked(&visit, &mut Query::new(""));
            Ok(shown(&visit, As::refused(error)?, &asked, None))
        }
    }
}

pub(in crate::ui) async fn detail(visit: Visit) -> Shown {
    one(&visit, As::asked(&visit)?).await
}

pub(super) async fn one(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let key = visit.call.part("key");
    let found = visit
        .call
        .control(move |control| Ok((control.service_seen(&key)?, control.deploy_keys(&key)?)));
    let ((service, etag), keys) = found.await?;
    let snapshot = visit.call.snapshot();
    let mut page = page(visit, Section::Services, &service.name, &mut shown);
    let base = visit.base();
    let team = service.team.and_then(|id| snapshot.team(id));
    page.above = Some((format!("{base}/services"), t::SERVICES));
    page.facts = vec![
        (t::STATE, Cell::Word(active(service.active))),
        (t::KEY_WORD, Cell::Code(service.key.to_string())),
        (t::SHORT_KEY, Cell::Code(service.legacy_key.to_string())),
        (t::SLUG, text(service.slug.as_ref().map(watchbell_model::ServiceSlug::as_str))),
        (t::TEAM, text(team.map(|team| team.name.clone()))),
        (t::ENVIRONMENT, text(Some(service.environment.as_str()))),
        (t::KIND, text(Some(service.kind.as_str()))),
        (t::DEFAULT_SEVERITY, severity(service.default_severity)),
        (t::REPOSITORY, text(service.repository.clone())),
        (t::ADDRESS, linked(service.url.as_deref())),
        (t::DESCRIPTION, text(service.description.clone())),
        (t::ADDED, Cell::When(page.frame.moment(service.created_at))),
        (
            t::INCIDENTS,
            Cell::Link(
                format!("{base}/incidents?service={}", service.key),
                t::ITS_INCIDENTS.to_owned(),
            ),
        ),
    ];
    page.facts.retain(|(_, cell)| !matches!(cell, Cell::Nothing));
    sources::add_to(&mut page, visit, &service);
    if may(visit, Scope::ServicesWrite) {
        let action = format!("{base}/services/{}", service.key);
        let change = form(t::SERVICE_CHANGE, action, fields(visit, Some(&service)), t::SAVE);
        page.forms.push(Form { seen: Some(etag), ..change });
    }
    page.parts.push(deploys::part(visit, &service, &keys, &page.frame));
    Ok(answer(visit, &shown, page))
}

fn linked(url: Option<&str>) -> Cell {
    match url {
        Some(url) if is_http_url(url) => Cell::Link(url.to_owned(), url.to_owned()),
        url => text(url),
    }
}

pub(in crate::ui) async fn change(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let Sent { name, description, team, environment, kind, severity, repository, url, active } =
        sent(&mut form);
    let set = ServiceSet {
        name: Some(name),
        description: Some(description),
        active: Some(active),
        default_severity: Some(severity),
        environment,
        kind,
        repository: Some(repository),
        url: Some(url),
        team: Some(team),
    };
    let key = visit.call.part("key");
    let reference = key.clone();
    let changed = match form.finish() {
        Ok(()) => visit.call.control(move |control| control.service_set(&reference, &set)).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok((service, ..)) => Ok(on(&visit, &format!("/services/{}", service.key), notice::CHANGED)),
        Err(error) => one(&visit, As::refused(error)?).await,
    }
}
