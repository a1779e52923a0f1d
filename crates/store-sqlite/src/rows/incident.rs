//! Incidents.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use watchbell_model::{
    Acknowledgement, Actor, ConnectionScope, GroupHash, Incident, IncidentId, IntegrationId,
    ServiceId, Severity, Status, Timestamp, UserId,
};
use watchbell_store::StoreError;
use watchbell_store::stored::{
    corrupt, dedup_key, digest, metadata_from, metadata_to, number_in, number_out, services_from,
    services_to, severity, word,
};

use super::{flag, micros, time, time_opt, uuid};
use crate::error::Failure;
use crate::query::static_statement;

/// What may change of an incident.
pub(crate) struct IncidentSet<'a> {
    occurrence: Option<&'a str>,
    group_hash: Option<&'a [u8]>,
    status: &'static str,
    open: i64,
    severity: i64,
    worst_reported: i64,
    occurrences: i64,
    version: i64,
    last_seen_at: i64,
    ended_at: Option<i64>,
    detected_at: Option<i64>,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<String>,
    assigned_to: Option<Vec<u8>>,
    resolved_by: Option<String>,
    also_affected: Option<String>,
    title: &'a str,
    source_name: Option<&'a str>,
    source_url: Option<&'a str>,
    metadata: String,
    description: Option<&'a str>,
}

impl<'a> IncidentSet<'a> {
    pub(crate) fn new(incident: &'a Incident) -> Result<Self, Failure> {
        Ok(Self {
            occurrence: incident.occurrence.as_deref(),
            group_hash: incident.group.as_ref().map(|group| &group.as_bytes()[..]),
            status: incident.status.as_str(),
            open: i64::from(incident.status.is_open()),
            severity: incident.severity.number().into(),
            worst_reported: incident.worst_reported.number().into(),
            occurrences: incident.occurrences,
            version: incident.version,
            last_seen_at: micros(incident.last_seen_at),
            ended_at: incident.ended_at.map(micros),
            detected_at: incident.detected_at.map(micros),
            acknowledged_at: incident.acknowledged.map(|a| micros(a.at)),
            acknowledged_by: incident.acknowledged.map(|a| a.by.to_string()),
            assigned_to: incident.assigned_to.map(|user| user.as_bytes().to_vec()),
            resolved_by: incident.resolved_by.map(|actor| actor.to_string()),
            also_affected: services_to(&incident.also_affected)?,
            title: &incident.title,
            source_name: incident.source_name.as_deref(),
            source_url: incident.source_url.as_deref(),
            metadata: metadata_to(&incident.metadata)?,
            description: incident.description.as_deref(),
        })
    }
}

static_statement! {
    /// Adds an incident.
    Insert:
    "INSERT INTO incidents (number, id, integration, scope, dedup_key, service, opened_at, test,
     occurrence, group_hash, status, open, severity, worst_reported, occurrences, version,
     last_seen_at, ended_at, detected_at, acknowledged_at, acknowledged_by, assigned_to,
     resolved_by, also_affected, title, source_name, source_url, metadata, description) VALUES (",
    number: i64 as BigInt;
    ", ", id: [u8] as Binary;
    ", ", integration: Option<&'a [u8]> as Nullable<Binary>;
    ", ", scope: [u8] as Binary;
    ", ", dedup_key: Option<&'a str> as Nullable<Text>;
    ", ", service: [u8] as Binary;
    ", ", opened_at: i64 as BigInt;
    ", ", test: i64 as BigInt;
    ", ", occurrence: Option<&'a str> as Nullable<Text>;
    ", ", group_hash: Option<&'a [u8]> as Nullable<Binary>;
    ", ", status: &'static str as Text;
    ", ", open: i64 as BigInt;
    ", ", severity: i64 as BigInt;
    ", ", worst_reported: i64 as BigInt;
    ", ", occurrences: i64 as BigInt;
    ", ", version: i64 as BigInt;
    ", ", last_seen_at: i64 as BigInt;
    ", ", ended_at: Option<i64> as Nullable<BigInt>;
    ", ", detected_at: Option<i64> as Nullable<BigInt>;
    ", ", acknowledged_at: Option<i64> as Nullable<BigInt>;
    ", ", acknowledged_by: Option<String> as Nullable<Text>;
    ", ", assigned_to: Option<Vec<u8>> as Nullable<Binary>;
    ", ", resolved_by: Option<String> as Nullable<Text>;
    ", ", also_affected: Option<String> as Nullable<Text>;
    ", ", title: &'a str as Text;
    ", ", source_name: Option<&'a str> as Nullable<Text>;
    ", ", source_url: Option<&'a str> as Nullable<Text>;
    ", ", metadata: String as Text;
    ", ", description: Option<&'a str> as Nullable<Text>;
    end ")"
}

