//! The one door of the pages: finds out who comes, lets in who may, and believes no form that is not
//! ours.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::SameSite;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, ORIGIN,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::StreamExt;
use watchbell_control::form_proof;
use watchbell_model::Secret;
use watchbell_web::text;

use super::{table, trouble};
use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};
use crate::query::Query;
use crate::rest::call::Admitted;
use crate::rest::gate::{Principal, from_our_own_page, is_token_of, person};
use crate::rest::open_id::Back;
use crate::rest::operation::Access;
use crate::rest::{cookie, with_cookie};

/// The most bytes of a form. The longest field holds 10,000 characters, an incident's description, and what
/// a form escapes takes up to twelve bytes for each.
const MAX_FORM: usize = 128 * 1024;
/// What a page may load and where its forms may go: this server, and nothing that stands in the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// How long a stranger's browser keeps what proves its forms.
const STRANGERS_LIFE: actix_web::cookie::time::Duration =
    actix_web::cookie::time::Duration::hours(12);

/// What each page asks for, by its address and method.
static ACCESS: LazyLock<HashMap<&'static str, Vec<(Method, Access)>>> = LazyLock::new(|| {
    let mut access: HashMap<_, Vec<_>> = HashMap::new();
    for page in table::pages() {
        access.entry(page.path).or_default().push((page.method, page.access));
    }
    access
});

/// What somebody brings along who was let in.
#[derive(Debug)]
pub(super) struct Brought {
    /// What proves of a form that it is ours: the session, or what a stranger's browser keeps.
    pub(super) proof: Secret,
    /// The form, without its proof.
    pub(super) form: Option<Query>,
}

/// Why somebody is not let in.
enum Refused {
    /// They must sign in first.
    SignIn,
    /// Something else.
    Error(ApiError),
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self::Error(error)
    }
}

pub(super) async fn door(
    mut incoming: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(state) = incoming.app_data::<web::Data<State>>().cloned() else {
        return Err(actix_web::error::ErrorServiceUnavailable("no state"));
    };
    let request = Request::new(&state);
    let found = person(&state, &request, incoming.request()).await;
    let who = found.as_ref().ok().cloned().flatten();
    let admitted = match found {
        Ok(principal) => admit(&state, principal, &mut incoming).await,
        Err(trouble) => Err(trouble.into()),
    };
    let mut fresh = None;
    let mut answer = match admitted {
        Err(Refused::SignIn) => {
            let answer = sign_in_first(&state, &request, incoming.request());
            incoming.into_response(answer)
        }
        Err(Refused::Error(error)) => {
            let answer =
                trouble::answer(&state, &request, incoming.request(), who.as_ref(), &error);
            incoming.into_response(answer)
        }
        Ok((principal, brought, is_fresh)) => {
            fresh = is_fresh.then(|| brought.proof.clone());
            incoming.extensions_mut().insert(Admitted { request, principal });
            incoming.extensions_mut().insert(brought);
            next.call(incoming).await?.map_into_boxed_body()
        }
    };
    let error = answer.response().error().and_then(|error| error.as_error::<ApiError>());
    if let Some(error) = error {
        let page = trouble::answer(&state, &request, answer.request(), who.as_ref(), error);
        answer = answer.into_response(page);
    }
    Ok(answer.map_body(|head, body| {
        guard(&mut head.headers);
        body
    }))
    .map(|answer| with_proof(&state, answer, fresh.as_ref()))
}

/// Gives a stranger's browser what its forms are proven by.
fn with_proof(
    state: &State,
    answer: ServiceResponse<BoxBody>,
    fresh: Option<&Secret>,
) -> ServiceResponse<BoxBody> {
    let Some(proof) = fresh else { return answer };
    let settings = &state.settings;
    let mut kept = cookie(settings, settings.form_cookie(), proof.expose(), STRANGERS_LIFE);
    // No other site's page or form ever sends it.
    kept.set_same_site(SameSite::Strict);
    let (http, response) = answer.into_parts();
    ServiceResponse::new(http, with_cookie(response, &kept))
}

/// The same answer, with what keeps others out of it.
pub(crate) fn safe(mut answer: HttpResponse) -> HttpResponse {
    guard(answer.headers_mut());
    answer
}

fn guard(headers: &mut actix_web::http::header::HeaderMap) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    // What somebody may see is nobody else's business, nor a cache's.
    set(CACHE_CONTROL, "no-store");
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(REFERRER_POLICY, "no-referrer");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
}

