//! One problem on one service, from its first trigger until it is over.

use std::fmt;
use std::str::FromStr;

use crate::{
    ApiKeyId, ConnectionScope, DedupKey, DeliveryId, GroupHash, IncidentId, IntegrationId,
    Metadata, ServiceId, Severity, Status, TimelineId, Timestamp, UserId,
};

/// An incident's number, `INC-2026-001`: the year in UTC and at least three digits. Gaps may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IncidentNumber {
    /// The year in UTC in which it was opened.
    pub year: i32,
    /// Its place in that year, from 1.
    pub place: i64,
}

/// A text that is not an incident's number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an incident number of the form INC-2026-001")]
pub struct ParseIncidentNumberError;

impl fmt::Display for IncidentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INC-{:04}-{:03}", self.year, self.place)
    }
}

impl FromStr for IncidentNumber {
    type Err = ParseIncidentNumberError;

    /// Any case.
    fn from_str(text: &str) -> Result<Self, ParseIncidentNumberError> {
        let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
        let upper = text.trim().to_ascii_uppercase();
        let (year, place) = upper
            .strip_prefix("INC-")
            .and_then(|rest| rest.split_once('-'))
            .filter(|(year, place)| year.len() == 4 && digits(year) && digits(place))
            .ok_or(ParseIncidentNumberError)?;
        match (year.parse(), place.parse()) {
            (Ok(year), Ok(place)) => Ok(Self { year, place }),
            _ => Err(ParseIncidentNumberError),
        }
    }
}

/// What makes alerts the same problem, service apart. Among open incidents (identity, service) is
/// unique.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The integration that they came through.
    pub integration: IntegrationId,
    /// The connection, or [`ConnectionScope::NONE`].
    pub scope: ConnectionScope,
    /// The key.
    pub key: DedupKey,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The source, through this integration.
    Integration(IntegrationId),
    /// A program or person with this API key.
    ApiKey(ApiKeyId),
    /// A person who has signed in.
    User(UserId),
    /// Watchbell itself, or whoever holds its database: the command line.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integration(id) => fmt::Display::fmt(id, f),
            Self::ApiKey(id) => fmt::Display::fmt(id, f),
            Self::User(id) => fmt::Display::fmt(id, f),
            Self::System => f.write_str("system"),
        }
    }
}

impl FromStr for Actor {
    type Err = crate::ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "system" {
            return Ok(Self::System);
        }
        let integration = text.parse().map(Self::Integration);
        let key = |_| text.parse().map(Self::ApiKey);
        integration.or_else(key).or_else(|_: Self::Err| text.parse().map(Self::User))
    }
}

/// That somebody took an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
}

/// One problem on one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Its number, for people.
    pub number: IncidentNumber,
    /// The integration that opened it; none if people or the API did.
    pub integration: Option<IntegrationId>,
    /// The connection that its key belongs to.
    pub scope: ConnectionScope,
    /// What its alerts have in common.
    pub dedup_key: Option<DedupKey>,
    /// The latest occurrence seen.
    pub occurrence: Option<String>,
    /// The group at the source that it was last seen in.
    pub group: Option<GroupHash>,
    /// The service.
    pub service: ServiceId,
    /// Further services that suffer from it: at most [`Incident::ALSO_AFFECTED`].
    pub also_affected: Vec<ServiceId>,
    /// In short.
    pub title: String,
    /// In full.
    pub description: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// The worst severity that deliveries have reported so far; people do not change it.
    pub worst_reported: Severity,
    /// Where it stands.
    pub status: Status,
    /// Who took it, and when.
    pub acknowledged: Option<Acknowledgement>,
    /// Whose it is.
    pub assigned_to: Option<UserId>,
    /// What reported it, for people.
    pub source_name: Option<String>,
    /// Where to look at the source.
    pub source_url: Option<String>,
    /// Further names and values.
    pub metadata: Metadata,
    /// Whether it is a test of the set-up.
    pub test: bool,
    /// How often it was reported.
    pub occurrences: i64,
    /// When it began, by the source's clock.
    pub detected_at: Option<Timestamp>,
    /// When it was opened here.
    pub opened_at: Timestamp,
    /// When it was last reported.
    pub last_seen_at: Timestamp,
    /// When it was resolved.
    pub ended_at: Option<Timestamp>,
    /// Who ended it. Only what is over has one, and what ended before this was written down has none.
    pub resolved_by: Option<Actor>,
    /// Counts the changes, for optimistic locking.
    pub version: i64,
}

impl Incident {
    /// The most services that may be affected beside its own.
    pub const ALSO_AFFECTED: usize = 49;

    /// Its identity, if it has one.
    pub fn identity(&self) -> Option<Identity> {
        Some(Identity {
            integration: self.integration?,
            scope: self.scope,
            key: self.dedup_key.clone()?,
        })
    }
}

/// What a line of a timeline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimelineKind {
    /// It was opened.
    Opened,
    /// It was opened again.
    Reopened,
    /// It got worse.
    Raised,
    /// Texts were changed.
    Updated,
    /// Somebody took it.
    Acknowledged,
    /// Its status was changed.
    StatusChanged,
    /// Something was written down.
    Noted,
    /// It is over.
    Resolved,
}

impl TimelineKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Opened,
        Self::Reopened,
        Self::Raised,
        Self::Updated,
        Self::Acknowledged,
        Self::StatusChanged,
        Self::Noted,
        Self::Resolved,
    ];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reopened => "reopened",
            Self::Raised => "raised",
            Self::Updated => "updated",
            Self::Acknowledged => "acknowledged",
            Self::StatusChanged => "status_changed",
            Self::Noted => "noted",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for TimelineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line of an incident's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// Its id; ids grow with time, so they order a timeline.
    pub id: TimelineId,
    /// The incident.
    pub incident: IncidentId,
    /// When.
    pub at: Timestamp,
    /// What kind of thing happened.
    pub kind: TimelineKind,
    /// Who did it.
    pub actor: Actor,
    /// The delivery that caused it.
    pub delivery: Option<DeliveryId>,
    /// What happened, for people.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_least_three_digits_and_round_trip() {
        for (place, text) in [(1, "INC-2026-001"), (999, "INC-2026-999"), (1000, "INC-2026-1000")] {
            let number = IncidentNumber { year: 2026, place };
            assert_eq!(number.to_string(), text);
            assert_eq!(text.to_lowercase().parse(), Ok(number));
        }
        for wrong in ["INC-2026-", "INC-26-001", "INC-2026--1", "2026-001", "INC-2026-+1"] {
            assert!(wrong.parse::<IncidentNumber>().is_err(), "{wrong}");
        }
    }
}
