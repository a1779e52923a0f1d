//! An error, and what to do.

use askama::Template;

use crate::text as t;
use crate::{Frame, Notice};

/// An error, and what to do.
#[derive(Debug, Template)]
#[template(path = "trouble.html")]
pub struct Trouble {
    /// What stands around it. Its title says in short what is wrong.
    pub frame: Frame,
    /// What is wrong.
    pub message: String,
    /// Every wrong value.
    pub details: Vec<String>,
    /// What to do.
    pub advice: &'static str,
    /// Where to go on: an address below the server's own, and what it is.
    pub again: (String, &'static str),
    /// The request, for whoever looks into the log.
    pub request: String,
}
