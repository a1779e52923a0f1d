//! One sign-in that is under way, sealed into a cookie.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use watchbell_model::{Secret, Timestamp};
use watchbell_vault::{Vault, VaultError, purpose, random};

/// How long somebody may take at the provider.
pub(crate) const LIFE: TimeDelta = TimeDelta::minutes(10);
/// More than a cookie has.
const MAX_BYTES: usize = 4_096;

/// One sign-in that is under way. It is in the browser alone, sealed by the master key: so the
/// browser may come back to any server of the database, and strangers who begin and never come back
/// fill no memory.
#[derive(Serialize, Deserialize)]
pub(crate) struct Transaction {
    /// Comes back with the browser: nobody else can have begun this.
    pub(crate) state: String,
    /// Comes back in the token: it was made for this.
    pub(crate) nonce: String,
    /// Goes to the provider with the code: whoever only has the code gets nothing for it.
    verifier: String,
    /// The path to go back to.
    pub(crate) back: String,
    expires_s: i64,
}

impl Transaction {
    pub(crate) fn new(back: &str, now: Timestamp) -> Result<Self, VaultError> {
        let text = || random::<32>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        Ok(Self {
            state: text()?,
            nonce: text()?,
            verifier: text()?,
            back: back.to_owned(),
            expires_s: (now + LIFE).timestamp(),
        })
    }

    /// What the provider is told of the verifier at first (RFC 7636, section 4.2, `S256`).
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()))
    }

    pub(crate) fn verifier(&self) -> &str {
        &self.verifier
    }

    /// For the cookie.
    pub(crate) fn seal(&self, vault: &Vault) -> Result<Secret, VaultError> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        Ok(Secret::new(URL_SAFE_NO_PAD.encode(vault.seal(purpose::OIDC_TRANSACTION, &text)?)))
    }

    /// Out of the cookie; nothing, if it is not ours or too old.
    pub(crate) fn open(vault: &Vault, cookie: &Secret, now: Timestamp) -> Option<Self> {
        let text = cookie.expose();
        let sealed = URL_SAFE_NO_PAD.decode(text).ok().filter(|_| text.len() <= MAX_BYTES)?;
        let opened = vault.open(purpose::OIDC_TRANSACTION, &sealed).ok()?;
        let read: Self = serde_json::from_slice(&opened).ok()?;
        (now.timestamp() < read.expires_s).then_some(read)
    }
}

#[cfg(test)]
mod tests {
    use watchbell_vault::MasterKey;

    use super::*;

    fn vault(key: &str) -> Vault {
        Vault::new(MasterKey::from_text(&key.repeat(32)).unwrap()).unwrap()
    }

    #[test]
    fn a_cookie_opens_where_the_master_key_is_and_not_for_long() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let begun = Transaction::new("/incidents", now).unwrap();
        let cookie = begun.seal(&vault("01")).unwrap();
        let opened = |key: &str, cookie: &Secret, at: Timestamp| {
            Transaction::open(&vault(key), cookie, at).map(|opened| opened.back)
        };
        assert_eq!(opened("01", &cookie, now), Some("/incidents".to_owned()));
        assert!(opened("01", &cookie, now + LIFE - TimeDelta::seconds(1)).is_some());
        assert_eq!(opened("01", &cookie, now + LIFE), None);
        assert_eq!(opened("02", &cookie, now), None, "another master key");
        assert_eq!(opened("01", &Secret::new("x"), now), None);
        assert_eq!(opened("01", &Secret::new(""), now), None);
        assert!(!cookie.expose().contains(&begun.state), "sealed");
    }

    #[test]
    fn a_challenge_is_as_in_the_rfc() {
        // RFC 7636, appendix B.
        let begun = Transaction {
            state: String::new(),
            nonce: String::new(),
            verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
            back: String::new(),
            expires_s: 0,
        };
        assert_eq!(begun.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
