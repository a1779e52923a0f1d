//! People, their teams, and the settings of the instance, as parts of the configuration.

use std::collections::HashMap;

use diesel::prelude::*;
use watchbell_model::{InstanceSettings, Service, Team, TeamId, User, UserId};
use watchbell_store::StoreError;

use crate::config::found;
use crate::error::Failure;
use crate::rows::{
    MemberRow, ServiceFields, SettingsFields, SettingsRow, TeamFields, TeamRow, UserFields, UserRow,
};
use crate::schema::{
    instance_settings, one_time_links, provider_accounts, services, sessions, team_members, teams,
    users,
};

/// Every user, by e-mail address.
pub(crate) fn users(reader: &mut SqliteConnection) -> Result<Vec<User>, Failure> {
    let rows: Vec<UserRow> = users::table.order(users::folded).load(reader)?;
    Ok(rows.into_iter().map(User::try_from).collect::<Result<_, _>>()?)
}

/// Every team, by name.
pub(crate) fn teams(reader: &mut SqliteConnection) -> Result<Vec<Team>, Failure> {
    let mut members: HashMap<Vec<u8>, Vec<UserId>> = HashMap::new();
    let in_order = team_members::table.order(team_members::person);
    for row in in_order.load::<MemberRow>(reader)? {
        members.entry(row.team.clone()).or_default().push(row.try_into()?);
    }
    let rows: Vec<TeamRow> = teams::table.order(teams::folded).load(reader)?;
    let team = |row: TeamRow| {
        let members = members.remove(row.id()).unwrap_or_default();
        row.with(members)
    };
    Ok(rows.into_iter().map(team).collect::<Result<_, StoreError>>()?)
}

/// The settings of the instance.
pub(crate) fn settings(reader: &mut SqliteConnection) -> Result<InstanceSettings, Failure> {
    let row: SettingsRow = instance_settings::table.first(reader)?;
    Ok(row.try_into()?)
}

/// A service as it shall be.
pub(crate) fn service_set(writer: &mut SqliteConnection, service: &Service) -> Result<(), Failure> {
    let changed = diesel::update(services::table)
        .filter(services::id.eq(&service.id.as_bytes()[..]))
        .set(&ServiceFields::new(service))
        .execute(writer)
        .map_err(|error| Failure::from(error).on_missing(NO_TEAM))?;
    found(changed, "service")
}

pub(crate) fn team_add(writer: &mut SqliteConnection, team: &Team) -> Result<(), Failure> {
    diesel::insert_into(teams::table)
        .values(&TeamFields::new(team))
        .execute(writer)
        .map_err(|error| Failure::from(error).on_unique(TEAM_TAKEN))?;
    join(writer, team)
}

pub(crate) fn team_set(writer: &mut SqliteConnection, team: &Team) -> Result<(), Failure> {
    let changed = diesel::update(teams::table)
        .filter(teams::id.eq(&team.id.as_bytes()[..]))
        .set(&TeamFields::new(team))
        .execute(writer)
        .map_err(|error| Failure::from(error).on_unique(TEAM_TAKEN))?;
    found(changed, "team")?;
    leave(writer, team.id)?;
    join(writer, team)
}

/// A team goes. Its services stay, without it.
pub(crate) fn team_remove(writer: &mut SqliteConnection, team: TeamId) -> Result<(), Failure> {
    let id = &team.as_bytes()[..];
    diesel::update(services::table)
        .filter(services::team.eq(id))
        .set(services::team.eq(None::<&[u8]>))
        .execute(writer)?;
    leave(writer, team)?;
    found(diesel::delete(teams::table).filter(teams::id.eq(id)).execute(writer)?, "team")
}

fn leave(writer: &mut SqliteConnection, team: TeamId) -> Result<(), Failure> {
    let all = team_members::table.filter(team_members::team.eq(&team.as_bytes()[..]));
    diesel::delete(all).execute(writer)?;
    Ok(())
}

fn join(writer: &mut SqliteConnection, team: &Team) -> Result<(), Failure> {
    for user in &team.members {
        diesel::insert_into(team_members::table)
            .values(&MemberRow::new(team.id, *user))
            .execute(writer)
            .map_err(|error| {
                Failure::from(error)
                    .on_unique(StoreError::Conflict { what: "the membership" })
                    .on_missing(StoreError::NotFound { what: "user" })
            })?;
    }
    Ok(())
}

pub(crate) fn user_add(writer: &mut SqliteConnection, user: &User) -> Result<(), Failure> {
    diesel::insert_into(users::table)
        .values(&UserFields::new(user))
        .execute(writer)
        .map_err(|error| Failure::from(error).on_unique(USER_TAKEN))?;
    Ok(())
}

/// A user as they shall be. One who is not active is nowhere signed in any more, and begins anew with
/// whatever account at an identity provider.
pub(crate) fn user_set(writer: &mut SqliteConnection, user: &User) -> Result<(), Failure> {
    let changed = diesel::update(users::table)
        .filter(users::id.eq(&user.id.as_bytes()[..]))
        .set(&UserFields::new(user))
        .execute(writer)
        .map_err(|error| Failure::from(error).on_unique(USER_TAKEN))?;
    found(changed, "user")?;
    if !user.active {
        put_out(writer, user.id)?;
        let accounts = provider_accounts::person.eq(&user.id.as_bytes()[..]);
        diesel::delete(provider_accounts::table.filter(accounts)).execute(writer)?;
    }
    Ok(())
}

/// Ends all sessions and links of a user. Gives how many sessions there were.
pub(crate) fn put_out(writer: &mut SqliteConnection, user: UserId) -> Result<usize, Failure> {
    let id = &user.as_bytes()[..];
    diesel::delete(one_time_links::table.filter(one_time_links::person.eq(id))).execute(writer)?;
    Ok(diesel::delete(sessions::table.filter(sessions::person.eq(id))).execute(writer)?)
}

pub(crate) fn settings_set(
    writer: &mut SqliteConnection,
    settings: &InstanceSettings,
) -> Result<(), Failure> {
    let fields = SettingsFields::new(settings);
    let changed = diesel::update(instance_settings::table).set(&fields).execute(writer)?;
    found(changed, "the settings")
}

/// A team that is named is not there.
pub(crate) const NO_TEAM: StoreError = StoreError::NotFound { what: "team" };
const TEAM_TAKEN: StoreError = StoreError::Conflict { what: "the team's name" };
const USER_TAKEN: StoreError = StoreError::Conflict { what: "the e-mail address" };
