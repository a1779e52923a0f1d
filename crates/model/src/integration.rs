//! Integrations: one configured source each.

use std::collections::BTreeMap;
use std::fmt;

use crate::{ConnectionScope, IntegrationId, Secret, ServiceId, SeverityAction, Timestamp};

/// Whether an integration takes deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntegrationState {
    /// It does.
    Connected,
    /// Not for now: 403.
    Disabled,
    /// Its key is answered like an unknown one; its history stays; it can be connected again.
    Disconnected,
}

impl IntegrationState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Connected, Self::Disabled, Self::Disconnected];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disabled => "disabled",
            Self::Disconnected => "disconnected",
        }
    }
}

impl fmt::Display for IntegrationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A linked service's own answer to levels, above the provider's table. Levels without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LevelMapping(BTreeMap<String, SeverityAction>);

impl LevelMapping {
    /// A mapping with these entries.
    pub fn new(entries: impl IntoIterator<Item = (String, SeverityAction)>) -> Self {
        Self(entries.into_iter().map(|(level, action)| (level.to_lowercase(), action)).collect())
    }

    /// What `level` is mapped to, if this mapping says so.
    pub fn get(&self, level: &str) -> Option<SeverityAction> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&level.to_lowercase()).copied()
    }

    /// Its entries, by level.
    pub fn iter(&self) -> impl Iterator<Item = (&str, SeverityAction)> {
        self.0.iter().map(|(level, action)| (level.as_str(), *action))
    }
}

/// A service that an integration may open incidents on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The service.
    pub service: ServiceId,
    /// How it reads levels.
    pub mapping: LevelMapping,
}

/// A project at the source whose new incidents go to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectMapping {
    /// The connection whose project it is.
    pub scope: ConnectionScope,
    /// The project's slug at the source, in lower case.
    pub project: String,
    /// The service.
    pub service: ServiceId,
    /// Whether it opens incidents.
    pub active: bool,
}

/// What became of a topic at the source that offered its messages to an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionState {
    /// Its messages are taken.
    Confirmed,
    /// Another topic was there before: somebody has to let it in.
    Waiting,
    /// It sends nothing more, as the source says.
    Ended,
}

impl SubscriptionState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Confirmed, Self::Waiting, Self::Ended];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Waiting => "waiting",
            Self::Ended => "ended",
        }
    }
}

impl fmt::Display for SubscriptionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A topic at the source, as an integration knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its name at the source.
    pub topic: String,
    /// What became of it.
    pub state: SubscriptionState,
    /// Since when.
    pub at: Timestamp,
}

/// One configured source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// The provider's slug. Text, not an enum: the list of providers is open.
    pub provider: String,
    /// What people call it.
    pub name: String,
    /// Whether it takes deliveries.
    pub state: IntegrationState,
    /// The most accepted deliveries in any 60 seconds; 0 = no limit.
    pub rate_limit: u32,
    /// Over the limit: accept and mark in the trace, instead of 429.
    pub accept_over_limit: bool,
    /// The service of alerts that name none.
    pub default_service: Option<ServiceId>,
    /// The services that it may open incidents on, in the order of linking.
    pub links: Vec<Link>,
    /// The projects whose new incidents go to a service of their own. Once there is any, a project
    /// without one opens nothing.
    pub projects: Vec<ProjectMapping>,
    /// Whether only linked services may be named. Native providers always need the link; a custom
    /// integration only with this.
    pub restricted_to_links: bool,
    /// The provider's own settings, as its settings description names them.
    pub options: BTreeMap<String, String>,
    /// When it was added.
    pub created_at: Timestamp,
}

impl Integration {
    /// The link to `service`, if there is one.
    pub fn link(&self, service: ServiceId) -> Option<&Link> {
        self.links.iter().find(|link| link.service == service)
    }

    /// The mapping of `project`, compared without case, in the connection `scope`.
    pub fn project(&self, scope: ConnectionScope, project: &str) -> Option<&ProjectMapping> {
        let same = |mapping: &&ProjectMapping| {
            mapping.scope == scope && mapping.project.eq_ignore_ascii_case(project)
        };
        self.projects.iter().find(same)
    }
}

/// A routing key: the address and the password of an integration in one.
#[derive(Clone, PartialEq, Eq)]
pub struct RoutingKey(Secret);

impl RoutingKey {
    /// The fewest characters of a key that is brought along.
    pub const MIN_CHARS: usize = 20;
    /// The most characters of a key that is brought along.
    pub const MAX_CHARS: usize = 200;

    /// A new key: the provider's prefix and 32 hexadecimal digits of real randomness.
    pub fn generate(prefix: &str, random: [u8; 16]) -> Self {
        let mut key = String::with_capacity(prefix.len().saturating_add(32));
        key.push_str(prefix);
        for byte in random {
            key.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            key.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        }
        Self(Secret::new(key))
    }

    /// A key that somebody brings along, or that a store gives back: 20 to 200 characters of
    /// `[A-Za-z0-9_-]`. None if it is not.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        ((Self::MIN_CHARS..=Self::MAX_CHARS).contains(&text.len()) && text.bytes().all(allowed))
            .then(|| Self(Secret::new(text)))
    }

    /// The key itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The key with all but its beginning and its last four characters hidden: for lists and logs.
    pub fn masked(&self) -> String {
        let text = self.expose();
        let head = text.find('_').map_or(0, |place| place.saturating_add(1)).min(4);
        let tail = text.len().saturating_sub(4);
        format!("{}…{}", text.get(..head).unwrap_or(""), text.get(tail..).unwrap_or(""))
    }
}

impl fmt::Debug for RoutingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoutingKey(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hidden_and_checked() {
        let key = RoutingKey::generate("cu_", [0xab; 16]);
        assert_eq!(key.expose(), format!("cu_{}", "ab".repeat(16)));
        assert_eq!(key.masked(), "cu_…abab");
        assert_eq!(format!("{key:?}"), "RoutingKey(hidden)");
        assert_eq!(RoutingKey::parse(key.expose()), Some(key));
        assert_eq!(RoutingKey::parse("short"), None);
        assert_eq!(RoutingKey::parse("with a space in the middle"), None);
    }
}
