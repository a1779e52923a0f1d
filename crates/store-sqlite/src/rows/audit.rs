//! Entries of the audit log.

use diesel::prelude::*;
use watchbell_model::{AuditEntry, AuditId, AuditSubject, RequestId};
use watchbell_store::StoreError;
use watchbell_store::stored::{corrupt, json_opt};

use super::{micros, time, uuid};
use crate::schema::audit;

/// An entry as it is written.
#[derive(Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(crate) struct NewAudit<'a> {
    id: &'a [u8],
    at: i64,
    actor: String,
    action: &'static str,
    subject_kind: &'static str,
    subject_id: &'a str,
    subject_name: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    request: Option<&'a [u8]>,
}

impl<'a> NewAudit<'a> {
    pub(crate) fn new(entry: &'a AuditEntry) -> Self {
        let AuditEntry { id, at, actor, action, subject, before, after, request } = entry;
        let AuditSubject { kind, id: subject_id, name } = subject;
        Self {
            id: id.as_bytes(),
            at: micros(*at),
            actor: actor.to_string(),
            action: action.as_str(),
            subject_kind: kind.as_str(),
            subject_id,
            subject_name: name,
            before: before.as_deref(),
            after: after.as_deref(),
            request: request.as_ref().map(|request| &request.as_bytes()[..]),
        }
    }
}

/// An entry as it is read.
#[derive(Queryable)]
pub(crate) struct AuditRow {
    id: Vec<u8>,
    at: i64,
    actor: String,
    action: String,
    subject_kind: String,
    subject_id: String,
    subject_name: String,
    before: Option<String>,
    after: Option<String>,
    request: Option<Vec<u8>>,
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = StoreError;

    fn try_from(row: AuditRow) -> Result<Self, StoreError> {
        let request = row.request.as_deref();
        let request = request.map(|id| uuid("audit.request", id)).transpose()?;
        Ok(Self {
            id: AuditId::from_uuid(uuid("audit.id", &row.id)?),
            at: time("audit.at", row.at)?,
            actor: row.actor.parse().map_err(|_| corrupt("audit.actor"))?,
            action: row.action.parse().map_err(|_| corrupt("audit.action"))?,
            subject: AuditSubject {
                kind: row.subject_kind.parse().map_err(|_| corrupt("audit.subject_kind"))?,
                id: row.subject_id,
                name: row.subject_name,
            },
            before: json_opt("audit.before", row.before)?,
            after: json_opt("audit.after", row.after)?,
            request: request.map(RequestId::from_uuid),
        })
    }
}
