//! Limits: accepted deliveries of a key, and (in [`requests`]) requests of anybody.

mod requests;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use watchbell_model::{Integration, IntegrationId, Stage, Timestamp, Trace};
use watchbell_store::Accepted;

pub use requests::RequestLimits;

/// The length of every window.
const WINDOW_US: i64 = 60_000_000;
/// From the first moment of a second to its last one.
const SECOND_US: i64 = 999_999;

/// Where a key stands with its limit: what the `X-RateLimit-…` headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateState {
    /// The most accepted deliveries in any 60 seconds; 0 = no limit.
    pub limit: u32,
    /// How many are left; meaningless without a limit.
    pub remaining: u32,
    /// When the next place is free, in unix seconds, rounded up.
    pub reset_at: i64,
}

/// One key's accepted deliveries of the last 60 seconds, here and on other servers, and those that
/// may still be accepted here.
#[derive(Debug, Default)]
struct Window {
    accepted_us: VecDeque<i64>,
    in_flight: u32,
    /// The last moment of each second in which other servers accepted some, and how many.
    elsewhere: VecDeque<(i64, u32)>,
}

impl Window {
    fn state(&mut self, limit: u32, now_us: i64) -> RateState {
        let over_us = now_us.saturating_sub(WINDOW_US);
        while self.accepted_us.front().is_some_and(|at| *at <= over_us) {
            self.accepted_us.pop_front();
        }
        while self.elsewhere.front().is_some_and(|(last, _)| *last <= over_us) {
            self.elsewhere.pop_front();
        }
        // What is to come in more than a window was counted by a clock that has been set back
        // since. Nobody may have to wait for that time to come.
        let ahead_us = now_us.saturating_add(WINDOW_US);
        while self.accepted_us.back().is_some_and(|at| *at > ahead_us) {
            self.accepted_us.pop_back();
        }
        while self.elsewhere.back().is_some_and(|(last, _)| *last > ahead_us) {
            self.elsewhere.pop_back();
        }
        let elsewhere = self.elsewhere.iter().fold(0, |sum: u32, (_, n)| sum.saturating_add(*n));
        let used = u32::try_from(self.accepted_us.len())
            .unwrap_or(u32::MAX)
            .saturating_add(self.in_flight)
            .saturating_add(elsewhere);
        let here = self.accepted_us.front().copied();
        let oldest = here.into_iter().chain(self.elsewhere.front().map(|(last, _)| *last)).min();
        let free_us = oldest.map_or(now_us, |oldest| oldest.saturating_add(WINDOW_US));
        let reset_at = free_us.saturating_add(999_999).div_euclid(1_000_000);
        RateState { limit, remaining: limit.saturating_sub(used), reset_at }
    }
}

/// The rate limit of every key: at most so many accepted deliveries in any 60 seconds, sliding.
/// Only what is answered 202 counts; what is being worked on holds a place meanwhile. What other
/// servers accepted is known by the second, and counts until the last moment of its second is over.
#[derive(Debug, Clone, Default)]
pub struct RateLimits(Arc<Mutex<HashMap<IntegrationId, Window>>>);

impl RateLimits {
    /// Limits that know what was accepted before this program started, by whomever.
    pub fn seeded(accepted: &[Accepted]) -> Self {
        let limits = Self::default();
        let integrations: Vec<_> = accepted.iter().map(|row| row.integration).collect();
        limits.elsewhere(&integrations, accepted);
        limits
    }

    /// What other servers accepted for `integrations`, all of it: what was known before goes.
    pub fn elsewhere(&self, integrations: &[IntegrationId], accepted: &[Accepted]) {
        if integrations.is_empty() {
            return;
        }
        let mut windows = self.lock();
        for integration in integrations {
            windows.entry(*integration).or_default().elsewhere.clear();
        }
        for row in accepted {
            let last_us = row.second.timestamp_micros().saturating_add(SECOND_US);
            let window = windows.entry(row.integration).or_default();
            window.elsewhere.push_back((last_us, row.deliveries));
        }
        for integration in integrations {
            if let Some(window) = windows.get_mut(integration) {
                window.elsewhere.make_contiguous().sort_unstable();
            }
        }
    }

