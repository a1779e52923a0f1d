//! What people and programs do with incidents.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::{
    IncidentNew, IncidentOpened, IncidentSet, MAX_COMMENT, MAX_DESCRIPTION, MAX_SERVICES,
    MAX_STATUS_COMMENT, MAX_TITLE, OpeningRules,
};
use watchbell_model::{IdempotencyKey, Incident, IncidentNumber, Status};
use watchbell_provider::FieldProblem;

use crate::envelope::{encode, enveloped};
use crate::error::{ApiError, Code};
use crate::rest::call::Call;
use crate::rest::fields::Fields;
use crate::rest::{Answered, words};
use crate::views::{IncidentDetailView, IncidentView, TimelineView};

/// The header that makes a request one that may be repeated.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
const SEVERITIES: &str = "SEV0, SEV1, SEV2, SEV3 or SEV4";
const STATUSES: &str = "new, investigating, fixing, monitoring, resolved or closed";

/// An incident to be opened.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct IncidentCreate {
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    #[schema(max_length = 10000)]
    description: Option<String>,
    /// Left out: as the first service says, else the instance.
    #[schema(schema_with = words::severity_or_null, required = false)]
    severity: Option<String>,
    /// Active services by any of their keys: the first is the incident's, the rest suffer too.
    #[schema(min_items = 1, max_items = 50)]
    service_ids: Vec<String>,
}

pub(in crate::rest) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let title = fields.text("title", 1..=MAX_TITLE);
    let title = fields.required("title", title).unwrap_or_default();
    let services = fields.words("service_ids", "a service's key", MAX_SERVICES);
    let new = IncidentNew {
        title,
        description: fields.text("description", 0..=MAX_DESCRIPTION),
        severity: fields.word("severity", SEVERITIES),
        services: fields.required("service_ids", services).unwrap_or_default(),
    };
    let body = fields.canonical();
    fields.finish()?;
    let key = idempotency(&call)?.map(|id| IdempotencyKey::new(&id, &body));
    let snapshot = call.snapshot();
    let rules = OpeningRules {
        default_severity: snapshot.default_severity,
        remember_for: call.state.settings.remember_for,
    };
    let request = call.request;
    let opened = call.control(move |control| {
        control.incident_open(&new, key, rules, |incident, timeline| {
            let view =
                IncidentDetailView::new(incident, timeline, Vec::new(), None, None, &snapshot);
            encode(&enveloped(&request, &view))
        })
    });
    // A repeat gets the very answer that the first one got.
    let (IncidentOpened::New(bytes) | IncidentOpened::Before(bytes)) = opened.await?;
    Ok(HttpResponse::build(StatusCode::CREATED)
        .insert_header((CONTENT_TYPE, "application/json"))
        .body(bytes))
}

/// The request's own id.
fn idempotency(call: &Call) -> Result<Option<String>, ApiError> {
    let Some(value) = call.http.headers().get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = value.to_str().ok().filter(|text| (1..=255).contains(&text.chars().count()));
    text.map(|text| Some(text.to_owned())).ok_or_else(|| {
        let problem = FieldProblem {
            path: "Idempotency-Key".to_owned(),
            expected: "1 to 255 characters of ASCII".to_owned(),
            got: format!("{} bytes", value.len()),
        };
        ApiError::fields(Code::ValidationError, vec![problem])
    })
}

/// What shall change of an incident. What is left out stays; something must be given.
#[derive(Debug, ToSchema)]
#[schema(min_properties = 1)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct IncidentUpdate {
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// Null: nothing.
    #[schema(max_length = 10000)]
    description: Option<String>,
    #[schema(schema_with = words::severity_or_null, required = false)]
    severity: Option<String>,
    /// The e-mail address of an active user; null: nobody.
    assigned_to: Option<String>,
}

pub(in crate::rest) async fn update(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let number = number(&call)?;
    fields.something();
    let set = IncidentSet {
        title: fields.text("title", 1..=MAX_TITLE),
        description: fields
            .or_null("description", |fields, name| fields.text(name, 0..=MAX_DESCRIPTION)),
        severity: fields.word("severity", SEVERITIES),
        assigned_to: fields.or_null("assigned_to", |fields, name| fields.text(name, 1..=254)),
    };
    fields.finish()?;
    let incident = call.control(move |control| control.incident_set(number, &set)).await?;
    Ok(shown(&call, &incident))
}

fn number(call: &Call) -> Result<IncidentNumber, ApiError> {
    call.named("number", "incident", "INC-2026-001")
}

fn shown(call: &Call, incident: &Incident) -> HttpResponse {
    call.ok(&IncidentView::new(incident, &call.snapshot()))
}

/// Where an incident shall stand.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct StatusSet {
    #[schema(schema_with = words::status)]
    status: String,
    /// What goes with it into the timeline.
    #[schema(max_length = 500)]
    comment: Option<String>,
}

pub(in crate::rest) async fn status(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let number = number(&call)?;
    let status = fields.word::<Status>("status", STATUSES);
    let status = fields.required("status", status);
    let comment = fields.text("comment", 0..=MAX_STATUS_COMMENT);
    fields.finish()?;
    let Some(status) = status else {
        return Err(ApiError::unavailable("the status was lost"));
    };
    let moved =
        call.control(move |control| control.incident_move(number, status, comment.as_deref()));
    Ok(shown(&call, &moved.await?))
}

pub(in crate::rest) async fn acknowledge(call: Call, fields: Fields) -> Answered {
    call.no_query()?;
    let number = number(&call)?;
    fields.finish()?;
    let taken = call.control(move |control| control.incident_acknowledge(number)).await?;
    Ok(shown(&call, &taken))
}

/// Something to write down.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct Comment {
    #[schema(min_length = 1, max_length = 5000)]
    comment: String,
}

/// A line that was just written.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct EventView {
    event_id: String,
    #[serde(flatten)]
    line: TimelineView,
}

pub(in crate::rest) async fn comment(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let number = number(&call)?;
    let comment = fields.text("comment", 1..=MAX_COMMENT);
    let comment = fields.required("comment", comment).unwrap_or_default();
    fields.finish()?;
    let line = call.control(move |control| control.incident_note(number, &comment)).await?;
    let view = EventView {
        event_id: line.id.to_string(),
        line: TimelineView::new(&line, &call.snapshot()),
    };
    Ok(call.created(&view))
}
