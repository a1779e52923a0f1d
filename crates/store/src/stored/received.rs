//! When deliveries were received, and which ids they may have.
//!
//! An id begins with the milliseconds of its making, so that a range of time is nearly a range of
//! ids. Nearly: ids never go back, also when the clock is set back, and a moment has microseconds.

use std::time::Duration;

use uuid::Uuid;
use watchbell_model::Timestamp;

use crate::{DeliveryCursor, DeliveryFilter};

/// By how much an id's time and the moment of receipt may differ. A clock that is set back by more
/// than this has deliveries of the following moments left out of ranges that end just before.
const APART: Duration = Duration::from_secs(10);

/// A range of time, and the ids that can be in it. Both must be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The first moment.
    pub after: Option<Timestamp>,
    /// The last moment.
    pub before: Option<Timestamp>,
    /// No smaller id can be in it.
    pub first: Option<Uuid>,
    /// No greater id can be in it.
    pub last: Option<Uuid>,
}

impl Received {
    /// No delivery that arrived before this moment has a greater id.
    pub fn last_before(moment: Timestamp) -> Uuid {
        let last = moment.checked_add_signed(apart());
        last.map_or_else(Uuid::max, |at| id(at, u128::MAX >> MILLIS))
    }

    /// The range of a filter.
    pub fn of(filter: &DeliveryFilter) -> Self {
        let (after, before) = (filter.received_after, filter.received_before);
        let first = after.and_then(|at| at.checked_sub_signed(apart()));
        let last = before.and_then(|at| at.checked_add_signed(apart()));
        Self {
            after,
            before,
            first: first.map(|at| id(at, 0)),
            last: last.map(|at| id(at, u128::MAX >> MILLIS)),
        }
    }
}

/// Where a walk from the newest delivery on begins. It is one bound: of two, a database may begin at one
/// and look at all that lies between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the newest.
    Newest,
    /// At this id.
    At(Uuid),
    /// Just before this id.
    Before(Uuid),
}

impl Received {
    /// Where a walk through it begins that goes on after a delivery.
    pub fn start(&self, after: Option<DeliveryCursor>) -> Start {
        match (self.last, after) {
            (None, None) => Start::Newest,
            (Some(last), Some(DeliveryCursor(id))) if last < id.as_uuid() => Start::At(last),
            (_, Some(DeliveryCursor(id))) => Start::Before(id.as_uuid()),
            (Some(last), None) => Start::At(last),
        }
    }
}

/// The bits of an id that tell the time, at its beginning.
const MILLIS: u32 = 48;

fn apart() -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(APART).unwrap_or_default()
}

/// The id of this millisecond with these further bits; the first or last one beyond what ids can
/// tell.
fn id(at: Timestamp, rest: u128) -> Uuid {
    let millis =
        u128::try_from(at.timestamp_millis()).unwrap_or(0).min(u128::MAX >> (128 - MILLIS));
    Uuid::from_u128((millis << (128 - MILLIS)) | rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(after: &str, before: &str) -> Received {
        Received::of(&DeliveryFilter {
            received_after: Some(after.parse().unwrap()),
            received_before: Some(before.parse().unwrap()),
            ..DeliveryFilter::default()
        })
    }

    #[test]
    fn ids_may_differ_from_the_moment_by_some_seconds() {
        let Received { first, last, .. } = range("2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z");
        let check = |moment: &str, expected: bool| {
            let at: Timestamp = moment.parse().unwrap();
            let made = Some(id(at, 0x7000_8000_0000_0000_0001));
            assert_eq!(first <= made && made <= last, expected, "{moment}");
        };
        assert_eq!(Some(Received::last_before("2026-11-21T12:00:00Z".parse().unwrap())), last);
        check("2026-11-21T11:59:49.999Z", false);
        check("2026-11-21T11:59:50Z", true);
        check("2026-11-21T12:00:10Z", true);
        check("2026-11-21T12:00:10.001Z", false);
    }

    #[test]
    fn a_walk_begins_at_the_older_of_its_bounds() {
        let [one, two] = [1, 2].map(Uuid::from_u128);
        let after = |id| Some(DeliveryCursor(watchbell_model::DeliveryId::from_uuid(id)));
        let check = |last, after, expected| {
            let received = Received { after: None, before: None, first: None, last };
            assert_eq!(received.start(after), expected, "{last:?}, {after:?}");
        };
        check(None, None, Start::Newest);
        check(Some(one), None, Start::At(one));
        check(None, after(one), Start::Before(one));
        check(Some(one), after(two), Start::At(one));
        check(Some(two), after(one), Start::Before(one));
        check(Some(one), after(one), Start::Before(one));
    }

    #[test]
    fn moments_that_no_id_can_tell_are_no_panic() {
        let all = range("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z");
        assert_eq!(all.first, Some(Uuid::nil()));
        assert!(all.last > Some(id("9999-12-31T23:59:59Z".parse().unwrap(), 0)));
        let beyond = DeliveryFilter {
            received_after: Some(Timestamp::MIN_UTC),
            received_before: Some(Timestamp::MAX_UTC),
            ..DeliveryFilter::default()
        };
        assert_eq!((Received::of(&beyond).first, Received::of(&beyond).last), (None, None));
        assert_eq!(Received::of(&DeliveryFilter::default()).first, None);
        assert_eq!(Received::last_before(Timestamp::MAX_UTC), Uuid::max());
    }
}
