//! The beginnings of several sorted queries, as the beginning of one.

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;

/// The first rows of what all of `parts` give, each of which has them in the order already. There
/// must be a part.
#[derive(Debug)]
pub(crate) struct Newest<Q, T> {
    /// What is given of each row.
    pub(crate) column: &'static str,
    /// The order.
    pub(crate) order: &'static str,
    /// The queries.
    pub(crate) parts: Vec<Q>,
    /// The most rows.
    pub(crate) limit: i64,
    /// How many to leave out at the beginning.
    pub(crate) offset: i64,
    /// The type of `column`.
    pub(crate) kind: PhantomData<T>,
}

impl<Q, T> QueryId for Newest<Q, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, T> Query for Newest<Q, T> {
    type SqlType = T;
}

impl<Q: QueryFragment<Sqlite>, T> QueryFragment<Sqlite> for Newest<Q, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_sql(self.column);
        let mut before = " FROM (SELECT * FROM (";
        for part in &self.parts {
            out.push_sql(before);
            before = " UNION ALL SELECT * FROM (";
            part.walk_ast(out.reborrow())?;
            out.push_sql(") AS part");
        }
        out.push_sql(") AS parts ORDER BY ");
        out.push_sql(self.order);
        out.push_sql(" LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(&self.offset)
    }
}

impl<Q, T> RunQueryDsl<SqliteConnection> for Newest<Q, T> {}
