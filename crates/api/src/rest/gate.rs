//! The one door of the REST API: finds the operation, and lets in who may call it.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, HeaderValue, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, web};
use watchbell_control::csrf_token;
use watchbell_ingest::RateState;
use watchbell_model::{Actor, ApiKey, Scope, Secret, User};
use watchbell_vault::token_hash;

use super::call::Admitted;
use super::operation::Access;
use super::table;
use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};
use crate::headers::rate_headers;

/// The header that shows that a change comes from our own page.
const CSRF: &str = "x-csrf-token";
/// What browsers say about where a request comes from (W3C, Fetch Metadata).
const FETCH_SITE: &str = "sec-fetch-site";

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
    /// A person who has signed in.
    Person {
        /// Who.
        user: Arc<User>,
        /// What the session is known by.
        token: Secret,
    },
}

impl Principal {
    /// As what it stands in timelines and the audit log.
    pub(crate) fn actor(&self) -> Actor {
        match self {
            Self::Key(key) => Actor::ApiKey(key.id),
            Self::Person { user, .. } => Actor::User(user.id),
        }
    }

    /// What it may do, of everything that there is.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        Scope::ALL.iter().copied().filter(|scope| self.may(*scope).is_ok()).collect()
    }

    /// # Errors
    /// 403 with the missing scope or role.
    pub(crate) fn may(&self, scope: Scope) -> Result<(), ApiError> {
        let message = match self {
            Self::Key(key) if key.scopes.contains(&scope) => return Ok(()),
            Self::Key(_) => format!("this API key lacks the scope {scope}"),
            Self::Person { user, .. } if user.role >= scope.least_role() => return Ok(()),
            Self::Person { user, .. } => {
                let least = scope.least_role();
                format!("you are {}, and {scope} takes the role {least}", user.role)
            }
        };
        Err(ApiError::new(Code::Forbidden, message))
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
    let mut answer = match admit(&state, &request, incoming.request()).await {
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
    let rate = answer.request().extensions().get::<RateState>().copied();
    if let Some(rate) = rate {
        rate_headers(answer.headers_mut(), rate, "api");
    }
    // What somebody may see is nobody else's business, nor a cache's.
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// Who calls, if it is known and may.
async fn admit(
    state: &web::Data<State>,
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
    if *access == Access::Open {
        // Somebody else's page must not sign anybody in. An identity provider sends people back from
        // its own, which they must have left from here.
        if !http.method().is_safe() {
            from_our_own_page(http, &state.settings.public_url)?;
        }
        return Ok(None);
    }
    let principal = authenticate(state, request, http).await?;
    if let Principal::Person { token, .. } = &principal
        && !http.method().is_safe()
    {
        from_our_own_page(http, &state.settings.public_url)?;
        with_the_pages_token(http, token)?;
    }
    if let Access::Needs(scope) = access {
        principal.may(*scope)?;
    }
    Ok(Some(principal))
}

/// # Errors
/// 401: nobody that is known.
async fn authenticate(
    state: &web::Data<State>,
    request: &Request,
    http: &HttpRequest,
) -> Result<Principal, ApiError> {
    if let Some(value) = http.headers().get(AUTHORIZATION) {
        let token = value
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let snapshot = state.live.load();
        let key = token.and_then(|token| snapshot.api_key(token, request.at));
        let key = key.cloned().ok_or_else(nobody)?;
        state.key_uses.note(state, key.id, request.at);
        if let Some(limits) = &state.keys {
            let counted = limits.count(key.id, request.at);
            let rate = counted.unwrap_or_else(|over| over);
            http.extensions_mut().insert(rate);
            if counted.is_err() {
                let wait = rate.reset_at.saturating_sub(request.at.timestamp());
                let message = "this API key has asked too much in a minute: wait";
                return Err(ApiError::new(Code::RateLimited, message).retry_after(wait));
            }
        }
        return Ok(Principal::Key(Arc::new(key)));
    }
    person(state, request, http).await?.ok_or_else(nobody)
}

/// The person whose browser has a session.
pub(crate) async fn person(
    state: &web::Data<State>,
    request: &Request,
    http: &HttpRequest,
) -> Result<Option<Principal>, ApiError> {
    let Some(cookie) = http.cookie(state.settings.session_cookie()) else { return Ok(None) };
    let token = Secret::new(cookie.value());
    let (control, looked_for) = (state.control.clone(), token.clone());
    match web::block(move || control.session(&looked_for)).await {
        Ok(Ok(found)) => {
            Ok(found.map(|(user, _)| Principal::Person { user: Arc::new(user), token }))
        }
        Ok(Err(error)) => Err(ApiError::from_control(&error, request)),
        Err(_) => Err(ApiError::unavailable("the question was cut off; try again")),
    }
}

fn nobody() -> ApiError {
    ApiError::new(
        Code::Unauthorized,
        "send a valid API key as \"Authorization: Bearer wb_…\" (make one with \"watchbell key create\"), or sign in",
    )
}

/// A browser says where a request comes from; a program says nothing, and has no cookie to steal.
pub(crate) fn from_our_own_page(http: &HttpRequest, public_url: &str) -> Result<(), ApiError> {
    let header = |name: &str| http.headers().get(name).and_then(|value| value.to_str().ok());
    let is_own = match (header(FETCH_SITE), header(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let ours = public_url.split_once("://").and_then(|(_, rest)| rest.split('/').next());
            host.is_some() && (host == header(HOST.as_str()) || host == ours)
        }
        (None, None) => true,
    };
    if is_own {
        return Ok(());
    }
    Err(ApiError::new(Code::Forbidden, "this request comes from another site"))
}

fn with_the_pages_token(http: &HttpRequest, session: &Secret) -> Result<(), ApiError> {
    let sent = http.headers().get(CSRF).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_token_of(session, sent) {
        return Ok(());
    }
    Err(ApiError::new(
        Code::Forbidden,
        "send the csrf_token of /auth/session as X-CSRF-Token with every change",
    ))
}

/// Whether `sent` is what a page was given to prove that a form is its own. `proof` is the session, or
/// what a stranger's browser keeps.
pub(crate) fn is_token_of(proof: &Secret, sent: &str) -> bool {
    // Digests are compared, so that the time it takes tells nothing.
    token_hash(CSRF, sent) == token_hash(CSRF, &csrf_token(proof))
}
