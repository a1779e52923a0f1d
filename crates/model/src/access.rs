//! Who may use the REST API, and for what.

use std::fmt;
use std::str::FromStr;

use crate::{ApiKeyId, Timestamp};

/// What a person may do. Each role may do all that the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Look at incidents and at how things are set up.
    Viewer,
    /// Also work on incidents, and see what was delivered.
    Responder,
    /// Also change how things are set up, and see routing keys.
    Admin,
    /// Also decide who else is an owner.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Responder, Self::Admin, Self::Owner];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Responder => "responder",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| "not a role: expected one of viewer, responder, admin, owner".to_owned())
    }
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $role:ident;)*) => {
        /// What an API key may be used for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scope { $($(#[$doc])* $variant,)* }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// The least role of a person who may do what this scope lets a key do.
            pub const fn least_role(self) -> Role {
                match self { $(Self::$variant => Role::$role,)* }
            }
        }
    };
}

scopes! {
    /// Read incidents and their timelines.
    IncidentsRead = "incidents:read", Viewer;
    /// Open incidents and work on them.
    IncidentsWrite = "incidents:write", Responder;
    /// Read services.
    ServicesRead = "services:read", Viewer;
    /// Add and change services.
    ServicesWrite = "services:write", Admin;
    /// Read teams and who is in them.
    TeamsRead = "teams:read", Viewer;
    /// Add, change and remove teams.
    TeamsWrite = "teams:write", Admin;
    /// Read who the users are.
    UsersRead = "users:read", Viewer;
    /// Invite people, and change what they may do.
    UsersWrite = "users:write", Admin;
    /// Read integrations, without their keys and secrets.
    IntegrationsRead = "integrations:read", Viewer;
    /// Add and change integrations, keys and secrets included.
    IntegrationsWrite = "integrations:write", Admin;
    /// See routing keys, which are passwords.
    IntegrationsSecrets = "integrations:secrets", Admin;
    /// Read the event log: headers and bodies may hold what people sent. Explain what a delivery
    /// would do.
    DeliveriesRead = "deliveries:read", Responder;
    /// Run kept deliveries again.
    DeliveriesReplay = "deliveries:replay", Responder;
    /// Read which API keys there are.
    ApiKeysRead = "api_keys:read", Admin;
    /// Make and end API keys.
    ApiKeysWrite = "api_keys:write", Admin;
    /// Read the settings of the instance.
    SettingsRead = "settings:read", Viewer;
    /// Change the settings of the instance.
    SettingsWrite = "settings:write", Admin;
    /// Read which jobs wait, run or were given up.
    JobsRead = "jobs:read", Responder;
    /// Try jobs again that were given up, and delete them.
    JobsWrite = "jobs:write", Responder;
    /// Read the audit log.
    AuditRead = "audit:read", Admin;
}

impl Scope {
    /// What a key has unless told otherwise: everything that can be read and is neither a password
    /// nor only an administrator's business.
    pub const READS: &'static [Self] = &[
        Self::IncidentsRead,
        Self::ServicesRead,
        Self::TeamsRead,
        Self::UsersRead,
        Self::IntegrationsRead,
        Self::DeliveriesRead,
        Self::SettingsRead,
    ];
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|s| s.as_str() == text).ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|s| s.as_str()).collect();
            format!("not a scope: expected one of {}", all.join(", "))
        })
    }
}

/// One key of the REST API, without the key itself, which is only known as a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for, in its maker's words.
    pub name: String,
    /// The last four characters, to tell keys apart.
    pub hint: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When somebody ended it.
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it opens anything at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}
