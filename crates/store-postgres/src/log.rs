//! The event log.

use diesel::pg::Pg;
use diesel::prelude::*;
use watchbell_model::{Counts, DeliveryId, DeliveryRecord, IntegrationId};
use watchbell_store::{DeliveryFilter, Listed, LogStore, Page, StoreError};

use crate::PostgresStore;
use crate::rows::{CounterRow, DeliveryRow, DeliverySummaryRow};
use crate::schema::{deliveries, integration_counters};

impl LogStore for PostgresStore {
    fn delivery_list(
        &self,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Listed<DeliveryRecord>, StoreError> {
        let filter = *filter;
        self.pool.read(move |reader| {
            let total = filtered(&filter).count().get_result(reader)?;
            let ids: Vec<uuid::Uuid> = page_of(&filter, page).load(reader)?;
            let rows: Vec<DeliverySummaryRow> = deliveries::table
                .filter(deliveries::id.eq_any(&ids))
                .order(deliveries::id.desc())
                .select(DeliverySummaryRow::as_select())
                .load(reader)?;
            let items = rows.into_iter().map(DeliveryRecord::try_from).collect::<Result<_, _>>()?;
            Ok(Listed { items, total })
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
pub(crate) fn filtered(filter: &DeliveryFilter) -> deliveries::BoxedQuery<'_, Pg> {
    let DeliveryFilter { integration, outcome, reason } = filter;
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
    query
}

/// The ids on a page. An own query, so that an index alone answers it, however far down the page is.
pub(crate) fn page_of(
    filter: &DeliveryFilter,
    page: Page,
) -> deliveries::BoxedQuery<'_, Pg, diesel::sql_types::Uuid> {
    filtered(filter)
        .select(deliveries::id)
        .order(deliveries::id.desc())
        .limit(page.limit)
        .offset(page.offset)
}