    /// From when on what was accepted matters to somebody who asks `now`: the beginning of a second.
    pub fn matters_since(now: Timestamp) -> Timestamp {
        let over_us = now.timestamp_micros().saturating_sub(WINDOW_US);
        let second = over_us.div_euclid(1_000_000);
        Timestamp::from_timestamp(second, 0).unwrap_or(now)
    }

    /// Where the key of `integration` stands.
    pub fn state(&self, integration: IntegrationId, limit: u32, now: Timestamp) -> RateState {
        if limit == 0 {
            return RateState { limit, remaining: u32::MAX, reset_at: now.timestamp() };
        }
        self.lock().entry(integration).or_default().state(limit, now.timestamp_micros())
    }

    /// A place for one delivery.
    ///
    /// # Errors
    /// There is none; the state says when there will be.
    pub fn take(
        &self,
        integration: IntegrationId,
        limit: u32,
        now: Timestamp,
    ) -> Result<RateSlot, RateState> {
        if limit == 0 {
            return Ok(RateSlot { limits: None, integration });
        }
        let mut windows = self.lock();
        let window = windows.entry(integration).or_default();
        let state = window.state(limit, now.timestamp_micros());
        if state.remaining == 0 {
            return Err(state);
        }
        window.in_flight = window.in_flight.saturating_add(1);
        Ok(RateSlot { limits: Some(self.clone()), integration })
    }

