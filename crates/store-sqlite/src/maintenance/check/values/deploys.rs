//! Whether every row about deploys, and about what incidents came from, can be read as what it is.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use watchbell_model::Deploy;
use watchbell_store::stored::PushedCommit;
use watchbell_store::{DeployKeyRecord, EnrichmentRecord, SuspectsRecord};

use super::{Places, read};
use crate::error::Failure;
use crate::rows::{DeployKeyRow, DeployRow, EnrichmentRow, PushedCommitRow, SuspectsRow};
use crate::schema::{deploy_keys, deploys, enrichments, pushed_commits, suspects};

pub(super) fn read_all(reader: &mut SqliteConnection, places: &mut Places) -> Result<(), Failure> {
    let name = "format('deploy key sec_%s', lower(hex(id)))";
    let rows = deploy_keys::table.select((sql::<Text>(name), deploy_keys::all_columns));
    read(reader, places, rows, |row: DeployKeyRow| DeployKeyRecord::try_from(row))?;
    let name = "format('dep_%s', lower(hex(id)))";
    let rows = deploys::table.select((sql::<Text>(name), deploys::all_columns));
    read(reader, places, rows, |row: DeployRow| Deploy::try_from(row))?;
    let name = "format('pushed commit %s', sha)";
    let rows = pushed_commits::table.select((sql::<Text>(name), pushed_commits::all_columns));
    read(reader, places, rows, |row: PushedCommitRow| PushedCommit::try_from(row))?;
    let name = "format('suspects of inc_%s', lower(hex(incident)))";
    let rows = suspects::table.select((sql::<Text>(name), suspects::all_columns));
    read(reader, places, rows, |row: SuspectsRow| SuspectsRecord::try_from(row))?;
    let name = "format('enrichment of inc_%s', lower(hex(incident)))";
    let rows = enrichments::table.select((sql::<Text>(name), enrichments::all_columns));
    read(reader, places, rows, |row: EnrichmentRow| EnrichmentRecord::try_from(row))
}
