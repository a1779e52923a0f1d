//! Time and ids as values: the binary hands them down, so that nothing below it reads a clock.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A moment in UTC. Values that are stored have microsecond precision, see [`to_micros`].
pub type Timestamp = DateTime<Utc>;

/// The same moment without what is finer than a microsecond, which is what both databases keep.
pub fn to_micros(at: Timestamp) -> Timestamp {
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// Where the present moment comes from: the machine's clock in the binary, a fixed one in tests.
///
/// ```
/// use watchbell_model::{Clock, Timestamp};
/// let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
/// assert_eq!(Clock::fixed(noon).now(), noon);
/// ```
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `source` each time.
    pub fn new(source: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// A clock that always shows `at`.
    pub fn fixed(at: Timestamp) -> Self {
        Self::new(move || at)
    }

    /// The present moment, to the microsecond.
    pub fn now(&self) -> Timestamp {
        to_micros((self.0)())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Where new ids come from: UUIDv7 (RFC 9562) in the binary, a counter in tests.
#[derive(Clone)]
pub struct Ids(Arc<dyn Fn() -> Uuid + Send + Sync>);

impl Ids {
    /// Ids from `source`, which must never give the same one twice.
    pub fn new(source: impl Fn() -> Uuid + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// A fresh id.
    pub fn next(&self) -> Uuid {
        (self.0)()
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}
