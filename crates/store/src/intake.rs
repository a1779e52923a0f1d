//! The port of the committer: one batch of deliveries, one transaction, one flush.

use watchbell_model::{
    Counts, DeliveryId, DeliveryRecord, GroupHash, IdempotencyKey, Identity, Incident,
    IncidentNumber, IntegrationId, IssueLink, Remembered, ServerId, TimelineEntry, Timestamp,
};

use crate::{NewJob, StoreError};

/// What a batch needs to know of one identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedKey {
    /// The identity. Its open incidents, on every service, are wanted.
    pub identity: Identity,
    /// Its source clock is wanted.
    pub clock: bool,
    /// The latest ended incident of each of these occurrences is wanted, per service.
    pub occurrences: Vec<String>,
    /// The latest ended incident of the identity is wanted, per service, whatever its occurrence.
    pub latest_ended: bool,
}

/// What a batch needs to know before it can be decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The identities that it touches, each once.
    pub keys: Vec<WantedKey>,
    /// The groups that it closes: every open incident last seen in one of them is wanted.
    pub groups: Vec<(IntegrationId, GroupHash)>,
    /// The senders' own delivery ids in it.
    pub idempotency: Vec<(IntegrationId, IdempotencyKey)>,
    /// Ended incidents are wanted only if they ended at this moment or later.
    pub ended_since: Timestamp,
    /// Source clocks and remembered deliveries are wanted only if they were written at this moment
    /// or later.
    pub remembered_since: Timestamp,
    /// The year of new incidents' numbers.
    pub year: i32,
    /// The most new incidents that it can give.
    pub numbers: usize,
    /// The server whose batch it is.
    pub server: ServerId,
    /// The integrations in it that have a rate limit. What other servers accepted for them is
    /// wanted, and what this batch accepts for them is written down for other servers.
    pub limited: Vec<IntegrationId>,
    /// What was accepted before this moment no longer matters for a rate limit.
    pub accepted_since: Timestamp,
}

/// What is known, read inside the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Incidents that were wanted, each once, in no order.
    pub incidents: Vec<Incident>,
    /// The source clock of identities that have one.
    pub clocks: Vec<(Identity, Timestamp)>,
    /// Deliveries whose id was seen before.
    pub remembered: Vec<Remembered>,
    /// The number of the first new incident; the next ones follow it.
    pub first_number: IncidentNumber,
    /// What servers other than [`Wanted::server`] accepted for [`Wanted::limited`].
    pub accepted: Vec<Accepted>,
}

/// Deliveries of an integration that were answered 202 and arrived within one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Accepted {
    /// The integration.
    pub integration: IntegrationId,
    /// The second in which they arrived: its beginning.
    pub second: Timestamp,
    /// How many.
    pub deliveries: u32,
}

/// What a batch changes. Those of its deliveries that [count][counts] and belong to one of
/// [`Wanted::limited`] are also added up for [`Known::accepted`], by the second of their arrival.
///
/// [counts]: DeliveryRecord::counts_for_limit
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// New incidents.
    pub opened: Vec<Incident>,
    /// Incidents that were known and have changed. Their `version` is the new one.
    pub changed: Vec<Incident>,
    /// New lines of timelines.
    pub timeline: Vec<TimelineEntry>,
    /// The deliveries, for the event log.
    pub deliveries: Vec<DeliveryRecord>,
    /// Source clocks as they shall be.
    pub clocks: Vec<(Identity, Timestamp)>,
    /// Deliveries to remember by their senders' ids. The results stand in `deliveries`.
    pub remembered: Vec<(IntegrationId, IdempotencyKey, DeliveryId)>,
    /// What is added to the integrations' durable numbers, each integration once.
    pub counts: Vec<(IntegrationId, Counts)>,
    /// Links of new incidents with issues at a source.
    pub links: Vec<IssueLink>,
    /// Work that follows from the batch.
    pub jobs: Vec<NewJob>,
    /// How many numbers were used, from [`Known::first_number`] on.
    pub numbers_used: usize,
    /// The moment of the batch.
    pub at: Timestamp,
}

/// Applies batches. Batches of one identity, from whatever process, come one after the other, and
/// so do the changes that people make.
pub trait IntakeStore {
    /// One transaction: reads what `wanted` names, hands it to `decide`, writes what that gives and
    /// commits durably. `decide` may be called again if the store has to start over, so it must
    /// not act on anything else.
    ///
    /// Rejected deliveries beyond the newest 1,000 of their integration leave the event log in the
    /// same transaction and move from `stored` to `counted`.
    ///
    /// # Errors
    /// [`StoreError::Refused`]: the batch holds data that cannot be stored.
    /// [`StoreError::Unavailable`]: nothing was written. [`StoreError::CommitUnknown`]: look with
    /// [`IntakeStore::deliveries_stored`] before writing again.
    fn batch_apply(
        &self,
        wanted: &Wanted,
        decide: &mut dyn FnMut(Known) -> Changes,
    ) -> Result<(), StoreError>;

    /// What [`batch_apply`](IntakeStore::batch_apply) would hand to `decide` at this moment, for
    /// explaining what a delivery would do. Takes no lock and no number, and writes nothing: a
    /// batch that comes after may find something else.
    fn batch_look(&self, wanted: &Wanted) -> Result<Known, StoreError>;

    /// How many batches of one process are worth writing at the same time, if they share nothing: one,
    /// where writers wait for each other anyway.
    fn committers(&self) -> usize {
        1
    }

    /// Those of `ids` that are in the event log.
    fn deliveries_stored(&self, ids: &[DeliveryId]) -> Result<Vec<DeliveryId>, StoreError>;

    /// What any server, this one included, accepted since `since` for integrations with a rate
    /// limit: what a server that starts must know.
    fn accepted_since(&self, since: Timestamp) -> Result<Vec<Accepted>, StoreError>;
}
