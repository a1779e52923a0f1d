//! The port for running stored deliveries again: which ones, and which were run again already.

use chrono::TimeDelta;
use watchbell_model::{DeliveryId, IntegrationId, Outcome, Reason, Timestamp};

use crate::{DeliveryFilter, StoreError};

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

impl From<&DeliveryRange> for DeliveryFilter {
    fn from(range: &DeliveryRange) -> Self {
        let DeliveryRange { integration, outcome, reason, since, until } = *range;
        // Moments are kept to the microsecond.
        let before = |until: Timestamp| until.checked_sub_signed(TimeDelta::microseconds(1));
        Self {
            integration,
            outcome,
            reason,
            received_after: since,
            received_before: until.map(|until| before(until).unwrap_or(until)),
            ..Self::default()
        }
    }
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
