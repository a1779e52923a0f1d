//! What each of many may ask in a minute: a stranger by address, a program by its key.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use watchbell_model::Timestamp;

use super::{RateState, Window};

/// So many requests of each in any 60 seconds, sliding. Each server counts its own.
#[derive(Debug)]
pub struct RequestLimits<K> {
    per_minute: u32,
    windows: Mutex<HashMap<K, Window>>,
}

impl<K: Eq + Hash> RequestLimits<K> {
    /// The most that are remembered at once. Whoever comes under more names than that makes the
    /// others forgotten, not the memory grow.
    const MOST: usize = 10_000;

    /// Limits of `per_minute` requests for each.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, windows: Mutex::new(HashMap::new()) }
    }

    /// One more request of `who`, and where they stand then.
    ///
    /// # Errors
    /// Too many: the state says when the next is looked at again.
    pub fn count(&self, who: K, now: Timestamp) -> Result<RateState, RateState> {
        let now_us = now.timestamp_micros();
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= Self::MOST && !windows.contains_key(&who) {
            windows.retain(|_, window| {
                window.state(self.per_minute, now_us);
                !window.accepted_us.is_empty()
            });
            if windows.len() >= Self::MOST {
                windows.clear();
            }
        }
        let window = windows.entry(who).or_default();
        let state = window.state(self.per_minute, now_us);
        if state.remaining == 0 {
            return Err(state);
        }
        window.accepted_us.push_back(now_us);
        Ok(window.state(self.per_minute, now_us))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn each_is_limited_and_their_number_is_bounded() {
        let limits = RequestLimits::new(2);
        let first = limits.count(1, at(0)).unwrap();
        assert_eq!((first.limit, first.remaining, first.reset_at), (2, 1, at(60).timestamp()));
        assert_eq!(limits.count(1, at(0)).unwrap().remaining, 0);
        assert_eq!(limits.count(1, at(59)).unwrap_err().reset_at, at(60).timestamp());
        assert!(limits.count(2, at(59)).is_ok());
        assert!(limits.count(1, at(60)).is_ok());
        for who in 0..30_000 {
            let _ = limits.count(who, at(61));
        }
        assert!(limits.windows.lock().unwrap().len() <= RequestLimits::<i32>::MOST);
    }
}
