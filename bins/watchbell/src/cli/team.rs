//! `watchbell team`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use watchbell_control::{TeamNew, TeamSet};
use watchbell_model::{Team, User};

use super::{Failure, open};
use crate::config::Config;
use crate::out::{self, Out};

#[derive(Debug, Subcommand)]
pub(super) enum TeamCommand {
    /// Show every team.
    List,
    /// Add a team.
    Add(AddArgs),
    /// Change a team.
    Set(SetArgs),
    /// Remove a team. Its services stay, without a team.
    Remove {
        /// Its name, or its id.
        team: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// What people call it.
    name: String,
    /// What it looks after.
    #[arg(long)]
    description: Option<String>,
    /// The e-mail address of somebody in it. May be given several times.
    #[arg(long, value_name = "E-MAIL")]
    member: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct SetArgs {
    /// Its name, or its id.
    team: String,
    /// What people call it.
    #[arg(long)]
    name: Option<String>,
    /// What it looks after; nothing if empty.
    #[arg(long)]
    description: Option<String>,
    /// The e-mail address of somebody in it. May be given several times: these are all members.
    #[arg(long, value_name = "E-MAIL", conflicts_with = "no_members")]
    member: Vec<String>,
    /// Nobody is in it.
    #[arg(long)]
    no_members: bool,
}

pub(super) fn run(command: TeamCommand, config: &Config, out: Out) -> Result<(), Failure> {
    let control = open(config)?.control;
    let users = control.user_list()?;
    match command {
        TeamCommand::List => {
            let teams = control.team_list()?;
            let items: Vec<_> = teams.iter().map(|team| value(team, &users)).collect();
            out.result(&json!({"teams": items}), || list(&teams, &users));
        }
        TeamCommand::Add(AddArgs { name, description, member }) => {
            let team = control.team_add(&TeamNew { name, description, members: member })?;
            out.result(&value(&team, &users), || {
                format!("added team {:?} ({})", team.name, team.id)
            });
        }
        TeamCommand::Set(SetArgs { team, name, description, member, no_members }) => {
            let members = (no_members || !member.is_empty()).then_some(member);
            let description = description.map(Some);
            let (team, is_changed) =
                control.team_set(&team, &TeamSet { name, description, members })?;
            let mut fields = value(&team, &users);
            if let Some(fields) = fields.as_object_mut() {
                fields.insert("changed".to_owned(), is_changed.into());
            }
            out.result(&fields, || {
                let what = if is_changed { "changed" } else { "nothing to change:" };
                format!("{what} team {:?}", team.name)
            });
        }
        TeamCommand::Remove { team } => {
            let team = control.team_remove(&team)?;
            out.result(&value(&team, &users), || format!("removed team {:?}", team.name));
        }
    }
    Ok(())
}

/// Who is in it, by e-mail address.
fn members(team: &Team, users: &[User]) -> Vec<String> {
    let is_in = |user: &&User| team.members.contains(&user.id);
    users.iter().filter(is_in).map(|user| user.email.to_string()).collect()
}

fn list(teams: &[Team], users: &[User]) -> String {
    if teams.is_empty() {
        return "there are no teams yet: `watchbell team add NAME`".to_owned();
    }
    let rows: Vec<_> = teams
        .iter()
        .map(|team| vec![team.name.clone(), members(team, users).join(", "), team.id.to_string()])
        .collect();
    out::table(&["name", "members", "id"], &rows)
}

fn value(team: &Team, users: &[User]) -> Value {
    json!({
        "id": team.id.to_string(),
        "name": team.name,
        "description": team.description,
        "members": members(team, users),
        "created_at": out::time(team.created_at),
    })
}
