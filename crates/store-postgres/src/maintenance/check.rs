//! Every promise that a database can break by itself, as a query that finds where it did.

use diesel::prelude::*;
use diesel::sql_types::Text;
use watchbell_store::Finding;

use crate::error::Failure;

/// A check's name, and a query that gives one text for each place where it fails.
const CHECKS: [(&str, &str); 0] = [];

/// Runs every check, all on one moment's view.
pub(super) fn all(connection: &mut PgConnection) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    connection.build_transaction().repeatable_read().read_only().run(|reader| {
        diesel::sql_query("SET LOCAL statement_timeout = 0").execute(reader)?;
        for (check, query) in CHECKS {
            let texts: Vec<String> = diesel::dsl::sql::<Text>(query).load(reader)?;
            findings.extend(texts.into_iter().map(|what| Finding { check, what }));
        }
        Ok(findings)
    })
}
