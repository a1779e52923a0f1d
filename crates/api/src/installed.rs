//! Where a browser comes back to after somebody has installed the app in an organization.
//!
//! The source sends no `state` along, so anybody's page can send an admin's browser here with a code
//! of its own. Therefore nothing is done until a person who may says yes to a page that names the
//! organization, by a form with the session's own token.

mod page;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use watchbell_control::{Control, ControlError, Installing};
use watchbell_model::{Actor, Integration, Scope, error_chain};
use watchbell_provider::Provider;

use crate::State;
use crate::envelope::Request;
use crate::error::{ApiError, Code};
use crate::query::Query;
use crate::rest::gate::{Principal, person};
use crate::rest::{cookie, with_cookie};
use crate::ui::door::sent;
use page::Page;

/// The same span as the source's codes live.
const LIFE: CookieDuration = CookieDuration::minutes(10);

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    let callback = web::resource("/oauth/{provider}/callback")
        .route(web::get().to(arrive))
        .route(web::post().to(confirm));
    config.service(callback);
}

/// Somebody's browser, here.
struct Here {
    state: web::Data<State>,
    request: Request,
    http: HttpRequest,
    who: Result<Option<Principal>, ApiError>,
}

fn slug(provider: &str) -> Result<&'static str, ApiError> {
    watchbell_providers::find(provider).map(Provider::slug).ok_or_else(ApiError::nothing_here)
}

async fn arrive(
    state: web::Data<State>,
    http: HttpRequest,
    provider: web::Path<String>,
) -> HttpResponse {
    let here = Here::new(state, http).await;
    match here.arrived(&provider).await {
        Ok(response) => response,
        Err(error) => here.failed(&error),
    }
}

impl Here {
    async fn new(state: web::Data<State>, http: HttpRequest) -> Self {
        let request = Request::new(&state);
        let who = person(&state, &request, &http).await;
        Self { state, request, http, who }
    }

    /// Who has signed in, if somebody has.
    fn who(&self) -> Result<Option<&Principal>, ApiError> {
        match &self.who {
            Ok(who) => Ok(who.as_ref()),
            Err(_) => Err(ApiError::unavailable("nobody can be known just now; try again")),
        }
    }

    async fn arrived(&self, provider: &str) -> Result<HttpResponse, ApiError> {
        let Self { state, request, http, .. } = self;
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
        let apps = self.control(None, move |control| control.apps_of(slug)).await?;
        let Some(installing) = installing.filter(|_| !apps.is_empty()) else {
            return Ok(self.page(StatusCode::BAD_REQUEST, Page::Nothing));
        };
        let sealed = state
            .control
            .installing_seal(&installing)
            .map_err(|error| ApiError::from_control(&error, request))?;
        let name = state.settings.installing_cookie();
        let keep = cookie(&state.settings, name, sealed.expose(), LIFE);
        let callback = format!("/oauth/{provider}/callback");
        let Some(who) = self.who()? else {
            let asks = Page::SignIn { organization: &installing.organization, back: &callback };
            return Ok(with_cookie(self.page(StatusCode::UNAUTHORIZED, asks), &keep));
        };
        if who.may(Scope::IntegrationsWrite).is_err() {
            return Ok(self.page(StatusCode::FORBIDDEN, Page::NotYou));
        }
        let choices: Vec<_> = apps
            .iter()
            .filter(|(one, _)| chosen.is_empty() || one.id.to_string() == chosen)
            .map(|(one, _): &(Integration, _)| (one.id.to_string(), one.name.clone()))
            .collect();
        if choices.is_empty() {
            return Ok(self.page(StatusCode::BAD_REQUEST, Page::Nothing));
        }
        let asks = Page::Confirm {
            path: &callback,
            organization: &installing.organization,
            choices: &choices,
            installing: sealed.expose(),
        };
        Ok(with_cookie(self.page(StatusCode::OK, asks), &keep))
    }
}

async fn confirm(
    state: web::Data<State>,
    http: HttpRequest,
    provider: web::Path<String>,
    payload: web::Payload,
) -> HttpResponse {
    let here = Here::new(state, http).await;
    match here.confirmed(&provider, payload).await {
        Ok(response) => response,
        Err(error) => here.failed(&error),
    }
}

impl Here {
    /// The last page on the way: the code was used, or is of no use, and is kept no longer. After every
    /// other page its address can be opened again.
    fn ended(&self, status: StatusCode, page: Page<'_>) -> HttpResponse {
        let settings = &self.state.settings;
        let gone = cookie(settings, settings.installing_cookie(), "", CookieDuration::ZERO);
        with_cookie(self.page(status, page), &gone)
    }

    async fn confirmed(
        &self,
        provider: &str,
        payload: web::Payload,
    ) -> Result<HttpResponse, ApiError> {
        let Self { state, http, .. } = self;
        let Some(Principal::Person { user, token }) = self.who()? else {
            return Ok(self.page(StatusCode::UNAUTHORIZED, Page::Over));
        };
        let mut form = match sent(http, payload.into_inner(), state, token).await {
            Ok(form) => form,
            Err(error) if error.code == Code::Forbidden => {
                return Ok(self.page(StatusCode::FORBIDDEN, Page::Over));
            }
            Err(error) => return Err(error),
        };
        let mut text = |name: &'static str| form.one::<String>(name, "a text").unwrap_or_default();
        let (sealed, chosen) = (text("installing"), text("integration"));
        if user.role < Scope::IntegrationsWrite.least_role() {
            return Ok(self.page(StatusCode::FORBIDDEN, Page::NotYou));
        }
        let Some(installing) = state.control.installing_open(&sealed) else {
            return Ok(self.ended(StatusCode::BAD_REQUEST, Page::Nothing));
        };
        let slug = slug(provider)?;
        let client = state.sentry.clone();
        let made = self.control(Some(Actor::User(user.id)), move |control| {
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
            Ok(connection) => self.ended(StatusCode::OK, Page::Connected(&connection)),
            Err(why) => self.ended(StatusCode::CONFLICT, Page::Refused { why: &why }),
        })
    }

    /// Does what operators do, in a thread of its own. What it changes is in use before the answer.
    async fn control<T: Send + 'static>(
        &self,
        actor: Option<Actor>,
        run: impl FnOnce(&Control) -> Result<T, ControlError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let Self { state, request, .. } = self;
        let acting = state.control.acting(actor.unwrap_or(Actor::System), Some(request.id));
        let (live, store) =
            (std::sync::Arc::clone(&state.live), std::sync::Arc::clone(&state.store));
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
            Ok(result) => result.map_err(|error| ApiError::from_control(&error, request)),
            Err(_) => Err(ApiError::unavailable("it was cut off; look before trying again")),
        }
    }
}