impl Insert<'_> {
    /// Adds `incident`.
    pub(crate) fn run(writer: &mut SqliteConnection, incident: &Incident) -> Result<(), Failure> {
        let IncidentSet {
            occurrence,
            group_hash,
            status,
            open,
            severity,
            worst_reported,
            occurrences,
            version,
            last_seen_at,
            ended_at,
            detected_at,
            acknowledged_at,
            acknowledged_by,
            assigned_to,
            resolved_by,
            also_affected,
            title,
            source_name,
            source_url,
            metadata,
            description,
        } = &IncidentSet::new(incident)?;
        let insert = Insert {
            number: &number_in(incident.number)?,
            id: incident.id.as_bytes(),
            integration: &incident.integration.as_ref().map(|id| &id.as_bytes()[..]),
            scope: incident.scope.as_bytes(),
            dedup_key: &incident.dedup_key.as_ref().map(watchbell_model::DedupKey::as_str),
            service: incident.service.as_bytes(),
            opened_at: &micros(incident.opened_at),
            test: &i64::from(incident.test),
            occurrence,
            group_hash,
            status,
            open,
            severity,
            worst_reported,
            occurrences,
            version,
            last_seen_at,
            ended_at,
            detected_at,
            acknowledged_at,
            acknowledged_by,
            assigned_to,
            resolved_by,
            also_affected,
            title,
            source_name,
            source_url,
            metadata,
            description,
        };
        insert.execute(writer)?;
        Ok(())
    }
}

static_statement! {
    /// Sets everything that may change.
    UpdateAll:
    "UPDATE incidents SET occurrence = ", occurrence: Option<&'a str> as Nullable<Text>;
    ", group_hash = ", group_hash: Option<&'a [u8]> as Nullable<Binary>;
    ", status = ", status: &'static str as Text;
    ", open = ", open: i64 as BigInt;
    ", severity = ", severity: i64 as BigInt;
    ", worst_reported = ", worst_reported: i64 as BigInt;
    ", occurrences = ", occurrences: i64 as BigInt;
    ", version = ", version: i64 as BigInt;
    ", last_seen_at = ", last_seen_at: i64 as BigInt;
    ", ended_at = ", ended_at: Option<i64> as Nullable<BigInt>;
    ", detected_at = ", detected_at: Option<i64> as Nullable<BigInt>;
    ", acknowledged_at = ", acknowledged_at: Option<i64> as Nullable<BigInt>;
    ", acknowledged_by = ", acknowledged_by: Option<String> as Nullable<Text>;
    ", assigned_to = ", assigned_to: Option<Vec<u8>> as Nullable<Binary>;
    ", resolved_by = ", resolved_by: Option<String> as Nullable<Text>;
    ", also_affected = ", also_affected: Option<String> as Nullable<Text>;
    ", title = ", title: &'a str as Text;
    ", source_name = ", source_name: Option<&'a str> as Nullable<Text>;
    ", source_url = ", source_url: Option<&'a str> as Nullable<Text>;
    ", metadata = ", metadata: String as Text;
    ", description = ", description: Option<&'a str> as Nullable<Text>;
    " WHERE number = ", number: i64 as BigInt;
    end ""
}

static_statement! {
    /// Sets what stands in no index. SQLite writes every index of a column that is set, whether its
    /// value has changed or not, and a mere repeat changes none.
    UpdateUnindexed:
    "UPDATE incidents SET worst_reported = ", worst_reported: i64 as BigInt;
    ", occurrences = ", occurrences: i64 as BigInt;
    ", version = ", version: i64 as BigInt;
    ", last_seen_at = ", last_seen_at: i64 as BigInt;
    ", detected_at = ", detected_at: Option<i64> as Nullable<BigInt>;
    ", acknowledged_at = ", acknowledged_at: Option<i64> as Nullable<BigInt>;
    ", acknowledged_by = ", acknowledged_by: Option<String> as Nullable<Text>;
    ", also_affected = ", also_affected: Option<String> as Nullable<Text>;
    ", title = ", title: &'a str as Text;
    ", source_name = ", source_name: Option<&'a str> as Nullable<Text>;
    ", source_url = ", source_url: Option<&'a str> as Nullable<Text>;
    ", metadata = ", metadata: String as Text;
    ", description = ", description: Option<&'a str> as Nullable<Text>;
    " WHERE number = ", number: i64 as BigInt;
    end ""
}

/// What stands in an index, of all that may change of an incident.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Indexed {
    occurrence: Option<String>,
    group: Option<GroupHash>,
    status: Status,
    severity: Severity,
    ended_at: Option<Timestamp>,
    assigned_to: Option<UserId>,
    resolved_by: Option<Actor>,
}

impl Indexed {
    pub(crate) fn of(incident: &Incident) -> Self {
        Self {
            occurrence: incident.occurrence.clone(),
            group: incident.group,
            status: incident.status,
            severity: incident.severity,
            ended_at: incident.ended_at,
            assigned_to: incident.assigned_to,
            resolved_by: incident.resolved_by,
        }
    }
}

