//! The event log.

use std::marker::PhantomData;

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text, Uuid as SqlUuid};
use watchbell_model::{Counts, DeliveryId, DeliveryRecord, IntegrationId};
use watchbell_store::stored::{Received, delivery_parts, names_incident, names_key};
use watchbell_store::{DeliveryCursor, DeliveryFilter, Listed, LogStore, Page, StoreError};

use crate::PostgresStore;
use crate::error::Failure;
use crate::newest::Newest;
use crate::rows::{CounterRow, DeliveryRow, DeliverySummaryRow};
use crate::schema::{deliveries, integration_counters};

impl LogStore for PostgresStore {
    fn delivery_list(
        &self,
        filter: &DeliveryFilter,
        page: Page<DeliveryCursor>,
    ) -> Result<Listed<DeliveryRecord, DeliveryCursor>, StoreError> {
        let filter = filter.clone();
        self.pool.read(move |reader| {
            let count = page.counts().then(|| filtered(&filter)).transpose()?;
            let total = count.map(|all| all.count().get_result(reader)).transpose()?;
            let mut ids: Vec<uuid::Uuid> = page_of(&filter, page)?.load(reader)?;
            let more = page.cut(&mut ids);
            let rows: Vec<DeliverySummaryRow> = deliveries::table
                .filter(deliveries::id.eq_any(&ids))
                .order(deliveries::id.desc())
                .select(DeliverySummaryRow::as_select())
                .load(reader)?;
            let items = rows.into_iter().map(DeliveryRecord::try_from).collect::<Result<_, _>>()?;
            let cursor = |record: &DeliveryRecord| DeliveryCursor(record.id);
            Ok(Listed::new(items, total, more, cursor))
        })
    }

    fn delivery_get(&self, id: DeliveryId) -> Result<DeliveryRecord, StoreError> {
        self.pool.read(move |reader| {
            let row: Option<DeliveryRow> = deliveries::table
                .find(id.as_uuid())
                .select(DeliveryRow::as_select())
                .first(reader)
                .optional()?;
            Ok(row.ok_or(StoreError::NotFound { what: "delivery" })?.try_into()?)
        })
    }

    fn counts(&self) -> Result<Vec<(IntegrationId, Counts)>, StoreError> {
        self.pool.read(|reader| {
            let rows: Vec<CounterRow> = integration_counters::table
                .order(integration_counters::integration)
                .load(reader)?;
            Ok(rows.into_iter().map(Into::into).collect())
        })
    }
}

/// The deliveries that a filter lets through.
fn filtered(filter: &DeliveryFilter) -> Result<deliveries::BoxedQuery<'static, Pg>, Failure> {
    let DeliveryFilter { integration, outcome, reason, dedup_key, incident, .. } = filter;
    let mut query = deliveries::table.into_boxed();
    if let Some(integration) = integration {
        query = query.filter(deliveries::integration.eq(integration.as_uuid()));
    }
    if let Some(outcome) = outcome {
        query = query.filter(deliveries::outcome.eq(outcome.as_str()));
    }
    if let Some(reason) = reason {
        query = query.filter(deliveries::reason.eq(reason.as_str()));
    }
    let Received { after, before, first, last } = Received::of(filter);
    if let Some(id) = first {
        query = query.filter(deliveries::id.ge(id));
    }
    if let Some(id) = last {
        query = query.filter(deliveries::id.le(id));
    }
    if let Some(at) = after {
        query = query.filter(deliveries::received_at.ge(at));
    }
    if let Some(at) = before {
        query = query.filter(deliveries::received_at.le(at));
    }
    let words = dedup_key.as_ref().map(names_key).transpose()?;
    for words in words.into_iter().chain(incident.map(names_incident)) {
        let names = sql::<Bool>("strpos(results, ").bind::<Text, _>(words).sql(") > 0");
        query = query.filter(names);
    }
    Ok(query)
}

/// A walk through an index: the ids.
type Walk<'a> = deliveries::BoxedQuery<'a, Pg, SqlUuid>;

/// The ids on a page. An own query, so that indexes alone answer it as far as they can.
pub(crate) fn page_of(
    filter: &DeliveryFilter,
    page: Page<DeliveryCursor>,
) -> Result<Newest<Walk<'static>, SqlUuid>, Failure> {
    let mut parts = Vec::new();
    for part in &delivery_parts(filter) {
        parts.push(walk(part, page)?);
    }
    Ok(Newest {
        column: "id",
        order: "id DESC",
        parts,
        limit: page.look_for(),
        offset: page.offset(),
        kind: PhantomData,
    })
}

fn walk(part: &DeliveryFilter, page: Page<DeliveryCursor>) -> Result<Walk<'static>, Failure> {
    let mut query = filtered(part)?.select(deliveries::id);
    if let Some(DeliveryCursor(id)) = page.cursor() {
        query = query.filter(deliveries::id.lt(id.as_uuid()));
    }
    let limit = page.look_for().saturating_add(page.offset());
    Ok(query.order(deliveries::id.desc()).limit(limit))
}
