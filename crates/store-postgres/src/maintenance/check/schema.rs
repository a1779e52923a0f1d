//! Whether the schema is the one that the migrations make.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;

use super::Places;
use crate::error::Failure;
use crate::migrate;

/// Every column, constraint, index and trigger of the current schema, by name, and what a trigger
/// does; without the schema's own name.
const OBJECTS: &str = "
    SELECT format('column %s of %s', column_name, table_name),
           format('%s %s %s', data_type, is_nullable, coalesce(column_default, identity_generation))
    FROM information_schema.columns WHERE table_schema = current_schema()
    UNION ALL
    SELECT format('constraint %s of %s', conname, relname), pg_get_constraintdef(pg_constraint.oid)
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = current_schema()::regnamespace
    UNION ALL
    SELECT format('index %s of %s', indexname, tablename),
           replace(indexdef, format(' ON %I.', schemaname), ' ON ')
    FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL
    SELECT format('trigger %s of %s', tgname, relname),
           pg_get_triggerdef(pg_trigger.oid, true) || ' AS ' || prosrc
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE relnamespace = current_schema()::regnamespace AND NOT tgisinternal";

fn objects(connection: &mut PgConnection) -> QueryResult<BTreeMap<String, String>> {
    let rows: Vec<(String, String)> = sql::<(Text, Text)>(OBJECTS).load(connection)?;
    Ok(rows.into_iter().filter(|(object, _)| !object.contains("__diesel")).collect())
}

/// Compares with a fresh schema, which is made in a transaction that is taken back.
pub(super) fn compare(connection: &mut PgConnection, places: &mut Places) -> Result<(), Failure> {
    if migrate::is_newer(connection)? {
        // A later version has changed it: only that knows how it should be.
        return Ok(());
    }
    let real = objects(connection)?;
    let mut wanted = BTreeMap::new();
    let taken_back = connection.transaction(|connection| {
        connection.batch_execute(
            "CREATE SCHEMA watchbell_check; SET LOCAL search_path = watchbell_check",
        )?;
        migrate::all(connection)?;
        wanted = objects(connection)?;
        Err::<(), _>(Failure::Database(Error::RollbackTransaction))
    });
    match taken_back {
        Ok(()) | Err(Failure::Database(Error::RollbackTransaction)) => {}
        Err(failure) => return Err(failure),
    }
    for (object, text) in &wanted {
        match real.get(object) {
            None => places.add(|| format!("{object} is missing")),
            Some(other) if other != text => places.add(|| format!("{object} is another")),
            Some(_) => {}
        }
    }
    for (object, text) in &real {
        let only_finds = object.starts_with("index ") && !text.contains("UNIQUE");
        if !wanted.contains_key(object) && !only_finds {
            places.add(|| format!("{object} is not ours"));
        }
    }
    Ok(())
}
