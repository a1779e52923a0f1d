//! The ports of the event log, and of keeping a database in order.

use std::time::Duration;

use watchbell_model::{
    Counts, DedupKey, DeliveryId, DeliveryRecord, Incident, IncidentNumber, IntegrationId, Outcome,
    Reason, ServerId, Timestamp,
};

use crate::{DeliveryCursor, Expired, Expiry, Listed, Page, StoreError};

/// Which deliveries. What is absent does not restrict; bounds are inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// For this reason.
    pub reason: Option<Reason>,
    /// Received then or later.
    pub received_after: Option<Timestamp>,
    /// Received then or earlier.
    pub received_before: Option<Timestamp>,
    /// With an alert of this key.
    pub dedup_key: Option<DedupKey>,
    /// With an alert that touched this incident. Each row that the rest lets through is looked at for
    /// it: [`narrowed_to`](DeliveryFilter::narrowed_to) says all the rest that is known.
    pub incident: Option<IncidentNumber>,
}

impl DeliveryFilter {
    /// The same for the deliveries that touched an incident, with what follows of that: its
    /// integration, its key, and a time after which it was not touched. None, if nothing can be let
    /// through.
    #[must_use]
    pub fn narrowed_to(self, incident: &Incident) -> Option<Self> {
        // No delivery ever touches what people open.
        let integration = incident.integration?;
        if self.integration.is_some_and(|asked| asked != integration) {
            return None;
        }
        if self.dedup_key.is_some() && self.dedup_key != incident.dedup_key {
            return None;
        }
        // What has no key cannot be found by a second delivery.
        let last = match (&incident.dedup_key, incident.ended_at) {
            (None, _) => Some(incident.last_seen_at),
            (Some(_), Some(ended)) => Some(ended.max(incident.last_seen_at)),
            (Some(_), None) => None,
        };
        Some(Self {
            integration: Some(integration),
            dedup_key: incident.dedup_key.clone(),
            incident: Some(incident.number),
            received_after: self.received_after.max(Some(incident.opened_at)),
            received_before: [self.received_before, last].into_iter().flatten().min(),
            ..self
        })
    }
}

/// That an integration got a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The integration.
    pub integration: IntegrationId,
    /// When.
    pub received_at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
}

/// Reads the event log.
pub trait LogStore {
    /// Deliveries without their bodies, the newest first.
    fn delivery_list(
        &self,
        filter: &DeliveryFilter,
        page: Page<DeliveryCursor>,
    ) -> Result<Listed<DeliveryRecord, DeliveryCursor>, StoreError>;

    /// Of each of these integrations its newest deliveries, `most` at most, as far as they were received
    /// at `after` or later: the newest first. It takes a few queries, however many integrations there
    /// are, and reads nothing else of a delivery.
    fn delivery_arrivals(
        &self,
        integrations: &[IntegrationId],
        after: Option<Timestamp>,
        most: i64,
    ) -> Result<Vec<Arrival>, StoreError>;

    /// A delivery, whole.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn delivery_get(&self, id: DeliveryId) -> Result<DeliveryRecord, StoreError>;

    /// The durable numbers of every integration that ever got a delivery.
    fn counts(&self) -> Result<Vec<(IntegrationId, Counts)>, StoreError>;
}

/// Something that is wrong in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which promise is broken.
    pub check: &'static str,
    /// How, for people.
    pub what: String,
}

/// Work that one server at a time may do. Times are the database's: servers' clocks differ.
pub trait LeaseStore {
    /// Takes the lease of this name for `holder` from now on for `time`, if nobody else holds it or
    /// the holder's time is over. Who holds it already holds it for longer. Gives whether `holder`
    /// has it now.
    fn lease_take(&self, name: &str, holder: ServerId, time: Duration) -> Result<bool, StoreError>;

    /// Gives the lease back, if `holder` has it: the next one may take it at once.
    fn lease_give_back(&self, name: &str, holder: ServerId) -> Result<(), StoreError>;
}

/// Keeps a database in order.
pub trait MaintenanceStore {
    /// Whether the database answers and has the schema that this program wants.
    fn ping(&self) -> Result<(), StoreError>;

    /// Writes and flushes something that changes nothing: whether the database takes writes again
    /// after it did not.
    fn probe(&self) -> Result<(), StoreError>;

    /// Forgets what has served its time, the oldest first: of each class one small step, which is a
    /// transaction of its own. Gives how much went; call again until nothing does. It begins
    /// anywhere: whatever ended an earlier call, the next one goes on.
    fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError>;

    /// Everything in the database that breaks a promise: it makes every check of
    /// [`checks::ALL`](crate::checks::ALL), in a time that grows with the rows, with little memory,
    /// while others read and write.
    fn check(&self) -> Result<Vec<Finding>, StoreError>;

    /// The names of the checks that [`check`](MaintenanceStore::check) makes.
    fn checks(&self) -> Vec<&'static str> {
        Vec::new()
    }
}
