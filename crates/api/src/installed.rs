//! Where a browser comes back to after somebody has installed the app in an organization.
//!
//! The source sends no `state` along, so anybody's page can send an admin's browser here with a code
//! of its own. Therefore nothing is done until a person who may says yes to a page that names the
//! organization, by a form with the session's own token.

mod page;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt;
use watchbell_control::{Control, ControlError, Installing, csrf_token};
use watchbell_model::{Actor, Integration, Scope, Secret, User, error_chain};
use watchbell_provider::Provider;
use watchbell_vault::{purpose, token_hash};

use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};
use crate::query::Query;
use crate::rest::{cookie, from_our_own_page, with_cookie};
use page::{Page, page};

/// The most bytes of the form.
const MAX_FORM: usize = 16 * 1024;
/// The same span as the source's codes live.
const LIFE: CookieDuration = CookieDuration::minutes(10);

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let callback = web::resource("/oauth/{provider}/callback")
        .route(web::get().to(arrive))
        .route(web::post().to(confirm));
    config.service(callback);
}

fn slug(provider: &str) -> Result<&'static str, ApiError> {
    watchbell_providers::find(provider).map(Provider::slug).ok_or_else(ApiError::nothing_here)
}

/// Who may connect: an owner or an admin who has signed in.
struct Admin {
    user: User,
    session: Secret,
}

async fn admin(state: &web::Data<State>, http: &HttpRequest) -> Result<Option<Admin>, ApiError> {
    let Some(cookie) = http.cookie(state.settings.session_cookie()) else { return Ok(None) };
    let session = Secret::new(cookie.value());
    let looked_for = session.clone();
    let found = control(state, None, move |control| control.session(&looked_for)).await?;
    Ok(found.map(|(user, _)| Admin { user, session }))
}

async fn arrive(
    state: web::Data<State>,
    http: HttpRequest,
    provider: web::Path<String>,
) -> HttpResponse {
    match arrived(&state, &http, &provider).await {
        Ok(response) => response,
        Err(error) => failed(&error),
    }
}

async fn arrived(
    state: &web::Data<State>,
    http: &HttpRequest,
    provider: &str,
) -> Result<HttpResponse, ApiError> {
    let request = Request::new(state);
    let mut query = Query::new(http.query_string());
    let mut text = |name: &'static str| query.one::<String>(name, "a text").unwrap_or_default();
    let (code, installation) = (text("code"), text("installationId"));
    let (organization, chosen) = (text("orgSlug"), text("integration"));
    let installing = if code.is_empty() {
        // Back from signing in: what was brought before is in the cookie.
        let kept = http.cookie(state.settings.installing_cookie());
        kept.and_then(|kept| state.control.installing_open(kept.value()))
    } else {
        Installing::new(&code, &installation, &organization, request.at)
    };
    let slug = slug(provider)?;
    let apps = control(state, None, move |control| control.apps_of(slug)).await?;
    let Some(installing) = installing.filter(|_| !apps.is_empty()) else {
        return Ok(page(StatusCode::BAD_REQUEST, &Page::Nothing));
    };
    let sealed = state
        .control
        .installing_seal(&installing)
        .map_err(|error| ApiError::from_control(&error, &request))?;
    let name = state.settings.installing_cookie();
    let keep = cookie(&state.settings, name, sealed.expose(), LIFE);
    let Some(admin) = admin(state, http).await? else {
        let sign_in = state.open_id.as_ref().map(|_| {
            let path = state.settings.path();
            format!("{path}/api/v1/auth/oidc/start?back=/oauth/{provider}/callback")
        });
        let organization = &installing.organization;
        let asks = Page::SignIn { organization, sign_in: sign_in.as_deref() };
        return Ok(with_cookie(page(StatusCode::UNAUTHORIZED, &asks), &keep));
    };
    if admin.user.role < Scope::IntegrationsWrite.least_role() {
        return Ok(page(StatusCode::FORBIDDEN, &Page::NotYou));
    }
    let choices: Vec<_> = apps
        .iter()
        .filter(|(one, _)| chosen.is_empty() || one.id.to_string() == chosen)
        .map(|(one, _): &(Integration, _)| (one.id.to_string(), one.name.clone()))
        .collect();
    if choices.is_empty() {
        return Ok(page(StatusCode::BAD_REQUEST, &Page::Nothing));
    }
    let csrf = csrf_token(&admin.session);
    let path = format!("{}/oauth/{provider}/callback", state.settings.path());
    let asks = Page::Confirm {
        path: &path,
        organization: &installing.organization,
        who: admin.user.email.as_str(),
        choices: &choices,
        installing: sealed.expose(),
        csrf: &csrf,
    };
    Ok(with_cookie(page(StatusCode::OK, &asks), &keep))
}

