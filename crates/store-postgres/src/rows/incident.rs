//! Incidents.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{
    BigInt, Binary, Bool, Json, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use uuid::Uuid;
use watchbell_model::{
    Acknowledgement, ConnectionScope, DedupKey, GroupHash, Incident, IncidentId, IntegrationId,
    ServiceId, Severity, Status, UserId,
};
use watchbell_store::StoreError;
use watchbell_store::stored::{
    corrupt, dedup_key, digest, metadata_from, metadata_to, number_in, number_out, services_from,
    services_to, severity, word,
};

use super::Document;
use crate::query::rows_statement;

rows_statement! {
    /// Adds incidents.
    InsertIncidents<'a>:
    "INSERT INTO incidents (number, id, integration, scope, dedup_key, service, opened_at, test,
     occurrence, group_hash, status, open, severity, worst_reported, occurrences, version,
     last_seen_at, ended_at, detected_at, acknowledged_at, acknowledged_by, assigned_to,
     resolved_by, also_affected, title, source_name, source_url, metadata, description)
     SELECT * FROM " {
        number: i64 as BigInt,
        id: Uuid as SqlUuid,
        integration: Option<Uuid> as Nullable<SqlUuid>,
        scope: Uuid as SqlUuid,
        dedup_key: Option<&'a str> as Nullable<Text>,
        service: Uuid as SqlUuid,
        opened_at: DateTime<Utc> as Timestamptz,
        test: bool as Bool,
        occurrence: Option<&'a str> as Nullable<Text>,
        group_hash: Option<&'a [u8]> as Nullable<Binary>,
        status: &'static str as Text,
        open: bool as Bool,
        severity: i16 as SmallInt,
        worst_reported: i16 as SmallInt,
        occurrences: i64 as BigInt,
        version: i64 as BigInt,
        last_seen_at: DateTime<Utc> as Timestamptz,
        ended_at: Option<DateTime<Utc>> as Nullable<Timestamptz>,
        detected_at: Option<DateTime<Utc>> as Nullable<Timestamptz>,
        acknowledged_at: Option<DateTime<Utc>> as Nullable<Timestamptz>,
        acknowledged_by: Option<String> as Nullable<Text>,
        assigned_to: Option<Uuid> as Nullable<SqlUuid>,
        resolved_by: Option<String> as Nullable<Text>,
        also_affected: Option<String> as Nullable<Text>,
        title: &'a str as Text,
        source_name: Option<&'a str> as Nullable<Text>,
        source_url: Option<&'a str> as Nullable<Text>,
        metadata: Document as Json,
        description: Option<&'a str> as Nullable<Text>,
    } ""
}

rows_statement! {
    /// Sets what may change of incidents. What has not changed costs no index anything.
    UpdateIncidents<'a>:
    "UPDATE incidents SET occurrence = q.occurrence, group_hash = q.group_hash, status = q.status,
     open = q.open, severity = q.severity, worst_reported = q.worst_reported,
     occurrences = q.occurrences, version = q.version, last_seen_at = q.last_seen_at,
     ended_at = q.ended_at, detected_at = q.detected_at, acknowledged_at = q.acknowledged_at,
     acknowledged_by = q.acknowledged_by, assigned_to = q.assigned_to,
     resolved_by = q.resolved_by, also_affected = q.also_affected, title = q.title, source_name = q.source_name,
     source_url = q.source_url, metadata = q.metadata, description = q.description FROM " {
        number: i64 as BigInt,
        occurrence: Option<&'a str> as Nullable<Text>,
        group_hash: Option<&'a [u8]> as Nullable<Binary>,
        status: &'static str as Text,
        open: bool as Bool,
        severity: i16 as SmallInt,
        worst_reported: i16 as SmallInt,
        occurrences: i64 as BigInt,
        version: i64 as BigInt,
        last_seen_at: DateTime<Utc> as Timestamptz,
        ended_at: Option<DateTime<Utc>> as Nullable<Timestamptz>,
        detected_at: Option<DateTime<Utc>> as Nullable<Timestamptz>,
        acknowledged_at: Option<DateTime<Utc>> as Nullable<Timestamptz>,
        acknowledged_by: Option<String> as Nullable<Text>,
        assigned_to: Option<Uuid> as Nullable<SqlUuid>,
        resolved_by: Option<String> as Nullable<Text>,
        also_affected: Option<String> as Nullable<Text>,
        title: &'a str as Text,
        source_name: Option<&'a str> as Nullable<Text>,
        source_url: Option<&'a str> as Nullable<Text>,
        metadata: Document as Json,
        description: Option<&'a str> as Nullable<Text>,
    } " AS q (number, occurrence, group_hash, status, open, severity, worst_reported, occurrences,
     version, last_seen_at, ended_at, detected_at, acknowledged_at, acknowledged_by, assigned_to,
     resolved_by, also_affected, title, source_name, source_url, metadata, description) WHERE incidents.number = q.number"
}

