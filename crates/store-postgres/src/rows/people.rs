//! People, their teams, and the settings of the instance.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{InstanceSettings, Role, Service, Team, TeamId, User, UserId, fold_name};
use watchbell_store::StoreError;
use watchbell_store::stored::{corrupt, severity, word};

use crate::schema::{instance_settings, services, team_members, teams, users};

/// What of a service may change.
#[derive(AsChangeset)]
#[diesel(table_name = services, treat_none_as_null = true)]
pub(crate) struct ServiceFields<'a> {
    name: &'a str,
    description: Option<&'a str>,
    active: bool,
    default_severity: Option<i16>,
    environment: &'static str,
    kind: &'static str,
    repository: Option<&'a str>,
    url: Option<&'a str>,
    team: Option<Uuid>,
}

impl<'a> ServiceFields<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Self {
            name: &service.name,
            description: service.description.as_deref(),
            active: service.active,
            default_severity: service.default_severity.map(|s| s.number().into()),
            environment: service.environment.as_str(),
            kind: service.kind.as_str(),
            repository: service.repository.as_deref(),
            url: service.url.as_deref(),
            team: service.team.map(|team| team.as_uuid()),
        }
    }
}

/// A user as they are written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = users)]
pub(crate) struct UserFields<'a> {
    id: Uuid,
    email: &'a str,
    folded: String,
    name: &'a str,
    role: &'static str,
    active: bool,
    created_at: DateTime<Utc>,
}

impl<'a> UserFields<'a> {
    pub(crate) fn new(user: &'a User) -> Self {
        let User { id, email, name, role, active, created_at } = user;
        Self {
            id: id.as_uuid(),
            email: email.as_str(),
            folded: email.folded(),
            name,
            role: role.as_str(),
            active: *active,
            created_at: *created_at,
        }
    }
}

/// A user as they are read.
#[derive(Queryable)]
pub(crate) struct UserRow {
    id: Uuid,
    email: String,
    folded: String,
    name: String,
    role: String,
    active: bool,
    created_at: DateTime<Utc>,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        let user = Self {
            id: UserId::from_uuid(row.id),
            email: row.email.parse().map_err(|_| corrupt("users.email"))?,
            name: row.name,
            role: word("users.role", &Role::ALL, Role::as_str, &row.role)?,
            active: row.active,
            created_at: row.created_at,
        };
        if user.email.folded() == row.folded { Ok(user) } else { Err(corrupt("users.folded")) }
    }
}

/// A team as it is written, its members apart.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = teams, treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct TeamFields<'a> {
    id: Uuid,
    name: &'a str,
    folded: String,
    description: Option<&'a str>,
    created_at: DateTime<Utc>,
}

impl<'a> TeamFields<'a> {
    pub(crate) fn new(team: &'a Team) -> Self {
        let Team { id, name, description, members: _, created_at } = team;
        Self {
            id: id.as_uuid(),
            name,
            folded: fold_name(name),
            description: description.as_deref(),
            created_at: *created_at,
        }
    }
}

/// A team as it is read.
#[derive(Queryable)]
pub(crate) struct TeamRow {
    id: Uuid,
    name: String,
    folded: String,
    description: Option<String>,
    created_at: DateTime<Utc>,
}

impl TeamRow {
    /// Its id as it is stored.
    pub(crate) const fn id(&self) -> Uuid {
        self.id
    }

    /// The team with these members.
    pub(crate) fn with(self, members: Vec<UserId>) -> Result<Team, StoreError> {
        if self.folded != fold_name(&self.name) {
            return Err(corrupt("teams.folded"));
        }
        Ok(Team {
            id: TeamId::from_uuid(self.id),
            name: self.name,
            description: self.description,
            members,
            created_at: self.created_at,
        })
    }
}

/// That somebody is in a team.
#[derive(Insertable, Queryable)]
#[diesel(table_name = team_members)]
pub(crate) struct MemberRow {
    pub(crate) team: Uuid,
    person: Uuid,
}

impl MemberRow {
    pub(crate) fn new(team: TeamId, user: UserId) -> Self {
        Self { team: team.as_uuid(), person: user.as_uuid() }
    }
}

impl From<MemberRow> for UserId {
    fn from(row: MemberRow) -> Self {
        Self::from_uuid(row.person)
    }
}

/// The settings of the instance as they are written.
#[derive(AsChangeset)]
#[diesel(table_name = instance_settings, treat_none_as_null = true)]
pub(crate) struct SettingsFields<'a> {
    organization_name: Option<&'a str>,
    default_severity: Option<i16>,
    reopen_days: Option<i64>,
}

impl<'a> SettingsFields<'a> {
    pub(crate) fn new(settings: &'a InstanceSettings) -> Self {
        let InstanceSettings { organization_name, default_severity, reopen_days } = settings;
        Self {
            organization_name: organization_name.as_deref(),
            default_severity: default_severity.map(|s| s.number().into()),
            reopen_days: reopen_days.map(Into::into),
        }
    }
}

/// The settings of the instance as they are read.
#[derive(Queryable)]
pub(crate) struct SettingsRow {
    _id: i64,
    organization_name: Option<String>,
    default_severity: Option<i16>,
    reopen_days: Option<i64>,
}

impl TryFrom<SettingsRow> for InstanceSettings {
    type Error = StoreError;

    fn try_from(row: SettingsRow) -> Result<Self, StoreError> {
        const SEVERITY: &str = "instance_settings.default_severity";
        let days = row.reopen_days.map(u32::try_from).transpose();
        Ok(Self {
            organization_name: row.organization_name,
            default_severity: row
                .default_severity
                .map(|number| severity(SEVERITY, number.into()))
                .transpose()?,
            reopen_days: days.map_err(|_| corrupt("instance_settings.reopen_days"))?,
        })
    }
}
