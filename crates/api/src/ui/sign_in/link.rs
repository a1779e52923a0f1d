//! Links that let somebody in once: to choose a password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::{LinkShown, LinkUse};
use watchbell_model::{LinkPurpose, Secret};
use watchbell_web::{Notice, page, text};

use super::{refused, welcome};
use crate::error::{ApiError, Code};
use crate::ui::Shown;
use crate::ui::visit::{Visit, html};
use crate::ui::welcome::is_ahead;

/// The most characters of what stands at the end of a link.
const MAX_TOKEN: usize = 100;

/// What the address says a link is known by.
fn token(visit: &Visit) -> Result<String, ApiError> {
    let token = visit.call.part("token");
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if token.len() > MAX_TOKEN || !token.bytes().all(allowed) {
        return Err(ApiError::nothing_here());
    }
    Ok(token)
}

/// What the link is for; none: it does not work.
async fn looked_up(visit: &Visit, token: &str) -> Result<Option<LinkShown>, ApiError> {
    let token = Secret::new(token);
    match visit.call.control(move |control| control.link_show(&token)).await {
        Ok(shown) => Ok(Some(shown)),
        Err(error) if error.code == Code::Unauthorized => Ok(None),
        Err(error) => Err(error),
    }
}

/// Looking at a link does not use it up: programs look at links in messages, too.
pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    visit.call.no_query()?;
    let token = token(&visit)?;
    let shown = looked_up(&visit, &token).await?;
    Ok(form(&visit, StatusCode::OK, token, shown, &Typed::default(), None))
}

/// What somebody typed that is not a secret.
#[derive(Debug, Default)]
struct Typed {
    email: String,
    name: String,
}

fn form(
    visit: &Visit,
    status: StatusCode,
    token: String,
    shown: Option<LinkShown>,
    typed: &Typed,
    notice: Option<Notice>,
) -> HttpResponse {
    let title = match shown.as_ref().map(|shown| shown.purpose) {
        Some(LinkPurpose::FirstRun | LinkPurpose::Invitation) => text::WELCOME,
        Some(LinkPurpose::Reset) => text::SIGN_IN,
        None => text::DEAD_LINK,
    };
    let mut frame = visit.bare_frame(title);
    frame.notice = notice;
    let page = page::LinkPage {
        frame,
        csrf: visit.csrf(),
        token,
        purpose: shown.as_ref().map(|shown| shown.purpose),
        for_whom: shown.and_then(|shown| shown.user).map(|user| user.email.to_string()),
        public_url: visit.call.state.settings.public_url.trim_end_matches('/').to_owned(),
        email: typed.email.clone(),
        name: typed.name.clone(),
    };
    html(status, &page)
}

pub(in crate::ui) async fn choose(mut visit: Visit) -> Shown {
    let token = token(&visit)?;
    let mut sent = visit.form();
    let email: Option<String> = sent.one("email", text::WANT_EMAIL);
    let name: Option<String> = sent.one("name", text::WANT_NAME);
    let password: Option<String> = sent.one("password", text::WANT_PASSWORD);
    sent.finish()?;
    let typed =
        Typed { email: email.clone().unwrap_or_default(), name: name.clone().unwrap_or_default() };
    let password = Secret::new(password.unwrap_or_default());
    let (link, choice) = (Secret::new(token.as_str()), LinkUse { email, name, password });
    let purpose = looked_up(&visit, &token).await?.map(|shown| shown.purpose);
    match visit.call.control(move |control| control.link_use(&link, &choice)).await {
        Ok(signed_in) => {
            let is_first = purpose == Some(LinkPurpose::FirstRun) && is_ahead(&visit).await?;
            Ok(welcome(&visit, if is_first { "/welcome" } else { "/" }, None, &signed_in))
        }
        Err(error) => {
            let (status, notice) = refused(error)?;
            let shown = looked_up(&visit, &token).await?;
            Ok(form(&visit, status, token, shown, &typed, Some(notice)))
        }
    }
}
