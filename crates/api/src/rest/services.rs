//! Services.

use utoipa::{IntoParams, ToSchema};
use watchbell_control::ServiceNew;
use watchbell_model::{Environment, ServiceKind};

use super::Answered;
use super::call::Call;
use super::fields::Fields;
use super::words;
use crate::envelope::ListView;
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
    let search: Option<String> = query.one("search", "a text");
    query.finish()?;
    let search = search.map(|text| text.to_lowercase());
    let snapshot = call.snapshot();
    let is_asked_for = |texts: &[&str]| {
        let has = |wanted: &String| texts.iter().any(|text| text.to_lowercase().contains(wanted));
        search.as_ref().is_none_or(has)
    };
    let mut found: Vec<_> = snapshot
        .services
        .iter()
        .filter(|one| is_asked_for(&[&one.name, one.key.as_str(), &one.legacy_key.to_string()]))
        .collect();
    found.sort_by_key(|service| service.legacy_key);
    Ok(call.ok(&ListView::part_of(found.into_iter().map(ServiceView::new), part)))
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let snapshot = call.snapshot();
    let key = call.part("key");
    let service =
        snapshot.services.find(&key).ok_or_else(|| super::call::unknown("service", &key))?;
    Ok(call.ok(&ServiceView::new(service)))
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
}

pub(super) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let name = fields.text("name", 1..=200);
    let new = ServiceNew {
        name: fields.required("name", name).unwrap_or_default(),
        key: fields.text("key", 1..=50),
        description: fields.text("description", 0..=2_000),
        active: fields.flag("is_active").unwrap_or(true),
        default_severity: fields.word("default_severity", "SEV0, SEV1, SEV2, SEV3 or SEV4"),
        environment: fields.word::<Environment>("environment", ENVIRONMENTS).unwrap_or_default(),
        kind: fields.word::<ServiceKind>("type", KINDS).unwrap_or_default(),
        repository: fields.text("repository", 1..=200),
        url: fields.text("url", 1..=2_048),
        team: None,
    };
    fields.finish()?;
    let service = call.control(move |control| control.service_add(&new)).await?;
    Ok(call.created(&ServiceView::new(&service)))
}

const ENVIRONMENTS: &str = "production, staging or development";
const KINDS: &str = "api, web, worker, database or internal";
