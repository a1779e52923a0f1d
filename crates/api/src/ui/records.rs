//! What is set up, as tables and forms.

pub(super) mod audit;
pub(super) mod connections;
pub(super) mod filters;
pub(super) mod keys;
pub(super) mod logs;
pub(super) mod services;
pub(super) mod settings;
pub(super) mod sources;
pub(super) mod teams;
pub(super) mod users;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_model::{Scope, Severity};
use watchbell_web::page::{Cell, Choice, Field, Form, Kind, Records, Table};
use watchbell_web::{Notice, Section, text as t};

use super::notice::Done;
use super::sign_in::refused;
use super::typed::is_kept;
use super::visit::{Visit, html};
use crate::error::ApiError;
use crate::query::Query;

/// How a page is shown: with which status, notice, and text that is shown this once.
#[derive(Debug, Default)]
pub(super) struct As {
    pub(super) status: StatusCode,
    pub(super) notice: Option<Notice>,
    pub(super) made: Option<(&'static str, String)>,
}

impl As {
    /// As the address says.
    fn asked(visit: &Visit) -> Result<Self, ApiError> {
        let mut query = visit.call.query();
        let notice = Visit::done(&mut query);
        query.finish()?;
        Ok(Self { notice, ..Self::default() })
    }

    /// With why something was not done, if whoever sent the form can mend it.
    fn refused(error: ApiError) -> Result<Self, ApiError> {
        let (status, notice) = refused(error)?;
        Ok(Self { status, notice: Some(notice), made: None })
    }

    /// With something that is shown this once.
    fn made(what: &'static str, text: String) -> Self {
        Self { made: Some((what, text)), ..Self::default() }
    }
}

/// An empty page in this section.
fn page(visit: &Visit, section: Section, title: &str, shown: &mut As) -> Records {
    let mut frame = visit.frame(section, title);
    frame.notice = shown.notice.take();
    Records {
        frame,
        above: None,
        lead: "",
        filters: None,
        facts: Vec::new(),
        made: shown.made.take(),
        table_title: "",
        table: None,
        forms: Vec::new(),
        parts: Vec::new(),
    }
}

/// The page. Where a form was refused, it is there as it was typed.
fn answer(visit: &Visit, shown: &As, mut page: Records) -> HttpResponse {
    if is_kept(shown.status) {
        let parts = page.parts.iter_mut().flat_map(|part| part.forms.iter_mut());
        visit.typed().fill(page.forms.iter_mut().chain(parts));
    }
    html(shown.status, &page)
}

fn may(visit: &Visit, scope: Scope) -> bool {
    visit.call.principal().is_ok_and(|who| who.may(scope).is_ok())
}

fn on(visit: &Visit, path: &str, done: Done) -> HttpResponse {
    visit.on_to(path, Some(done))
}

/// A table that is all there.
fn whole(columns: &[&'static str], rows: Vec<Vec<Cell>>, empty: &'static str) -> Table {
    Table { columns: columns.to_vec(), rows, empty, newest: None, older: None }
}

fn text(text: Option<impl Into<String>>) -> Cell {
    text.map_or(Cell::Nothing, |text| Cell::Text(text.into()))
}

fn field(name: &'static str, label: &'static str, kind: Kind) -> Field {
    Field { name, label, help: "", kind }
}

fn line(name: &'static str, label: &'static str, value: impl Into<String>, needed: bool) -> Field {
    field(name, label, Kind::Line(value.into(), needed))
}

fn form(title: &'static str, action: String, fields: Vec<Field>, button: &'static str) -> Form {
    Form { title, action, seen: None, fields, button, is_dangerous: false }
}

fn choices<'a>(words: impl IntoIterator<Item = &'a str>, chosen: &str) -> Vec<Choice> {
    let choice = |word: &str| Choice {
        value: word.to_owned(),
        name: word.to_owned(),
        is_chosen: word == chosen,
    };
    words.into_iter().map(choice).collect()
}

/// No severity, or any of them.
fn severities(none: &'static str, chosen: Option<Severity>) -> Kind {
    let none = Choice { value: String::new(), name: none.to_owned(), is_chosen: chosen.is_none() };
    let all = Severity::ALL.into_iter().map(|severity| Choice {
        value: severity.as_str().to_owned(),
        name: format!("{} {}", severity.as_str(), severity.name()),
        is_chosen: chosen == Some(severity),
    });
    Kind::One(std::iter::once(none).chain(all).collect())
}

/// What stands in a field, without what stands around it; nothing if it is empty.
fn given(form: &mut Query, name: &'static str) -> Option<String> {
    let text = form.one::<String>(name, t::WANT_TEXT)?.replace("\r\n", "\n");
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The value of a field that may be empty.
fn read<T: std::str::FromStr>(form: &mut Query, name: &'static str, expected: &str) -> Option<T> {
    let text = given(form, name)?;
    let value = text.parse().ok();
    if value.is_none() {
        form.wrong(name, expected, text);
    }
    value
}
