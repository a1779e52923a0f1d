//! What is set up, as tables and forms: services, teams, people, keys, and the logs about them.

use askama::Template;

use super::{Choice, FilterKind, Filters};
use crate::text as t;
use crate::{Frame, Moment, Notice, SeverityWord, StateWord};

/// A table with what can be done beside it.
#[derive(Debug, Template)]
#[template(path = "records.html")]
pub struct Records {
    /// What stands around it.
    pub frame: Frame,
    /// The page above this one: address and name.
    pub above: Option<(String, &'static str)>,
    /// What this is about.
    pub lead: &'static str,
    /// What restricts the table.
    pub filters: Option<Filters>,
    /// What is known of the one thing that the page is about.
    pub facts: Vec<(&'static str, Cell)>,
    /// What is shown this once: what it is, and the text.
    pub made: Option<(&'static str, String)>,
    /// What the table is called; empty: as the page is.
    pub table_title: &'static str,
    /// The table; none: the page has none.
    pub table: Option<Table>,
    /// What can be done.
    pub forms: Vec<Form>,
    /// What belongs to it, each under a heading of its own.
    pub parts: Vec<Part>,
}

/// Something that belongs to a page, under a heading of its own.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is called within the page's address.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What this is about.
    pub lead: String,
    /// What is known.
    pub facts: Vec<(&'static str, Cell)>,
    /// What can be done.
    pub forms: Vec<Form>,
    /// What can be pasted elsewhere: what it is, and the text.
    pub pastes: Vec<(&'static str, String)>,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The names of its columns.
    pub columns: Vec<&'static str>,
    /// Its rows, as many cells each.
    pub rows: Vec<Vec<Cell>>,
    /// What is said where there is no row.
    pub empty: &'static str,
    /// The first part, for who is deep in it.
    pub newest: Option<String>,
    /// The next part.
    pub older: Option<String>,
}

/// A cell.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// Text.
    Text(String),
    /// A key, an id.
    Code(String),
    /// Text of several lines, as it stands.
    Lines(String),
    /// A link: address and text.
    Link(String, String),
    /// A state.
    Word(StateWord),
    /// How bad something is.
    Severity(SeverityWord),
    /// A moment.
    When(Moment),
    /// A button.
    Act {
        /// Where the form goes.
        action: String,
        /// The version of what it changes, if it is refused where that is another one by then.
        seen: Option<String>,
        /// What the button says.
        button: &'static str,
        /// What a second button says, if the first only asks: there is no way back.
        sure: Option<&'static str>,
        /// What it is about, for those who hear the page.
        about: String,
    },
}

/// A form.
#[derive(Debug, Clone)]
pub struct Form {
    /// What it is for.
    pub title: &'static str,
    /// Where it goes.
    pub action: String,
    /// The version of what it changes, if it is refused where that is another one by then.
    pub seen: Option<String>,
    /// What it asks for.
    pub fields: Vec<Field>,
    /// What its button says.
    pub button: &'static str,
    /// Whether the button takes something away.
    pub is_dangerous: bool,
}

/// What a form asks for.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name in the form.
    pub name: &'static str,
    /// Its name for people.
    pub label: &'static str,
    /// What it is for; empty: that is clear.
    pub help: &'static str,
    /// How it is asked for.
    pub kind: Kind,
}

impl Field {
    /// The id of what explains it in the form of this number; empty: nothing does.
    fn help_id(&self, number: &impl std::fmt::Display) -> String {
        if self.help.is_empty() {
            return String::new();
        }
        format!("f{number}-{}-help", self.name)
    }
}

/// How something is asked for.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A line: what stands there, and whether something must.
    Line(String, bool),
    /// Something that is not shown while it is typed.
    Secret,
    /// A number, or nothing.
    Number(String),
    /// An e-mail address.
    Email(String),
    /// Several lines.
    Lines(String),
    /// One of these.
    One(Vec<Choice>),
    /// Any of these.
    Any(Vec<Choice>),
    /// Yes or no.
    Tick(bool),
}
