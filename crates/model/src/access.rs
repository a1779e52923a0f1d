//! Who may use the REST API, and for what.

use std::fmt;
use std::str::FromStr;

use crate::{ApiKeyId, Timestamp};

macro_rules! scopes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
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
        }
    };
}

scopes! {
    /// Read incidents and their timelines.
    IncidentsRead = "incidents:read",
    /// Read services.
    ServicesRead = "services:read",
    /// Read the event log: headers and bodies may hold what people sent.
    DeliveriesRead = "deliveries:read",
    /// See routing keys, which are passwords.
    IntegrationsSecrets = "integrations:secrets",
}

impl Scope {
    /// What a key has unless told otherwise: everything that can be read and is no password.
    pub const READS: &'static [Self] =
        &[Self::IncidentsRead, Self::ServicesRead, Self::DeliveriesRead];
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
