//! Whether every row about people, and every entry of the audit log, can be read as what it is.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use watchbell_model::{AuditEntry, InstanceSettings, OneTimeLink, Session, User, UserId};

use super::{Places, read};
use crate::error::Failure;
use crate::rows::{AuditRow, MemberRow, OneTimeLinkRow, SessionRow, SettingsRow, TeamRow, UserRow};
use crate::schema::{
    audit, instance_settings, one_time_links, sessions, team_members, teams, users,
};

pub(super) fn read_all(reader: &mut SqliteConnection, places: &mut Places) -> Result<(), Failure> {
    let name = "format('usr_%s', lower(hex(id)))";
    let rows = users::table.select((sql::<Text>(name), users::all_columns));
    read(reader, places, rows, |row: UserRow| User::try_from(row))?;
    let name = "format('tea_%s', lower(hex(id)))";
    let rows = teams::table.select((sql::<Text>(name), teams::all_columns));
    read(reader, places, rows, |row: TeamRow| row.with(Vec::new()))?;
    let name = "format('somebody in tea_%s', lower(hex(team)))";
    let rows = team_members::table.select((sql::<Text>(name), team_members::all_columns));
    read(reader, places, rows, |row: MemberRow| UserId::try_from(row))?;
    let rows = instance_settings::table
        .select((sql::<Text>("'the settings'"), instance_settings::all_columns));
    read(reader, places, rows, |row: SettingsRow| InstanceSettings::try_from(row))?;
    let name = "format('a session of usr_%s', lower(hex(person)))";
    let rows = sessions::table.select((sql::<Text>(name), sessions::all_columns));
    read(reader, places, rows, |row: SessionRow| Session::try_from(row))?;
    let rows = one_time_links::table
        .select((sql::<Text>("'a link that works once'"), one_time_links::all_columns));
    read(reader, places, rows, |row: OneTimeLinkRow| OneTimeLink::try_from(row))?;
    let name = "format('aud_%s', lower(hex(id)))";
    let rows = audit::table.select((sql::<Text>(name), audit::all_columns));
    read(reader, places, rows, |row: AuditRow| AuditEntry::try_from(row))
}
