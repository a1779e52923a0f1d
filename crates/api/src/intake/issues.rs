//! What a source's own pages are answered where somebody links an issue with an incident there.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use watchbell_ingest::{Admission, IssueDesk, NotLinked};
use watchbell_model::{IncidentNumber, cut};
use watchbell_provider::{IssueLinks, LinkForm, Options};

use super::page::{Proven, Refusal, proven};
use crate::envelope::Request;
use crate::query::Query;
use crate::state::State;

/// The most characters of a choice in the list of incidents.
const MAX_LABEL_CHARS: usize = 200;
/// What the source shows in front of an incident's number.
const PROJECT: &str = "Watchbell";

type Path = web::Path<(String, String)>;

/// A new incident for an issue.
pub(super) async fn create(
    state: web::Data<State>,
    http: HttpRequest,
    path: Path,
    payload: web::Payload,
) -> HttpResponse {
    answer(link(&state, &http, &path, payload, LinkForm::New).await)
}

/// An incident that is there.
pub(super) async fn existing(
    state: web::Data<State>,
    http: HttpRequest,
    path: Path,
    payload: web::Payload,
) -> HttpResponse {
    answer(link(&state, &http, &path, payload, LinkForm::Existing).await)
}

/// The incidents that may be chosen.
pub(super) async fn incidents(
    state: web::Data<State>,
    http: HttpRequest,
    path: Path,
    payload: web::Payload,
) -> HttpResponse {
    answer(search(&state, &http, &path, payload).await)
}

fn answer(answer: Result<HttpResponse, Refusal>) -> HttpResponse {
    answer.unwrap_or_else(Refusal::answer)
}

/// Somebody at a page whose request is proven.
struct Visitor {
    links: &'static dyn IssueLinks,
    desk: IssueDesk,
    body: Vec<u8>,
    /// Held while the database is read: so no more are at it at once than deliveries would be.
    admission: Admission,
}

async fn visitor(
    state: &State,
    http: &HttpRequest,
    path: &Path,
    method: Method,
    payload: web::Payload,
) -> Result<Visitor, Refusal> {
    let (provider, key) = &**path;
    let request = Request::new(state);
    let names = (provider.as_str(), key.as_str());
    let found = proven(state, http, names, (&request, method), payload, |its| its.issue_links());
    let Proven { snapshot, source, of_provider: links, body, admission } = found.await?;
    let desk = IssueDesk {
        store: std::sync::Arc::clone(&state.store),
        ids: state.ids.clone(),
        server: state.server,
        snapshot,
        source,
        at: request.at,
    };
    Ok(Visitor { links, desk, body, admission })
}

impl Visitor {
    fn is_offered(&self) -> bool {
        self.links.is_offered(&Options::new(&self.desk.source.integration.options))
    }
}

async fn link(
    state: &State,
    http: &HttpRequest,
    path: &Path,
    payload: web::Payload,
    form: LinkForm,
) -> Result<HttpResponse, Refusal> {
    let visitor = visitor(state, http, path, Method::POST, payload).await?;
    if !visitor.is_offered() {
        return Err(Refusal::of(
            "Links between issues and incidents are switched off for this integration in Watchbell.",
        ));
    }
    let request = visitor.links.read(&visitor.body, form).map_err(Refusal::of)?;
    let Visitor { desk, admission, .. } = visitor;
    let linked = web::block(move || held(&admission, || desk.link(&request))).await;
    let number = match linked {
        Ok(Ok(number)) => number,
        Ok(Err(NotLinked::Refused(why))) => return Err(Refusal::of(why)),
        Ok(Err(NotLinked::Store(error))) => return Err(trouble(&error)),
        Err(error) => return Err(trouble(&error)),
    };
    // All three are texts: the source takes nothing else.
    Ok(HttpResponse::Ok().json(json!({
        "webUrl": incident_url(state, number),
        "project": PROJECT,
        "identifier": number.to_string(),
    })))
}

async fn search(
    state: &State,
    http: &HttpRequest,
    path: &Path,
    payload: web::Payload,
) -> Result<HttpResponse, Refusal> {
    let visitor = visitor(state, http, path, Method::GET, payload).await?;
    // The query is not signed: whoever has seen one signature can ask for anything, and gets no more
    // than numbers and titles.
    let text = Query::new(http.query_string()).one::<String>("query", "a text");
    if !visitor.is_offered() {
        return Ok(HttpResponse::Ok().json(json!([])));
    }
    let text = text.unwrap_or_default();
    let Visitor { desk, admission, .. } = visitor;
    let found = match web::block(move || held(&admission, || desk.search(&text))).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(trouble(&error)),
        Err(error) => return Err(trouble(&error)),
    };
    let choices: Vec<_> = found
        .iter()
        .map(|(number, title)| {
            let label = cut(format!("{number} {title}"), MAX_LABEL_CHARS);
            json!({"label": label, "value": number.to_string()})
        })
        .collect();
    Ok(HttpResponse::Ok().json(choices))
}

/// Does something in the place that was taken for it. A visitor who leaves does not free the place as
/// long as the database is at it.
fn held<T>(_place: &Admission, work: impl FnOnce() -> T) -> T {
    work()
}

/// The page of an incident.
fn incident_url(state: &State, number: IncidentNumber) -> String {
    watchbell_control::incident_url(&state.settings.public_url, number)
}

fn trouble(error: &(dyn std::error::Error + 'static)) -> Refusal {
    tracing::warn!(
        error = watchbell_model::error_chain(error),
        "what a page of the source asks for could not be done"
    );
    Refusal::busy()
}
