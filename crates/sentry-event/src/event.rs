//! What an event comes to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tags::is_personal;

/// An event: what failed, where, and what is known around it. Moments are RFC 3339 in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Event {
    /// Its id: 32 hexadecimal digits.
    pub id: Option<String>,
    /// In short.
    pub title: Option<String>,
    /// What was logged, if it was a message.
    pub message: Option<String>,
    /// The language or system: `python`, …
    pub platform: Option<String>,
    /// `fatal`, `error`, `warning`, `info` or `debug`.
    pub level: Option<String>,
    /// Where it happened, in Sentry's words.
    pub culprit: Option<String>,
    /// When it happened.
    pub occurred_at: Option<String>,
    /// When Sentry heard of it.
    pub received_at: Option<String>,
    /// Where it ran.
    pub environment: Option<String>,
    /// Which version ran.
    pub release: Option<String>,
    /// Its tags, by name.
    pub tags: Vec<Tag>,
    /// Who met it.
    pub user: Option<Person>,
    /// The browser.
    pub browser: Option<Named>,
    /// The operating system.
    pub os: Option<Named>,
    /// The device.
    pub device: Option<Named>,
    /// What it ran on: `CPython 3.12`.
    pub runtime: Option<Named>,
    /// The HTTP request that was being answered.
    pub request: Option<Request>,
    /// What was raised: the one that was reported first, then what caused it.
    pub exceptions: Vec<Exception>,
    /// What happened before, in the order in which it did.
    pub breadcrumbs: Vec<Breadcrumb>,
    /// What there was more of than is kept.
    pub left_out: Vec<LeftOut>,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// Who met it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// The application's own id for them.
    pub id: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// What they sign in as.
    pub username: Option<String>,
    /// Their name.
    pub name: Option<String>,
    /// Where their request came from.
    pub ip: Option<String>,
}

/// Something with a name and perhaps a version.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Named {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// An HTTP request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// Its method.
    pub method: Option<String>,
    /// Its address, without query and credentials.
    pub url: Option<String>,
}

/// Something that was raised.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Exception {
    /// Its type: `ValueError`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// What it says.
    pub value: Option<String>,
    /// The module of its type.
    pub module: Option<String>,
    /// What caught it for Sentry: `django`, `chained`, …
    pub mechanism: Option<String>,
    /// Whether the application caught it itself.
    pub handled: Option<bool>,
    /// The stack: where it happened first, then who called that.
    pub frames: Vec<Frame>,
}

/// A place in a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Frame {
    /// The file, as the application knows it.
    pub file: Option<String>,
    /// The file on the machine, if that says more.
    pub path: Option<String>,
    /// The module.
    pub module: Option<String>,
    /// The function.
    pub function: Option<String>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The column.
    pub column: Option<u64>,
    /// Whether it is the application's own code.
    pub in_app: bool,
    /// A few lines of the source, that one among them.
    pub source: Vec<Line>,
}

/// A line of a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its number.
    pub number: u64,
    /// What is written there.
    pub text: String,
}

/// Something that happened before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Breadcrumb {
    /// When.
    pub at: Option<String>,
    /// `default`, `http`, `navigation`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// What it belongs to: `httplib`, …
    pub category: Option<String>,
    /// `error`, `info`, …
    pub level: String,
    /// What happened; addresses in it have no query.
    pub message: Option<String>,
    /// Further names and values; nothing that is named like a secret, or like something that was sent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
}

/// What there was more of than is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// Exceptions.
    Exceptions,
    /// Frames of a stack.
    Frames,
    /// Lines of sources.
    Source,
    /// Breadcrumbs.
    Breadcrumbs,
    /// What breadcrumbs hold.
    BreadcrumbData,
    /// Tags.
    Tags,
    /// The ends of long texts.
    Texts,
    /// What tells who a person is, because nobody wants it here.
    Personal,
}

impl LeftOut {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Exceptions,
        Self::Frames,
        Self::Source,
        Self::Breadcrumbs,
        Self::BreadcrumbData,
        Self::Tags,
        Self::Texts,
        Self::Personal,
    ];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exceptions => "exceptions",
            Self::Frames => "frames",
            Self::Source => "source",
            Self::Breadcrumbs => "breadcrumbs",
            Self::BreadcrumbData => "breadcrumb_data",
            Self::Tags => "tags",
            Self::Texts => "texts",
            Self::Personal => "personal",
        }
    }
}

impl Event {
    /// The application's own files in the stacks, the one that failed first, each once.
    pub fn own_files(&self) -> Vec<String> {
        let frames = self.exceptions.iter().flat_map(|exception| &exception.frames);
        let own = frames.filter(|frame| frame.in_app);
        let mut files: Vec<String> = Vec::new();
        for file in own.filter_map(|frame| frame.file.as_ref().or(frame.path.as_ref())) {
            if !files.contains(file) {
                files.push(file.clone());
            }
        }
        files
    }

    /// The same without what tells who a person is or what they did: for whoever may not see it.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let tags = self.tags.iter().filter(|tag| !is_personal(&tag.name)).cloned();
        Self {
            tags: tags.collect(),
            user: None,
            request: None,
            breadcrumbs: Vec::new(),
            ..self.clone()
        }
    }

    pub(crate) fn leave_out(&mut self, what: LeftOut) {
        if let Err(place) = self.left_out.binary_search(&what) {
            self.left_out.insert(place, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_they_are_named() {
        for one in LeftOut::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), one.as_str());
        }
    }

    #[test]
    fn the_file_that_failed_comes_first_and_each_comes_once() {
        let frame =
            |file: &str, in_app| Frame { file: Some(file.to_owned()), in_app, ..Frame::default() };
        let of = |frames| Exception { frames, ..Exception::default() };
        let event = Event {
            exceptions: vec![
                of(vec![frame("a.py", true), frame("lib.py", false), frame("b.py", true)]),
                of(vec![frame("c.py", true), frame("a.py", true)]),
            ],
            ..Event::default()
        };
        assert_eq!(event.own_files(), ["a.py", "b.py", "c.py"]);
    }
}