impl IncidentSet<'_> {
    /// Writes it; with as little as `unindexed` asks for. Gives 0 if the incident is not there.
    pub(crate) fn update(
        &self,
        writer: &mut SqliteConnection,
        number: i64,
        unindexed: bool,
    ) -> QueryResult<usize> {
        let Self {
            occurrence,
            group_hash,
            status,
            open,
            severity,
            worst_reported,
            occurrences,
            version,
            last_seen_at,
            ended_at,
            detected_at,
            acknowledged_at,
            acknowledged_by,
            assigned_to,
            resolved_by,
            also_affected,
            title,
            source_name,
            source_url,
            metadata,
            description,
        } = self;
        let number = &number;
        if unindexed {
            let update = UpdateUnindexed {
                worst_reported,
                occurrences,
                version,
                last_seen_at,
                detected_at,
                acknowledged_at,
                acknowledged_by,
                also_affected,
                title,
                source_name,
                source_url,
                metadata,
                description,
                number,
            };
            return update.execute(writer);
        }
        let update = UpdateAll {
            occurrence,
            group_hash,
            status,
            open,
            severity,
            worst_reported,
            occurrences,
            version,
            last_seen_at,
            ended_at,
            detected_at,
            acknowledged_at,
            acknowledged_by,
            assigned_to,
            resolved_by,
            also_affected,
            title,
            source_name,
            source_url,
            metadata,
            description,
            number,
        };
        update.execute(writer)
    }
}

/// An incident as it is read.
#[derive(Queryable)]
pub(crate) struct IncidentRow {
    number: i64,
    id: Vec<u8>,
    integration: Option<Vec<u8>>,
    scope: Vec<u8>,
    dedup_key: Option<String>,
    occurrence: Option<String>,
    group_hash: Option<Vec<u8>>,
    service: Vec<u8>,
    status: String,
    open: i64,
    severity: i64,
    worst_reported: i64,
    occurrences: i64,
    version: i64,
    opened_at: i64,
    last_seen_at: i64,
    ended_at: Option<i64>,
    detected_at: Option<i64>,
    acknowledged_at: Option<i64>,
    acknowledged_by: Option<String>,
    test: i64,
    title: String,
    source_name: Option<String>,
    source_url: Option<String>,
    metadata: String,
    description: Option<String>,
    assigned_to: Option<Vec<u8>>,
    resolved_by: Option<String>,
    also_affected: Option<String>,
}

impl TryFrom<IncidentRow> for Incident {
    type Error = StoreError;

    fn try_from(row: IncidentRow) -> Result<Self, StoreError> {
        let status = word("incidents.status", &Status::ALL, Status::as_str, &row.status)?;
        if flag("incidents.open", row.open)? != status.is_open() {
            return Err(corrupt("incidents.open"));
        }
        let acknowledged = match (row.acknowledged_at, row.acknowledged_by) {
            (Some(at), Some(by)) => Some(Acknowledgement {
                at: time("incidents.acknowledged_at", at)?,
                by: by.parse().map_err(|_| corrupt("incidents.acknowledged_by"))?,
            }),
            (None, None) => None,
            _ => return Err(corrupt("incidents.acknowledged_by")),
        };
        let integration = row.integration.as_deref();
        let integration = integration.map(|id| uuid("incidents.integration", id)).transpose()?;
        let key = row.dedup_key.as_deref();
        let assigned = row.assigned_to.as_deref();
        let assigned = assigned.map(|id| uuid("incidents.assigned_to", id)).transpose()?;
        let resolved_by = row.resolved_by.map(|by| by.parse()).transpose();
        let group = row.group_hash.as_deref();
        let group = group.map(|hash| digest("incidents.group_hash", hash)).transpose()?;
        Ok(Self {
            id: IncidentId::from_uuid(uuid("incidents.id", &row.id)?),
            number: number_out(row.number)?,
            integration: integration.map(IntegrationId::from_uuid),
            scope: ConnectionScope::from_uuid(uuid("incidents.scope", &row.scope)?),
            dedup_key: key.map(|key| dedup_key("incidents.dedup_key", key)).transpose()?,
            occurrence: row.occurrence,
            group: group.map(GroupHash::from_bytes),
            service: ServiceId::from_uuid(uuid("incidents.service", &row.service)?),
            also_affected: services_from(row.also_affected.as_deref())?,
            title: row.title,
            description: row.description,
            severity: severity("incidents.severity", row.severity)?,
            worst_reported: severity("incidents.worst_reported", row.worst_reported)?,
            status,
            acknowledged,
            assigned_to: assigned.map(UserId::from_uuid),
            source_name: row.source_name,
            source_url: row.source_url,
            metadata: metadata_from(&row.metadata)?,
            test: flag("incidents.test", row.test)?,
            occurrences: row.occurrences,
            detected_at: time_opt("incidents.detected_at", row.detected_at)?,
            opened_at: time("incidents.opened_at", row.opened_at)?,
            last_seen_at: time("incidents.last_seen_at", row.last_seen_at)?,
            ended_at: time_opt("incidents.ended_at", row.ended_at)?,
            resolved_by: resolved_by.map_err(|_| corrupt("incidents.resolved_by"))?,
            version: row.version,
        })
    }
}
