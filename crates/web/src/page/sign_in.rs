//! The ways in.

use askama::Template;
use watchbell_model::LinkPurpose;

use crate::text as t;
use crate::{Frame, Notice};

/// Signing in.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// What stands around it.
    pub frame: Frame,
    /// What the form must bring along.
    pub csrf: String,
    /// Where to go afterwards.
    pub back: String,
    /// What was typed before.
    pub email: String,
    /// The identity provider's name and where a sign-in there begins.
    pub provider: Option<(String, String)>,
}

/// What somebody sees who opens a link that lets them in.
#[derive(Debug, Template)]
#[template(path = "link.html")]
pub struct LinkPage {
    /// What stands around it.
    pub frame: Frame,
    /// What the form must bring along.
    pub csrf: String,
    /// What the link is known by.
    pub token: String,
    /// What it is for; none: it does not work.
    pub purpose: Option<LinkPurpose>,
    /// For whom; none: for whoever becomes the first owner.
    pub for_whom: Option<String>,
    /// The server's own address.
    pub public_url: String,
    /// What was typed before.
    pub email: String,
    /// What was typed before.
    pub name: String,
}
