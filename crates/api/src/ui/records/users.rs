//! People: who may sign in, and for what.

use actix_web::HttpResponse;
use watchbell_control::{Control, LinkMade, UserNew, UserSet};
use watchbell_model::{Role, Scope, User};
use watchbell_web::page::{Cell, Field, Kind};
use watchbell_web::{Section, StateWord, text as t};

use super::{As, answer, choices, field, form, given, line, may, on, page, read, whole};
use crate::error::ApiError;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::visit::Visit;

pub(in crate::ui) async fn list(visit: Visit) -> Shown {
    shown(&visit, As::asked(&visit)?).await
}

async fn shown(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let users = visit.call.control(Control::user_list).await?;
    let mut page = page(visit, Section::Users, t::USERS, &mut shown);
    let frame = &page.frame;
    let row = |user: &User| {
        vec![
            Cell::Link(format!("{}/users/{}", visit.base(), user.id), user.email.to_string()),
            Cell::Text(user.name.clone()),
            Cell::Text(user.role.as_str().to_owned()),
            Cell::Word(active(user.active)),
            Cell::When(frame.moment(user.created_at)),
        ]
    };
    let rows = users.iter().map(row).collect();
    let columns = [t::EMAIL, t::NAME, t::ROLE, t::STATE, t::ADDED];
    page.lead = t::USERS_LEAD;
    page.table = Some(whole(&columns, rows, t::USERS_NONE));
    if may(visit, Scope::UsersWrite) {
        let fields = vec![
            field("email", t::EMAIL, Kind::Email(String::new())),
            line("name", t::NAME, "", true),
            role(Role::Viewer),
        ];
        page.forms.push(form(t::INVITE, format!("{}/users", visit.base()), fields, t::INVITE));
    }
    Ok(answer(visit, &shown, page))
}

const fn active(is_active: bool) -> StateWord {
    if is_active {
        StateWord { kind: "good", word: t::ACTIVE }
    } else {
        StateWord { kind: "quiet", word: t::INACTIVE }
    }
}

fn role(chosen: Role) -> Field {
    let roles = choices(Role::ALL.into_iter().map(Role::as_str), chosen.as_str());
    Field { help: t::ROLE_HELP, ..field("role", t::ROLE, Kind::One(roles)) }
}

fn link(visit: &Visit, link: &LinkMade) -> As {
    let url = link.url(&visit.call.state.settings.public_url);
    As::made(t::LINK_MADE, url.expose().to_owned())
}

pub(in crate::ui) async fn invite(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let role: Option<Role> = read(&mut form, "role", t::WANT_ROLE);
    let new = UserNew {
        email: given(&mut form, "email").unwrap_or_default(),
        name: given(&mut form, "name").unwrap_or_default(),
        role: role.unwrap_or(Role::Viewer),
    };
    let invited = match form.finish() {
        Ok(()) => visit.call.control(move |control| control.user_invite(&new)).await,
        Err(error) => Err(error),
    };
    match invited {
        Ok((_, made)) => shown(&visit, link(&visit, &made)).await,
        Err(error) => shown(&visit, As::refused(error)?).await,
    }
}

pub(in crate::ui) async fn detail(visit: Visit) -> Shown {
    one(&visit, As::asked(&visit)?).await
}

async fn one(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let reference = visit.call.part("user");
    let user = visit.call.control(move |control| control.user_show(&reference)).await?;
    let mut page = page(visit, Section::Users, user.email.as_str(), &mut shown);
    let base = visit.base();
    page.above = Some((format!("{base}/users"), t::USERS));
    page.facts = vec![
        (t::NAME, Cell::Text(user.name.clone())),
        (t::ROLE, Cell::Text(user.role.as_str().to_owned())),
        (t::STATE, Cell::Word(active(user.active))),
        (t::ADDED, Cell::When(page.frame.moment(user.created_at))),
    ];
    if may(visit, Scope::UsersWrite) {
        let fields = vec![
            line("name", t::NAME, user.name.clone(), true),
            role(user.role),
            field("active", t::MAY_SIGN_IN, Kind::Tick(user.active)),
        ];
        let action = format!("{base}/users/{}", user.id);
        let made = format!("{action}/link");
        page.forms.push(form(t::USER_CHANGE, action, fields, t::SAVE));
        page.forms.push(form(t::NEW_LINK, made, Vec::new(), t::MAKE_LINK));
    }
    Ok(answer(visit, &shown, page))
}

pub(in crate::ui) async fn change(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let set = UserSet {
        name: Some(given(&mut form, "name").unwrap_or_default()),
        role: read(&mut form, "role", t::WANT_ROLE),
        active: Some(given(&mut form, "active").is_some()),
    };
    let reference = visit.call.part("user");
    let changed = match form.finish() {
        Ok(()) => visit.call.control(move |control| control.user_set(&reference, &set)).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok((user, _)) => Ok(on(&visit, &format!("/users/{}", user.id), notice::CHANGED)),
        Err(error) => one(&visit, As::refused(error)?).await,
    }
}

pub(in crate::ui) async fn new_link(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    let reference = visit.call.part("user");
    match visit.call.control(move |control| control.user_link(&reference)).await {
        Ok((_, made)) => one(&visit, link(&visit, &made)).await,
        Err(error) => one(&visit, As::refused(error)?).await,
    }
}
