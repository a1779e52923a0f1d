//! The keys that the provider publishes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use watchbell_signature::PublicKey;

use crate::Error;
use crate::token::Algorithm;

/// More keys than any provider has at a time; what comes after is not looked at.
const MOST: usize = 100;

/// The keys that the provider publishes, as far as they sign tokens here.
#[derive(Debug)]
pub(crate) struct Keys(Vec<Named>);

#[derive(Debug)]
struct Named {
    kid: Option<String>,
    key: PublicKey,
}

#[derive(Deserialize)]
struct JwkSet {
    keys: Vec<Jwk>,
}

/// A key as it is published (RFC 7517, RFC 7518 section 6).
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    used_for: Option<String>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

impl Keys {
    /// The keys in `document`. Those of other kinds and for other uses are left out.
    pub(crate) fn read(document: &[u8]) -> Result<Self, Error> {
        let set: JwkSet = serde_json::from_slice(document)
            .map_err(|error| Error::Provider(format!("its keys cannot be read: {error}")))?;
        let keys = set.keys.into_iter().take(MOST).filter_map(|jwk| {
            let key = jwk.key()?;
            Some(Named { kid: jwk.kid, key })
        });
        Ok(Self(keys.collect()))
    }

    /// The key of this name. A token without a name is only believed where one key alone can have
    /// signed it.
    pub(crate) fn find(&self, algorithm: Algorithm, kid: Option<&str>) -> Option<&PublicKey> {
        let mut fitting = self.0.iter().filter(|named| {
            let is_meant = kid.is_none() || named.kid.as_deref() == kid;
            is_meant && named.key.is_rsa() == (algorithm == Algorithm::Rs256)
        });
        let found = fitting.next()?;
        fitting.next().is_none().then_some(&found.key)
    }
}

impl Jwk {
    fn key(&self) -> Option<PublicKey> {
        if self.used_for.as_deref().is_some_and(|used_for| used_for != "sig") {
            return None;
        }
        let signs = |name: &str| self.alg.as_deref().is_none_or(|alg| alg == name);
        let number = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) if signs("RS256") => {
                Some(PublicKey::rsa(&number(&self.n)?, &number(&self.e)?))
            }
            ("EC", Some("P-256")) if signs("ES256") => {
                PublicKey::p256(&number(&self.x)?, &number(&self.y)?)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_its_name_and_kind() {
        let point = URL_SAFE_NO_PAD.encode([1; 32]);
        let document = format!(
            r#"{{"keys":[
                {{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}},
                {{"kty":"EC","kid":"b","crv":"P-256","x":"{point}","y":"{point}","use":"sig"}},
                {{"kty":"RSA","kid":"c","n":"AQAC","e":"AQAB","use":"enc"}},
                {{"kty":"RSA","kid":"d","n":"AQAC","e":"AQAB","alg":"PS256"}},
                {{"kty":"EC","kid":"e","crv":"P-384","x":"{point}","y":"{point}"}},
                {{"kty":"oct","kid":"f","k":"AQAB"}},
                {{"kty":"RSA","kid":"g","n":"not base64!","e":"AQAB"}},
                {{"kty":"EC","kid":"h","crv":"P-256","x":"{point}"}}]}}"#
        );
        let keys = Keys::read(document.as_bytes()).unwrap();
        let check = |algorithm: Algorithm, kid: Option<&str>, found: bool| {
            assert_eq!(keys.find(algorithm, kid).is_some(), found, "{algorithm:?} {kid:?}");
        };
        check(Algorithm::Rs256, Some("a"), true);
        check(Algorithm::Es256, Some("a"), false);
        check(Algorithm::Es256, Some("b"), true);
        check(Algorithm::Rs256, Some("b"), false);
        check(Algorithm::Rs256, None, true);
        check(Algorithm::Es256, None, true);
        for other in ["c", "d", "e", "f", "g", "h", ""] {
            check(Algorithm::Rs256, Some(other), false);
            check(Algorithm::Es256, Some(other), false);
        }
    }

    #[test]
    fn without_a_name_two_keys_are_one_too_many() {
        let two = br#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"},
            {"kty":"RSA","kid":"a","n":"AQAC","e":"AQAB"}]}"#;
        let keys = Keys::read(two).unwrap();
        assert!(keys.find(Algorithm::Rs256, None).is_none());
        assert!(keys.find(Algorithm::Rs256, Some("a")).is_some());
        assert!(Keys::read(b"[]").is_err());
    }
}
