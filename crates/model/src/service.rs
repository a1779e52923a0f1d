//! Services and the three kinds of name that they answer to.

use std::fmt;
use std::str::FromStr;

use crate::{ServiceId, Severity, TeamId, Timestamp};

/// Letters of a canonical key: without I, O and U, which are mistaken for others.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTVWXYZ";
/// Letters and digits of a canonical key after its first character.
const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHJKLMNPQRSTVWXYZ23456789";

/// A text that is not a service key of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a service key: expected {expected}")]
pub struct InvalidServiceKey {
    /// The form that was wanted.
    pub expected: &'static str,
}

/// A service's canonical key: `svc_`, a letter, and nine letters or digits (no I, O, U, 0, 1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceKey(String);

impl ServiceKey {
    /// A key out of ten random numbers; each byte picks one character.
    pub fn from_random(random: [u8; 10]) -> Self {
        let mut key = String::with_capacity(14);
        key.push_str("svc_");
        for (place, byte) in random.into_iter().enumerate() {
            let alphabet = if place == 0 { LETTERS } else { LETTERS_AND_DIGITS };
            let letter = alphabet.get(usize::from(byte) % alphabet.len());
            key.push(letter.map_or('A', |l| char::from(*l)));
        }
        Self(key)
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ServiceKey {
    type Err = InvalidServiceKey;

    /// Any case is accepted and brought to the canonical one.
    fn from_str(text: &str) -> Result<Self, InvalidServiceKey> {
        let refused = || InvalidServiceKey {
            expected: "svc_ and 10 characters of A-Z without I, O, U and 2-9, the first a letter",
        };
        let upper = text.trim().to_ascii_uppercase();
        let rest = upper.strip_prefix("SVC_").ok_or_else(refused)?;
        let valid = rest.len() == 10
            && rest.bytes().enumerate().all(|(place, byte)| {
                if place == 0 { LETTERS } else { LETTERS_AND_DIGITS }.contains(&byte)
            });
        if valid { Ok(Self(format!("svc_{rest}"))) } else { Err(refused()) }
    }
}

/// A service's sequential key, `SER-00001`: at least five digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegacyKey(u32);

impl LegacyKey {
    /// The key with this number.
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number in it.
    pub const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for LegacyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SER-{:05}", self.0)
    }
}

impl FromStr for LegacyKey {
    type Err = InvalidServiceKey;

    fn from_str(text: &str) -> Result<Self, InvalidServiceKey> {
        let refused = InvalidServiceKey { expected: "SER- and at least 5 digits" };
        let upper = text.trim().to_ascii_uppercase();
        match upper.strip_prefix("SER-") {
            Some(digits) if digits.len() >= 5 && digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map(Self).map_err(|_| refused)
            }
            _ => Err(refused),
        }
    }
}

/// A key that a service brought along from elsewhere: 1 to 50 characters of `[A-Za-z0-9_-]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServiceSlug(String);

impl ServiceSlug {
    /// The text form, in the case in which it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ServiceSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ServiceSlug {
    type Err = InvalidServiceKey;

    fn from_str(text: &str) -> Result<Self, InvalidServiceKey> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if (1..=50).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidServiceKey { expected: "1 to 50 characters of A-Z, a-z, 0-9, _ and -" })
        }
    }
}

/// A `service_id` as it is compared: trimmed, without case. None if it cannot name any service
/// (empty, or longer than 50 characters).
pub fn fold_service_reference(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 50 && text.is_ascii()).then(|| text.to_ascii_lowercase())
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = InvalidServiceKey;

            fn from_str(text: &str) -> Result<Self, InvalidServiceKey> {
                Self::ALL
                    .iter()
                    .copied()
                    .find(|v| v.as_str() == text)
                    .ok_or(InvalidServiceKey { expected: concat!("one of", $(" ", $text,)*) })
            }
        }
    };
}

words! {
    /// Where a service runs.
    Environment {
        /// For its users.
        #[default]
        Production = "production",
        /// For a last look.
        Staging = "staging",
        /// For its makers.
        Development = "development",
    }
}

words! {
    /// What a service is.
    ServiceKind {
        /// Called by programs.
        #[default]
        Api = "api",
        /// Looked at by people.
        Web = "web",
        /// Works in the background.
        Worker = "worker",
        /// Keeps data.
        Database = "database",
        /// For the organization itself.
        Internal = "internal",
    }
}

/// What can break, and who owns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id inside Watchbell.
    pub id: ServiceId,
    /// Its canonical key.
    pub key: ServiceKey,
    /// Its sequential key.
    pub legacy_key: LegacyKey,
    /// A key that was brought along.
    pub slug: Option<ServiceSlug>,
    /// What people call it.
    pub name: String,
    /// What it does.
    pub description: Option<String>,
    /// Whether new incidents may be opened on it.
    pub active: bool,
    /// The severity of its incidents when neither payload nor mapping names one.
    pub default_severity: Option<Severity>,
    /// Where it runs.
    pub environment: Environment,
    /// What it is.
    pub kind: ServiceKind,
    /// Its source code, `owner/repo`.
    pub repository: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// The team that owns it.
    pub team: Option<TeamId>,
    /// When it was added.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_without_case_and_shown_in_the_canonical_one() {
        assert_eq!("SVC_k7m4q9tz2h".parse::<ServiceKey>().unwrap().as_str(), "svc_K7M4Q9TZ2H");
        assert_eq!("ser-00001".parse::<LegacyKey>().unwrap().to_string(), "SER-00001");
        assert_eq!(LegacyKey::new(123_456).to_string(), "SER-123456");
        for wrong in ["svc_PROD12345", "svc_CHECKOUT1", "SER-0001", "svc_27M4Q9TZ2H", "svc_"] {
            assert!(wrong.parse::<ServiceKey>().is_err(), "{wrong}");
        }
        assert!("svc_CHECKOUT1".parse::<ServiceSlug>().is_ok());
    }

    #[test]
    fn every_random_key_is_a_valid_one() {
        for byte in 0..=255 {
            let key = ServiceKey::from_random([byte; 10]);
            assert_eq!(key.as_str().parse::<ServiceKey>(), Ok(key));
        }
    }
}
