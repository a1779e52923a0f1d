//! Teams: who owns which services.

use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use watchbell_control::{TeamNew, TeamSet};
use watchbell_ingest::Snapshot;
use watchbell_model::Team;

use super::Answered;
use super::call::Call;
use super::fields::Fields;
use crate::envelope::{ListView, time};

/// The most members of a team.
const MAX_MEMBERS: usize = 500;

/// A team.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TeamView {
    team_id: String,
    name: String,
    description: Option<String>,
    members: Vec<MemberView>,
    services: Vec<String>,
    created_at: String,
}

/// Who is in a team.
#[derive(Debug, Serialize, ToSchema)]
struct MemberView {
    name: String,
    email: String,
}

impl TeamView {
    fn new(team: &Team, snapshot: &Snapshot) -> Self {
        let members = team.members.iter().filter_map(|id| snapshot.user(*id));
        let services = snapshot.services.iter().filter(|service| service.team == Some(team.id));
        Self {
            team_id: team.id.to_string(),
            name: team.name.clone(),
            description: team.description.clone(),
            members: members
                .map(|user| MemberView { name: user.name.clone(), email: user.email.to_string() })
                .collect(),
            services: services.map(|service| service.key.to_string()).collect(),
            created_at: time(team.created_at),
        }
    }
}

/// Which teams.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct TeamQuery {
    /// A part of the name, without case.
    search: Option<String>,
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
    query.finish()?;
    let snapshot = call.snapshot();
    let found: Vec<_> = snapshot.teams.iter().filter(|team| search.finds(&[&team.name])).collect();
    let views = found.into_iter().map(|team| TeamView::new(team, &snapshot));
    Ok(call.ok(&ListView::part_of(views, part)))
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let reference = call.part("team");
    let team = call.control(move |control| control.team_show(&reference)).await?;
    Ok(call.ok(&TeamView::new(&team, &call.snapshot())))
}

/// A team to be added.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct TeamCreate {
    /// Unique, without case.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// Users, by id or e-mail address.
    #[schema(max_items = 500)]
    members: Option<Vec<String>>,
}

const A_USER: &str = "a user's e-mail address or id";

pub(super) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let name = fields.text("name", 1..=200);
    let new = TeamNew {
        name: fields.required("name", name).unwrap_or_default(),
        description: fields.text("description", 0..=2_000),
        members: fields.words("members", A_USER, MAX_MEMBERS).unwrap_or_default(),
    };
    fields.finish()?;
    let team = call.control(move |control| control.team_add(&new)).await?;
    Ok(call.created(&TeamView::new(&team, &call.snapshot())))
}

/// What shall change of a team. What is left out stays.
#[derive(Debug, ToSchema)]
#[schema(min_properties = 1)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct TeamUpdate {
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// Null: nothing.
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// All of them, by id or e-mail address.
    #[schema(max_items = 500)]
    members: Option<Vec<String>>,
}

pub(super) async fn update(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    fields.something();
    let reference = call.part("team");
    let set = TeamSet {
        name: fields.text("name", 1..=200),
        description: fields.or_null("description", |fields, name| fields.text(name, 0..=2_000)),
        members: fields.words("members", A_USER, MAX_MEMBERS),
    };
    fields.finish()?;
    let (team, _) = call.control(move |control| control.team_set(&reference, &set)).await?;
    Ok(call.ok(&TeamView::new(&team, &call.snapshot())))
}

pub(super) async fn remove(call: Call) -> Answered {
    call.no_query()?;
    let reference = call.part("team");
    let team = call.control(move |control| control.team_remove(&reference)).await?;
    Ok(call.ok(&TeamView::new(&team, &call.snapshot())))
}
