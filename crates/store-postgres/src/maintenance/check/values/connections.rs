//! Whether every row about connections can be read as what it is.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use watchbell_model::ConnectionApp;
use watchbell_store::ConnectionRecord;

use super::{Places, read};
use crate::error::Failure;
use crate::rows::{AppRow, ConnectionRow};
use crate::schema::{connection_apps, connections};

pub(super) fn read_all(reader: &mut PgConnection, places: &mut Places) -> Result<(), Failure> {
    let name = "format('scp_%s', replace(id::text, '-', ''))";
    let rows = connections::table.select((sql::<Text>(name), connections::all_columns));
    read(reader, places, rows, |row: ConnectionRow| ConnectionRecord::try_from(row))?;
    let name = "format('the app of int_%s', replace(integration::text, '-', ''))";
    let rows = connection_apps::table.select((sql::<Text>(name), connection_apps::all_columns));
    read(reader, places, rows, |row: AppRow| Ok(ConnectionApp::from(row)))
}
