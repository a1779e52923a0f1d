//! Statements whose text never changes, so that each connection prepares them once.
//!
//! diesel's own batch forms make a new text for each number of rows. These take one array for each
//! column, whatever the number of rows, and `unnest` makes rows of them again.

use diesel::pg::{Pg, PgConnection};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl};

/// Defines a statement over rows: its text with the arrays in place of `{}`, and the columns. The
/// value is a set of columns to be filled row by row.
macro_rules! rows_statement {
    (
        $(#[$doc:meta])*
        $name:ident<$life:lifetime>: $begin:literal {
            $($field:ident: $value:ty as $kind:ty,)*
        } $end:literal
    ) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<$life> {
            $(pub(crate) $field: Vec<$value>,)*
            rows: std::marker::PhantomData<&$life ()>,
        }

        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                out.push_sql($begin);
                let mut separator = "unnest(";
                $(
                    out.push_sql(separator);
                    separator = ", ";
                    out.push_bind_param::<diesel::sql_types::Array<$kind>, _>(&self.$field)?;
                )*
                let _ = separator;
                out.push_sql(")");
                out.push_sql($end);
                Ok(())
            }
        }

        impl diesel::RunQueryDsl<diesel::PgConnection> for $name<'_> {}
    };
}

/// Defines a query: what it selects, then its text with values between the pieces.
macro_rules! static_query {
    (
        $(#[$doc:meta])*
        $name:ident: $columns:expr => $row:ty;
        $($sql:literal, $field:ident: $value:ty as $kind:ty;)*
        end $end:literal
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name { $(pub(crate) $field: $value,)* }

        impl diesel::query_builder::QueryId for $name {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::query_builder::Query for $name {
            type SqlType = $row;
        }

        impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for $name {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
            ) -> diesel::QueryResult<()> {
                out.push_sql("SELECT ");
                diesel::query_builder::QueryFragment::<diesel::pg::Pg>::walk_ast(
                    &$columns,
                    out.reborrow(),
                )?;
                $(
                    out.push_sql($sql);
                    out.push_bind_param::<$kind, _>(&self.$field)?;
                )*
                out.push_sql($end);
                Ok(())
            }
        }

        impl diesel::RunQueryDsl<diesel::PgConnection> for $name {}
    };
}

/// Three statements in one round trip, as data-modifying common table expressions. None of them sees
/// what the others write; the number of rows is that of the last.
#[derive(Debug)]
pub(crate) struct Together<A, B, C>(pub(crate) A, pub(crate) B, pub(crate) C);

impl<A: QueryId, B: QueryId, C: QueryId> QueryId for Together<A, B, C> {
    type QueryId = Together<A::QueryId, B::QueryId, C::QueryId>;
    const HAS_STATIC_QUERY_ID: bool =
        A::HAS_STATIC_QUERY_ID && B::HAS_STATIC_QUERY_ID && C::HAS_STATIC_QUERY_ID;
}

impl<A, B, C> QueryFragment<Pg> for Together<A, B, C>
where
    A: QueryFragment<Pg>,
    B: QueryFragment<Pg>,
    C: QueryFragment<Pg>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH a AS (");
        self.0.walk_ast(out.reborrow())?;
        out.push_sql("), b AS (");
        self.1.walk_ast(out.reborrow())?;
        out.push_sql(") ");
        self.2.walk_ast(out)
    }
}

impl<A, B, C> RunQueryDsl<PgConnection> for Together<A, B, C> {}

pub(crate) use {rows_statement, static_query};
