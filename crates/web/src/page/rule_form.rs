//! The document that describes the form of a source's alert rules.

use super::Inline;

/// The document, on the page of its integration.
#[derive(Debug, Clone)]
pub struct RuleFormPart {
    /// What people call it.
    pub name: &'static str,
    /// It, if it was asked for.
    pub document: Option<String>,
    /// Whether whoever looks may ask for it.
    pub can_show: bool,
    /// Whether there is a service to choose.
    pub has_services: bool,
    /// What the source says when it refuses it, and because of what.
    pub refusals: Vec<(Inline, Inline)>,
}
