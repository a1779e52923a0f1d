//! The event log and its numbers.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{Counts, DeliveryId, DeliveryRecord, IntegrationId, Outcome};
use watchbell_store::StoreError;
use watchbell_store::stored::{
    corrupt, headers_from, headers_to, results_from, results_to, trace_from, trace_to, word,
};

use crate::query::rows_statement;
use crate::schema::deliveries;

rows_statement! {
    /// Adds deliveries.
    InsertDeliveries<'a>:
    "INSERT INTO deliveries (id, integration, received_at, outcome, reason, status, duration_us,
     revision, repeats, results, trace, headers, body) SELECT * FROM " {
        id: Uuid as SqlUuid,
        integration: Uuid as SqlUuid,
        received_at: DateTime<Utc> as Timestamptz,
        outcome: &'static str as Text,
        reason: &'static str as Text,
        status: i32 as Integer,
        duration_us: i64 as BigInt,
        revision: i64 as BigInt,
        repeats: Option<Uuid> as Nullable<SqlUuid>,
        results: String as Text,
        trace: String as Text,
        headers: String as Text,
        body: Option<&'a [u8]> as Nullable<Binary>,
    } ""
}

impl<'a> InsertDeliveries<'a> {
    pub(crate) fn of(
        records: impl IntoIterator<Item = &'a DeliveryRecord>,
    ) -> Result<Self, StoreError> {
        let mut rows = Self::default();
        for record in records {
            rows.id.push(record.id.as_uuid());
            rows.integration.push(record.integration.as_uuid());
            rows.received_at.push(record.received_at);
            rows.outcome.push(record.outcome.as_str());
            rows.reason.push(record.reason.as_str());
            rows.status.push(record.status.into());
            rows.duration_us.push(record.duration_us);
            rows.revision.push(record.revision);
            rows.repeats.push(record.repeats.map(|id| id.as_uuid()));
            rows.results.push(results_to(&record.results)?);
            rows.trace.push(trace_to(&record.trace)?);
            rows.headers.push(headers_to(&record.headers)?);
            rows.body.push(record.body.as_deref());
        }
        Ok(rows)
    }
}

rows_statement! {
    /// Writes down which deliveries were about a key.
    InsertKeys<'a>:
    "INSERT INTO delivery_keys (dedup_key, delivery) SELECT * FROM " {
        dedup_key: &'a str as Text,
        delivery: Uuid as SqlUuid,
    } ""
}

impl<'a> InsertKeys<'a> {
    pub(crate) fn of(records: impl IntoIterator<Item = &'a DeliveryRecord>) -> Self {
        let mut rows = Self::default();
        for record in records {
            let keys = record.results.iter().filter_map(|result| result.dedup_key.as_ref());
            for key in keys.collect::<BTreeSet<_>>() {
                rows.dedup_key.push(key.as_str());
                rows.delivery.push(record.id.as_uuid());
            }
        }
        rows
    }
}

/// A delivery without its body, as it is read for a list.
#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub(crate) struct DeliverySummaryRow {
    id: Uuid,
    integration: Uuid,
    received_at: DateTime<Utc>,
    outcome: String,
    reason: String,
    status: i32,
    duration_us: i64,
    revision: i64,
    repeats: Option<Uuid>,
    results: String,
    trace: String,
    headers: String,
}

/// A delivery as it is read, whole.
#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub(crate) struct DeliveryRow {
    #[diesel(embed)]
    summary: DeliverySummaryRow,
    body: Option<Vec<u8>>,
}

impl TryFrom<DeliverySummaryRow> for DeliveryRecord {
    type Error = StoreError;

    fn try_from(row: DeliverySummaryRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: DeliveryId::from_uuid(row.id),
            integration: IntegrationId::from_uuid(row.integration),
            received_at: row.received_at,
            headers: headers_from(&row.headers)?,
            body: None,
            outcome: word("deliveries.outcome", &Outcome::ALL, Outcome::as_str, &row.outcome)?,
            reason: row.reason.parse().map_err(|()| corrupt("deliveries.reason"))?,
            status: u16::try_from(row.status).map_err(|_| corrupt("deliveries.status"))?,
            duration_us: row.duration_us,
            trace: trace_from(&row.trace)?,
            results: results_from(&row.results)?,
            repeats: row.repeats.map(DeliveryId::from_uuid),
            revision: row.revision,
        })
    }
}

impl TryFrom<DeliveryRow> for DeliveryRecord {
    type Error = StoreError;

    fn try_from(DeliveryRow { summary, body }: DeliveryRow) -> Result<Self, StoreError> {
        Ok(Self { body, ..summary.try_into()? })
    }
}

/// An integration's numbers as they are read.
#[derive(Queryable)]
pub(crate) struct CounterRow {
    integration: Uuid,
    received: i64,
    stored: i64,
    counted: i64,
    processed: i64,
    ignored: i64,
    duplicate: i64,
    rejected: i64,
    failed: i64,
}

impl From<CounterRow> for (IntegrationId, Counts) {
    fn from(row: CounterRow) -> Self {
        let CounterRow {
            integration,
            received,
            stored,
            counted,
            processed,
            ignored,
            duplicate,
            rejected,
            failed,
        } = row;
        let counts =
            Counts { received, stored, counted, processed, ignored, duplicate, rejected, failed };
        (IntegrationId::from_uuid(integration), counts)
    }
}
