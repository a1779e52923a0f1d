//! The ID token: what it says, and whether that holds.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use watchbell_model::Timestamp;
use watchbell_signature::PublicKey;

use crate::{BadToken, Refused};

/// How far the provider's clock may be off.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);

/// The longest name of an account (OpenID Connect Core, section 2).
const MOST_SUBJECT: usize = 255;

/// How a token may be signed. There is no third way: with `none` everybody signs, and with a shared
/// password whoever knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// ECDSA over P-256 with SHA-256.
    Es256,
}

/// A token of which nothing is believed yet.
#[derive(Debug)]
pub(crate) struct Unproven<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    signed: &'a str,
    claims: &'a str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// What must be understood and is not (RFC 7515, section 4.1.11).
    crit: Option<IgnoredAny>,
}

/// What a token says, as far as it matters here (OpenID Connect Core, sections 2 and 5.1).
#[derive(Debug, Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    email: Option<String>,
    #[serde(default)]
    email_verified: Value,
    #[serde(default)]
    name: Value,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) now: Timestamp,
}

/// Whom the provider vouches for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) subject: String,
    pub(crate) email: String,
    pub(crate) name: Option<String>,
}

impl<'a> Unproven<'a> {
    /// Takes a token apart (RFC 7515, section 7.1).
    pub(crate) fn read(token: &'a str) -> Result<Self, BadToken> {
        let (signed, signature) = token.rsplit_once('.').ok_or(BadToken::Form)?;
        let (header, claims) = signed.split_once('.').ok_or(BadToken::Form)?;
        let header: Header = json(header)?;
        let algorithm = match (header.alg.as_str(), header.crit) {
            ("RS256", None) => Algorithm::Rs256,
            ("ES256", None) => Algorithm::Es256,
            _ => return Err(BadToken::Algorithm),
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| BadToken::Form)?;
        Ok(Self { algorithm, kid: header.kid, signed, claims, signature })
    }

    /// What it says, if `key` signed it.
    pub(crate) fn proven_by(&self, key: &PublicKey) -> Result<Claims, BadToken> {
        if !key.signed(self.signed.as_bytes(), &self.signature) {
            return Err(BadToken::Signature);
        }
        json(self.claims)
    }
}

impl Claims {
    /// Whom it is about, if it is for us and for now.
    pub(crate) fn check(self, expected: Expected<'_>) -> Result<Person, Refused> {
        let Expected { issuer, client_id, nonce, now } = expected;
        if self.iss != issuer {
            return Err(BadToken::Issuer.into());
        }
        let is_ours = match &self.aud {
            Audience::One(one) => one == client_id,
            Audience::Several(all) => {
                let among = all.iter().any(|one| one == client_id);
                // Of several it must say to whom it was given.
                among && (all.len() == 1 || self.azp.is_some())
            }
        };
        if !is_ours || self.azp.as_ref().is_some_and(|azp| azp != client_id) {
            return Err(BadToken::Audience.into());
        }
        let moment = |seconds: i64| Timestamp::from_timestamp(seconds, 0).ok_or(BadToken::Form);
        if now >= moment(self.exp)? + LEEWAY {
            return Err(BadToken::Expired.into());
        }
        if now + LEEWAY < moment(self.iat)? {
            return Err(BadToken::Future.into());
        }
        if self.nonce.as_deref() != Some(nonce) {
            return Err(BadToken::Nonce.into());
        }
        let is_plain = !self.sub.chars().any(char::is_control);
        if !(1..=MOST_SUBJECT).contains(&self.sub.len()) || !is_plain {
            return Err(BadToken::Form.into());
        }
        let subject = self.sub;
        let name = self.name.as_str().map(ToOwned::to_owned);
        match self.email {
            Some(email) if self.email_verified == Value::Bool(true) => {
                Ok(Person { subject, email, name })
            }
            _ => Err(Refused::Unverified),
        }
    }
}