/// Who comes, what they bring along, and whether what proves their forms is new to them.
async fn admit(
    state: &web::Data<State>,
    who: Option<Principal>,
    incoming: &mut ServiceRequest,
) -> Result<(Option<Principal>, Brought, bool), Refused> {
    let methods = incoming.match_pattern();
    let methods = methods.and_then(|pattern| ACCESS.get(pattern.as_str()));
    let methods = methods.ok_or_else(ApiError::nothing_here)?;
    let Some((_, access)) = methods.iter().find(|(method, _)| method == incoming.method()) else {
        let allowed: Vec<_> = methods.iter().map(|(method, _)| method.as_str()).collect();
        return Err(ApiError::method(allowed.join(", ")).into());
    };
    let (proof, is_fresh) = match (access, &who) {
        (Access::Open, _) => strangers_proof(state, incoming.request())?,
        (_, Some(Principal::Person { token, .. })) => (token.clone(), false),
        _ => return Err(Refused::SignIn),
    };
    let form = if incoming.method().is_safe() {
        None
    } else {
        let payload = incoming.take_payload();
        Some(sent(incoming.request(), payload, state, &proof).await?)
    };
    if let (Access::Needs(scope), Some(who)) = (access, &who) {
        who.may(*scope)?;
    }
    Ok((who, Brought { proof, form }, is_fresh))
}

/// What proves the forms of somebody who has not signed in, and whether it was just made.
fn strangers_proof(state: &State, http: &HttpRequest) -> Result<(Secret, bool), ApiError> {
    if let Some(kept) = http.cookie(state.settings.form_cookie())
        && !kept.value().is_empty()
    {
        return Ok((Secret::new(kept.value()), false));
    }
    let made = form_proof().map_err(|_| ApiError::unavailable("there is no randomness"))?;
    Ok((made, true))
}

/// Refuses what a browser says comes from elsewhere. Our own pages tell nobody where they are, so over
/// plain HTTP a browser may say no more than "null" of a form of ours: then its proof alone decides.
fn from_here(http: &HttpRequest, state: &State) -> Result<(), ApiError> {
    let says_null = http.headers().get(ORIGIN).is_some_and(|origin| origin == "null");
    if says_null && !http.headers().contains_key("sec-fetch-site") {
        return Ok(());
    }
    from_our_own_page(http, &state.settings.public_url)
}

/// The form that was sent here, if it is ours and belongs to whom `proof` is of.
///
/// # Errors
/// It comes from elsewhere, is too large, did not arrive whole, or is somebody else's.
pub(crate) async fn sent(
    http: &HttpRequest,
    payload: Payload,
    state: &State,
    proof: &Secret,
) -> Result<Query, ApiError> {
    from_here(http, state)?;
    proven(&read(payload, state).await?, proof)
}

/// The form, if it brings along what our page was given.
fn proven(form: &str, proof: &Secret) -> Result<Query, ApiError> {
    let mut form = Query::new(form);
    let sent = form.one::<String>("csrf_token", text::WANT_TEXT).unwrap_or_default();
    if is_token_of(proof, &sent) {
        return Ok(form);
    }
    Err(ApiError::new(Code::Forbidden, text::OTHER_FORM))
}

/// Reads a form, up to its bound.
async fn read(mut payload: Payload, state: &State) -> Result<String, ApiError> {
    let broken = || ApiError::unavailable("the form did not arrive whole");
    let collect = async {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            body.extend_from_slice(&chunk.map_err(|_| broken())?);
            if body.len() > MAX_FORM {
                return Err(ApiError::new(Code::TooLarge, text::form_too_large(MAX_FORM)));
            }
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    };
    tokio::time::timeout(state.settings.body_timeout, collect).await.map_err(|_| broken())?
}

/// Sends a browser to sign in, and back to where it wanted to go.
fn sign_in_first(state: &web::Data<State>, request: &Request, http: &HttpRequest) -> HttpResponse {
    if !http.method().is_safe() {
        let error = ApiError::new(Code::Unauthorized, text::SESSION_OVER);
        return trouble::answer(state, request, http, None, &error);
    }
    let wanted = http.uri().path_and_query().map_or("/", |path| path.as_str());
    let base = state.settings.path();
    let wanted: Option<Back> = wanted.parse().ok();
    let address = match wanted {
        Some(Back(path)) if path != "/" => {
            let back: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
            format!("{base}/sign-in?back={back}")
        }
        _ => format!("{base}/sign-in"),
    };
    // A part of a page that fetches itself again must not become a part of another one.
    if http.headers().contains_key("hx-request") {
        return HttpResponse::build(StatusCode::UNAUTHORIZED)
            .insert_header(("hx-redirect", address))
            .finish();
    }
    HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
}
