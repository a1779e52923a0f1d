//! What is sealed and hashed, in one place: a value sealed for one purpose opens for no other.

use watchbell_model::{ConnectionScope, IntegrationId, SecretId};

/// The kind of token that routing keys are, see [`token_hash`](crate::token_hash).
pub const ROUTING_KEY: &str = "routing_key";
/// The kind of token that API keys are, see [`token_hash`](crate::token_hash). Hashed is what
/// follows the prefix, see [`bare_api_key`].
pub const API_KEY: &str = "api_key";

/// The kind of token that sessions are known by, see [`token_hash`](crate::token_hash).
pub const SESSION: &str = "session";
/// The kind of token that a session's token gives for forms.
pub const CSRF: &str = "csrf";
/// The kind of token that links which work once are known by.
pub const LINK: &str = "one_time_link";
/// The kind of token that deploys are told with, see [`token_hash`](crate::token_hash).
pub const DEPLOY_TOKEN: &str = "deploy_token";
/// What a deploy token begins with.
pub const DEPLOY_TOKEN_PREFIX: &str = "dpl_";
/// The context in which a sign-in that is under way at an identity provider is sealed. It is in a
/// cookie for some minutes, never in the database.
pub const OIDC_TRANSACTION: &str = "oidc_transaction";

/// The context in which an installation that waits for a person's yes is sealed. It is in a cookie and
/// a form for some minutes, never in the database.
pub const INSTALLATION: &str = "installation";

/// What an API key begins with.
pub const API_KEY_PREFIX: &str = "wb_";
/// What clients written for another product check for; the same key with it is accepted.
pub const API_KEY_PREFIX_ALIAS: &str = "rf_";

/// What follows the prefix of an API key; none if `text` has neither prefix.
///
/// ```
/// use watchbell_vault::purpose::bare_api_key;
/// assert_eq!(bare_api_key("wb_abc"), Some("abc"));
/// assert_eq!(bare_api_key("rf_abc"), Some("abc"));
/// assert_eq!(bare_api_key("abc"), None);
/// ```
pub fn bare_api_key(text: &str) -> Option<&str> {
    text.strip_prefix(API_KEY_PREFIX).or_else(|| text.strip_prefix(API_KEY_PREFIX_ALIAS))
}

/// The context in which a routing key is sealed.
pub fn routing_key(integration: IntegrationId) -> String {
    format!("{ROUTING_KEY}:{integration}")
}

/// The context in which a signing secret is sealed.
pub fn signing_secret(secret: SecretId) -> String {
    format!("signing_secret:{secret}")
}

/// The context in which a secret that GitHub signs with is sealed.
pub fn github_secret(secret: SecretId) -> String {
    format!("github_secret:{secret}")
}

/// The context in which the tokens of a connection are sealed.
pub fn connection(id: ConnectionScope) -> String {
    format!("connection:{id}")
}

/// The context in which the address that confirms a topic is sealed.
pub fn confirmation(integration: IntegrationId, topic: &str) -> String {
    format!("confirmation:{integration}:{topic}")
}
