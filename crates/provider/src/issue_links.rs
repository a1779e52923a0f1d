//! Links between a source's issues and incidents, made on the source's own pages or here.

use watchbell_model::{Alert, DedupKey};

use crate::Options;

/// A source whose issues can be linked with incidents.
pub trait IssueLinks: std::fmt::Debug {
    /// Whether the source's own pages may link under these settings.
    fn is_offered(&self, options: &Options<'_>) -> bool;

    /// Whether an issue is to be resolved at the source when its incident is resolved here.
    fn resolves(&self, options: &Options<'_>) -> bool;

    /// What somebody asks for in one of the forms on the source's page.
    ///
    /// # Errors
    /// What is wrong and what to do about it, for that person.
    fn read(&self, body: &[u8], form: LinkForm) -> Result<LinkRequest, String>;

    /// The issue that alerts with this key are about; none if it is none's.
    fn issue_of<'k>(&self, key: &'k DedupKey) -> Option<&'k str>;

    /// The issue that somebody means by an id, a short id, or the address of its page.
    fn named(&self, text: &str) -> Option<IssueNamed>;
}

/// One of the forms on a source's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkForm {
    /// For an incident that is there.
    Existing,
    /// For a new one.
    New,
}

/// What somebody asks for on a source's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRequest {
    /// The issue's id: digits.
    pub issue: String,
    /// Its page.
    pub url: Option<String>,
    /// Its project.
    pub project: Option<String>,
    /// The installation at the source that the page belongs to.
    pub installation: Option<String>,
    /// What that person is called there.
    pub person: Option<String>,
    /// What it is to be linked with.
    pub with: LinkWith,
}

/// What an issue is to be linked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkWith {
    /// The incident with this number, as it was chosen.
    Incident(String),
    /// A new incident. Its key is that of the issue's alerts, so that those will meet it.
    New {
        /// The key of its service, as it was chosen.
        service: String,
        /// What it says.
        alert: Box<Alert>,
    },
}

/// An issue as people name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueNamed {
    /// Its id or short id.
    pub issue: IssueName,
    /// The organization at the source, where the address of a page tells it.
    pub organization: Option<String>,
}

/// What an issue is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IssueName {
    /// Its id: digits.
    Id(String),
    /// Its short id, whose id only the source knows.
    Short(String),
}
