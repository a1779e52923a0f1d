//! What restricts a list of records.

use super::Choice;

/// What restricts a list of records, as a form.
#[derive(Debug, Clone)]
pub struct Filters {
    /// Where the list is.
    pub action: String,
    /// What can be asked for.
    pub fields: Vec<Filter>,
    /// Whether nothing is asked for.
    pub is_clear: bool,
    /// The whole as a file: its address and what the link says.
    pub export: Option<(String, &'static str)>,
}

/// Something that can be asked for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Its name in the address.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// How it is asked for.
    pub kind: FilterKind,
}

/// How something is asked for.
#[derive(Debug, Clone)]
pub enum FilterKind {
    /// One of these.
    One(Vec<Choice>),
    /// A text.
    Text(String),
    /// A minute, in UTC.
    Minute(String),
}
