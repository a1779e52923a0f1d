//! Sign-in at an identity provider, as this server offers it. Everything here blocks.

use std::net::IpAddr;
use std::sync::Arc;

use watchbell_ingest::RequestLimits;
use watchbell_model::{Role, Timestamp};
use watchbell_oidc::{CallBack, Error, RelyingParty, Started, Vouched};
use watchbell_vault::Vault;

/// The most sign-ins that one address may bring back in a minute. Each one makes the server ask the
/// provider.
const TRIES_PER_MINUTE: u32 = 30;

/// Sign-in at an identity provider, as this server offers it.
#[derive(Debug)]
pub struct OpenId {
    party: RelyingParty,
    vault: Arc<Vault>,
    tries: RequestLimits<IpAddr>,
    /// What people call the provider.
    pub(crate) name: String,
    /// What somebody becomes whom nobody here knows yet; none: nobody.
    pub(crate) new_user_role: Option<Role>,
}

impl OpenId {
    /// Sign-in at the provider of `party`, whom people call `name`. What is under way is sealed by
    /// `vault`. With `new_user_role` everybody is let in whom the provider vouches for.
    pub fn new(
        party: RelyingParty,
        vault: Arc<Vault>,
        name: String,
        new_user_role: Option<Role>,
    ) -> Self {
        Self { party, vault, tries: RequestLimits::new(TRIES_PER_MINUTE), name, new_user_role }
    }

    /// Which provider it is.
    pub(crate) fn issuer(&self) -> &str {
        self.party.issuer().as_str()
    }

    /// How many seconds an address must wait that has come back too often; none: it may come.
    pub(crate) fn must_wait(&self, from: IpAddr, now: Timestamp) -> Option<i64> {
        let refused = self.tries.count(from, now).err()?;
        Some(refused.reset_at.saturating_sub(now.timestamp()))
    }

    pub(crate) fn start(&self, back: &str, now: Timestamp) -> Result<Started, Error> {
        self.party.start(&self.vault, back, now)
    }

    pub(crate) fn finish(&self, back: &CallBack, now: Timestamp) -> Result<Vouched, Error> {
        self.party.finish(&self.vault, back, now)
    }
}
