//! Teams.

use actix_web::HttpResponse;
use watchbell_control::{Control, TeamNew, TeamSet};
use watchbell_ingest::Snapshot;
use watchbell_model::{Scope, Team};
use watchbell_web::page::{Cell, Field, Form, Kind};
use watchbell_web::{Section, text as t};

use super::{As, answer, field, form, given, line, may, on, page, text, whole};
use crate::error::ApiError;
use crate::query::Query;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::visit::Visit;

pub(in crate::ui) async fn list(visit: Visit) -> Shown {
    shown(&visit, As::asked(&visit)?).await
}

async fn shown(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let teams = visit.call.control(Control::team_list).await?;
    let snapshot = visit.call.snapshot();
    let mut page = page(visit, Section::Teams, t::TEAMS, &mut shown);
    let row = |team: &Team| {
        vec![
            Cell::Link(format!("{}/teams/{}", visit.base(), team.id), team.name.clone()),
            text(team.description.clone()),
            Cell::Text(members(team, &snapshot).join(", ")),
            Cell::Text(services(team, &snapshot)),
        ]
    };
    let columns = [t::NAME, t::DESCRIPTION, t::MEMBERS, t::SERVICES];
    page.lead = t::TEAMS_LEAD;
    page.table = Some(whole(&columns, teams.iter().map(row).collect(), t::TEAMS_NONE));
    if may(visit, Scope::TeamsWrite) {
        let action = format!("{}/teams", visit.base());
        page.forms.push(form(t::TEAM_ADD, action, fields(None, &snapshot), t::ADD));
    }
    Ok(answer(visit, &shown, page))
}

fn members(team: &Team, snapshot: &Snapshot) -> Vec<String> {
    let known = team.members.iter().filter_map(|id| snapshot.user(*id));
    known.map(|user| user.email.to_string()).collect()
}

fn services(team: &Team, snapshot: &Snapshot) -> String {
    let its = snapshot.services.iter().filter(|service| service.team == Some(team.id));
    its.map(|service| service.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn fields(team: Option<&Team>, snapshot: &Snapshot) -> Vec<Field> {
    let name = team.map(|team| team.name.clone()).unwrap_or_default();
    let description = team.and_then(|team| team.description.clone()).unwrap_or_default();
    let members = team.map(|team| members(team, snapshot).join("\n")).unwrap_or_default();
    vec![
        line("name", t::NAME, name, true),
        field("description", t::DESCRIPTION, Kind::Lines(description)),
        Field { help: t::MEMBERS_HELP, ..field("members", t::MEMBERS, Kind::Lines(members)) },
    ]
}

fn sent(form: &mut Query) -> TeamNew {
    let members = given(form, "members").unwrap_or_default();
    let members = members.lines().map(str::trim).filter(|line| !line.is_empty());
    TeamNew {
        name: given(form, "name").unwrap_or_default(),
        description: given(form, "description"),
        members: members.map(str::to_owned).collect(),
    }
}

pub(in crate::ui) async fn add(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let new = sent(&mut form);
    let added = match form.finish() {
        Ok(()) => visit.call.control(move |control| control.team_add(&new)).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(team) => Ok(on(&visit, &format!("/teams/{}", team.id), notice::ADDED)),
        Err(error) => shown(&visit, As::refused(error)?).await,
    }
}

pub(in crate::ui) async fn detail(visit: Visit) -> Shown {
    one(&visit, As::asked(&visit)?).await
}

async fn one(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let reference = visit.call.part("team");
    let team = visit.call.control(move |control| control.team_show(&reference)).await?;
    let snapshot = visit.call.snapshot();
    let mut page = page(visit, Section::Teams, &team.name, &mut shown);
    let base = visit.base();
    page.above = Some((format!("{base}/teams"), t::TEAMS));
    page.facts = vec![
        (t::MEMBERS, Cell::Text(members(&team, &snapshot).join(", "))),
        (t::SERVICES, Cell::Text(services(&team, &snapshot))),
        (t::DESCRIPTION, text(team.description.clone())),
        (t::ADDED, Cell::When(page.frame.moment(team.created_at))),
    ];
    if may(visit, Scope::TeamsWrite) {
        let action = format!("{base}/teams/{}", team.id);
        let gone = format!("{action}/remove");
        page.forms.push(form(t::TEAM_CHANGE, action, fields(Some(&team), &snapshot), t::SAVE));
        let remove = form(t::TEAM_REMOVE, gone, Vec::new(), t::REMOVE);
        page.forms.push(Form { is_dangerous: true, ..remove });
    }
    Ok(answer(visit, &shown, page))
}

pub(in crate::ui) async fn change(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let TeamNew { name, description, members } = sent(&mut form);
    let set = TeamSet { name: Some(name), description: Some(description), members: Some(members) };
    let reference = visit.call.part("team");
    let changed = match form.finish() {
        Ok(()) => visit.call.control(move |control| control.team_set(&reference, &set)).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok((team, _)) => Ok(on(&visit, &format!("/teams/{}", team.id), notice::CHANGED)),
        Err(error) => one(&visit, As::refused(error)?).await,
    }
}

pub(in crate::ui) async fn remove(mut visit: Visit) -> Shown {
    visit.form().finish()?;
    let reference = visit.call.part("team");
    visit.call.control(move |control| control.team_remove(&reference)).await?;
    Ok(on(&visit, "/teams", notice::REMOVED_TEAM))
}
