//! The one door of the REST API: finds the operation, and lets in who may call it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use watchbell_model::{ApiKey, Scope};

use super::call::Admitted;
use super::operation::Access;
use super::table;
use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};

/// What each operation asks for, by its address and method.
static ACCESS: LazyLock<HashMap<String, Vec<(Method, Access)>>> = LazyLock::new(|| {
    let mut access: HashMap<String, Vec<_>> = HashMap::new();
    for operation in table::operations() {
        let methods = access.entry(operation.address().into_owned()).or_default();
        methods.push((operation.method, operation.access));
    }
    access
});

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) enum Principal {
    /// A program, or a person with a key.
    Key(Arc<ApiKey>),
}

impl Principal {
    /// What it may do, of everything that there is.
    pub(super) fn scopes(&self) -> Vec<Scope> {
        Scope::ALL.iter().copied().filter(|scope| self.may(*scope).is_ok()).collect()
    }

    /// # Errors
    /// 403 with the missing scope.
    pub(super) fn may(&self, scope: Scope) -> Result<(), ApiError> {
        match self {
            Self::Key(key) if key.scopes.contains(&scope) => Ok(()),
            Self::Key(_) => {
                let message = format!("this API key lacks the scope {scope}");
                Err(ApiError::new(Code::Forbidden, message))
            }
        }
    }
}

/// Lets a request in, or answers why not. Gives every error its form.
pub(super) async fn gate(
    incoming: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = incoming.app_data::<web::Data<State>>().cloned() else {
        return Err(actix_web::error::ErrorServiceUnavailable("no state"));
    };
    let request = Request::new(&state);
    let mut answer = match admit(&state, &request, incoming.request()) {
        Err(refused) => incoming.into_response(refused.response(&request)),
        Ok(principal) => {
            incoming.extensions_mut().insert(Admitted { request, principal });
            next.call(incoming).await?.map_into_boxed_body()
        }
    };
    let error = answer.response().error().and_then(|error| error.as_error::<ApiError>());
    if let Some(response) = error.map(|error| error.response(&request)) {
        answer = answer.into_response(response);
    }
    // What somebody may see is nobody else's business, nor a cache's.
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Who calls, if it is known and may.
fn admit(
    state: &State,
    request: &Request,
    http: &HttpRequest,
) -> Result<Option<Principal>, ApiError> {
    let methods = http.match_pattern().and_then(|pattern| ACCESS.get(&pattern));
    let methods = methods.ok_or_else(ApiError::nothing_here)?;
    let found = methods.iter().find(|(method, _)| method == http.method());
    let Some((_, access)) = found else {
        let allowed: Vec<_> = methods.iter().map(|(method, _)| method.as_str()).collect();
        return Err(ApiError::method(allowed.join(", ")));
    };
    let principal = match access {
        Access::Open => return Ok(None),
        Access::Anyone | Access::Needs(_) => authenticate(state, request, http)?,
    };
    if let Access::Needs(scope) = access {
        principal.may(*scope)?;
    }
    Ok(Some(principal))
}

/// # Errors
/// 401: nobody that is known.
fn authenticate(
    state: &State,
    request: &Request,
    http: &HttpRequest,
) -> Result<Principal, ApiError> {
    let token = http
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let snapshot = state.live.load();
    let key = token.and_then(|token| snapshot.api_key(token, request.at));
    key.cloned().map(|key| Principal::Key(Arc::new(key))).ok_or_else(|| {
        ApiError::new(
            Code::Unauthorized,
            "send a valid API key as \"Authorization: Bearer wb_…\"; make one with \"watchbell key create\"",
        )
    })
}
