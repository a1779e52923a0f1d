//! Jobs.

use diesel::prelude::*;
use watchbell_model::{JobId, ServerId};
use watchbell_store::stored::{corrupt, is_json, word};
use watchbell_store::{Job, JobState, StoreError};

use super::{flag, time, uuid};

/// A job as it is read.
#[derive(Queryable)]
pub(crate) struct JobRow {
    id: Vec<u8>,
    kind: String,
    subject: String,
    joins: i64,
    payload: String,
    state: String,
    created_at: i64,
    run_at: i64,
    attempts: i64,
    holder: Option<Vec<u8>>,
    last_error: Option<String>,
}

impl TryFrom<JobRow> for Job {
    type Error = StoreError;

    fn try_from(row: JobRow) -> Result<Self, StoreError> {
        let holder = row.holder.as_deref().map(|id| uuid("jobs.holder", id)).transpose()?;
        is_json("jobs.payload", &row.payload)?;
        Ok(Self {
            id: JobId::from_uuid(uuid("jobs.id", &row.id)?),
            kind: row.kind,
            subject: row.subject,
            joins: flag("jobs.joins", row.joins)?,
            payload: row.payload,
            state: word("jobs.state", &JobState::ALL, JobState::as_str, &row.state)?,
            created_at: time("jobs.created_at", row.created_at)?,
            run_at: time("jobs.run_at", row.run_at)?,
            attempts: u32::try_from(row.attempts).map_err(|_| corrupt("jobs.attempts"))?,
            holder: holder.map(ServerId::from_uuid),
            last_error: row.last_error,
        })
    }
}
