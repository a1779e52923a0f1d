//! The tokens of a connection as they are sealed: together, since they change together.

use serde::{Deserialize, Serialize};
use watchbell_model::Secret;
use watchbell_sentry_client::Authorization;

/// A token, and what the next one is got with.
pub(super) struct Tokens {
    pub(super) token: Secret,
    pub(super) refresh_token: Option<Secret>,
}

#[derive(Serialize)]
struct Written<'a> {
    token: &'a str,
    refresh_token: Option<&'a str>,
}

impl Tokens {
    pub(super) fn of(authorization: &Authorization) -> Self {
        let Authorization { token, refresh_token, .. } = authorization;
        Self { token: token.clone(), refresh_token: refresh_token.clone() }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let refresh_token = self.refresh_token.as_ref().map(Secret::expose);
        let written = Written { token: self.token.expose(), refresh_token };
        serde_json::to_vec(&written).unwrap_or_default()
    }

    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Read {
            token: String,
            refresh_token: Option<String>,
        }
        let Read { token, refresh_token } = serde_json::from_slice(bytes).ok()?;
        Some(Self { token: Secret::new(token), refresh_token: refresh_token.map(Secret::new) })
    }
}