/// JSON in base64.
fn json<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, BadToken> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| BadToken::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| BadToken::Form)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    /// What comes of good claims with these changes.
    fn checked(changes: &Value) -> Result<Person, Refused> {
        let mut claims = json!({
            "iss": "https://id.example.com", "sub": "1", "aud": "us", "exp": NOW + 300, "iat": NOW,
            "nonce": "n", "email": "ada@example.com", "email_verified": true, "name": "Ada",
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let claims: Claims = serde_json::from_value(claims).map_err(|_| BadToken::Form)?;
        claims.check(Expected {
            issuer: "https://id.example.com",
            client_id: "us",
            nonce: "n",
            now: Timestamp::from_timestamp(NOW, 0).unwrap(),
        })
    }

    #[test]
    fn claims_are_for_us_and_for_now() {
        let ada = Person {
            subject: "1".to_owned(),
            email: "ada@example.com".to_owned(),
            name: Some("Ada".to_owned()),
        };
        let good = |changes: &Value| assert_eq!(checked(changes), Ok(ada_of(&ada)), "{changes}");
        good(&json!({}));
        good(&json!({"aud": ["us"]}));
        good(&json!({"aud": ["us", "them"], "azp": "us"}));
        good(&json!({"azp": "us"}));
        good(&json!({"exp": NOW - 59}));
        good(&json!({"iat": NOW + 60}));
        let bad = |changes: &Value, expected: BadToken| {
            assert_eq!(checked(changes), Err(Refused::Token(expected)), "{changes}");
        };
        bad(&json!({"iss": "https://id.example.com/"}), BadToken::Issuer);
        bad(&json!({"aud": "them"}), BadToken::Audience);
        bad(&json!({"aud": []}), BadToken::Audience);
        bad(&json!({"aud": ["them", "others"], "azp": "us"}), BadToken::Audience);
        bad(&json!({"aud": ["us", "them"]}), BadToken::Audience);
        bad(&json!({"aud": ["us", "them"], "azp": "them"}), BadToken::Audience);
        bad(&json!({"azp": "them"}), BadToken::Audience);
        bad(&json!({"exp": NOW - 60}), BadToken::Expired);
        bad(&json!({"exp": 0}), BadToken::Expired);
        bad(&json!({"exp": i64::MAX}), BadToken::Form);
        bad(&json!({"exp": "tomorrow"}), BadToken::Form);
        bad(&json!({"iat": NOW + 61}), BadToken::Future);
        bad(&json!({"nonce": "m"}), BadToken::Nonce);
        bad(&json!({"nonce": null}), BadToken::Nonce);
        for sub in [json!(null), json!(1), json!(""), json!("a\0"), json!("x".repeat(256))] {
            bad(&json!({"sub": sub}), BadToken::Form);
        }
        for changes in [
            json!({"email_verified": false}),
            json!({"email_verified": null}),
            json!({"email_verified": "true"}),
            json!({"email": null}),
        ] {
            assert_eq!(checked(&changes), Err(Refused::Unverified), "{changes}");
        }
    }

    fn ada_of(ada: &Person) -> Person {
        Person { subject: ada.subject.clone(), email: ada.email.clone(), name: ada.name.clone() }
    }

    #[test]
    fn only_two_ways_to_sign_are_read() {
        let check = |header: &Value, expected: Result<Algorithm, BadToken>| {
            let token = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header.to_string()));
            assert_eq!(Unproven::read(&token).map(|token| token.algorithm), expected, "{header}");
        };
        check(&json!({"alg": "RS256"}), Ok(Algorithm::Rs256));
        check(&json!({"alg": "ES256", "kid": "a"}), Ok(Algorithm::Es256));
        for other in ["none", "None", "", "HS256", "RS512", "PS256", "ES384", "EdDSA", "rs256"] {
            check(&json!({"alg": other}), Err(BadToken::Algorithm));
        }
        check(&json!({"alg": "RS256", "crit": ["b64"], "b64": false}), Err(BadToken::Algorithm));
        check(&json!({"kid": "a"}), Err(BadToken::Form));
        check(&json!({"alg": ["RS256"]}), Err(BadToken::Form));
        for wrong in ["", ".", "..", "a.b", "e30", "e30.e30.", "{}.{}.{}"] {
            assert_eq!(Unproven::read(wrong).err(), Some(BadToken::Form), "{wrong}");
        }
    }
}
