//! The list of incidents.

use askama::Template;
use watchbell_model::{Severity, Status};

use super::Choice;
use crate::text as t;
use crate::{Frame, Moment, Notice, SeverityWord, StatusWord};

/// The list of incidents.
#[derive(Debug, Template)]
#[template(path = "incidents.html")]
pub struct Incidents {
    /// What stands around it.
    pub frame: Frame,
    /// What is shown.
    pub filters: IncidentFilters,
    /// Any service, or one of them.
    pub services: Vec<Choice>,
    /// The teams that can be chosen.
    pub teams: Vec<String>,
    /// The incidents.
    pub rows: Vec<IncidentRow>,
    /// This very part of the list, for a script that fetches it again.
    pub here: String,
    /// The first part.
    pub newest: String,
    /// The next part, if there is one.
    pub older: Option<String>,
    /// Whether this part is not the first.
    pub is_deep: bool,
    /// Whether whoever looks may open one by hand.
    pub can_open: bool,
    /// The same among all, where only what is open was looked at.
    pub among_all: Option<String>,
    /// How many were looked at for the words that are searched; none if nothing is.
    pub searched: Option<usize>,
}

impl Incidents {
    /// Whether nothing restricts the list, except to what is open.
    pub fn is_unfiltered(&self) -> bool {
        self.filters == IncidentFilters::default() && !self.is_deep
    }
}

/// What is asked for, as it stands in the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilters {
    /// Words to look for.
    pub search: String,
    /// A status, `over` or `all`; empty: what is open.
    pub status: String,
    /// Any of these; none: all.
    pub severities: Vec<Severity>,
    /// A service's key.
    pub service: String,
    /// A team's name.
    pub team: String,
    /// Only those of whoever looks.
    pub is_mine: bool,
}

/// An incident in a list.
#[derive(Debug, Clone)]
pub struct IncidentRow {
    /// Its number.
    pub number: String,
    /// In short.
    pub title: String,
    /// How bad it is.
    pub severity: SeverityWord,
    /// Where it stands.
    pub status: StatusWord,
    /// The name of its service.
    pub service: String,
    /// What reported it.
    pub source: Option<String>,
    /// How often it was reported.
    pub occurrences: i64,
    /// When it was opened.
    pub opened: Moment,
    /// When it was last reported.
    pub last_seen: Moment,
    /// Whose it is.
    pub assigned: Option<String>,
    /// Whether somebody has acknowledged it.
    pub is_taken: bool,
    /// Whether it is a test.
    pub is_test: bool,
}
