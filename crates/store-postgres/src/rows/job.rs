//! Jobs.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{JobId, ServerId};
use watchbell_store::stored::{corrupt, is_json, word};
use watchbell_store::{Job, JobState, StoreError};

/// A job as it is read.
#[derive(Queryable)]
pub(crate) struct JobRow {
    id: Uuid,
    kind: String,
    subject: String,
    joins: bool,
    payload: String,
    state: String,
    created_at: DateTime<Utc>,
    run_at: DateTime<Utc>,
    attempts: i64,
    holder: Option<Uuid>,
    last_error: Option<String>,
}

impl TryFrom<JobRow> for Job {
    type Error = StoreError;

    fn try_from(row: JobRow) -> Result<Self, StoreError> {
        is_json("jobs.payload", &row.payload)?;
        Ok(Self {
            id: JobId::from_uuid(row.id),
            kind: row.kind,
            subject: row.subject,
            joins: row.joins,
            payload: row.payload,
            state: word("jobs.state", &JobState::ALL, JobState::as_str, &row.state)?,
            created_at: row.created_at,
            run_at: row.run_at,
            attempts: u32::try_from(row.attempts).map_err(|_| corrupt("jobs.attempts"))?,
            holder: row.holder.map(ServerId::from_uuid),
            last_error: row.last_error,
        })
    }
}
