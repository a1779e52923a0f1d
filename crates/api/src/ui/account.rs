//! One's own account: another password, and the end of every session.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::Control;
use watchbell_model::Secret;
use watchbell_web::{Notice, page, text as t};

use super::Shown;
use super::notice::PASSWORD_CHANGED;
use super::sign_in::{gone, refused, welcome};
use super::visit::{Visit, html};
use crate::address;
use crate::error::ApiError;

pub(super) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let notice = Visit::done(&mut query);
    query.finish()?;
    shown(&visit, StatusCode::OK, notice).await
}

async fn shown(
    visit: &Visit,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<HttpResponse, ApiError> {
    let user = visit.user()?.clone();
    let id = user.id;
    let password = visit.call.store(move |store| store.password_get(id)).await?;
    let mut frame = visit.own_frame(t::ACCOUNT);
    frame.notice = notice;
    let page = page::Account {
        facts: vec![
            (t::EMAIL, user.email.to_string()),
            (t::NAME, user.name),
            (t::ROLE, user.role.as_str().to_owned()),
        ],
        since: frame.moment(user.created_at),
        has_password: password.is_some(),
        frame,
    };
    Ok(html(status, &page))
}

pub(super) async fn password(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let mut secret = |name| {
        let text: Option<String> = form.one(name, t::WANT_PASSWORD);
        Secret::new(text.unwrap_or_default())
    };
    let (current, new) = (secret("current_password"), secret("new_password"));
    // For programs that keep passwords, which want to know whose it is.
    drop(form.one::<String>("username", t::WANT_TEXT));
    form.finish()?;
    let user = visit.user()?.clone();
    let from = address::client(&visit.call.http, &visit.call.state.settings.trusted_proxies);
    let change = move |control: &Control| control.password_change(&user, &current, &new, from);
    match visit.call.control(change).await {
        Ok(signed_in) => Ok(welcome(&visit, "/account", Some(PASSWORD_CHANGED), &signed_in)),
        Err(error) => {
            let (status, notice) = refused(error)?;
            shown(&visit, status, Some(notice)).await
        }
    }
}

pub(super) async fn sign_out_everywhere(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    let user = visit.user()?.clone();
    visit.call.control(move |control| control.sign_out_everywhere(&user)).await?;
    visit.call.state.updates.end(&visit.csrf());
    Ok(gone(&visit))
}
