//! Whether every link between an incident and an issue can be read as what it is.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use watchbell_model::IssueLink;

use super::{Places, read};
use crate::error::Failure;
use crate::rows::IssueLinkRow;
use crate::schema::issue_links;

pub(super) fn read_all(reader: &mut SqliteConnection, places: &mut Places) -> Result<(), Failure> {
    let name = "format('lnk_%s', lower(hex(id)))";
    let rows = issue_links::table.select((sql::<Text>(name), issue_links::all_columns));
    read(reader, places, rows, |row: IssueLinkRow| IssueLink::try_from(row))
}
