//! Entries of the audit log.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{AuditEntry, AuditId, AuditSubject, RequestId};
use watchbell_store::StoreError;
use watchbell_store::stored::{corrupt, json_opt};

use crate::schema::audit;

/// An entry as it is written.
#[derive(Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
pub(crate) struct NewAudit<'a> {
    id: Uuid,
    at: DateTime<Utc>,
    actor: String,
    action: &'static str,
    subject_kind: &'static str,
    subject_id: &'a str,
    subject_name: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
    request: Option<Uuid>,
}

impl<'a> NewAudit<'a> {
    pub(crate) fn new(entry: &'a AuditEntry) -> Self {
        let AuditEntry { id, at, actor, action, subject, before, after, request } = entry;
        let AuditSubject { kind, id: subject_id, name } = subject;
        Self {
            id: id.as_uuid(),
            at: *at,
            actor: actor.to_string(),
            action: action.as_str(),
            subject_kind: kind.as_str(),
            subject_id,
            subject_name: name,
            before: before.as_deref(),
            after: after.as_deref(),
            request: request.map(|request| request.as_uuid()),
        }
    }
}

/// An entry as it is read.
#[derive(Queryable)]
pub(crate) struct AuditRow {
    id: Uuid,
    at: DateTime<Utc>,
    actor: String,
    action: String,
    subject_kind: String,
    subject_id: String,
    subject_name: String,
    before: Option<String>,
    after: Option<String>,
    request: Option<Uuid>,
}

impl TryFrom<AuditRow> for AuditEntry {
    type Error = StoreError;

    fn try_from(row: AuditRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: AuditId::from_uuid(row.id),
            at: row.at,
            actor: row.actor.parse().map_err(|_| corrupt("audit.actor"))?,
            action: row.action.parse().map_err(|_| corrupt("audit.action"))?,
            subject: AuditSubject {
                kind: row.subject_kind.parse().map_err(|_| corrupt("audit.subject_kind"))?,
                id: row.subject_id,
                name: row.subject_name,
            },
            before: json_opt("audit.before", row.before)?,
            after: json_opt("audit.after", row.after)?,
            request: row.request.map(RequestId::from_uuid),
        })
    }
}