/// Fills the columns that both statements have, in both the same way.
macro_rules! push_what_may_change {
    ($rows:ident, $incident:ident) => {
        $rows.occurrence.push($incident.occurrence.as_deref());
        $rows.group_hash.push($incident.group.as_ref().map(|group| &group.as_bytes()[..]));
        $rows.status.push($incident.status.as_str());
        $rows.open.push($incident.status.is_open());
        $rows.severity.push(small($incident.severity));
        $rows.worst_reported.push(small($incident.worst_reported));
        $rows.occurrences.push($incident.occurrences);
        $rows.version.push($incident.version);
        $rows.last_seen_at.push($incident.last_seen_at);
        $rows.ended_at.push($incident.ended_at);
        $rows.detected_at.push($incident.detected_at);
        $rows.acknowledged_at.push($incident.acknowledged.map(|a| a.at));
        $rows.acknowledged_by.push($incident.acknowledged.map(|a| a.by.to_string()));
        $rows.assigned_to.push($incident.assigned_to.map(|user| user.as_uuid()));
        $rows.resolved_by.push($incident.resolved_by.map(|actor| actor.to_string()));
        $rows.also_affected.push(services_to(&$incident.also_affected)?);
        $rows.title.push(&$incident.title);
        $rows.source_name.push($incident.source_name.as_deref());
        $rows.source_url.push($incident.source_url.as_deref());
        $rows.metadata.push(Document(metadata_to(&$incident.metadata)?));
        $rows.description.push($incident.description.as_deref());
    };
}

fn small(severity: Severity) -> i16 {
    severity.number().into()
}

impl<'a> InsertIncidents<'a> {
    pub(crate) fn of(
        incidents: impl IntoIterator<Item = &'a Incident>,
    ) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for incident in incidents {
            rows.number.push(number_in(incident.number)?);
            rows.id.push(incident.id.as_uuid());
            rows.integration.push(incident.integration.map(|id| id.as_uuid()));
            rows.scope.push(incident.scope.as_uuid());
            rows.dedup_key.push(incident.dedup_key.as_ref().map(DedupKey::as_str));
            rows.service.push(incident.service.as_uuid());
            rows.opened_at.push(incident.opened_at);
            rows.test.push(incident.test);
            push_what_may_change!(rows, incident);
        }
        Ok(rows)
    }
}

impl<'a> UpdateIncidents<'a> {
    pub(crate) fn of(
        incidents: impl IntoIterator<Item = &'a Incident>,
    ) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for incident in incidents {
            rows.number.push(number_in(incident.number)?);
            push_what_may_change!(rows, incident);
        }
        Ok(rows)
    }
}

/// An incident as it is read.
#[derive(Queryable)]
pub(crate) struct IncidentRow {
    number: i64,
    id: Uuid,
    integration: Option<Uuid>,
    scope: Uuid,
    dedup_key: Option<String>,
    occurrence: Option<String>,
    group_hash: Option<Vec<u8>>,
    service: Uuid,
    status: String,
    open: bool,
    severity: i16,
    worst_reported: i16,
    occurrences: i64,
    version: i64,
    opened_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    detected_at: Option<DateTime<Utc>>,
    acknowledged_at: Option<DateTime<Utc>>,
    acknowledged_by: Option<String>,
    test: bool,
    title: String,
    source_name: Option<String>,
    source_url: Option<String>,
    metadata: Document,
    description: Option<String>,
    assigned_to: Option<Uuid>,
    resolved_by: Option<String>,
    also_affected: Option<String>,
}

impl TryFrom<IncidentRow> for Incident {
    type Error = StoreError;

    fn try_from(row: IncidentRow) -> Result<Self, StoreError> {
        let status = word("incidents.status", &Status::ALL, Status::as_str, &row.status)?;
        if row.open != status.is_open() {
            return Err(corrupt("incidents.open"));
        }
        let acknowledged = match (row.acknowledged_at, row.acknowledged_by) {
            (Some(at), Some(by)) => Some(Acknowledgement {
                at,
                by: by.parse().map_err(|_| corrupt("incidents.acknowledged_by"))?,
            }),
            (None, None) => None,
            _ => return Err(corrupt("incidents.acknowledged_by")),
        };
        let key = row.dedup_key.as_deref();
        let resolved_by = row.resolved_by.map(|by| by.parse()).transpose();
        let group = row.group_hash.as_deref();
        let group = group.map(|hash| digest("incidents.group_hash", hash)).transpose()?;
        Ok(Self {
            id: IncidentId::from_uuid(row.id),
            number: number_out(row.number)?,
            integration: row.integration.map(IntegrationId::from_uuid),
            scope: ConnectionScope::from_uuid(row.scope),
            dedup_key: key.map(|key| dedup_key("incidents.dedup_key", key)).transpose()?,
            occurrence: row.occurrence,
            group: group.map(GroupHash::from_bytes),
            service: ServiceId::from_uuid(row.service),
            also_affected: services_from(row.also_affected.as_deref())?,
            title: row.title,
            description: row.description,
            severity: severity("incidents.severity", row.severity.into())?,
            worst_reported: severity("incidents.worst_reported", row.worst_reported.into())?,
            status,
            acknowledged,
            assigned_to: row.assigned_to.map(UserId::from_uuid),
            source_name: row.source_name,
            source_url: row.source_url,
            metadata: metadata_from(&row.metadata.0)?,
            test: row.test,
            occurrences: row.occurrences,
            detected_at: row.detected_at,
            opened_at: row.opened_at,
            last_seen_at: row.last_seen_at,
            ended_at: row.ended_at,
            resolved_by: resolved_by.map_err(|_| corrupt("incidents.resolved_by"))?,
            version: row.version,
        })
    }
}
