//! One connection, and where its projects' incidents go.

use actix_web::HttpResponse;
use watchbell_control::{Control, IntegrationView};
use watchbell_model::{Connection, ConnectionScope, ProjectMapping, Scope};
use watchbell_web::page::{Cell, Field, Form, Kind, RecordsPart};
use watchbell_web::{Section, StateWord, text as t};

use super::super::{As, answer, field, form, given, line, may, on, page, text, whole};
use super::{integration, place, refused, state, tried};
use crate::error::ApiError;
use crate::query::Query;
use crate::ui::Shown;
use crate::ui::integrations::active_services;
use crate::ui::notice::{self, Done};
use crate::ui::visit::Visit;

/// The connection in the address.
pub(super) fn id(visit: &Visit) -> Result<ConnectionScope, ApiError> {
    visit.call.named("connection", "connection", t::WANT_CONNECTION_ID)
}

pub(super) fn its_place(visit: &Visit) -> Result<String, ApiError> {
    Ok(format!("{}/{}", place(visit)?, id(visit)?))
}

pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    shown(&visit, As::asked(&visit)?).await
}

pub(super) async fn shown(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let (reference, id) = (integration(visit)?.to_string(), id(visit)?);
    let found = visit.call.control(move |control| {
        Ok((control.integration_show(&reference)?, control.connection(&reference, id)?))
    });
    let (view, connection) = found.await?;
    let its = format!("{}{}", visit.base(), its_place(visit)?);
    let title = connection.organization_name.clone();
    let mut page = page(visit, Section::Integrations, &title, &mut shown);
    page.above = Some((format!("{}{}", visit.base(), place(visit)?), t::CONNECTIONS));
    let exact = |at| page.frame.moment(at).exact();
    page.facts = vec![
        (t::STATE, Cell::Word(state(connection.state))),
        (t::WHY, text(connection.reason.clone())),
        (t::RETRY_AT, text(connection.retry_at.map(exact))),
        (t::STATE_SINCE, Cell::When(page.frame.moment(connection.state_at))),
        (t::CONNECTED_BY, text(Some(t::connection_mode(connection.mode)))),
        (t::ORGANIZATION_SLUG, Cell::Code(connection.organization.clone())),
        (t::SERVER_AT, Cell::Code(connection.base_url.clone())),
        (t::MAY_DO, text(Some(connection.scopes.join(", ")).filter(|all| !all.is_empty()))),
        (t::INSTALLATION, installation(&connection)),
        (t::TOKEN_ENDS, text(connection.expires_at.map(exact))),
        (t::ADDED, Cell::When(page.frame.moment(connection.created_at))),
    ];
    page.facts.retain(|(_, cell)| !matches!(cell, Cell::Nothing));
    let can_change = may(visit, Scope::IntegrationsWrite);
    let scope = connection.scope();
    let mappings = view.integration.projects.iter().filter(|one| one.scope == scope);
    let seen = can_change.then_some(view.etag.as_str());
    let rows = mappings.map(|one| row(visit, one, &its, seen));
    let columns = [t::PROJECT, t::SERVICE, t::STATE, ""];
    let columns = columns.get(..if can_change { 4 } else { 3 }).unwrap_or_default();
    page.table = Some(whole(columns, rows.collect(), t::CONNECTION_PROJECTS_NONE));
    if can_change {
        page.parts.push(projects(visit, &its, view.etag.clone()));
        page.parts.push(itself(&its));
    }
    Ok(answer(visit, &shown, page))
}

fn installation(connection: &Connection) -> Cell {
    let id = connection.installation.map(|uuid| uuid.as_hyphenated().to_string());
    id.map_or(Cell::Nothing, Cell::Code)
}

/// A project that is mapped; with the version that is `seen`, for whoever may change it.
fn row(visit: &Visit, one: &ProjectMapping, its: &str, seen: Option<&str>) -> Vec<Cell> {
    let snapshot = visit.call.snapshot();
    let service = snapshot.services.iter().find(|service| service.id == one.service);
    let (kind, word) = if one.active { ("good", t::OPENS) } else { ("quiet", t::OPENS_NOT) };
    let mut cells = vec![
        Cell::Code(one.project.clone()),
        service.map_or(Cell::Nothing, |service| {
            let address = format!("{}/services/{}", visit.base(), service.key);
            Cell::Link(address, service.name.clone())
        }),
        Cell::Word(StateWord { kind, word }),
    ];
    if let Some(seen) = seen {
        let project = form_urlencoded::Serializer::new(String::new())
            .append_pair("project", &one.project)
            .finish();
        cells.push(Cell::Act {
            action: format!("{its}/unmap?{project}"),
            seen: Some(seen.to_owned()),
            button: t::PROJECT_REMOVE,
            sure: None,
            about: one.project.clone(),
        });
    }
    cells
}