async fn confirm(
    state: web::Data<State>,
    http: HttpRequest,
    provider: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    match confirmed(&state, &http, &provider, payload).await {
        Ok(response) => {
            let name = state.settings.installing_cookie();
            let used_up = cookie(&state.settings, name, "", CookieDuration::ZERO);
            with_cookie(response, &used_up)
        }
        Err(error) => failed(&error),
    }
}

async fn confirmed(
    state: &web::Data<State>,
    http: &HttpRequest,
    provider: &str,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    from_our_own_page(http, &state.settings.public_url)?;
    let form = read(payload, state.settings.body_timeout).await?;
    let mut form = Query::new(&form);
    let mut text = |name: &'static str| form.one::<String>(name, "a text").unwrap_or_default();
    let (sealed, csrf, chosen) = (text("installing"), text("csrf_token"), text("integration"));
    let Some(admin) = admin(state, http).await? else {
        return Ok(page(StatusCode::UNAUTHORIZED, &Page::Over));
    };
    if admin.user.role < Scope::IntegrationsWrite.least_role() {
        return Ok(page(StatusCode::FORBIDDEN, &Page::NotYou));
    }
    // Digests are compared, so that the time it takes tells nothing.
    let wanted = csrf_token(&admin.session);
    if token_hash(purpose::CSRF, &csrf) != token_hash(purpose::CSRF, &wanted) {
        return Ok(page(StatusCode::FORBIDDEN, &Page::Over));
    }
    let Some(installing) = state.control.installing_open(&sealed) else {
        return Ok(page(StatusCode::BAD_REQUEST, &Page::Nothing));
    };
    let slug = slug(provider)?;
    let client = state.sentry.clone();
    let actor = Actor::User(admin.user.id);
    let made = control(state, Some(actor), move |control| {
        let its = |one: &Integration| one.id.to_string() == chosen;
        if !control.apps_of(slug)?.iter().any(|(one, _)| its(one)) {
            return Ok(Err("this integration has no app any more".to_owned()));
        }
        match control.installed(&client, &chosen, &installing) {
            Ok(connection) => Ok(Ok(connection)),
            Err(ControlError::Refused { why } | ControlError::Outside { why }) => Ok(Err(why)),
            Err(error) => Err(error),
        }
    });
    Ok(match made.await? {
        Ok(connection) => page(
            StatusCode::OK,
            &Page::Connected {
                organization: &connection.organization_name,
                state: connection.state.as_str(),
                reason: connection.reason.as_deref(),
            },
        ),
        Err(why) => page(StatusCode::CONFLICT, &Page::Refused { why: &why }),
    })
}

/// Reads the form, up to its bound.
async fn read(mut payload: web::Payload, within: std::time::Duration) -> Result<String, ApiError> {
    let broken = || ApiError::unavailable("the form did not arrive whole");
    let collect = async {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            body.extend_from_slice(&chunk.map_err(|_| broken())?);
            if body.len() > MAX_FORM {
                return Err(ApiError::new(Code::TooLarge, "the form is larger than any of ours"));
            }
        }
        Ok(String::from_utf8_lossy(&body).into_owned())
    };
    tokio::time::timeout(within, collect).await.map_err(|_| broken())?
}

/// Does what operators do, in a thread of its own. What it changes is in use before the answer.
async fn control<T: Send + 'static>(
    state: &web::Data<State>,
    actor: Option<Actor>,
    run: impl FnOnce(&Control) -> Result<T, ControlError> + Send + 'static,
) -> Result<T, ApiError> {
    let request = Request::new(state);
    let acting = state.control.acting(actor.unwrap_or(Actor::System), Some(request.id));
    let (live, store) = (std::sync::Arc::clone(&state.live), std::sync::Arc::clone(&state.store));
    let changes = actor.is_some();
    let done = web::block(move || {
        let done = run(&acting);
        if changes && let Err(error) = live.refresh(&*store) {
            tracing::debug!(
                error = error_chain(&error),
                "the configuration is read a little later"
            );
        }
        done
    });
    match done.await {
        Ok(result) => result.map_err(|error| ApiError::from_control(&error, &request)),
        Err(_) => Err(ApiError::unavailable("it was cut off; look before trying again")),
    }
}

fn failed(error: &ApiError) -> HttpResponse {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    page(status, &Page::Refused { why: &error.to_string() })
}
