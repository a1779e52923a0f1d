//! Statements whose text never changes.
//!
//! diesel's own forms fall short on the hot path in three ways: they send `open = ?`, for which
//! SQLite uses no partial index; they take a list apart into so many places in the text; and every
//! `UPDATE` and every `DO UPDATE` of theirs is prepared anew each time. These have literals where
//! an index needs them, take whole lists as JSON, and are prepared once for each connection.

/// Defines such a statement: its text, with values between the pieces. One that gives rows begins
/// with what it selects.
macro_rules! static_statement {
    (
        $(#[$doc:meta])*
        $name:ident: select $columns:expr => $row:ty;
        $($sql:literal, $field:ident: $value:ty as $kind:ty;)*
        end $end:literal
    ) => {
        static_statement! {
            @define $(#[$doc])* $name; (out) {
                out.push_sql("SELECT ");
                diesel::query_builder::QueryFragment::<diesel::sqlite::Sqlite>::walk_ast(
                    &$columns,
                    out.reborrow(),
                )?;
            };
            $($sql, $field: $value as $kind;)* end $end
        }

        impl diesel::query_builder::Query for $name<'_> {
            type SqlType = $row;
        }
    };
    (
        $(#[$doc:meta])*
        $name:ident:
        $($sql:literal, $field:ident: $value:ty as $kind:ty;)*
        end $end:literal
    ) => {
        static_statement! {
            @define $(#[$doc])* $name; (out) {}; $($sql, $field: $value as $kind;)* end $end
        }
    };
    (
        @define $(#[$doc:meta])* $name:ident; ($out:ident) $begin:block;
        $($sql:literal, $field:ident: $value:ty as $kind:ty;)* end $end:literal
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name<'a> { $(pub(crate) $field: &'a $value,)* }

        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::query_builder::QueryFragment<diesel::sqlite::Sqlite> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut $out: diesel::query_builder::AstPass<'_, 'b, diesel::sqlite::Sqlite>,
            ) -> diesel::QueryResult<()> {
                $begin
                $(
                    $out.push_sql($sql);
                    $out.push_bind_param::<$kind, _>(self.$field)?;
                )*
                $out.push_sql($end);
                Ok(())
            }
        }

        impl diesel::RunQueryDsl<diesel::sqlite::SqliteConnection> for $name<'_> {}
    };
}

pub(crate) use static_statement;
