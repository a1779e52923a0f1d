//! What the source of an incident says of it, and the issues that it is linked with.

use crate::{Moment, StateWord};

/// What the source of an incident says of it.
#[derive(Debug, Clone)]
pub struct Known {
    /// How it stands with it.
    pub state: StateWord,
    /// Who said it.
    pub source: &'static str,
    /// Why it is not done, or what is missing.
    pub reason: Option<String>,
    /// When the source is asked next.
    pub next_try: Option<Moment>,
    /// Names and values, the most telling first.
    pub facts: Vec<(&'static str, String)>,
    /// What was raised: the one that was reported first, then what caused it.
    pub raised: Vec<Raised>,
    /// What happened before, in the order in which it did.
    pub crumbs: Vec<Crumb>,
    /// The tags.
    pub tags: Vec<(String, String)>,
    /// The commits that the source suspects.
    pub commits: Vec<CommitRow>,
    /// What became of what tells who a person is, unless it is shown.
    pub personal: Option<&'static str>,
    /// Whether whoever looks may have the source asked again.
    pub can_ask: bool,
}

/// Something that was raised.
#[derive(Debug, Clone)]
pub struct Raised {
    /// Its type and what it says.
    pub title: String,
    /// Whether the application caught it itself.
    pub handled: Option<bool>,
    /// Where it happened first, then who called that.
    pub frames: Vec<FrameRow>,
}

/// A place in a stack.
#[derive(Debug, Clone)]
pub struct FrameRow {
    /// File and line.
    pub place: String,
    /// The function.
    pub function: Option<String>,
    /// Whether it is the application's own code.
    pub is_own: bool,
    /// Some lines of the source: number, text, and whether it is the one.
    pub lines: Vec<(u64, String, bool)>,
}

/// Something that happened before.
#[derive(Debug, Clone)]
pub struct Crumb {
    /// When.
    pub at: Option<Moment>,
    /// What it belongs to.
    pub category: String,
    /// What happened, with what is known of it.
    pub text: String,
}

/// A commit that the source suspects.
#[derive(Debug, Clone)]
pub struct CommitRow {
    /// It, shortened.
    pub commit: String,
    /// What its author wrote.
    pub message: Option<String>,
    /// Its author.
    pub author: Option<String>,
}

/// An issue that the incident is linked with.
#[derive(Debug, Clone)]
pub struct IssueRow {
    /// The link's id.
    pub id: String,
    /// What people call the issue.
    pub name: String,
    /// Its page.
    pub url: Option<String>,
    /// How the link stands.
    pub state: StateWord,
    /// Why it does not stand better.
    pub reason: Option<String>,
}

/// The issues that an incident is linked with.
#[derive(Debug, Clone)]
pub struct Links {
    /// They, the oldest first.
    pub rows: Vec<IssueRow>,
    /// Whether whoever looks may unlink them.
    pub can_change: bool,
    /// Whether there is a source to link with, and whoever looks may.
    pub can_link: bool,
    /// What was typed, and refused.
    pub typed: String,
}
