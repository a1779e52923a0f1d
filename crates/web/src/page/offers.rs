//! The projects of an organization at the source, to be mapped to services.

use askama::Template;

use super::Choice;
use crate::text as t;
use crate::{Frame, Notice};

/// The projects of an organization at the source.
#[derive(Debug, Template)]
#[template(path = "offers.html")]
pub struct Offers {
    /// What stands around it.
    pub frame: Frame,
    /// The address of the connection.
    pub above: String,
    /// What stands for exactly how projects are mapped as it is shown.
    pub etag: String,
    /// The projects, those without a service first.
    pub rows: Vec<OfferRow>,
    /// Whether there are more.
    pub is_cut: bool,
    /// The services that every field offers.
    pub services: Vec<Choice>,
}

impl Offers {
    fn has_names(&self) -> bool {
        self.rows.iter().any(|row| !row.name.is_empty())
    }
}

/// A project at the source.
#[derive(Debug, Clone)]
pub struct OfferRow {
    /// Its name in addresses.
    pub project: String,
    /// What people call it; empty: the source was not asked again.
    pub name: String,
    /// The service that it is mapped to, and whether that holds.
    pub service: Option<(String, bool)>,
    /// The service's key that stands in its field.
    pub written: String,
    /// The name of the service that is called like it.
    pub proposed: Option<String>,
}
