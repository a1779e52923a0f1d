//! Between rows and the model's types. Whatever stands in a row and was never written by this
//! program is `Corrupt`, not a panic.

#![expect(
    clippy::ref_option_ref,
    reason = "diesel derives implementations for references to the fields' types"
)]

mod audit;
mod config;
mod connection;
mod delivery;
mod deploy;
mod enrichment;
mod incident;
mod issue_link;
mod job;
mod keys;
mod people;
mod project;
mod session;
mod subscription;
mod timeline;

use chrono::DateTime;
use uuid::Uuid;
use watchbell_model::Timestamp;
use watchbell_store::StoreError;
use watchbell_store::stored::corrupt;

pub(crate) use audit::{AuditRow, NewAudit};
pub(crate) use config::{
    IntegrationFields, IntegrationRow, LinkRow, NewLink, NewService, ServiceRow,
};
pub(crate) use connection::{AppFields, AppRow, ConnectionFields, ConnectionRow};
pub(crate) use delivery::{CounterRow, DeliveryRow, DeliverySummaryRow, delivery_insert};
pub(crate) use deploy::{
    DeployKeyRow, DeployRow, NewDeploy, NewDeployKey, NewPushedCommit, PushedCommitRow,
    SuspectsFields, SuspectsRow,
};
pub(crate) use enrichment::{EnrichmentFields, EnrichmentRow};
pub(crate) use incident::{IncidentRow, IncidentSet, Indexed, Insert as InsertIncident};
pub(crate) use issue_link::{IssueLinkFields, IssueLinkRow};
pub(crate) use job::JobRow;
pub(crate) use keys::{
    ApiKeyRow, NewApiKey, NewRoutingKey, NewSigningSecret, RoutingKeyRow, SigningSecretRow,
};
pub(crate) use people::{
    MemberRow, ServiceFields, SettingsFields, SettingsRow, TeamFields, TeamRow, UserFields, UserRow,
};
pub(crate) use project::{NewProject, ProjectRow};
pub(crate) use session::{NewOneTimeLink, NewSession, OneTimeLinkRow, SessionRow};
pub(crate) use subscription::{SubscriptionFields, SubscriptionRow};
pub(crate) use timeline::{TimelineRow, timeline_insert};

/// A moment as it is stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.timestamp_micros()
}

/// A stored moment.
pub(crate) fn time(what: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt(what))
}

/// A stored moment that may be absent.
pub(crate) fn time_opt(
    what: &'static str,
    micros: Option<i64>,
) -> Result<Option<Timestamp>, StoreError> {
    micros.map(|micros| time(what, micros)).transpose()
}

/// The UUID of a stored id.
pub(crate) fn uuid(what: &'static str, bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|_| corrupt(what))
}

/// A stored truth.
pub(crate) fn flag(what: &'static str, number: i64) -> Result<bool, StoreError> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(corrupt(what)),
    }
}

/// Sixteen or so bytes in hexadecimal, for lists of ids in JSON.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_stored_values_are_corrupt() {
        assert!(uuid("x", &[1; 15]).is_err());
        assert!(time("x", i64::MAX).is_err());
        assert!(flag("x", 2).is_err());
        assert_eq!(hex(&[0, 0xab, 0xff]), "00abff");
    }
}
