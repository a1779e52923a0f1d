//! `watchbell user`.

use std::str::FromStr;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use watchbell_control::{LinkMade, UserNew, UserSet};
use watchbell_model::{Role, User};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Show every user.
    List,
    /// Add a user, and make the link with which they choose a password. It is shown once.
    Invite(InviteArgs),
    /// Change a user.
    Set(SetArgs),
    /// Make a link with which a user chooses a new password. It is shown once.
    ResetLink {
        /// Their e-mail address, or their id.
        user: String,
    },
    /// Make a link that makes an owner: the first one, or one who has lost the way in.
    OwnerLink,
}

#[derive(Debug, Args)]
pub(super) struct InviteArgs {
    /// Their e-mail address.
    email: String,
    /// What people call them.
    #[arg(long)]
    name: String,
    /// What they may do: viewer, responder, admin, owner.
    #[arg(long, default_value = "responder", value_parser = Role::from_str)]
    role: Role,
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    /// Their e-mail address, or their id.
    user: String,
    /// What people call them.
    #[arg(long)]
    name: Option<String>,
    /// What they may do: viewer, responder, admin, owner.
    #[arg(long, value_parser = Role::from_str)]
    role: Option<Role>,
    /// Let them sign in again.
    #[arg(long, conflicts_with = "inactive")]
    active: bool,
    /// Do not let them sign in any more. They are signed out at once.
    #[arg(long)]
    inactive: bool,
}

pub(super) fn run(command: UserCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let control = open(config)?.control;
    match command {
        UserCommand::List => {
            let users = control.user_list()?;
            let items: Vec<_> = users.iter().map(value).collect();
            out.result(&json!({"users": items}), || list(&users));
        }
        UserCommand::Invite(InviteArgs { email, name, role }) => {
            let (user, link) = control.user_invite(&UserNew { email, name, role })?;
            tell_link(Some(&user), &link, config, out);
        }
        UserCommand::Set(SetArgs { user, name, role, active, inactive }) => {
            let active = (active || inactive).then_some(active);
            let (user, is_changed) = control.user_set(&user, &UserSet { name, role, active })?;
            let mut fields = value(&user);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("changed".to_owned(), is_changed.into());
            }
            out.result(&fields, || {
                let what = if is_changed { "changed" } else { "nothing to change:" };
                let state = if user.active { "" } else { ", may not sign in" };
                format!("{what} user {}: {:?}, {}{state}", user.email, user.name, user.role)
            });
        }
        UserCommand::ResetLink { user } => {
            let (user, link) = control.user_link(&user)?;
            tell_link(Some(&user), &link, config, out);
        }
        UserCommand::OwnerLink => tell_link(None, &control.owner_link()?, config, out),
    }
    Ok(())
}

/// Shows a link once.
fn tell_link(user: Option<&User>, link: &LinkMade, config: &Config, out: Out) {
    let url = link.url(&config.server.public_url());
    let fields = json!({
        "user": user.map(value),
        "purpose": link.purpose.as_str(),
        "url": url.expose(),
        "expires_at": out::time(link.expires_at),
    });
    out.result(&fields, || {
        let who = user.map_or_else(|| "an owner".to_owned(), |user| user.email.to_string());
        format!(
            "a link for {who}, which works once and until {}:\n\n  {}\n\nIt is not shown again.",
            out::time(link.expires_at),
            url.expose()
        )
    });
}

fn list(users: &[User]) -> String {
    if users.is_empty() {
        return "there are no users yet: `watchbell user owner-link`".to_owned();
    }
    let rows: Vec<_> = users
        .iter()
        .map(|user| {
            vec![
                user.email.to_string(),
                user.name.clone(),
                user.role.to_string(),
                if user.active { "yes" } else { "no" }.to_owned(),
                user.id.to_string(),
            ]
        })
        .collect();
    out::table(&["e-mail", "name", "role", "active", "id"], &rows)
}

fn value(user: &User) -> Value {
    json!({
        "id": user.id.to_string(),
        "email": user.email.as_str(),
        "name": user.name,
        "role": user.role.as_str(),
        "is_active": user.active,
        "created_at": out::time(user.created_at),
    })
}
