//! Who may use Watchbell, and for what.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use watchbell_control::{LinkMade, UserNew, UserSet};
use watchbell_model::{Role, User};

use super::call::Call;
use super::fields::Fields;
use super::{Answered, words};
use crate::envelope::{ListView, time};

const ROLES: &str = "viewer, responder, admin or owner";

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserView {
    user_id: String,
    name: String,
    email: String,
    #[schema(schema_with = words::role)]
    role: &'static str,
    is_active: bool,
    created_at: String,
}

impl UserView {
    pub(super) fn new(user: &User) -> Self {
        Self {
            user_id: user.id.to_string(),
            name: user.name.clone(),
            email: user.email.to_string(),
            role: user.role.as_str(),
            is_active: user.active,
            created_at: time(user.created_at),
        }
    }
}

/// A link that lets somebody in once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkView {
    /// Shown this once: whoever opens it becomes the user.
    link: String,
    link_expires_at: String,
}

impl LinkView {
    fn new(link: &LinkMade, call: &Call) -> Self {
        Self {
            link: link.url(&call.state.settings.public_url).expose().to_owned(),
            link_expires_at: time(link.expires_at),
        }
    }
}

/// A user with a link to let them in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserLinkView {
    #[serde(flatten)]
    user: UserView,
    #[serde(flatten)]
    link: LinkView,
}

/// Which users.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct UserQuery {
    /// A part of the name or the e-mail address, without case.
    search: Option<String>,
    /// Only those who may sign in, or who may not.
    is_active: Option<bool>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
}

pub(super) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let part = query.part();
    let search = query.search();
    let active: Option<bool> = query.one("is_active", "true or false");
    query.finish()?;
    let snapshot = call.snapshot();
    let is_asked_for = |user: &&User| {
        active.is_none_or(|active| user.active == active)
            && search.finds(&[&user.name, user.email.as_str()])
    };
    let found: Vec<_> = snapshot.users.iter().filter(is_asked_for).collect();
    Ok(call.ok(&ListView::part_of(found.into_iter().map(UserView::new), part)))
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let reference = call.part("user");
    let user = call.control(move |control| control.user_show(&reference)).await?;
    Ok(call.ok(&UserView::new(&user)))
}

/// A person to be invited.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct UserInvite {
    #[schema(min_length = 3, max_length = 254)]
    email: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(schema_with = words::role)]
    role: String,
}

pub(super) async fn invite(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let email = fields.text("email", 3..=254);
    let email = fields.required("email", email).unwrap_or_default();
    let name = fields.text("name", 1..=200);
    let name = fields.required("name", name).unwrap_or_default();
    let role = fields.word::<Role>("role", ROLES);
    let role = fields.required("role", role).unwrap_or(Role::Viewer);
    fields.finish()?;
    let new = UserNew { email, name, role };
    let (user, link) = call.control(move |control| control.user_invite(&new)).await?;
    let view = UserLinkView { user: UserView::new(&user), link: LinkView::new(&link, &call) };
    Ok(call.created(&view))
}

/// What shall change of a user. What is left out stays.
#[derive(Debug, ToSchema)]
#[schema(min_properties = 1)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct UserUpdate {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    #[schema(schema_with = words::role_or_null, required = false)]
    role: Option<String>,
    /// Whether they may sign in. Who may not is put out at once.
    is_active: Option<bool>,
}

pub(super) async fn update(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    fields.something();
    let reference = call.part("user");
    let set = UserSet {
        name: fields.text("name", 1..=200),
        role: fields.word::<Role>("role", ROLES),
        active: fields.flag("is_active"),
    };
    fields.finish()?;
    let (user, _) = call.control(move |control| control.user_set(&reference, &set)).await?;
    Ok(call.ok(&UserView::new(&user)))
}

pub(super) async fn link(call: Call) -> Answered {
    call.no_query()?;
    let reference = call.part("user");
    let (user, link) = call.control(move |control| control.user_link(&reference)).await?;
    let view = UserLinkView { user: UserView::new(&user), link: LinkView::new(&link, &call) };
    Ok(call.created(&view))
}
