//! The REST API under `/api/v1`: so far what is needed to see what happened.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Route, web};
use serde::Serialize;
use watchbell_model::{DeliveryId, IncidentNumber, IntegrationId, Outcome, Reason, Scope};
use watchbell_store::{DeliveryFilter, IncidentFilter, Store, StoreError};

use crate::State;
use crate::auth::{key, require};
use crate::envelope::{ListView, Request, success};
use crate::error::{ApiError, Code, get_only};
use crate::query::Query;
use crate::views::{
    DeliveryDetailView, DeliveryView, IncidentDetailView, IncidentView, ServiceView,
};

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let mut get = |path: &str, route: Route| {
        config.service(web::resource(path).route(route).default_service(web::to(get_only)));
    };
    get("/api/v1/auth/verify", web::get().to(auth_verify));
    get("/api/v1/incidents", web::get().to(incidents));
    get("/api/v1/incidents/{number}", web::get().to(incident));
    get("/api/v1/deliveries", web::get().to(deliveries));
    get("/api/v1/deliveries/{id}", web::get().to(delivery));
    get("/api/v1/services", web::get().to(services));
    get("/api/v1/integrations/{id}/rule-form", web::get().to(rule_form));
}

/// Answers with what `run` gives, or with its error.
fn answer(request: &Request, result: Result<HttpResponse, ApiError>) -> HttpResponse {
    result.unwrap_or_else(|error| error.response(request))
}

/// Runs a query in a thread of its own: stores block.
async fn query<T: Send + 'static>(
    state: &State,
    request: &Request,
    run: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, ApiError> {
    let store = Arc::clone(&state.store);
    match web::block(move || run(&*store)).await {
        Ok(result) => result.map_err(|error| ApiError::from_store(&error, request)),
        Err(_) => Err(ApiError::unavailable("the query was cut off; try again")),
    }
}

fn not_found(what: &str, id: &str, form: &str) -> ApiError {
    let id = watchbell_model::cut(id, 60);
    ApiError::new(Code::NotFound, format!("there is no {what} {id} (the form is {form})"))
}

#[derive(Debug, Serialize)]
struct VerifyView<'a> {
    valid: bool,
    scopes: Vec<&'static str>,
    organization_name: &'a str,
}

async fn auth_verify(state: web::Data<State>, http: HttpRequest) -> HttpResponse {
    let request = Request::new(&state);
    let result = key(&state, &http, &request).map(|key| {
        let view = VerifyView {
            valid: true,
            scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            organization_name: &state.settings.organization,
        };
        success(&request, StatusCode::OK, &view)
    });
    answer(&request, result)
}

async fn incidents(state: web::Data<State>, http: HttpRequest) -> HttpResponse {
    let request = Request::new(&state);
    let list = async {
        require(&state, &http, &request, Scope::IncidentsRead)?;
        let mut parameters = Query::new(http.query_string());
        let page = parameters.page();
        let filter = IncidentFilter {
            status: parameters
                .all("status", "new, investigating, fixing, monitoring, resolved or closed"),
            severity: parameters.all("severity", "SEV0, SEV1, SEV2, SEV3 or SEV4"),
            opened_after: parameters.moment("created_after"),
            opened_before: parameters.moment("created_before"),
            ended_after: parameters.moment("resolved_after"),
            ended_before: parameters.moment("resolved_before"),
            ..IncidentFilter::default()
        };
        parameters.finish()?;
        let listed =
            query(&state, &request, move |store| store.incident_list(&filter, page.page())).await?;
        let snapshot = state.live.load();
        let items =
            listed.items.iter().map(|incident| IncidentView::new(incident, &snapshot)).collect();
        let view = ListView::new(items, listed.total.unwrap_or_default(), page.offset);
        Ok(success(&request, StatusCode::OK, &view))
    };
    answer(&request, list.await)
}

async fn incident(
    state: web::Data<State>,
    http: HttpRequest,
    number: web::Path<String>,
) -> HttpResponse {
    let request = Request::new(&state);
    let detail = async {
        require(&state, &http, &request, Scope::IncidentsRead)?;
        let number: IncidentNumber =
            number.parse().map_err(|_| not_found("incident", &number, "INC-2026-001"))?;
        let (incident, timeline) =
            query(&state, &request, move |store| store.incident_get(number)).await?;
        let snapshot = state.live.load();
        let view = IncidentDetailView::new(&incident, &timeline, &snapshot);
        Ok(success(&request, StatusCode::OK, &view))
    };
    answer(&request, detail.await)
}

