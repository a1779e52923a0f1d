//! Enrichments.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::IncidentId;
use watchbell_store::stored::{corrupt, is_json, json_opt, word};
use watchbell_store::{EnrichmentRecord, EnrichmentState, StoreError};

use super::Document;
use crate::schema::enrichments;

/// An enrichment as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = enrichments, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(crate) struct EnrichmentFields {
    incident: Uuid,
    state: &'static str,
    attempts: i64,
    reason: Option<String>,
    updated_at: DateTime<Utc>,
    wanted: Document,
    document: Option<Document>,
}

impl EnrichmentFields {
    pub(crate) fn new(record: &EnrichmentRecord) -> Self {
        let EnrichmentRecord { incident, state, attempts, reason, updated_at, wanted, document } =
            record;
        Self {
            incident: incident.as_uuid(),
            state: state.as_str(),
            attempts: i64::from(*attempts),
            reason: reason.clone(),
            updated_at: *updated_at,
            wanted: Document(wanted.clone()),
            document: document.clone().map(Document),
        }
    }
}

/// An enrichment as it is read.
#[derive(Queryable)]
pub(crate) struct EnrichmentRow {
    incident: Uuid,
    state: String,
    attempts: i64,
    reason: Option<String>,
    updated_at: DateTime<Utc>,
    wanted: Document,
    document: Option<Document>,
}

impl TryFrom<EnrichmentRow> for EnrichmentRecord {
    type Error = StoreError;

    fn try_from(row: EnrichmentRow) -> Result<Self, StoreError> {
        is_json("enrichments.wanted", &row.wanted.0)?;
        let (all, text) = (&EnrichmentState::ALL, EnrichmentState::as_str);
        let document = row.document.map(|document| document.0);
        Ok(Self {
            incident: IncidentId::from_uuid(row.incident),
            state: word("enrichments.state", all, text, &row.state)?,
            attempts: u32::try_from(row.attempts).map_err(|_| corrupt("enrichments.attempts"))?,
            reason: row.reason,
            updated_at: row.updated_at,
            wanted: row.wanted.0,
            document: json_opt("enrichments.document", document)?,
        })
    }
}
