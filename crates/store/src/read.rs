//! The ports for what has happened: incidents, the event log, and keeping both in order.

use std::time::Duration;

use watchbell_model::{
    Counts, DeliveryId, DeliveryRecord, Incident, IncidentNumber, IntegrationId, Outcome, Reason,
    ServerId, Severity, Status, TimelineEntry, Timestamp,
};

use crate::StoreError;

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The most items.
    pub limit: i64,
    /// How many to leave out at the beginning.
    pub offset: i64,
}

impl Page {
    /// The part of `limit` items after the first `offset`.
    pub const fn new(limit: i64, offset: i64) -> Self {
        Self { limit, offset }
    }
}

/// A part of a list, with the length of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// How many there are in all.
    pub total: i64,
}

/// Which incidents. Empty lists and absent bounds do not restrict; bounds are inclusive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentFilter {
    /// Any of these.
    pub status: Vec<Status>,
    /// Any of these.
    pub severity: Vec<Severity>,
    /// Opened then or later.
    pub opened_after: Option<Timestamp>,
    /// Opened then or earlier.
    pub opened_before: Option<Timestamp>,
    /// Resolved then or later.
    pub ended_after: Option<Timestamp>,
    /// Resolved then or earlier.
    pub ended_before: Option<Timestamp>,
}

/// Which deliveries. Absent ones do not restrict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// For this reason.
    pub reason: Option<Reason>,
}

/// What somebody makes of an incident: as it shall be, and the lines for its timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentChange {
    /// The incident as it shall be. Its `version` must be one more than it was.
    pub incident: Incident,
    /// The lines to add.
    pub timeline: Vec<TimelineEntry>,
}

/// Reads incidents, and lets people change them.
pub trait IncidentStore {
    /// Incidents, the newest first.
    fn incident_list(
        &self,
        filter: &IncidentFilter,
        page: Page,
    ) -> Result<Listed<Incident>, StoreError>;

    /// An incident with its timeline, the oldest line first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    fn incident_get(
        &self,
        number: IncidentNumber,
    ) -> Result<(Incident, Vec<TimelineEntry>), StoreError>;

    /// One transaction: reads the incident, hands it to `decide`, writes what that gives. `None`
    /// changes nothing. Never loses a change that a batch makes at the same time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] if it would make two open incidents of
    /// one identity on one service.
    fn incident_change(
        &self,
        number: IncidentNumber,
        decide: &mut dyn FnMut(Incident) -> Option<IncidentChange>,
    ) -> Result<Incident, StoreError>;
}

/// Reads the event log.
pub trait LogStore {
    /// Deliveries without their bodies, the newest first.
    fn delivery_list(
        &self,
        filter: &DeliveryFilter,
        page: Page,
    ) -> Result<Listed<DeliveryRecord>, StoreError>;

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

/// From when on things are still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    /// Remembered delivery ids and source clocks that were written before this moment go.
    pub remembered: Timestamp,
    /// Rejected deliveries that arrived before this moment go; they move from `stored` to
    /// `counted`.
    pub rejected: Timestamp,
    /// What was accepted before this moment is forgotten for rate limits.
    pub accepted: Timestamp,
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

    /// Forgets what has served its time, in small steps. Gives how much went; call again while it
    /// is not 0.
    fn expire(&self, before: Expiry) -> Result<usize, StoreError>;

    /// Everything in the database that breaks a promise: it makes every check of
    /// [`checks::ALL`](crate::checks::ALL), in a time that grows with the rows, with little memory,
    /// while others read and write.
    fn check(&self) -> Result<Vec<Finding>, StoreError>;

    /// The names of the checks that [`check`](MaintenanceStore::check) makes.
    fn checks(&self) -> Vec<&'static str> {
        Vec::new()
    }
}
