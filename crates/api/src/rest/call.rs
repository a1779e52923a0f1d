//! One call of an operation by somebody who may make it.

use std::future::{Ready, ready};
use std::str::FromStr;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderValue, IF_MATCH};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use serde::Serialize;
use watchbell_control::{Control, ControlError};
use watchbell_ingest::Snapshot;
use watchbell_model::Actor;
use watchbell_store::{Store, StoreError};

use super::gate::Principal;
use crate::State;
use crate::envelope::{Request, success, success_as_it_stands};
use crate::error::{ApiError, Code};
use crate::query::Query;

/// What the gate leaves for the handler.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub(crate) request: Request,
    pub(crate) principal: Option<Principal>,
}

/// One call by somebody who may make it.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) state: web::Data<State>,
    pub(crate) request: Request,
    principal: Option<Principal>,
    /// The version that whoever calls has seen: nothing is done to another one.
    pub(crate) seen: Option<String>,
    pub(crate) http: HttpRequest,
}

impl FromRequest for Call {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(http: &HttpRequest, _: &mut Payload) -> Self::Future {
        let admitted = http.extensions().get::<Admitted>().cloned();
        let state = http.app_data::<web::Data<State>>().cloned();
        ready(match (admitted, state) {
            (Some(Admitted { request, principal }), Some(state)) => {
                let seen = http.headers().get(IF_MATCH).and_then(|value| value.to_str().ok());
                let seen = seen.map(|text| text.trim().trim_matches('"').to_owned());
                Ok(Self { state, request, principal, seen, http: http.clone() })
            }
            _ => Err(ApiError::unavailable("the request came past the gate")),
        })
    }
}

impl Call {
    /// Who calls.
    ///
    /// # Errors
    /// The operation is open to strangers, so nobody is known.
    pub(crate) fn principal(&self) -> Result<&Principal, ApiError> {
        self.principal.as_ref().ok_or_else(|| ApiError::unavailable("nobody is known here"))
    }

    /// The query parameters.
    pub(crate) fn query(&self) -> Query {
        Query::new(self.http.query_string())
    }

    /// Nothing may be asked for.
    pub(crate) fn no_query(&self) -> Result<(), ApiError> {
        self.query().finish()
    }

    /// The configuration in use.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.state.live.load()
    }

    /// The part of the address called `name`, as it stands there.
    pub(crate) fn part(&self, name: &str) -> String {
        self.http.match_info().query(name).to_owned()
    }

    /// The part of the address called `name`, which names a `what`.
    ///
    /// # Errors
    /// 404: nothing can have a name of another form.
    pub(crate) fn named<T: FromStr>(
        &self,
        name: &str,
        what: &str,
        form: &str,
    ) -> Result<T, ApiError> {
        let text = self.part(name);
        text.parse().map_err(|_| {
            let text = watchbell_model::cut(text, 60);
            ApiError::new(Code::NotFound, format!("there is no {what} {text} (the form is {form})"))
        })
    }

    /// Asks the store, in a thread of its own: stores block.
    pub(crate) async fn store<T: Send + 'static>(
        &self,
        run: impl FnOnce(&dyn Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let store = Arc::clone(&self.state.store);
        match web::block(move || run(&*store)).await {
            Ok(result) => result.map_err(|error| ApiError::from_store(&error, &self.request)),
            Err(_) => Err(ApiError::unavailable("the query was cut off; try again")),
        }
    }

    /// Does what operators do, as whoever calls. What it changes is in use here before the answer.
    pub(crate) async fn control<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Control) -> Result<T, ControlError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let control = self.acting();
        let (live, store) = (Arc::clone(&self.state.live), Arc::clone(&self.state.store));
        let done = web::block(move || {
            let done = run(&control);
            if let Err(error) = live.refresh(&*store) {
                // The keeper looks again, and says so.
                tracing::debug!(
                    error = watchbell_model::error_chain(&error),
                    "the configuration could not be read at once"
                );
            }
            done
        });
        match done.await {
            Ok(result) => result.map_err(|error| ApiError::from_control(&error, &self.request)),
            Err(_) => Err(ApiError::unavailable("it was cut off; look before trying again")),
        }
    }

    /// The use cases, done by whoever calls; and only if things are still as they have seen them.
    fn acting(&self) -> Control {
        let actor = self.principal.as_ref().map_or(Actor::System, Principal::actor);
        let control = self.state.control.acting(actor, Some(self.request.id));
        control.if_match(self.seen.as_deref().filter(|seen| *seen != "*"))
    }

    /// 200 with this data.
    pub(crate) fn ok<T: Serialize>(&self, data: &T) -> HttpResponse {
        success(&self.request, StatusCode::OK, data)
    }

    /// 200 with this JSON, to the byte: for what is copied and shown elsewhere as well.
    pub(crate) fn ok_as_it_stands(&self, json: &str) -> HttpResponse {
        success_as_it_stands(&self.request, json)
    }

    /// 201 with this data.
    pub(crate) fn created<T: Serialize>(&self, data: &T) -> HttpResponse {
        success(&self.request, StatusCode::CREATED, data)
    }
}

/// An answer that says which version of a thing it shows.
pub(crate) fn with_etag(mut answer: HttpResponse, etag: &str) -> HttpResponse {
    if let Ok(value) = HeaderValue::from_str(&format!("\"{etag}\"")) {
        answer.headers_mut().insert(ETAG, value);
    }
    answer
}

/// 404: nothing has this name.
pub(crate) fn unknown(what: &str, name: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("there is no {what} {}", watchbell_model::cut(name, 60)))
}
