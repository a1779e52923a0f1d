//! What a parser makes of (a part of) a delivery.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::text::{is_longer, without_nul};
use crate::{Auto, Inquiry, Metadata, Reason, Severity, Timestamp};

/// The most characters of a dedup key as it is stored.
const MAX_KEY_CHARS: usize = 255;
/// The characters of a longer key that are kept in front of its digest.
const KEPT_KEY_CHARS: usize = 190;

/// What makes two alerts of one integration the same problem. At most 255 characters, never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DedupKey(String);

impl DedupKey {
    /// The key for `text`; none for an empty one. Longer than 255 characters: the first 190, a
    /// hyphen and the SHA-256 of the whole in hexadecimal. NUL becomes U+FFFD.
    ///
    /// ```
    /// use watchbell_model::DedupKey;
    /// assert_eq!(DedupKey::new("db-pool").unwrap().as_str(), "db-pool");
    /// assert_eq!(DedupKey::new(&"x".repeat(300)).unwrap().as_str().len(), 190 + 1 + 64);
    /// assert_eq!(DedupKey::new(""), None);
    /// ```
    pub fn new<'a>(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = text.into();
        if text.is_empty() {
            return None;
        }
        let key = if is_longer(&text, MAX_KEY_CHARS) {
            let mut key: String = text.chars().take(KEPT_KEY_CHARS).collect();
            key.push('-');
            push_hex(&mut key, &Sha256::digest(text.as_bytes()));
            key.into()
        } else {
            text
        };
        Some(Self(without_nul(key)))
    }

    /// The SHA-256 of `text` in hexadecimal, for a key that may not show its text or is always
    /// long.
    ///
    /// ```
    /// use watchbell_model::DedupKey;
    /// assert!(DedupKey::digest("{}:{}").as_str().starts_with("cc9772a1ec901d26"));
    /// ```
    pub fn digest(text: &str) -> Self {
        let mut key = String::with_capacity(64);
        push_hex(&mut key, &Sha256::digest(text.as_bytes()));
        Self(key)
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text form, for something else with the bounds of a key.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn push_hex(out: &mut String, bytes: &[u8]) {
    for byte in bytes {
        out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
}

/// The group at the source that an alert was last seen in: the first 16 bytes of the SHA-256 of
/// the source's own group key, which has no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupHash([u8; 16]);

impl GroupHash {
    /// The hash of the source's group key.
    pub fn of(group_key: &str) -> Self {
        let mut hash = [0; 16];
        for (to, from) in hash.iter_mut().zip(Sha256::digest(group_key.as_bytes())) {
            *to = from;
        }
        Self(hash)
    }

    /// The hash with these bytes, as a store gives it back.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Which ended incident a trigger opens again, when none is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reopen {
    /// The one of the same occurrence, if the alert has an occurrence id.
    #[default]
    SameOccurrence,
    /// The latest one of the key: the source says that it is the same problem come back.
    LatestOfKey,
    /// None: a mere reminder. If one of the same occurrence has ended, it stays so.
    Never,
}

/// What a repeat does to title, description and link of an open incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeatText {
    /// They stay as the first alert set them.
    #[default]
    Keep,
    /// The repeat's title, and its description and link where given, take their place.
    Replace,
}

/// A problem is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trigger {
    /// Whether somebody looks at it already, as the payload says: the incident starts as (or moves
    /// from `new` to) `investigating`.
    pub investigating: bool,
    /// Which ended incident it opens again.
    pub reopen: Reopen,
    /// What a repeat does to the texts.
    pub repeat_text: RepeatText,
    /// Whether it takes away an acknowledgement that came from the source (escalated, regressed).
    pub clears_source_acknowledgement: bool,
}

/// What an alert says has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// A problem is there.
    Trigger(Trigger),
    /// Somebody took it at the source.
    Acknowledge,
    /// It is over.
    Resolve,
    /// Something to write down.
    Note {
        /// Whether it also moves `new` to `investigating`, without an acknowledgement.
        investigating: bool,
    },
}

