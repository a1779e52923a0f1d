//! The projects of a connection's organization as the source lists them now, to be mapped at one go.

use actix_web::http::StatusCode;
use watchbell_control::{Control, ProjectChoice, ProjectOffer};
use watchbell_web::page::{MOST_OFFERED, OfferRow, Offers};
use watchbell_web::{Section, text as t};

use super::one::{id, its_place, shown};
use super::{integration, refused, tried};
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
    let mut services = active_services(&visit.call.snapshot());
    services.truncate(MOST_OFFERED);
    let mut rows: Vec<_> = offers.list.iter().map(row).collect();
    rows.sort_by_key(|row| row.service.is_some());
    let is_cut = !offers.complete || rows.len() > MOST;
    rows.truncate(MOST);
    let page = Offers {
        above: format!("{}{}", visit.base(), its_place(&visit)?),
        etag,
        rows,
        is_cut,
        services,
        frame: visit.frame(Section::Integrations, t::PROJECTS_LIST),
    };
    Ok(html(StatusCode::OK, &page))
}

fn row(offer: &ProjectOffer) -> OfferRow {
    let ProjectOffer { project, name, mapped, proposed } = offer;
    OfferRow {
        project: project.clone(),
        name: name.clone(),
        service: mapped.as_ref().map(|(service, active)| (service.name.clone(), *active)),
        proposed: proposed.as_ref().map(|one| (one.key.to_string(), one.name.clone())),
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
        Err(error) => shown(&visit, refused(error)?).await,
    }
}
