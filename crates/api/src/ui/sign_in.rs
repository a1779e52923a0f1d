//! Signing in and out.

pub(super) mod link;

use actix_web::HttpResponse;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::http::StatusCode;
use watchbell_control::{SESSION_LIFE, SignedIn};
use watchbell_model::Secret;
use watchbell_providers::PROVIDERS;
use watchbell_web::{Notice, page, text};

use super::Shown;
use super::notice::{Done, SIGNED_OUT};
use super::visit::{Visit, html};
use crate::address;
use crate::error::{ApiError, Code};
use crate::rest::gate::Principal;
use crate::rest::open_id::{BACK, Back, START};
use crate::rest::{cookie, with_cookie};

pub(super) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let back: Option<Back> = query.one("back", BACK);
    let notice = Visit::done(&mut query);
    query.finish()?;
    let back = back.map_or_else(|| "/".to_owned(), |Back(path)| path);
    if visit.call.principal().is_ok() {
        return Ok(visit.on_to(&back, None));
    }
    Ok(form(&visit, StatusCode::OK, back, String::new(), notice))
}

fn form(
    visit: &Visit,
    status: StatusCode,
    back: String,
    email: String,
    notice: Option<Notice>,
) -> HttpResponse {
    let encoded: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    let provider = visit.call.state.open_id.as_ref();
    let provider = provider
        .map(|provider| (provider.name.clone(), format!("{}{START}?back={encoded}", visit.base())));
    let mut frame = visit.bare_frame(text::SIGN_IN);
    frame.notice = notice;
    html(status, &page::SignIn { frame, csrf: visit.csrf(), back, email, provider })
}

pub(super) async fn sign_in(mut visit: Visit) -> Shown {
    let mut sent = visit.form();
    let text = |name| sent.one::<String>(name, text::WANT_TEXT).unwrap_or_default();
    let mut text = text;
    let (email, password) = (text("email"), Secret::new(text("password")));
    let back: Option<Back> = sent.one("back", BACK);
    sent.finish()?;
    let back = back.map_or_else(|| "/".to_owned(), |Back(path)| path);
    let from = address::client(&visit.call.http, &visit.call.state.settings.trusted_proxies);
    let who = email.clone();
    let signed_in = visit.call.control(move |control| control.sign_in(&who, &password, from));
    match signed_in.await {
        Ok(signed_in) => Ok(welcome(&visit, &back, None, &signed_in)),
        Err(error) => {
            let (status, notice) = refused(error)?;
            Ok(form(&visit, status, back, email, Some(notice)))
        }
    }
}

/// What a page says instead, if the form can be mended by whoever sent it.
pub(super) fn refused(error: ApiError) -> Result<(StatusCode, Notice), ApiError> {
    match error.code {
        Code::Unauthorized
        | Code::ValidationError
        | Code::Conflict
        | Code::PreconditionFailed
        | Code::RateLimited => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::CONFLICT);
            Ok((status, Notice::Refused(error.lines_of(label))))
        }
        _ => Err(error),
    }
}

/// What people call what is at `path`: a provider's setting as its description does.
fn label(path: &str) -> &str {
    let Some(key) = path.strip_prefix("options.") else { return text::field_label(path) };
    let mut settings = PROVIDERS.iter().flat_map(|provider| provider.settings());
    settings.find(|setting| setting.key == key).map_or(key, |setting| setting.label)
}

/// The same where a source is asked: that it is down is said on the page as well.
pub(super) fn refused_or_down(error: ApiError) -> Result<(StatusCode, Notice), ApiError> {
    if error.code == Code::Unavailable {
        return Ok((StatusCode::SERVICE_UNAVAILABLE, Notice::Refused(error.lines())));
    }
    refused(error)
}

/// The answer to somebody who has just been let in.
pub(super) fn welcome(
    visit: &Visit,
    back: &str,
    done: Option<Done>,
    signed_in: &SignedIn,
) -> HttpResponse {
    let settings = &visit.call.state.settings;
    let life = CookieDuration::seconds(SESSION_LIFE.num_seconds());
    let token = signed_in.token.expose();
    with_cookie(visit.on_to(back, done), &cookie(settings, settings.session_cookie(), token, life))
}

pub(super) async fn sign_out(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    if let Principal::Person { token, .. } = visit.call.principal()? {
        let token = token.clone();
        visit.call.control(move |control| control.sign_out(&token)).await?;
    }
    visit.call.state.updates.end(&visit.csrf());
    Ok(gone(&visit))
}

/// The answer to somebody whose session is over.
pub(super) fn gone(visit: &Visit) -> HttpResponse {
    let settings = &visit.call.state.settings;
    let gone = cookie(settings, settings.session_cookie(), "", CookieDuration::ZERO);
    with_cookie(visit.on_to("/sign-in", Some(SIGNED_OUT)), &gone)
}
