//! Who calls: keys that are verified, people who sign in and out.

use std::ops::RangeInclusive;

use actix_web::HttpResponse;
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::{Control, LinkUse, SESSION_LIFE, SignedIn, csrf_token};
use watchbell_model::Secret;

use super::call::Call;
use super::fields::Fields;
use super::gate::Principal;
use super::users::UserView;
use super::{Answered, words};
use crate::address;
use crate::envelope::time;
use crate::error::{ApiError, Code};
use crate::state::ApiSettings;

/// What a key may do.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifyView {
    valid: bool,
    #[schema(schema_with = words::scopes)]
    scopes: Vec<&'static str>,
    organization_name: String,
}

pub(super) async fn verify(call: Call) -> Answered {
    call.no_query()?;
    let snapshot = call.snapshot();
    let name = snapshot.settings.organization_name.as_ref();
    let view = VerifyView {
        valid: true,
        scopes: call
            .principal()?
            .scopes()
            .into_iter()
            .map(watchbell_model::Scope::as_str)
            .collect(),
        organization_name: name.unwrap_or(&call.state.settings.organization).clone(),
    };
    Ok(call.ok(&view))
}

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionView {
    /// Null: a key calls.
    user: Option<UserView>,
    /// Null: a person calls.
    api_key_name: Option<String>,
    #[schema(schema_with = words::scopes)]
    scopes: Vec<&'static str>,
    /// What a person's browser must send as `X-CSRF-Token` with every change.
    csrf_token: Option<String>,
}

pub(super) async fn show(call: Call) -> Answered {
    call.no_query()?;
    let principal = call.principal()?;
    let scopes = principal.scopes().into_iter().map(watchbell_model::Scope::as_str).collect();
    let view = match principal {
        Principal::Key(key) => SessionView {
            user: None,
            api_key_name: Some(key.name.clone()),
            scopes,
            csrf_token: None,
        },
        Principal::Person { user, token } => SessionView {
            user: Some(UserView::new(user)),
            api_key_name: None,
            scopes,
            csrf_token: Some(csrf_token(token)),
        },
    };
    Ok(call.ok(&view))
}

/// Who somebody is.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct SignIn {
    #[schema(min_length = 1, max_length = 254)]
    email: String,
    #[schema(min_length = 1, max_length = 200)]
    password: String,
}

/// Somebody who has just signed in. The session itself is in a cookie.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedInView {
    user: UserView,
    /// What the browser must send as `X-CSRF-Token` with every change.
    csrf_token: String,
    expires_at: String,
}

pub(super) async fn sign_in(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let email = fields.text("email", 1..=254);
    let email = fields.required("email", email).unwrap_or_default();
    let password = secret(&mut fields, "password", 1..=200);
    fields.finish()?;
    let from = address::client(&call.http, &call.state.settings.trusted_proxies);
    let signed_in = call.control(move |control| control.sign_in(&email, &password, from)).await?;
    Ok(welcome(&call, &signed_in))
}

/// A secret that must be there; an empty one where [`Fields::finish`] will refuse.
fn secret(fields: &mut Fields, name: &'static str, length: RangeInclusive<usize>) -> Secret {
    let secret = fields.secret(name, length);
    fields.required(name, secret).unwrap_or_else(|| Secret::new(""))
}

/// The answer to somebody who has just been let in.
fn welcome(call: &Call, signed_in: &SignedIn) -> HttpResponse {
    let view = SignedInView {
        user: UserView::new(&signed_in.user),
        csrf_token: csrf_token(&signed_in.token),
        expires_at: time(signed_in.session.expires_at),
    };
    let token = signed_in.token.expose();
    let life = CookieDuration::seconds(SESSION_LIFE.num_seconds());
    let settings = &call.state.settings;
    with_cookie(call.ok(&view), &cookie(settings, settings.session_cookie(), token, life))
}

pub(crate) fn with_cookie(mut answer: HttpResponse, cookie: &Cookie<'_>) -> HttpResponse {
    // Only a name or value that no header may hold is refused, and these hold letters and digits.
    if let Err(error) = answer.add_cookie(cookie) {
        tracing::error!(%error, "a cookie could not be set");
    }
    answer
}

