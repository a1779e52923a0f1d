//! Query parameters: every problem at once.

use std::fmt::Display;
use std::str::FromStr;

use actix_web::web;
use watchbell_model::{Timestamp, cut};
use watchbell_provider::FieldProblem;
use watchbell_store::Page;

use crate::error::{ApiError, Code};

/// The parameters of a request, and what is wrong with them.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
    asked: Vec<&'static str>,
    problems: Vec<FieldProblem>,
}

/// The part of a list that `limit` and `offset` ask for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// The most items.
    pub(crate) limit: i64,
    /// How many to leave out at the beginning.
    pub(crate) offset: i64,
}

/// A part of a text that is looked for, without case; nothing finds everything.
#[derive(Debug)]
pub(crate) struct Search(Option<String>);

impl Search {
    /// Whether one of `texts` has it.
    pub(crate) fn finds(&self, texts: &[&str]) -> bool {
        let has = |wanted: &String| texts.iter().any(|text| text.to_lowercase().contains(wanted));
        self.0.as_ref().is_none_or(has)
    }
}

impl Query {
    /// The most items of a page.
    const MAX_LIMIT: i64 = 100;
    /// The most items that may be left out: what lies deeper is found by filters, or by a cursor.
    const MAX_OFFSET: i64 = 10_000;
    /// The items of a page unless told otherwise.
    const DEFAULT_LIMIT: i64 = 20;

    /// The parameters in `text`.
    pub(crate) fn new(text: &str) -> Self {
        let parsed = web::Query::<Vec<(String, String)>>::from_query(text);
        let mut problems = Vec::new();
        let pairs = parsed.map_or_else(
            |_| {
                problems.push(problem("query", "name=value pairs", text));
                Vec::new()
            },
            web::Query::into_inner,
        );
        Self { pairs, asked: Vec::new(), problems }
    }

    /// Everything that was given, as it came.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Every value of `name`.
    pub(crate) fn all<T: FromStr>(&mut self, name: &'static str, expected: &str) -> Vec<T> {
        self.asked.push(name);
        let mut values = Vec::new();
        for (_, text) in self.pairs.iter().filter(|(n, _)| n == name) {
            if text.contains('\0') {
                // PostgreSQL takes none, wherever the text goes. It may be a secret, so it is not shown.
                let (path, got) = (name.to_owned(), "a NUL character".to_owned());
                self.problems.push(FieldProblem { path, expected: NO_NUL.to_owned(), got });
                continue;
            }
            match text.parse() {
                Ok(value) => values.push(value),
                Err(_) => self.problems.push(problem(name, expected, text)),
            }
        }
        values
    }

    /// The value of `name`, which stands there once at most.
    pub(crate) fn one<T: FromStr>(&mut self, name: &'static str, expected: &str) -> Option<T> {
        let mut values = self.all(name, expected);
        if values.len() > 1 {
            let got = format!("{} of them", values.len());
            self.problems.push(problem(name, &format!("{expected}, once"), got));
        }
        values.pop()
    }

    /// A moment.
    pub(crate) fn moment(&mut self, name: &'static str) -> Option<Timestamp> {
        self.one(name, "a moment as in 2026-11-21T12:00:00Z (write + as %2B)")
    }

    /// What `search` looks for.
    pub(crate) fn search(&mut self) -> Search {
        Search(self.one::<String>("search", "a text").map(|text| text.to_lowercase()))
    }

    /// The most items of a page.
    pub(crate) fn limit(&mut self) -> i64 {
        self.number("limit", 1, Self::MAX_LIMIT).unwrap_or(Self::DEFAULT_LIMIT)
    }

    /// Something is wrong with the value of `name`.
    pub(crate) fn wrong(&mut self, name: &str, expected: &str, got: impl Display) {
        self.problems.push(problem(name, expected, got));
    }

    /// The page that `limit` and `offset` ask for.
    pub(crate) fn part(&mut self) -> Part {
        let limit = self.limit();
        let offset = self.number("offset", 0, Self::MAX_OFFSET).unwrap_or(0);
        Part { limit, offset }
    }

    /// The page of a list that grows: with `cursor` from there on (empty: from the beginning), else
    /// by `offset`.
    pub(crate) fn page<C: FromStr + Copy>(&mut self) -> Page<C> {
        let Part { limit, offset } = self.part();
        let Some(cursor) = self.one::<String>("cursor", CURSOR) else {
            return Page::new(limit, offset);
        };
        if self.pairs.iter().any(|(name, _)| name == "offset") {
            self.problems.push(problem("offset", "nothing beside cursor", offset));
        }
        if cursor.is_empty() {
            return Page::after(limit, None);
        }
        let after = cursor.parse().ok();
        if after.is_none() {
            self.problems.push(problem("cursor", CURSOR, cursor));
        }
        Page::after(limit, after)
    }

    fn number(&mut self, name: &'static str, min: i64, max: i64) -> Option<i64> {
        let expected = format!("a whole number from {min} to {max}");
        let value: i64 = self.one(name, &expected)?;
        if (min..=max).contains(&value) {
            return Some(value);
        }
        self.problems.push(problem(name, &expected, value));
        None
    }

    /// Nothing was wrong, and nothing was given that was not asked for.
    ///
    /// # Errors
    /// 400 with everything that was.
    pub(crate) fn finish(mut self) -> Result<(), ApiError> {
        let unknown = self.pairs.iter().filter(|(name, _)| !self.asked.contains(&name.as_str()));
        let expected = match self.asked.as_slice() {
            [] => "no parameters".to_owned(),
            names => format!("only {}", names.join(", ")),
        };
        for (name, _) in unknown {
            let path = cut(name, 60);
            self.problems.push(FieldProblem {
                path,
                expected: expected.clone(),
                got: "an unknown parameter".to_owned(),
            });
        }
        self.finish_leniently()
    }

    /// Nothing was wrong. Whatever else was given is somebody else's business.
    ///
    /// # Errors
    /// 400 with everything that was.
    pub(crate) fn finish_leniently(self) -> Result<(), ApiError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(ApiError::fields(Code::ValidationError, self.problems))
    }
}

/// What every text must be.
pub(crate) const NO_NUL: &str = "a text without NUL characters";

/// What a cursor is, for people.
const CURSOR: &str = "a next_cursor of this list, or nothing for its beginning";

fn problem(path: &str, expected: &str, got: impl Display) -> FieldProblem {
    FieldProblem {
        path: path.to_owned(),
        expected: expected.to_owned(),
        got: format!("\"{}\"", cut(got.to_string(), 60)),
    }
}
