//! What a parser makes of (a part of) a delivery.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::{Reason, Severity, Timestamp};

/// The most entries of metadata that an incident keeps.
pub const MAX_METADATA_KEYS: usize = 50;

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
    pub fn new(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let long = text.len() > MAX_KEY_CHARS && text.chars().nth(MAX_KEY_CHARS).is_some();
        let mut key = if long {
            let mut key: String = text.chars().take(KEPT_KEY_CHARS).collect();
            key.push('-');
            push_hex(&mut key, &Sha256::digest(text.as_bytes()));
            key
        } else {
            text.to_owned()
        };
        if key.contains('\0') {
            key = key.replace('\0', "\u{fffd}");
        }
        Some(Self(key))
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

/// Names and values around an alert, sorted by name, at most [`MAX_METADATA_KEYS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata(BTreeMap<String, String>);

impl Metadata {
    /// The most characters of a name.
    pub const MAX_NAME_CHARS: usize = 64;
    /// The most characters of a value.
    pub const MAX_VALUE_CHARS: usize = 1_000;

    /// No metadata.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds an entry, cut to the limits. A name that is there gets the new value; a further name
    /// beyond the limit is left out.
    pub fn insert(&mut self, name: &str, value: &str) {
        let name = crate::cut(name, Self::MAX_NAME_CHARS);
        if name.is_empty() || (self.0.len() >= MAX_METADATA_KEYS && !self.0.contains_key(&name)) {
            return;
        }
        self.0.insert(name, crate::cut(value, Self::MAX_VALUE_CHARS));
    }

    /// All `entries` at once, each cut to the limits. Of a name that is there twice the last one
    /// counts; those beyond the limit are left out.
    ///
    /// ```
    /// use watchbell_model::Metadata;
    /// let metadata = Metadata::of([("zone", "eu"), ("", "x"), ("host", "a")].into_iter());
    /// assert_eq!(metadata.iter().collect::<Vec<_>>(), [("host", "a"), ("zone", "eu")]);
    /// ```
    pub fn of<'a>(entries: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let fits = entries.filter(|(name, _)| !name.is_empty()).take(MAX_METADATA_KEYS);
        let cut = fits.map(|(name, value)| {
            (crate::cut(name, Self::MAX_NAME_CHARS), crate::cut(value, Self::MAX_VALUE_CHARS))
        });
        Self(cut.collect())
    }

    /// Unites with `newer`, whose values win; beyond the limit older entries give way. Says whether
    /// anything changed.
    pub fn merge(&mut self, newer: &Self) -> bool {
        let mut changed = false;
        for (name, value) in &newer.0 {
            match self.0.get_mut(name) {
                Some(old) if old == value => {}
                Some(old) => {
                    old.clone_from(value);
                    changed = true;
                }
                None => {
                    self.0.insert(name.clone(), value.clone());
                    changed = true;
                }
            }
        }
        while self.0.len() > MAX_METADATA_KEYS {
            let oldest = self.0.keys().find(|name| !newer.0.contains_key(*name)).cloned();
            let Some(oldest) = oldest else { break };
            self.0.remove(&oldest);
        }
        changed
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The entries, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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
}

impl Alert {
    /// An alert with nothing but its action and title (cut to 500 characters).
    pub fn new(action: Action, title: &str) -> Self {
        Self {
            action,
            dedup_key: None,
            occurrence: None,
            title: crate::clean(title, Self::MAX_TITLE_CHARS),
            description: None,
            severity: None,
            level: None,
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
    fn metadata_unites_and_stays_bounded() {
        let mut old = Metadata::new();
        for n in 0..MAX_METADATA_KEYS {
            old.insert(&format!("old{n:02}"), "1");
        }
        old.insert("one too many", "1");
        assert_eq!(old.len(), MAX_METADATA_KEYS);
        let mut newer = Metadata::new();
        newer.insert("new", "2");
        newer.insert("old07", "2");
        assert!(old.merge(&newer));
        assert_eq!(old.len(), MAX_METADATA_KEYS);
        assert_eq!((old.get("new"), old.get("old07")), (Some("2"), Some("2")));
        assert!(!old.merge(&newer));
    }

    #[test]
    fn long_keys_that_differ_at_the_end_stay_different() {
        let key = |end: &str| DedupKey::new(&format!("{}{end}", "ä".repeat(255))).unwrap();
        assert_ne!(key("1"), key("2"));
        assert_eq!(key("1").as_str().chars().count(), 255);
        assert_eq!(DedupKey::new(&"ä".repeat(255)).unwrap().as_str(), "ä".repeat(255));
    }
}
