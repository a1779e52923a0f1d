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

/// Defines several statements in one round trip, as data-modifying common table expressions. None of them
/// sees what the others write. They run from the last to the first; the number of rows is that of
/// the last.
macro_rules! together {
    ($(#[$doc:meta])* $name:ident: [$($early:ident $field:tt $begin:literal),+] $last:ident $end:tt) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name<$($early,)+ $last>($(pub(crate) $early,)+ pub(crate) $last);

        impl<$($early: QueryId,)+ $last: QueryId> QueryId for $name<$($early,)+ $last> {
            type QueryId = $name<$($early::QueryId,)+ $last::QueryId>;
            const HAS_STATIC_QUERY_ID: bool =
                $($early::HAS_STATIC_QUERY_ID &&)+ $last::HAS_STATIC_QUERY_ID;
        }

        impl<$($early,)+ $last> QueryFragment<Pg> for $name<$($early,)+ $last>
        where
            $($early: QueryFragment<Pg>,)+
            $last: QueryFragment<Pg>,
        {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                $(
                    out.push_sql($begin);
                    self.$field.walk_ast(out.reborrow())?;
                )+
                out.push_sql(") ");
                self.$end.walk_ast(out)
            }
        }

        impl<$($early,)+ $last> RunQueryDsl<PgConnection> for $name<$($early,)+ $last> {}
    };
}

together! {
    /// Five statements in one round trip.
    Together: [A 0 "WITH a AS (", B 1 "), b AS (", C 2 "), c AS (", D 3 "), d AS ("] E 4
}

pub(crate) use {rows_statement, static_query};
