//! The projects of a connection's organization as the source lists them now, to be mapped at one go.

use actix_web::HttpResponse;
use watchbell_control::{Control, ProjectChoice, ProjectOffer};
use watchbell_web::page::{MOST_OFFERED, OfferRow, Offers};
use watchbell_web::{Section, text as t};

use super::one::{id, its_place, shown};
use super::{As, integration, refused, tried};
use crate::error::ApiError;
use crate::ui::Shown;
use crate::ui::integrations::active_services;
use crate::ui::notice;
use crate::ui::visit::{Visit, html};

/// The most projects that are shown. Those without a service come first.
const MOST: usize = 200;

pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    visit.call.no_query()?;
    let (reference, id) = (integration(&visit)?.to_string(), id(&visit)?);
    let client = visit.call.state.sentry.clone();
    let asked = visit.call.control(move |control| {
        // The version first: what is changed while the source is asked makes the form out of date.
        let etag = control.integration_show(&reference)?.etag;
        Ok((etag, control.connection_projects(&client, &reference, id)?))
    });
    let (etag, offers) = match asked.await {
        Ok(asked) => asked,
        Err(error) => return shown(&visit, refused(error)?).await,
    };
    let mut rows: Vec<_> = offers.list.iter().map(row).collect();
    rows.sort_by_key(|row| row.service.is_some());
    let is_cut = !offers.complete || rows.len() > MOST;
    rows.truncate(MOST);
    page(&visit, As::default(), etag, rows, is_cut)
}

fn page(visit: &Visit, shown: As, etag: String, rows: Vec<OfferRow>, is_cut: bool) -> Shown {
    let mut services = active_services(&visit.call.snapshot());
    services.truncate(MOST_OFFERED);
    let mut frame = visit.frame(Section::Integrations, t::PROJECTS_LIST);
    frame.notice = shown.notice;
    let above = format!("{}{}", visit.base(), its_place(visit)?);
    Ok(html(shown.status, &Offers { frame, above, etag, rows, is_cut, services }))
}

/// The form that was refused, as it was typed: the source is not asked again. What others mapped
/// meanwhile is shown as they did, and not asked for.
async fn again(visit: &Visit, shown: As) -> Result<HttpResponse, ApiError> {
    let (reference, id) = (integration(visit)?.to_string(), id(visit)?);
    let found = visit.call.control(move |control| {
        let scope = control.connection_scope(&reference, id)?;
        Ok((control.integration_show(&reference)?, scope))
    });
    let (view, scope) = found.await?;
    let snapshot = visit.call.snapshot();
    let typed = visit.typed();
    let row = |(project, written): (&str, &str)| {
        let mapping = view.integration.project(scope, project);
        let service = mapping.map(|one| {
            let service = snapshot.services.get(one.service);
            (service.map_or_else(|| t::UNKNOWN.to_owned(), |one| one.name.clone()), one.active)
        });
        OfferRow {
            project: project.to_owned(),
            name: String::new(),
            service,
            written: written.to_owned(),
            proposed: None,
        }
    };
    let rows = typed.all("project").zip(typed.all("service")).map(row).collect();
    page(visit, shown, view.etag, rows, false)
}

fn row(offer: &ProjectOffer) -> OfferRow {
    let ProjectOffer { project, name, mapped, proposed } = offer;
    OfferRow {
        project: project.clone(),
        name: name.clone(),
        service: mapped.as_ref().map(|(service, active)| (service.name.clone(), *active)),
        written: proposed.as_ref().map(|one| one.key.to_string()).unwrap_or_default(),
        proposed: proposed.as_ref().map(|one| one.name.clone()),
    }
}

pub(in crate::ui) async fn import(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let id = id(&visit)?;
    let projects = form.all::<String>("project", t::WANT_OFFER);
    let services = form.all::<String>("service", t::WANT_SERVICE);
    if projects.len() != services.len() {
        form.wrong("service", t::WANT_EACH_OFFER, services.len());
    }
    // A field that is left empty chooses nothing.
    let choices: Vec<_> = projects
        .into_iter()
        .zip(services)
        .map(|(project, service)| ProjectChoice { project, service: service.trim().to_owned() })
        .filter(|choice| !choice.service.is_empty())
        .collect();
    let run = move |control: &Control, reference: &str| {
        control.connection_import(reference, id, &choices)
    };
    match tried(&visit, form, run).await {
        Ok(_) => Ok(visit.on_to(&its_place(&visit)?, Some(notice::PROJECT))),
        Err(error) => again(&visit, refused(error)?).await,
    }
}
