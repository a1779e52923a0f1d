//! One's own account.

use askama::Template;

use crate::text as t;
use crate::{Frame, Moment, Notice};

/// One's own account.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub struct Account {
    /// What stands around it.
    pub frame: Frame,
    /// What is known: name and value.
    pub facts: Vec<(&'static str, String)>,
    /// When the account was made.
    pub since: Moment,
    /// Whether there is a password to be changed.
    pub has_password: bool,
}
