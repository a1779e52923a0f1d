//! The event log and its numbers.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use watchbell_model::{Counts, DeliveryId, DeliveryRecord, IntegrationId, Outcome};
use watchbell_store::StoreError;
use watchbell_store::stored::{
    corrupt, headers_from, headers_to, results_from, results_to, trace_from, trace_to, word,
};

use super::{micros, time, uuid};
use crate::error::Failure;
use crate::query::static_statement;
use crate::schema::deliveries;

static_statement! {
    /// Adds a delivery to the event log.
    InsertDelivery:
    "INSERT INTO deliveries (id, integration, received_at, outcome, reason, status, duration_us, revision,
     repeats, results, trace, headers, body) VALUES (",
    id: [u8] as Binary;
    ", ", integration: [u8] as Binary;
    ", ", received_at: i64 as BigInt;
    ", ", outcome: str as Text;
    ", ", reason: str as Text;
    ", ", status: i64 as BigInt;
    ", ", duration_us: i64 as BigInt;
    ", ", revision: i64 as BigInt;
    ", ", repeats: Option<&'a [u8]> as Nullable<Binary>;
    ", ", results: str as Text;
    ", ", trace: str as Text;
    ", ", headers: str as Text;
    ", ", body: Option<&'a [u8]> as Nullable<Binary>;
    end ")"
}

static_statement! {
    /// Writes down that a delivery was about a key.
    InsertKey:
    "INSERT INTO delivery_keys (dedup_key, delivery) VALUES (", dedup_key: str as Text;
    ", ", delivery: [u8] as Binary;
    end ")"
}

/// Adds a delivery to the event log, and the keys that it is found by.
pub(crate) fn delivery_insert(
    writer: &mut SqliteConnection,
    record: &DeliveryRecord,
) -> Result<(), Failure> {
    let insert = InsertDelivery {
        id: record.id.as_bytes(),
        integration: record.integration.as_bytes(),
        received_at: &micros(record.received_at),
        outcome: record.outcome.as_str(),
        reason: record.reason.as_str(),
        status: &record.status.into(),
        duration_us: &record.duration_us,
        revision: &record.revision,
        repeats: &record.repeats.as_ref().map(|id| &id.as_bytes()[..]),
        results: &results_to(&record.results)?,
        trace: &trace_to(&record.trace)?,
        headers: &headers_to(&record.headers)?,
        body: &record.body.as_deref(),
    };
    insert.execute(writer)?;
    let keys: BTreeSet<_> = record.results.iter().filter_map(|r| r.dedup_key.as_ref()).collect();
    for key in keys {
        InsertKey { dedup_key: key.as_str(), delivery: record.id.as_bytes() }.execute(writer)?;
    }
    Ok(())
}

/// A delivery without its body, as it is read for a list.
#[derive(Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub(crate) struct DeliverySummaryRow {
    id: Vec<u8>,
    integration: Vec<u8>,
    received_at: i64,
    outcome: String,
    reason: String,
    status: i64,
    duration_us: i64,
    revision: i64,
    repeats: Option<Vec<u8>>,
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
        let first = row.repeats.as_deref();
        let first = first.map(|id| uuid("deliveries.repeats", id)).transpose()?;
        Ok(Self {
            id: DeliveryId::from_uuid(uuid("deliveries.id", &row.id)?),
            integration: IntegrationId::from_uuid(uuid(
                "deliveries.integration",
                &row.integration,
            )?),
            received_at: time("deliveries.received_at", row.received_at)?,
            headers: headers_from(&row.headers)?,
            body: None,
            outcome: word("deliveries.outcome", &Outcome::ALL, Outcome::as_str, &row.outcome)?,
            reason: row.reason.parse().map_err(|()| corrupt("deliveries.reason"))?,
            status: u16::try_from(row.status).map_err(|_| corrupt("deliveries.status"))?,
            duration_us: row.duration_us,
            trace: trace_from(&row.trace)?,
            results: results_from(&row.results)?,
            repeats: first.map(DeliveryId::from_uuid),
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
    integration: Vec<u8>,
    received: i64,
    stored: i64,
    counted: i64,
    processed: i64,
    ignored: i64,
    duplicate: i64,
    rejected: i64,
    failed: i64,
}

impl TryFrom<CounterRow> for (IntegrationId, Counts) {
    type Error = StoreError;

    fn try_from(row: CounterRow) -> Result<Self, StoreError> {
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
        let integration = uuid("integration_counters.integration", &integration)?;
        let counts =
            Counts { received, stored, counted, processed, ignored, duplicate, rejected, failed };
        Ok((IntegrationId::from_uuid(integration), counts))
    }
}
