//! Enrichments.

use diesel::prelude::*;
use watchbell_model::IncidentId;
use watchbell_store::stored::{corrupt, is_json, json_opt, word};
use watchbell_store::{EnrichmentRecord, EnrichmentState, StoreError};

use super::{micros, time, uuid};
use crate::schema::enrichments;

/// An enrichment as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = enrichments, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct EnrichmentFields<'a> {
    incident: &'a [u8],
    state: &'static str,
    attempts: i64,
    reason: Option<&'a str>,
    updated_at: i64,
    wanted: &'a str,
    document: Option<&'a str>,
}

impl<'a> EnrichmentFields<'a> {
    pub(crate) fn new(record: &'a EnrichmentRecord) -> Self {
        let EnrichmentRecord { incident, state, attempts, reason, updated_at, wanted, document } =
            record;
        Self {
            incident: &incident.as_bytes()[..],
            state: state.as_str(),
            attempts: i64::from(*attempts),
            reason: reason.as_deref(),
            updated_at: micros(*updated_at),
            wanted,
            document: document.as_deref(),
        }
    }
}

/// An enrichment as it is read.
#[derive(Queryable)]
pub(crate) struct EnrichmentRow {
    incident: Vec<u8>,
    state: String,
    attempts: i64,
    reason: Option<String>,
    updated_at: i64,
    wanted: String,
    document: Option<String>,
}

impl TryFrom<EnrichmentRow> for EnrichmentRecord {
    type Error = StoreError;

    fn try_from(row: EnrichmentRow) -> Result<Self, StoreError> {
        is_json("enrichments.wanted", &row.wanted)?;
        let (all, text) = (&EnrichmentState::ALL, EnrichmentState::as_str);
        Ok(Self {
            incident: IncidentId::from_uuid(uuid("enrichments.incident", &row.incident)?),
            state: word("enrichments.state", all, text, &row.state)?,
            attempts: u32::try_from(row.attempts).map_err(|_| corrupt("enrichments.attempts"))?,
            reason: row.reason,
            updated_at: time("enrichments.updated_at", row.updated_at)?,
            wanted: row.wanted,
            document: json_opt("enrichments.document", row.document)?,
        })
    }
}
