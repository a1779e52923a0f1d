//! Sign-in at an identity provider: there, and back.

use std::str::FromStr;
use std::sync::Arc;

use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::http::header::{ACCEPT, LOCATION};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use watchbell_control::{SESSION_LIFE, Verified};
use watchbell_model::{Secret, error_chain};
use watchbell_oidc::{CallBack, Error, Refused, Started};
use watchbell_web::text;

use super::Answered;
use super::call::Call;
use super::session::{cookie, with_cookie};
use crate::OpenId;
use crate::address;
use crate::error::{ApiError, Code};
use crate::ui::trouble::as_page;

/// Where a sign-in begins.
pub(crate) const START: &str = "/api/v1/auth/oidc/start";

/// How one may sign in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MethodsView {
    password: bool,
    /// Null: there is no identity provider.
    oidc: Option<OidcView>,
}

/// The identity provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OidcView {
    /// What people call it.
    name: String,
    /// Where to send the browser.
    start: &'static str,
}

pub(super) async fn methods(call: Call) -> Answered {
    call.no_query()?;
    let oidc = call.state.open_id.as_ref();
    let oidc = oidc.map(|oidc| OidcView { name: oidc.name.clone(), start: START });
    Ok(call.ok(&MethodsView { password: true, oidc }))
}

/// Where a sign-in shall end.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct StartQuery {
    /// A path on this server. None: the beginning.
    back: Option<String>,
}

/// A path on this server, and nothing that a browser would take for another server's.
#[derive(Debug)]
pub(crate) struct Back(pub(crate) String);

pub(crate) const BACK: &str = "a path on this server, like /incidents";

impl FromStr for Back {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_plain = text.len() <= 500 && text.bytes().all(|b| b.is_ascii_graphic());
        // Browsers read \ as /, and // as the beginning of a host.
        let is_path = text.starts_with('/') && !text.starts_with("//") && !text.contains('\\');
        if is_plain && is_path { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

pub(super) async fn start(call: Call) -> Answered {
    readable(&call, begin(&call).await)
}

pub(super) async fn callback(call: Call) -> Answered {
    readable(&call, end(&call).await)
}

/// The same answer, and an error as a page for whoever sits before a browser: nobody calls these
/// addresses by hand, but everybody who signs in comes by.
fn readable(call: &Call, answer: Answered) -> Answered {
    let accepts = call.http.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    match answer {
        Err(error) if accepts.is_some_and(|accepts| accepts.contains("text/html")) => {
            let again = (START, text::SIGN_IN_AGAIN);
            Ok(as_page(&call.state, &call.request, None, &error, again))
        }
        answer => answer,
    }
}

async fn begin(call: &Call) -> Answered {
    let open_id = configured(call)?;
    let mut query = call.query();
    let back: Option<Back> = query.one("back", BACK);
    query.finish()?;
    let back = back.map_or_else(|| "/".to_owned(), |Back(path)| path);
    let now = call.request.at;
    let started = asked(call, &open_id, move |open_id| open_id.start(&back, now)).await?;
    let settings = &call.state.settings;
    let life = CookieDuration::seconds(Started::LIFE_S);
    let cookie = cookie(settings, settings.oidc_cookie(), started.cookie.expose(), life);
    Ok(with_cookie(see_other(&started.url), &cookie))
}

async fn end(call: &Call) -> Answered {
    let open_id = configured(call)?;
    let settings = &call.state.settings;
    let from = address::client(&call.http, &settings.trusted_proxies);
    let now = call.request.at;
    if let Some(seconds) = open_id.must_wait(from, now) {
        let error = ApiError::new(Code::RateLimited, "too many sign-ins from this address: wait");
        return Err(error.retry_after(seconds));
    }
    let mut query = call.query();
    let code: Option<String> = query.one("code", "a code");
    let back = CallBack {
        cookie: call.http.cookie(settings.oidc_cookie()).map(|it| Secret::new(it.value())),
        code: code.map(Secret::new),
        state: query.one("state", "a text"),
        error: query.one("error", "a text"),
        issuer: query.one("iss", "a text"),
    };
    // Providers add what they like.
    query.finish_leniently()?;
    let vouched = asked(call, &open_id, move |open_id| open_id.finish(&back, now)).await?;
    let verified = Verified {
        subject: vouched.subject,
        email: vouched.email,
        name: vouched.name,
        issuer: open_id.issuer().to_owned(),
        new_user_role: open_id.new_user_role,
    };
    let signed_in = call.control(move |control| control.sign_in_verified(&verified, from)).await?;
    let answer = see_other(&format!("{}{}", settings.path(), vouched.back));
    let used_up = cookie(settings, settings.oidc_cookie(), "", CookieDuration::ZERO);
    let life = CookieDuration::seconds(SESSION_LIFE.num_seconds());
    let token = signed_in.token.expose();
    let session = cookie(settings, settings.session_cookie(), token, life);
    Ok(with_cookie(with_cookie(answer, &used_up), &session))
}

fn configured(call: &Call) -> Result<Arc<OpenId>, ApiError> {
    let none = || ApiError::new(Code::NotFound, "no identity provider is set up here");
    call.state.open_id.clone().ok_or_else(none)
}

/// Asks the provider, in a thread of its own.
async fn asked<T: Send + 'static>(
    call: &Call,
    open_id: &Arc<OpenId>,
    ask: impl FnOnce(&OpenId) -> Result<T, Error> + Send + 'static,
) -> Result<T, ApiError> {
    let its = Arc::clone(open_id);
    match web::block(move || ask(&its)).await {
        Ok(result) => result.map_err(|error| told(call, open_id, &error)),
        Err(_) => Err(ApiError::unavailable("it was cut off; try again")),
    }
}

/// What an error means to somebody who signs in. The cause is for the log.
fn told(call: &Call, open_id: &OpenId, error: &Error) -> ApiError {
    let (name, cause) = (&open_id.name, error_chain(error));
    let id = call.request.id;
    match error {
        Error::Refused(refused) => {
            tracing::warn!(request.id = %id, error = cause, "a sign-in does not hold");
            let (code, message) = match refused {
                Refused::Unverified => (
                    Code::Forbidden,
                    format!("{name} does not vouch for your e-mail address: verify it there first"),
                ),
                Refused::Denied(_) => {
                    (Code::Unauthorized, format!("{name} did not let you in: begin again"))
                }
                Refused::NotBegun | Refused::Issuer | Refused::Code | Refused::Token(_) => (
                    Code::Unauthorized,
                    format!("the sign-in by {name} does not hold (any more): begin again"),
                ),
            };
            ApiError::new(code, message)
        }
        Error::Provider(_) | Error::Vault(_) => {
            tracing::error!(request.id = %id, error = cause, "the identity provider fails");
            ApiError::down(format!("{name} cannot be asked just now: try again"))
        }
        Error::Busy => ApiError::unavailable("too many people are signing in: try again"),
    }
}

fn see_other(url: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, url)).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_is_on_this_server() {
        for good in ["/", "/incidents", "/incidents?status=open&x=%20", "/a//b"] {
            assert!(good.parse::<Back>().is_ok(), "{good}");
        }
        let long = format!("/{}", "a".repeat(500));
        for wrong in [
            "",
            "incidents",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/ä",
            long.as_str(),
        ] {
            assert!(wrong.parse::<Back>().is_err(), "{wrong:?}");
        }
    }
}