impl Action {
    /// The text form of every trigger.
    pub const TRIGGER: &'static str = "trigger";

    /// The text form: `trigger`, `acknowledge`, `resolve` or `note`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trigger(_) => Self::TRIGGER,
            Self::Acknowledge => "acknowledge",
            Self::Resolve => "resolve",
            Self::Note { .. } => "note",
        }
    }
}

/// A service as a payload names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceReference {
    /// What is written there, not yet looked up.
    pub text: String,
    /// The field's path in the payload, for the trace and for error messages.
    pub field: Cow<'static, str>,
}

/// What a parser makes of (a part of) a delivery: one thing that happened to one problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// What has happened.
    pub action: Action,
    /// Which problem; none means that each trigger is a problem of its own.
    pub dedup_key: Option<DedupKey>,
    /// Which occurrence of the problem, at most 255 characters.
    pub occurrence: Option<String>,
    /// In short, 1 to 500 characters.
    pub title: String,
    /// In full, up to 5,000 characters.
    pub description: Option<String>,
    /// The severity, if the payload itself names one.
    pub severity: Option<Severity>,
    /// The source's own level, to be mapped.
    pub level: Option<String>,
    /// Whether what the level gives gets worse with the number of events.
    pub auto: Option<Auto>,
    /// The service, if the payload itself names one.
    pub service: Option<ServiceReference>,
    /// What sent it, for people.
    pub source_name: Option<String>,
    /// Where to look at the source; http or https.
    pub source_url: Option<String>,
    /// The environment at the source.
    pub environment: Option<String>,
    /// The project at the source.
    pub project: Option<String>,
    /// When it began, by the source's clock.
    pub detected_at: Option<Timestamp>,
    /// Orders the deliveries of one key where the source gives an order: what is strictly earlier
    /// than the last one applied is stale. None: order of arrival.
    pub source_clock: Option<Timestamp>,
    /// The group at the source that it belongs to.
    pub group: Option<GroupHash>,
    /// Further names and values.
    pub metadata: Metadata,
    /// Why a rule at the source wants nothing opened: `auto_create_off` or `environment_filtered`.
    /// What is open is still updated and resolved. A test ignores it.
    pub must_not_open: Option<Reason>,
    /// Whether it is a test of the set-up.
    pub test: bool,
    /// Whether the source is asked about what this opens.
    pub inquiry: Option<Inquiry>,
}

impl Alert {
    /// An alert with nothing but its action and title (cut to 500 characters).
    pub fn new<'a>(action: Action, title: impl Into<Cow<'a, str>>) -> Self {
        Self {
            action,
            dedup_key: None,
            occurrence: None,
            title: crate::clean(title, Self::MAX_TITLE_CHARS),
            description: None,
            severity: None,
            level: None,
            auto: None,
            service: None,
            source_name: None,
            source_url: None,
            environment: None,
            project: None,
            detected_at: None,
            source_clock: None,
            group: None,
            metadata: Metadata::new(),
            must_not_open: None,
            test: false,
            inquiry: None,
        }
    }

    /// The most characters of a title.
    pub const MAX_TITLE_CHARS: usize = 500;
    /// The most characters of a description.
    pub const MAX_DESCRIPTION_CHARS: usize = 5_000;
    /// The most characters of a link.
    pub const MAX_URL_CHARS: usize = 2_048;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_keys_that_differ_at_the_end_stay_different() {
        let key = |end: &str| DedupKey::new(format!("{}{end}", "ä".repeat(255))).unwrap();
        assert_ne!(key("1"), key("2"));
        assert_eq!(key("1").as_str().chars().count(), 255);
        assert_eq!(DedupKey::new("ä".repeat(255)).unwrap().as_str(), "ä".repeat(255));
    }
}
