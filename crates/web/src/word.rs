//! Severities, statuses and states: a colour, and always the word, too.

use std::fmt;

use askama::filters::HtmlSafe;
use watchbell_model::{Severity, Status};

/// How bad something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeverityWord(pub Severity);

/// It holds words of ours.
impl HtmlSafe for SeverityWord {}

impl fmt::Display for SeverityWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, code, name) = (self.0.number(), self.0.as_str(), self.0.name());
        write!(f, "<span class=\"word sev{number}\">{code} {name}</span>")
    }
}

/// Where an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatusWord(pub Status);

/// It holds words of ours.
impl HtmlSafe for StatusWord {}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            Status::New => "bad",
            Status::Investigating | Status::Fixing => "busy",
            Status::Monitoring | Status::Resolved => "good",
            Status::Closed => "quiet",
        };
        write!(f, "<span class=\"word {kind}\">{}</span>", self.0)
    }
}

/// Any other state, good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateWord {
    /// `good`, `busy`, `bad` or `quiet`: which colour.
    pub kind: &'static str,
    /// The word.
    pub word: &'static str,
}

/// It holds words of ours.
impl HtmlSafe for StateWord {}

impl fmt::Display for StateWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<span class=\"word {}\">{}</span>", self.kind, self.word)
    }
}