    /// A place for one delivery through `integration`; over the limit too, where the integration
    /// wants that, with a note in `trace`.
    ///
    /// # Errors
    /// There is none; the state says when there will be.
    pub fn admit(
        &self,
        integration: &Integration,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<RateSlot, RateState> {
        match self.take(integration.id, integration.rate_limit, now) {
            Err(rate) if integration.accept_over_limit => {
                trace.note(Stage::Limit, format!("over the limit of {}; accepted", rate.limit));
                Ok(RateSlot::outside(integration.id))
            }
            taken => taken,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IntegrationId, Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place under the limit. Dropped without [`RateSlot::accepted`], it is free again.
#[derive(Debug)]
#[must_use]
pub struct RateSlot {
    limits: Option<RateLimits>,
    integration: IntegrationId,
}

impl RateSlot {
    /// A place that no limit knows of: for what is accepted over the limit.
    pub const fn outside(integration: IntegrationId) -> Self {
        Self { limits: None, integration }
    }

    /// The delivery that arrived `at` was answered 202: it counts.
    pub fn accepted(self, at: Timestamp) {
        if let Some(limits) = &self.limits {
            let at_us = at.timestamp_micros();
            let mut windows = limits.lock();
            let accepted = &mut windows.entry(self.integration).or_default().accepted_us;
            // Answers come nearly in the order of arrival, so the place is near the end.
            let place = accepted.iter().rposition(|other| *other <= at_us);
            accepted.insert(place.map_or(0, |place| place.saturating_add(1)), at_us);
        }
    }
}

impl Drop for RateSlot {
    fn drop(&mut self) {
        if let Some(limits) = &self.limits {
            let mut windows = limits.lock();
            let window = windows.entry(self.integration).or_default();
            window.in_flight = window.in_flight.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn key() -> IntegrationId {
        IntegrationId::from_uuid(uuid::Uuid::from_u128(1))
    }

    #[test]
    fn a_hundred_in_any_sixty_seconds_and_not_one_more() {
        let limits = RateLimits::default();
        for n in 0..100 {
            limits.take(key(), 100, at(n / 2)).unwrap().accepted(at(n / 2));
        }
        let refused = limits.take(key(), 100, at(59)).unwrap_err();
        assert_eq!((refused.remaining, refused.reset_at), (0, at(60).timestamp()));
        let slot = limits.take(key(), 100, at(60)).unwrap();
        slot.accepted(at(60));
        let slot = limits.take(key(), 100, at(60)).unwrap();
        slot.accepted(at(60));
        assert!(limits.take(key(), 100, at(60)).is_err(), "two left the window, two came in");
    }

    #[test]
    fn a_clock_that_is_set_back_shuts_nobody_out_for_long() {
        let (limits, hour) = (RateLimits::default(), 3_600);
        limits.take(key(), 1, at(hour)).unwrap().accepted(at(hour));
        assert!(limits.take(key(), 1, at(hour)).is_err());
        limits.take(key(), 1, at(0)).unwrap().accepted(at(0));
        // A moment's disagreement is not forgotten.
        assert!(limits.take(key(), 1, at(-5)).is_err());
        let second = Accepted { integration: key(), second: at(hour), deliveries: 1 };
        assert!(RateLimits::seeded(&[second]).take(key(), 1, at(0)).is_ok());
    }

    #[test]
    fn what_is_in_flight_holds_a_place_and_gives_it_back() {
        let limits = RateLimits::default();
        let slot = limits.take(key(), 1, at(0)).unwrap();
        assert!(limits.take(key(), 1, at(0)).is_err());
        drop(slot);
        assert_eq!(limits.state(key(), 1, at(0)).remaining, 1);
    }

    #[test]
    fn a_restart_does_not_forget() {
        let limits = RateLimits::seeded(&[elsewhere(5, 1), elsewhere(1, 1)]);
        let refused = limits.take(key(), 2, at(30)).unwrap_err();
        // It may have been at the very end of its second.
        assert_eq!(refused.reset_at, at(62).timestamp());
        assert!(limits.take(key(), 2, at(61)).is_err());
        assert!(limits.take(key(), 2, at(62)).is_ok());
    }

    fn elsewhere(second: i64, deliveries: u32) -> Accepted {
        Accepted { integration: key(), second: at(second), deliveries }
    }

    #[test]
    fn what_other_servers_accepted_takes_places_here() {
        let limits = RateLimits::default();
        limits.take(key(), 10, at(0)).unwrap().accepted(at(0));
        limits.elsewhere(&[key()], &[elsewhere(0, 3), elsewhere(10, 4)]);
        let state = limits.state(key(), 10, at(20));
        assert_eq!((state.remaining, state.reset_at), (2, at(60).timestamp()));
        // Each batch brings all of it: nothing is counted twice.
        limits.elsewhere(&[key()], &[elsewhere(10, 4), elsewhere(10, 1), elsewhere(0, 3)]);
        assert_eq!(limits.state(key(), 10, at(20)).remaining, 1);
        limits.take(key(), 10, at(20)).unwrap().accepted(at(20));
        assert!(limits.take(key(), 10, at(20)).is_err());
        // The own first, then each second of the others as a whole.
        assert_eq!(limits.state(key(), 10, at(60)).remaining, 1);
        assert_eq!(limits.state(key(), 10, at(61)).remaining, 4);
        assert_eq!(limits.state(key(), 10, at(71)).remaining, 9);
        assert_eq!(limits.state(key(), 10, at(80)).remaining, 10);
    }

    #[test]
    fn what_a_batch_says_of_one_key_leaves_the_others_alone() {
        let other = IntegrationId::from_uuid(uuid::Uuid::from_u128(2));
        let limits = RateLimits::seeded(&[elsewhere(0, 3)]);
        limits.elsewhere(&[other], &[]);
        limits.elsewhere(&[], &[]);
        assert_eq!(limits.state(key(), 10, at(1)).remaining, 7);
        limits.elsewhere(&[key()], &[]);
        assert_eq!(limits.state(key(), 10, at(1)).remaining, 10);
    }

    #[test]
    fn what_matters_begins_with_the_second_that_is_not_yet_over() {
        let now = at(100) + std::time::Duration::from_millis(300);
        assert_eq!(RateLimits::matters_since(now), at(40));
        assert_eq!(RateLimits::matters_since(at(100)), at(40));
    }

    #[test]
    fn no_limit_means_none() {
        let limits = RateLimits::default();
        for _ in 0..1_000 {
            limits.take(key(), 0, at(0)).unwrap().accepted(at(0));
        }
        assert_eq!(limits.state(key(), 0, at(0)).limit, 0);
    }
}
