//! The event log.

use utoipa::IntoParams;
use watchbell_model::{DedupKey, DeliveryId, DeliveryRecord, Outcome};
use watchbell_store::{DeliveryCursor, DeliveryFilter, Listed, Page, Store, StoreError};

use super::Answered;
use super::call::Call;
use super::words;
use crate::envelope::ListView;
use crate::views::{DeliveryDetailView, DeliveryView};

/// Which deliveries.
#[derive(Debug, IntoParams)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct DeliveryQuery {
    /// Of this integration.
    integration_id: Option<String>,
    /// With this outcome.
    #[param(schema_with = words::outcome)]
    outcome: Option<String>,
    /// For this reason.
    #[param(schema_with = words::reason)]
    reason: Option<String>,
    /// Received then or later.
    received_after: Option<String>,
    /// Received then or earlier.
    received_before: Option<String>,
    /// With an alert of this key.
    #[param(min_length = 1, max_length = 255)]
    dedup_key: Option<String>,
    /// With an alert that touched this incident.
    incident_number: Option<String>,
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
    /// Instead of `offset`: a `next_cursor`, or empty for the beginning. Nothing is counted then,
    /// and a page costs the same however deep it lies.
    cursor: Option<String>,
}

pub(super) async fn list(call: Call) -> Answered {
    let mut query = call.query();
    let page = query.page::<DeliveryCursor>();
    let outcome: Option<OutcomeText> =
        query.one("outcome", "processed, ignored, duplicate, rejected or failed");
    let filter = DeliveryFilter {
        integration: query.one("integration_id", "int_ and 32 hexadecimal digits"),
        outcome: outcome.map(|text| text.0),
        reason: query.one("reason", "a reason of the event log"),
        received_after: query.moment("received_after"),
        received_before: query.moment("received_before"),
        dedup_key: query.one::<KeyText>("dedup_key", "1 to 255 characters").map(|text| text.0),
        incident: query.one("incident_number", "INC-2026-001"),
    };
    query.finish()?;
    let listed = call.store(move |store| list_of(store, filter, page)).await?;
    let snapshot = call.snapshot();
    let view = ListView::of(&listed, page, |record| DeliveryView::new(record, &snapshot));
    Ok(call.ok(&view))
}

/// The list, for which what is known of the incident is looked up: then it is found by an index.
pub(crate) fn list_of(
    store: &dyn Store,
    filter: DeliveryFilter,
    page: Page<DeliveryCursor>,
) -> Result<Listed<DeliveryRecord, DeliveryCursor>, StoreError> {
    let Some(number) = filter.incident else {
        return store.delivery_list(&filter, page);
    };
    let incident = match store.incident_get(number) {
        Ok((incident, _)) => Some(incident),
        Err(StoreError::NotFound { .. }) => None,
        Err(trouble) => return Err(trouble),
    };
    match incident.and_then(|incident| filter.narrowed_to(&incident)) {
        Some(filter) => store.delivery_list(&filter, page),
        None => Ok(Listed::new(Vec::new(), page.counts().then_some(0), false, |one| {
            DeliveryCursor(one.id)
        })),
    }
}

/// An outcome as it is written.
pub(crate) struct OutcomeText(pub(crate) Outcome);

impl std::str::FromStr for OutcomeText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text).map(Self).ok_or(())
    }
}

/// A dedup key in a query.
pub(crate) struct KeyText(pub(crate) DedupKey);

impl std::str::FromStr for KeyText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_key = (1..=255).contains(&text.chars().count());
        is_key.then(|| DedupKey::new(text)).flatten().map(Self).ok_or(())
    }
}

pub(super) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let id: DeliveryId = call.named("id", "delivery", "dlv_ and 32 hexadecimal digits")?;
    let record = call.store(move |store| store.delivery_get(id)).await?;
    Ok(call.ok(&DeliveryDetailView::new(&record, &call.snapshot())))
}
