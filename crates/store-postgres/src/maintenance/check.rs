//! Every promise that a database can break by itself, and how it is looked for.
//!
//! Each check is a statement of its own, on what stands there at its moment: together on one moment
//! they would hold back the server's own cleaning for as long as all of them take.

#[cfg(test)]
mod damage;
mod queries;
mod schema;
mod values;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use watchbell_store::checks::Check;
use watchbell_store::{Finding, StoreError, checks};

use crate::error::Failure;

/// The most findings that are told of each check.
const MOST: usize = 100;

/// How a promise is looked at.
#[derive(Clone, Copy)]
enum How {
    /// A query that gives a text for each place where it is broken.
    Query(&'static str),
    /// Rust, which writes down each place where it is broken.
    Work(fn(&mut PgConnection, &mut Places) -> Result<(), Failure>),
}

/// Where a promise is broken.
#[derive(Debug, Default)]
struct Places(Vec<String>);

impl Places {
    /// One more, if not too many are known already.
    fn add(&mut self, what: impl FnOnce() -> String) {
        if !self.is_full() {
            self.0.push(what());
        }
    }

    fn is_full(&self) -> bool {
        self.0.len() >= MOST
    }
}

const CHECKS: [(&Check, How); 19] = [
    (&checks::STORAGE, How::Query(queries::STORAGE)),
    (&checks::SCHEMA, How::Work(schema::compare)),
    (&checks::CONFIGURATION, How::Query(queries::CONFIGURATION)),
    (&checks::NAMES, How::Query(queries::NAMES)),
    (&checks::CONFIGURED, How::Query(queries::CONFIGURED)),
    (&checks::VALUES, How::Work(values::read_all)),
    (&checks::SUMS, How::Query(queries::SUMS)),
    (&checks::STORED, How::Query(queries::STORED)),
    (&checks::OUTCOMES, How::Query(queries::OUTCOMES)),
    (&checks::REJECTED, How::Query(queries::REJECTED)),
    (&checks::ANSWERS, How::Query(queries::ANSWERS)),
    (&checks::DELIVERIES, How::Query(queries::DELIVERIES)),
    (&checks::KEYS, How::Query(queries::KEYS)),
    (&checks::IDENTITY, How::Query(queries::IDENTITY)),
    (&checks::OPEN, How::Query(queries::OPEN)),
    (&checks::TIMES, How::Query(queries::TIMES)),
    (&checks::OPENED, How::Query(queries::OPENED)),
    (&checks::LINES, How::Query(queries::LINES)),
    (&checks::NUMBERS, How::Query(queries::NUMBERS)),
];

/// The names of the checks that are made.
pub(super) fn names() -> Vec<&'static str> {
    CHECKS.iter().map(|(check, _)| check.name).collect()
}

/// Makes every check.
pub(super) fn all(connection: &mut PgConnection) -> Result<Vec<Finding>, Failure> {
    connection.batch_execute("SET statement_timeout = 0")?;
    let mut findings = Vec::new();
    for (check, how) in CHECKS {
        let places = match places(connection, how) {
            Ok(places) => places,
            Err(failure) if failure.is_of_connection() => return Err(failure),
            // A damaged database answers some queries with an error: that is a finding, and the
            // other checks may still tell more.
            Err(failure) => {
                let why = watchbell_model::error_chain(&StoreError::from(failure));
                vec![format!("cannot be looked at: {why}")]
            }
        };
        findings.extend(places.into_iter().map(|what| Finding { check: check.name, what }));
    }
    Ok(findings)
}

fn places(connection: &mut PgConnection, how: How) -> Result<Vec<String>, Failure> {
    match how {
        How::Query(query) => Ok(sql::<Text>(query).load(connection)?),
        How::Work(work) => {
            let mut places = Places::default();
            work(connection, &mut places)?;
            Ok(places.0)
        }
    }
}
