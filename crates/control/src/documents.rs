//! The configuration as people write and read it: names in place of ids, and nothing secret. What
//! the audit log tells, what `ETag`s are made of.

mod integration;
mod people;
mod service;
mod whole;

use serde::Serialize;
use watchbell_model::{ServiceId, TeamId, UserId};
use watchbell_store::StoredConfig;
use watchbell_vault::token_hash;

pub use integration::{IntegrationDocument, LinkDocument, ProjectDocument};
pub use people::{SettingsDocument, TeamDocument, UserDocument};
pub use service::ServiceDocument;
pub use whole::ConfigDocument;
pub(crate) use whole::VERSION;

/// How many digits an `ETag` has.
const ETAG_DIGITS: usize = 16;

/// What stands for exactly this document: 16 hexadecimal digits of a digest of its JSON.
pub fn etag(document: &impl Serialize) -> String {
    // A document has texts, numbers and truths only: all of them have a JSON form.
    let json = serde_json::to_string(document).unwrap_or_default();
    let mut text = hex(&token_hash("etag", &json));
    text.truncate(ETAG_DIGITS);
    text
}

/// Bytes as lower-case digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)).collect()
}

/// The key of a service; its id if it is not there.
fn service_name(config: &StoredConfig, id: ServiceId) -> String {
    let found = config.services.iter().find(|service| service.id == id);
    found.map_or_else(|| id.to_string(), |service| service.key.to_string())
}

/// The name of a team; its id if it is not there.
fn team_name(config: &StoredConfig, id: TeamId) -> String {
    let found = config.teams.iter().find(|team| team.id == id);
    found.map_or_else(|| id.to_string(), |team| team.name.clone())
}

/// The address of a user; their id if they are not there.
fn user_name(config: &StoredConfig, id: UserId) -> String {
    let found = config.users.iter().find(|user| user.id == id);
    found.map_or_else(|| id.to_string(), |user| user.email.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_changes_with_its_document_alone() {
        let bare = SettingsDocument::default();
        let named = SettingsDocument { reopen_days: Some(1), ..SettingsDocument::default() };
        assert_eq!(etag(&bare), etag(&bare.clone()));
        assert_ne!(etag(&bare), etag(&named));
        assert_eq!(etag(&bare).len(), ETAG_DIGITS);
    }
}
