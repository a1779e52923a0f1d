//! Opening an incident by hand.

use askama::Template;
use watchbell_model::Severity;

use super::Choice;
use crate::text as t;
use crate::{Frame, Notice};

/// Opening an incident by hand.
#[derive(Debug, Template)]
#[template(path = "open_incident.html")]
pub struct OpenIncident {
    /// What stands around it.
    pub frame: Frame,
    /// The services that it can be on.
    pub services: Vec<Choice>,
    /// What was typed before.
    pub typed: Typed,
    /// The number of what the same form opened before, with other texts.
    pub before: Option<String>,
}

/// What somebody typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// In short.
    pub title: String,
    /// In full.
    pub description: String,
    /// How bad it is; empty: as the service says.
    pub severity: String,
    /// A service's key.
    pub service: String,
    /// The keys of further services, apart by spaces or lines.
    pub also: String,
    /// What names this very form, so that sending it twice opens one incident.
    pub once: String,
}
