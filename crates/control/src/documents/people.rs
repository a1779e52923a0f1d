//! Users, teams and the settings of the instance as documents.

use serde::{Deserialize, Serialize};
use watchbell_model::{InstanceSettings, Severity, Team, User};
use watchbell_store::StoredConfig;

use super::user_name;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserDocument {
    /// What they sign in with.
    pub email: String,
    /// What people call them.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// Whether they may sign in.
    pub active: bool,
}

impl UserDocument {
    /// The document of `user`.
    pub fn of(user: &User) -> Self {
        Self {
            email: user.email.to_string(),
            name: user.name.clone(),
            role: user.role.to_string(),
            active: user.active,
        }
    }
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamDocument {
    /// What people call it.
    pub name: String,
    /// What it looks after.
    pub description: Option<String>,
    /// The e-mail addresses of who is in it, sorted.
    pub members: Vec<String>,
}

impl TeamDocument {
    /// The document of `team`, whose members are in `config`.
    pub fn of(config: &StoredConfig, team: &Team) -> Self {
        let mut members: Vec<_> =
            team.members.iter().map(|user| user_name(config, *user)).collect();
        members.sort_unstable();
        Self { name: team.name.clone(), description: team.description.clone(), members }
    }
}

/// The settings of the instance. One that is none is as the configuration file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SettingsDocument {
    /// What the organization is called.
    pub organization_name: Option<String>,
    /// The severity of what nothing else gives one.
    pub default_severity: Option<String>,
    /// For how many days after its end an incident may be reopened.
    pub reopen_days: Option<u32>,
}

impl SettingsDocument {
    /// The document of `settings`.
    pub fn of(settings: &InstanceSettings) -> Self {
        Self {
            organization_name: settings.organization_name.clone(),
            default_severity: settings.default_severity.as_ref().map(Severity::to_string),
            reopen_days: settings.reopen_days,
        }
    }
}