/// Where projects are mapped.
fn projects(visit: &Visit, its: &str, seen: String) -> RecordsPart {
    let services = active_services(&visit.call.snapshot());
    let fields = vec![
        Field { help: t::PROJECT_HELP, ..line("project", t::PROJECT, "", true) },
        field("service", t::SERVICE, Kind::One(services)),
        Field {
            help: t::CONNECTION_PROJECT_ON_HELP,
            ..field("active", t::CONNECTION_PROJECT_ON, Kind::Tick(true))
        },
    ];
    let offers = Cell::Link(format!("{its}/projects"), t::PROJECTS_LIST.to_owned());
    let map = form(t::PROJECT_MAP, format!("{its}/map"), fields, t::SAVE);
    RecordsPart {
        id: "projects",
        title: t::PROJECTS,
        lead: t::PROJECTS_LEAD.to_owned(),
        facts: vec![(t::PROJECTS_AT, offers)],
        forms: vec![Form { seen: Some(seen), ..map }],
        pastes: Vec::new(),
    }
}

/// What is done with the connection itself.
fn itself(its: &str) -> RecordsPart {
    let check = form(t::CONNECTION_CHECK, format!("{its}/check"), Vec::new(), t::CHECK);
    let remove = form(t::CONNECTION_REMOVE, format!("{its}/remove"), Vec::new(), t::REMOVE);
    RecordsPart {
        id: "connection",
        title: t::CONNECTION,
        lead: String::new(),
        facts: Vec::new(),
        forms: vec![check, Form { is_dangerous: true, ..remove }],
        pastes: Vec::new(),
    }
}

/// Shows the connection again: as it is now, or with why it was not done.
async fn again<T>(visit: &Visit, done: Result<T, ApiError>, what: Done) -> Shown {
    match done {
        Ok(_) => Ok(on(visit, &its_place(visit)?, what)),
        Err(error) => shown(visit, refused(error)?).await,
    }
}

pub(in crate::ui) async fn check(mut visit: Visit) -> Shown {
    let (form, id) = (visit.form(), id(&visit)?);
    let client = visit.call.state.sentry.clone();
    let run =
        move |control: &Control, reference: &str| control.connection_check(&client, reference, id);
    let checked = tried(&visit, form, run).await;
    again(&visit, checked, notice::CHECKED).await
}

pub(in crate::ui) async fn remove(mut visit: Visit) -> Shown {
    let (form, id) = (visit.form(), id(&visit)?);
    let run = move |control: &Control, reference: &str| control.connection_remove(reference, id);
    match tried(&visit, form, run).await {
        Ok(()) => Ok(on(&visit, &place(&visit)?, notice::CONNECTION_GONE)),
        Err(error) => shown(&visit, refused(error)?).await,
    }
}

pub(in crate::ui) async fn map(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let id = id(&visit)?;
    let project = given(&mut form, "project").unwrap_or_default();
    let service = given(&mut form, "service").unwrap_or_default();
    let active = given(&mut form, "active").is_some();
    let run = move |control: &Control, reference: &str| -> Result<IntegrationView, _> {
        let scope = control.connection_scope(reference, id)?;
        Ok(control.project_map_in(reference, scope, &project, &service, active)?.0)
    };
    let mapped = tried(&visit, form, run).await;
    again(&visit, mapped, notice::PROJECT).await
}

pub(in crate::ui) async fn unmap(mut visit: Visit) -> Shown {
    let (form, id) = (visit.form(), id(&visit)?);
    let mut query: Query = visit.call.query();
    let project = query.one::<String>("project", t::WANT_PROJECT).unwrap_or_default();
    query.finish()?;
    let run = move |control: &Control, reference: &str| {
        let scope = control.connection_scope(reference, id)?;
        control.project_unmap_in(reference, scope, &project)
    };
    let unmapped = tried(&visit, form, run).await;
    again(&visit, unmapped, notice::PROJECT_GONE).await
}