/// A cookie for this server alone, not for scripts, and from other sites only when somebody comes
/// from there by themselves.
pub(crate) fn cookie<'a>(
    settings: &ApiSettings,
    name: &'a str,
    value: &'a str,
    life: CookieDuration,
) -> Cookie<'a> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(settings.is_tls())
        .max_age(life)
        .finish()
}

/// Another password.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct PasswordChange {
    #[schema(min_length = 1, max_length = 200)]
    current_password: String,
    #[schema(min_length = 12, max_length = 200)]
    new_password: String,
}

pub(super) async fn password(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let Principal::Person { user, .. } = call.principal()? else {
        return Err(ApiError::new(Code::Conflict, "a key calls, and a key has no password"));
    };
    let user = user.clone();
    let current = secret(&mut fields, "current_password", 1..=200);
    let new = secret(&mut fields, "new_password", 12..=200);
    fields.finish()?;
    let from = address::client(&call.http, &call.state.settings.trusted_proxies);
    let change = move |control: &Control| control.password_change(&user, &current, &new, from);
    Ok(welcome(&call, &call.control(change).await?))
}

pub(super) async fn sign_out(call: Call) -> Answered {
    call.no_query()?;
    let Principal::Person { token, .. } = call.principal()? else {
        return Err(a_key_calls());
    };
    let token = token.clone();
    let session = csrf_token(&token);
    call.control(move |control| control.sign_out(&token)).await?;
    call.state.updates.end(&session);
    Ok(gone(&call))
}

pub(super) async fn sign_out_everywhere(call: Call) -> Answered {
    call.no_query()?;
    let Principal::Person { user, .. } = call.principal()? else {
        return Err(a_key_calls());
    };
    let user = user.clone();
    call.control(move |control| control.sign_out_everywhere(&user)).await?;
    Ok(gone(&call))
}

/// The answer to somebody whose session is over.
fn gone(call: &Call) -> HttpResponse {
    let settings = &call.state.settings;
    let cookie = cookie(settings, settings.session_cookie(), "", CookieDuration::ZERO);
    with_cookie(call.ok(&Done { done: true }), &cookie)
}

fn a_key_calls() -> ApiError {
    ApiError::new(
        Code::Conflict,
        "a key calls, and a key has no session: end it by DELETE /api-keys",
    )
}

/// That it was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    done: bool,
}

/// A link that lets somebody in once.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct LinkToken {
    /// What stands at the end of the link.
    #[schema(min_length = 1, max_length = 200)]
    token: String,
}

/// What a link is for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkPurposeView {
    /// `first_run`, `invitation` or `reset`.
    purpose: &'static str,
    /// For whom; null: for whoever becomes the first owner.
    user: Option<UserView>,
}

pub(super) async fn link_show(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let token = secret(&mut fields, "token", 1..=200);
    fields.finish()?;
    let shown = call.control(move |control| control.link_show(&token)).await?;
    Ok(call.ok(&LinkPurposeView {
        purpose: shown.purpose.as_str(),
        user: shown.user.as_ref().map(UserView::new),
    }))
}

/// What somebody chooses who uses a link.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct LinkChoice {
    /// What stands at the end of the link.
    #[schema(min_length = 1, max_length = 200)]
    token: String,
    /// Only for a link that makes the first owner.
    email: Option<String>,
    /// Only for a link that makes the first owner.
    name: Option<String>,
    #[schema(min_length = 12, max_length = 200)]
    password: String,
}

pub(super) async fn link_use(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let token = secret(&mut fields, "token", 1..=200);
    let choice = LinkUse {
        email: fields.text("email", 1..=254),
        name: fields.text("name", 1..=200),
        password: secret(&mut fields, "password", 12..=200),
    };
    fields.finish()?;
    let signed_in = call.control(move |control| control.link_use(&token, &choice)).await?;
    Ok(welcome(&call, &signed_in))
}

pub(super) async fn not_built(call: Call) -> Answered {
    let what = call.http.match_pattern().unwrap_or_default();
    let message = format!("{what} is not built: no such feature here yet");
    Err(ApiError::new(Code::NotBuilt, message))
}
