//! Connections: how this server asks the other side, where an integration has one.

use std::fmt;

use uuid::Uuid;

use crate::{ConnectionScope, IntegrationId, Timestamp};

/// How a connection came to its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionMode {
    /// Somebody pasted it. It has no end, and there is one for an integration.
    Internal,
    /// An organization let the integration's app in. There may be several.
    OAuth,
}

impl ConnectionMode {
    /// Every mode.
    pub const ALL: [Self; 2] = [Self::Internal, Self::OAuth];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::OAuth => "oauth",
        }
    }
}

impl fmt::Display for ConnectionMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether a connection works. What needs more of people is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConnectionState {
    /// It does.
    Connected,
    /// It has trouble that may pass by itself; it is tried again.
    Degraded,
    /// It does not, until somebody connects again.
    Disconnected,
}

impl ConnectionState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Connected, Self::Degraded, Self::Disconnected];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Degraded => "degraded",
            Self::Disconnected => "disconnected",
        }
    }
}

impl fmt::Display for ConnectionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A connection with one organization at the source, without its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its id: the scope of the identities that come through it, if it is one of an app.
    pub id: ConnectionScope,
    /// The integration.
    pub integration: IntegrationId,
    /// How it came to its token.
    pub mode: ConnectionMode,
    /// The address of the server at the source.
    pub base_url: String,
    /// Where the organization's data is, if that is another host.
    pub region_url: Option<String>,
    /// The organization's name in addresses. An integration has one connection with it.
    pub organization: String,
    /// What people call the organization.
    pub organization_name: String,
    /// The installation of the app that its deliveries name; none for a token that was pasted, and
    /// none after the app was removed.
    pub installation: Option<Uuid>,
    /// What the token may do, as far as the source tells.
    pub scopes: Vec<String>,
    /// Whether it works.
    pub state: ConnectionState,
    /// Why it does not.
    pub reason: Option<String>,
    /// Since when it is in this state.
    pub state_at: Timestamp,
    /// When the token ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// How often in a row the next token could not be had.
    pub attempts: u32,
    /// When it is tried again.
    pub retry_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Connection {
    /// The scope of what comes through it: a pasted token changes no identity.
    pub const fn scope(&self) -> ConnectionScope {
        match self.mode {
            ConnectionMode::Internal => ConnectionScope::NONE,
            ConnectionMode::OAuth => self.id,
        }
    }
}

/// The integration's own app at the source, without its secret, which is the integration's newest
/// signing secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionApp {
    /// The integration.
    pub integration: IntegrationId,
    /// The app's name in addresses.
    pub slug: String,
    /// What the source calls it when tokens are asked for.
    pub client_id: String,
    /// The address of the server at the source.
    pub base_url: String,
}
