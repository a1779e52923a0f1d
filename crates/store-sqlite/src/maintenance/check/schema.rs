//! Whether the schema is the one that the migrations make.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use watchbell_store::StoreError;

use super::{Breathe, Places};
use crate::error::Failure;
use crate::migrate;

/// What SQLite keeps for itself, and an index that somebody added to find things faster, change
/// nothing that this program relies on.
const OBJECTS: &str = "SELECT type, name, sql FROM sqlite_schema
     WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'";

fn objects(connection: &mut SqliteConnection) -> Result<BTreeMap<String, String>, Failure> {
    type Row = (String, String, Option<String>);
    let rows: Vec<Row> = sql::<(Text, Text, Nullable<Text>)>(OBJECTS).load(connection)?;
    let named = |(kind, name, text): Row| (format!("{kind} {name}"), text.unwrap_or_default());
    Ok(rows.into_iter().map(named).collect())
}

/// Compares with a fresh database in memory.
pub(super) fn compare(
    reader: &mut SqliteConnection,
    places: &mut Places,
    _: Breathe<'_>,
) -> Result<(), Failure> {
    let mut fresh = SqliteConnection::establish(":memory:").map_err(StoreError::unavailable)?;
    migrate::all(&mut fresh)?;
    let (wanted, real) = (objects(&mut fresh)?, objects(reader)?);
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
