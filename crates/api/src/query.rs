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

impl Part {
    /// The same for a store.
    pub(crate) fn page<C: Copy>(self) -> Page<C> {
        Page::new(self.limit, self.offset)
    }
}

impl Query {
    /// The most items of a page.
    const MAX_LIMIT: i64 = 100;
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
        Self { pairs, problems }
    }

    /// Every value of `name`.
    pub(crate) fn all<T: FromStr>(&mut self, name: &str, expected: &str) -> Vec<T> {
        let mut values = Vec::new();
        for (_, text) in self.pairs.iter().filter(|(n, _)| n == name) {
            match text.parse() {
                Ok(value) => values.push(value),
                Err(_) => self.problems.push(problem(name, expected, text)),
            }
        }
        values
    }

    /// The last value of `name`.
    pub(crate) fn one<T: FromStr>(&mut self, name: &str, expected: &str) -> Option<T> {
        self.all(name, expected).pop()
    }

    /// A moment.
    pub(crate) fn moment(&mut self, name: &str) -> Option<Timestamp> {
        self.one(name, "a moment as in 2026-11-21T12:00:00Z (write + as %2B)")
    }

    /// The page that `limit` and `offset` ask for.
    pub(crate) fn page(&mut self) -> Part {
        let limit = self.number("limit", 1, Self::MAX_LIMIT).unwrap_or(Self::DEFAULT_LIMIT);
        let offset = self.number("offset", 0, i64::MAX).unwrap_or(0);
        Part { limit, offset }
    }

    fn number(&mut self, name: &str, min: i64, max: i64) -> Option<i64> {
        let expected = if max == i64::MAX {
            format!("a whole number from {min}")
        } else {
            format!("a whole number from {min} to {max}")
        };
        let value: i64 = self.one(name, &expected)?;
        if (min..=max).contains(&value) {
            return Some(value);
        }
        self.problems.push(problem(name, &expected, value));
        None
    }

    /// Nothing was wrong.
    ///
    /// # Errors
    /// 400 with everything that was.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(ApiError::fields(Code::ValidationError, self.problems))
    }
}

fn problem(path: &str, expected: &str, got: impl Display) -> FieldProblem {
    FieldProblem {
        path: path.to_owned(),
        expected: expected.to_owned(),
        got: format!("\"{}\"", cut(got.to_string(), 60)),
    }
}
