//! What somebody sees who has installed the app in an organization.

use askama::Template;

use super::Choice;
use crate::text as t;
use crate::{Frame, Notice};

/// What somebody sees who comes back from installing the app.
#[derive(Debug, Template)]
#[template(path = "installed.html")]
pub struct InstalledPage {
    /// What stands around it. Its title says in short what it is about.
    pub frame: Frame,
    /// What is said or asked.
    pub what: Installed,
}

/// What is said or asked.
#[derive(Debug)]
pub enum Installed {
    /// A text, and where to go on: an address, and what it is.
    Said(String, Option<(String, &'static str)>),
    /// Shall the organization be connected?
    Ask {
        /// Which.
        organization: String,
        /// Where the form goes.
        action: String,
        /// The integrations that it may belong to.
        choices: Vec<Choice>,
        /// The installation, sealed.
        installing: String,
    },
}