async fn deliveries(state: web::Data<State>, http: HttpRequest) -> HttpResponse {
    let request = Request::new(&state);
    let list = async {
        require(&state, &http, &request, Scope::DeliveriesRead)?;
        let mut parameters = Query::new(http.query_string());
        let page = parameters.page();
        let integration: Option<IntegrationId> =
            parameters.one("integration_id", "int_ and 32 hexadecimal digits");
        let outcome: Option<OutcomeText> =
            parameters.one("outcome", "processed, ignored, duplicate, rejected or failed");
        let reason: Option<Reason> = parameters.one("reason", "a reason of the event log");
        parameters.finish()?;
        let outcome = outcome.map(|text| text.0);
        let filter = DeliveryFilter { integration, outcome, reason, ..DeliveryFilter::default() };
        let listed =
            query(&state, &request, move |store| store.delivery_list(&filter, page.page())).await?;
        let snapshot = state.live.load();
        let items =
            listed.items.iter().map(|record| DeliveryView::new(record, &snapshot)).collect();
        let view = ListView::new(items, listed.total.unwrap_or_default(), page.offset);
        Ok(success(&request, StatusCode::OK, &view))
    };
    answer(&request, list.await)
}

/// An outcome in a query.
struct OutcomeText(Outcome);

impl std::str::FromStr for OutcomeText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text).map(Self).ok_or(())
    }
}

async fn delivery(
    state: web::Data<State>,
    http: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    let request = Request::new(&state);
    let detail = async {
        require(&state, &http, &request, Scope::DeliveriesRead)?;
        let id: DeliveryId =
            id.parse().map_err(|_| not_found("delivery", &id, "dlv_ and 32 hexadecimal digits"))?;
        let record = query(&state, &request, move |store| store.delivery_get(id)).await?;
        let snapshot = state.live.load();
        Ok(success(&request, StatusCode::OK, &DeliveryDetailView::new(&record, &snapshot)))
    };
    answer(&request, detail.await)
}

async fn services(state: web::Data<State>, http: HttpRequest) -> HttpResponse {
    let request = Request::new(&state);
    let list = || {
        require(&state, &http, &request, Scope::ServicesRead)?;
        let mut parameters = Query::new(http.query_string());
        let page = parameters.page();
        let search: Option<String> = parameters.one("search", "a text");
        parameters.finish()?;
        let search = search.map(|text| text.to_lowercase());
        let snapshot = state.live.load();
        let mut found: Vec<_> = snapshot
            .services
            .iter()
            .filter(|service| {
                search.as_ref().is_none_or(|text| {
                    service.name.to_lowercase().contains(text)
                        || service.key.as_str().to_lowercase().contains(text)
                        || service.legacy_key.to_string().to_lowercase().contains(text)
                })
            })
            .collect();
        found.sort_by_key(|service| service.legacy_key);
        let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
        let skip = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let take = usize::try_from(page.limit).unwrap_or(0);
        let items = found.into_iter().skip(skip).take(take).map(ServiceView::new).collect();
        Ok(success(&request, StatusCode::OK, &ListView::new(items, total, page.offset)))
    };
    answer(&request, list())
}

async fn rule_form(
    state: web::Data<State>,
    http: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    let request = Request::new(&state);
    let document = async {
        require(&state, &http, &request, Scope::IntegrationsSecrets)?;
        let id: IntegrationId =
            id.parse().map_err(|_| not_found("integration", &id, "int_ and 32 digits"))?;
        let mut parameters = Query::new(http.query_string());
        let extended = parameters.one("extended", "true or false").unwrap_or(false);
        parameters.finish()?;
        let (control, url) = (state.control.clone(), state.settings.public_url.clone());
        let made = web::block(move || control.rule_form(&id.to_string(), &url, extended));
        let made = match made.await {
            Ok(made) => made.map_err(|error| ApiError::from_control(&error, &request))?,
            Err(_) => return Err(ApiError::unavailable("the query was cut off; try again")),
        };
        let view: serde_json::Value = serde_json::from_str(&made).unwrap_or_default();
        Ok(success(&request, StatusCode::OK, &view))
    };
    answer(&request, document.await)
}
