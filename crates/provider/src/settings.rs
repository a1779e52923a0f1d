//! A provider's own settings of an integration, described so that a form can be drawn from them.

use std::collections::BTreeMap;

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A time span in whole seconds.
    Seconds,
    /// A whole number, at least 1.
    Count,
    /// Any text.
    Text,
    /// The name of a header, or nothing.
    Header,
}

impl SettingKind {
    /// Whether `value` is of this kind. Any text is a [`Text`](Self::Text): its length is the
    /// store's matter.
    ///
    /// ```
    /// use watchbell_provider::SettingKind;
    /// assert!(SettingKind::Header.takes("X-Signed-At") && SettingKind::Header.takes(""));
    /// assert!(!SettingKind::Header.takes("X-Signed-At: 1"));
    /// ```
    pub fn takes(&self, value: &str) -> bool {
        match self {
            Self::Flag => matches!(value, "true" | "false"),
            Self::Choice(words) => words.contains(&value),
            Self::Seconds => value.is_empty() || value.parse::<u32>().is_ok(),
            Self::Count => value.parse::<u32>().is_ok_and(|count| count > 0),
            Self::Text => true,
            Self::Header => {
                // RFC 9110, section 5.6.2.
                let is_mark = |byte| b"!#$%&'*+-.^_`|~".contains(&byte);
                value.len() <= 100
                    && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
            }
        }
    }
}

/// One setting of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its name: `[a-z_]+`.
    pub key: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it does.
    pub help: &'static str,
    /// What it takes.
    pub kind: SettingKind,
    /// What it is unless set.
    pub default: &'static str,
}

/// What is wrong with settings that do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingProblem {
    /// The setting that is to be changed.
    pub key: &'static str,
    /// What was expected, for people.
    pub expected: String,
}

/// The settings of one integration, as texts by key.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a>(&'a BTreeMap<String, String>);

impl<'a> Options<'a> {
    /// A view of `entries`.
    pub const fn new(entries: &'a BTreeMap<String, String>) -> Self {
        Self(entries)
    }

    /// No settings: every one has its default.
    pub const fn none() -> Self {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        Self(&NONE)
    }

    /// The value of `setting`, or its default.
    pub fn get(&self, setting: &Setting) -> &'a str {
        self.0.get(setting.key).map_or(setting.default, String::as_str)
    }

    /// The number that `setting` is; its default, if it is none.
    pub fn count(&self, setting: &Setting) -> u64 {
        let read = |text: &str| text.parse().ok();
        read(self.get(setting)).or_else(|| read(setting.default)).unwrap_or_default()
    }

    /// Whether the flag `setting` is on.
    pub fn is_on(&self, setting: &Setting) -> bool {
        self.get(setting) == "true"
    }
}
