//! The port for running stored deliveries again: which ones, and which were run again already.

use watchbell_model::{DeliveryId, IntegrationId, Outcome, Reason, Timestamp};

use crate::StoreError;

/// The most replays of one delivery that are told.
pub const MAX_REPLAYS: i64 = 100;

/// Which deliveries are looked for. Absent bounds do not restrict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryRange {
    /// Of this integration.
    pub integration: Option<IntegrationId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// For this reason.
    pub reason: Option<Reason>,
    /// That arrived then or later.
    pub since: Option<Timestamp>,
    /// That arrived before then.
    pub until: Option<Timestamp>,
}

/// Looks up deliveries that shall be, or were, run again.
pub trait ReplayStore {
    /// The ids of deliveries in `range`, the oldest first, at most `limit`.
    fn deliveries_in(
        &self,
        range: &DeliveryRange,
        limit: i64,
    ) -> Result<Vec<DeliveryId>, StoreError>;

    /// The deliveries that ran `delivery` again, the oldest first, at most [`MAX_REPLAYS`].
    fn replays_of(&self, delivery: DeliveryId) -> Result<Vec<DeliveryId>, StoreError>;
}
