//! Services.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use utoipa::{IntoParams, ToSchema};
use watchbell_control::{ServiceNew, ServiceSet};
use watchbell_model::{Environment, Service, ServiceKind};

use super::Answered;
use super::call::{Call, with_etag};
use super::fields::Fields;
use super::words;
use crate::envelope::{ListView, success};
use crate::views::ServiceView;

/// Which services.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ServiceQuery {
    /// A part of the name or of a key, without case.
    search: Option<String>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
}

pub(super) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let part = query.part();
    let search = query.search();
    query.finish()?;
    let snapshot = call.snapshot();
    let mut found: Vec<_> = snapshot
        .services
        .iter()
        .filter(|one| search.finds(&[&one.name, one.key.as_str(), &one.legacy_key.to_string()]))
        .collect();
    found.sort_by_key(|service| service.legacy_key);
    Ok(call.ok(&ListView::part_of(
        found.into_iter().map(|one| ServiceView::new(one, &snapshot)),
        part,
    )))
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let key = call.part("key");
    let shown = call.control(move |control| control.service_seen(&key)).await?;
    Ok(seen(&call, &shown, StatusCode::OK))
}

/// A service with its `ETag`.
fn seen(call: &Call, (service, etag): &(Service, String), status: StatusCode) -> HttpResponse {
    let snapshot = call.snapshot();
    let answer = success(&call.request, status, &ServiceView::new(service, &snapshot));
    with_etag(answer, etag)
}

/// A service to be added.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ServiceCreate {
    /// What people call it.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// A key to bring along: `svc_…`, `SER-…`, or 1 to 50 characters of `[A-Za-z0-9_-]`.
    key: Option<String>,
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// Whether new incidents may be opened on it; true unless told otherwise.
    is_active: Option<bool>,
    #[schema(schema_with = words::severity_or_null, required = false)]
    default_severity: Option<String>,
    #[schema(schema_with = words::environment, required = false)]
    environment: Option<String>,
    #[serde(rename = "type")]
    #[schema(schema_with = words::service_kind, required = false)]
    kind: Option<String>,
    /// `owner/repo`.
    repository: Option<String>,
    /// http or https.
    url: Option<String>,
    /// The team that owns it, by id or name.
    team: Option<String>,
}

pub(super) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let name = fields.text("name", 1..=200);
    let new = ServiceNew {
        name: fields.required("name", name).unwrap_or_default(),
        key: fields.text("key", 1..=50),
        description: fields.text("description", 0..=2_000),
        active: fields.flag("is_active").unwrap_or(true),
        default_severity: fields.word("default_severity", SEVERITIES),
        environment: fields.word::<Environment>("environment", ENVIRONMENTS).unwrap_or_default(),
        kind: fields.word::<ServiceKind>("type", KINDS).unwrap_or_default(),
        repository: fields.text("repository", 1..=200),
        url: fields.text("url", 1..=2_048),
        team: fields.text("team", 1..=200),
    };
    fields.finish()?;
    let added = call.control(move |control| {
        let service = control.service_add(&new)?;
        control.service_seen(service.key.as_str())
    });
    Ok(seen(&call, &added.await?, StatusCode::CREATED))
}

/// What shall change of a service. What is left out stays, and so do its keys.
#[derive(Debug, ToSchema)]
#[schema(min_properties = 1)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ServiceUpdate {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Null: nothing.
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// Whether new incidents may be opened on it.
    is_active: Option<bool>,
    #[schema(schema_with = words::severity_or_null, required = false)]
    default_severity: Option<String>,
    #[schema(schema_with = words::environment, required = false)]
    environment: Option<String>,
    #[serde(rename = "type")]
    #[schema(schema_with = words::service_kind, required = false)]
    kind: Option<String>,
    /// `owner/repo`; null: none.
    repository: Option<String>,
    /// http or https; null: none.
    url: Option<String>,
    /// The team that owns it, by id or name; null: none.
    team: Option<String>,
}

pub(super) async fn update(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    fields.something();
    let key = call.part("key");
    let set = ServiceSet {
        name: fields.text("name", 1..=200),
        description: fields.or_null("description", |fields, name| fields.text(name, 0..=2_000)),
        active: fields.flag("is_active"),
        default_severity: fields
            .or_null("default_severity", |fields, name| fields.word(name, SEVERITIES)),
        environment: fields.word("environment", ENVIRONMENTS),
        kind: fields.word("type", KINDS),
        repository: fields.or_null("repository", |fields, name| fields.text(name, 1..=200)),
        url: fields.or_null("url", |fields, name| fields.text(name, 1..=2_048)),
        team: fields.or_null("team", |fields, name| fields.text(name, 1..=200)),
    };
    fields.finish()?;
    let changed = call.control(move |control| {
        control.service_set(&key, &set)?;
        control.service_seen(&key)
    });
    Ok(seen(&call, &changed.await?, StatusCode::OK))
}

const SEVERITIES: &str = "SEV0, SEV1, SEV2, SEV3 or SEV4";

const ENVIRONMENTS: &str = "production, staging or development";
const KINDS: &str = "api, web, worker, database or internal";
