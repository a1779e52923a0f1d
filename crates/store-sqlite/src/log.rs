//! The event log.

pub(crate) mod arrivals;
pub(crate) mod walks;

use diesel::prelude::*;
use watchbell_model::{Counts, DeliveryId, DeliveryRecord, IntegrationId, Timestamp};
use watchbell_store::{
    Arrival, DeliveryCursor, DeliveryFilter, Listed, LogStore, Page, StoreError,
};

use self::walks::Way;
use crate::SqliteStore;
use crate::rows::{CounterRow, DeliveryRow, DeliverySummaryRow};
use crate::schema::{deliveries, integration_counters};

impl LogStore for SqliteStore {
    fn delivery_list(
        &self,
        filter: &DeliveryFilter,
        page: Page<DeliveryCursor>,
    ) -> Result<Listed<DeliveryRecord, DeliveryCursor>, StoreError> {
        self.pool.read(|reader| {
            let total = page.counts().then(|| walks::count(reader, filter)).transpose()?;
            let mut ids = walks::ids(reader, filter, Way::of(page))?;
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

    fn delivery_arrivals(
        &self,
        integrations: &[IntegrationId],
        after: Option<Timestamp>,
        most: i64,
    ) -> Result<Vec<Arrival>, StoreError> {
        self.pool.read(|reader| arrivals::of(reader, integrations, after, most))
    }

    fn delivery_get(&self, id: DeliveryId) -> Result<DeliveryRecord, StoreError> {
        self.pool.read(|reader| {
            let row: Option<DeliveryRow> = deliveries::table
                .filter(deliveries::id.eq(&id.as_bytes()[..]))
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
            Ok(rows.into_iter().map(TryInto::try_into).collect::<Result<_, StoreError>>()?)
        })
    }
}
