//! Opening an incident by hand.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::{
    ControlError, IncidentNew, IncidentOpened, MAX_DESCRIPTION, MAX_SERVICES, MAX_TITLE,
    OpeningRules,
};
use watchbell_model::{IdempotencyKey, Incident, IncidentNumber, Severity, TimelineEntry};
use watchbell_web::page::{OpenIncident, Typed};
use watchbell_web::{Notice, Section, text as t};

use super::by_name;
use super::change::text;
use crate::error::ApiError;
use crate::query::Query;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::sign_in::refused;
use crate::ui::visit::{Visit, html};

/// The most characters of what names a request.
const MAX_ONCE: usize = 100;

pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let service = query.one::<String>("service", t::WANT_SERVICE).unwrap_or_default();
    query.finish()?;
    let typed = Typed { service, once: visit.call.request.id.to_string(), ..Typed::default() };
    Ok(form(&visit, StatusCode::OK, typed, None, None))
}

fn form(
    visit: &Visit,
    status: StatusCode,
    typed: Typed,
    notice: Option<Notice>,
    before: Option<IncidentNumber>,
) -> HttpResponse {
    let snapshot = visit.call.snapshot();
    let mut frame = visit.frame(Section::Incidents, t::OPEN_INCIDENT);
    frame.notice = notice;
    let active = snapshot.services.iter().filter(|service| service.active);
    let services = by_name(active, &snapshot, &typed.service);
    let before = before.map(|number| number.to_string());
    html(status, &OpenIncident { frame, services, typed, before })
}

/// What somebody typed, and what they mean by it.
fn read(form: &mut Query) -> (Typed, IncidentNew) {
    let mut sent = |name| form.one::<String>(name, t::WANT_TEXT).unwrap_or_default();
    let (service, also) = (sent("service").trim().to_owned(), sent("also").replace("\r\n", "\n"));
    let (severity, once) = (sent("severity"), sent("once"));
    let typed = Typed {
        title: text(form, "title", MAX_TITLE),
        description: text(form, "description", MAX_DESCRIPTION),
        severity,
        service,
        also,
        once: once.chars().take(MAX_ONCE).collect(),
    };
    if typed.title.trim().is_empty() {
        form.wrong("title", t::WANT_TITLE, "");
    }
    if typed.service.is_empty() {
        form.wrong("service", t::WANT_ACTIVE_SERVICE, t::GOT_NONE);
    }
    let severity: Option<Severity> = typed.severity.parse().ok();
    if severity.is_none() && !typed.severity.is_empty() {
        form.wrong("severity", t::WANT_SEVERITIES, &typed.severity);
    }
    let further = typed.also.split_whitespace().map(ToOwned::to_owned);
    let services: Vec<_> = std::iter::once(typed.service.clone()).chain(further).collect();
    if services.len() > MAX_SERVICES {
        form.wrong("also", t::WANT_SERVICES, services.len());
    }
    let new = IncidentNew {
        title: typed.title.clone(),
        description: Some(typed.description.clone()).filter(|text| !text.trim().is_empty()),
        severity,
        services,
    };
    (typed, new)
}

pub(in crate::ui) async fn open(mut visit: Visit) -> Shown {
    let mut sent = visit.form();
    let (typed, new) = read(&mut sent);
    let opened = match sent.finish() {
        Ok(()) => opened(&visit, &typed, new).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(Once::Opened(number)) => {
            Ok(visit.on_to(&format!("/incidents/{number}"), Some(notice::OPENED)))
        }
        Ok(Once::Before(number)) => {
            // What is sent from here is another form.
            let typed = Typed { once: visit.call.request.id.to_string(), ..typed };
            let notice = Notice::Refused(vec![t::opened_before(&number.to_string())]);
            Ok(form(&visit, StatusCode::CONFLICT, typed, Some(notice), Some(number)))
        }
        Err(error) => {
            let (status, notice) = refused(error)?;
            Ok(form(&visit, status, typed, Some(notice), None))
        }
    }
}

/// What a form opened that opens one incident, however often it is sent.
enum Once {
    /// This one, now or when it was sent first.
    Opened(IncidentNumber),
    /// This one, when it was sent with other texts.
    Before(IncidentNumber),
}

async fn opened(visit: &Visit, typed: &Typed, new: IncidentNew) -> Result<Once, ApiError> {
    let body = format!("{typed:?}");
    let key = Some(&typed.once).filter(|once| !once.is_empty());
    let key = key.map(|once| IdempotencyKey::new(once, body.as_bytes()));
    let rules = OpeningRules {
        default_severity: visit.call.snapshot().default_severity,
        remember_for: visit.call.state.settings.remember_for,
    };
    let opened = visit.call.control(move |control| {
        let answer = |incident: &Incident, _: &[TimelineEntry]| incident.number.to_string().into();
        match control.incident_open(&new, key, rules, answer) {
            Err(ControlError::OpenedBefore { number }) => Ok(Err(number)),
            opened => opened.map(Ok),
        }
    });
    let answer = match opened.await? {
        Ok(IncidentOpened::New(answer) | IncidentOpened::Before(answer)) => answer,
        Err(number) => return Ok(Once::Before(number)),
    };
    let number = String::from_utf8_lossy(&answer).parse().map(Once::Opened);
    number
        .map_err(|_| ApiError::unavailable("it is open, but its number was lost: look at the list"))
}
