//! What sources sent in the last day, by hour. However much that is, a bounded number of deliveries is
//! looked at.

use std::collections::HashMap;

use chrono::TimeDelta;
use watchbell_model::{IntegrationId, Outcome, Timestamp};
use watchbell_store::{DeliveryFilter, Page, Store, StoreError};
use watchbell_web::page::{Day, SPARK};
use watchbell_web::text;

use crate::ui::overview::log::drawn;

/// How many hours are shown.
const HOURS: usize = 24;
const HOUR_S: i64 = 3_600;
/// The most deliveries that are looked at for all sources, and the fewest and the most for one.
const ALL_ROWS: usize = 4_000;
const ROWS: std::ops::RangeInclusive<usize> = 20..=500;
/// The most failed deliveries that are counted.
const FAILED: i64 = 200;

/// The newest deliveries of a source within the day, the newest first, and whether there are more.
#[derive(Debug, Clone, Default)]
pub(super) struct Looked {
    deliveries: Vec<(Timestamp, Outcome)>,
    more: bool,
}

impl Looked {
    /// When the source was last heard of within the day.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.deliveries.first().map(|(at, _)| *at)
    }
}

/// What these sources sent.
pub(super) fn looked(
    store: &dyn Store,
    ids: &[IntegrationId],
    now: Timestamp,
) -> Result<HashMap<IntegrationId, Looked>, StoreError> {
    let after = Some(begin(now));
    let rows = (ALL_ROWS / ids.len().max(1)).clamp(*ROWS.start(), *ROWS.end());
    // With one more it is seen whether there are more.
    let most = i64::try_from(rows.saturating_add(1)).unwrap_or(i64::MAX);
    let mut all: HashMap<_, _> = ids.iter().map(|id| (*id, Looked::default())).collect();
    for arrival in store.delivery_arrivals(ids, after, most)? {
        if let Some(looked) = all.get_mut(&arrival.integration) {
            looked.more = looked.deliveries.len() >= rows;
            if !looked.more {
                looked.deliveries.push((arrival.received_at, arrival.outcome));
            }
        }
    }
    Ok(all)
}

/// When the day begins that ends `now`.
pub(super) fn begin(now: Timestamp) -> Timestamp {
    now - TimeDelta::hours(24)
}

/// How many deliveries of the day failed, by source, in words. They are few, and must not be lost among
/// what is looked at.
pub(super) fn failed(
    store: &dyn Store,
    now: Timestamp,
) -> Result<HashMap<IntegrationId, String>, StoreError> {
    let filter = DeliveryFilter {
        outcome: Some(Outcome::Failed),
        received_after: Some(begin(now)),
        ..DeliveryFilter::default()
    };
    let listed = store.delivery_list(&filter, Page::after(FAILED, None))?;
    let mut counts: HashMap<_, usize> = HashMap::new();
    for one in &listed.items {
        let count = counts.entry(one.integration).or_default();
        *count = count.saturating_add(1);
    }
    let or_more = listed.next.is_some();
    Ok(counts.into_iter().map(|(id, count)| (id, text::day_failed(count, or_more))).collect())
}

/// What that looks like at `now`.
pub(super) fn day(looked: &Looked, now: Timestamp) -> Day {
    let Looked { deliveries, more } = looked;
    let mut counts = vec![[0_usize; Outcome::ALL.len()]; HOURS];
    let mut wrong = 0_usize;
    for (at, outcome) in deliveries {
        wrong += usize::from(matches!(outcome, Outcome::Rejected | Outcome::Failed));
        let kind = Outcome::ALL.iter().position(|one| one == outcome);
        let counted = counts.get_mut(place(*at, now));
        if let Some(count) = kind.and_then(|kind| counted?.get_mut(kind)) {
            *count = count.saturating_add(1);
        }
    }
    let oldest = deliveries.last().filter(|_| *more);
    let words = match oldest {
        _ if deliveries.is_empty() => text::DAY_NOTHING.to_owned(),
        None => text::day_all(deliveries.len(), wrong),
        Some((oldest, _)) => {
            let span = now.signed_duration_since(*oldest).num_seconds().max(1).unsigned_abs();
            text::day_newest(deliveries.len(), &text::span(span), wrong)
        }
    };
    let known_from = oldest.map_or(0, |(at, _)| place(*at, now)) * (SPARK.0 / HOURS);
    Day { bars: drawn(&counts, (SPARK.0, SPARK.1)), known_from, words }
}

/// The hour of a moment: the last one is the one that ends now.
fn place(at: Timestamp, now: Timestamp) -> usize {
    let age = now.signed_duration_since(at).num_seconds().max(0) / HOUR_S;
    (HOURS - 1).saturating_sub(usize::try_from(age).unwrap_or(HOURS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(now: Timestamp, minutes: i64, outcome: Outcome) -> (Timestamp, Outcome) {
        (now - TimeDelta::minutes(minutes), outcome)
    }

    #[test]
    fn each_delivery_stands_in_its_hour() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let deliveries = vec![
            at(now, 0, Outcome::Processed),
            at(now, 59, Outcome::Rejected),
            at(now, 61, Outcome::Ignored),
            at(now, 24 * 60, Outcome::Failed),
        ];
        let shown = day(&Looked { deliveries, more: false }, now);
        let filled: Vec<_> =
            shown.bars.iter().filter(|bar| !bar.parts.is_empty()).map(|bar| bar.x).collect();
        assert_eq!(filled, [0, 220, 230]);
        assert_eq!(shown.known_from, 0);
        assert_eq!(shown.words, "4 in the last 24 hours, 50 % refused or failed (2)");
    }

    #[test]
    fn what_was_not_looked_at_is_not_said_to_be_nothing() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let check = |deliveries: Vec<_>, more: bool, known_from: usize, words: &str| {
            let shown = day(&Looked { deliveries, more }, now);
            assert_eq!((shown.known_from, shown.words.as_str()), (known_from, words));
        };
        check(Vec::new(), false, 0, "nothing in the last 24 hours");
        let one = |minutes| at(now, minutes, Outcome::Processed);
        check(vec![one(1)], false, 0, "1 in the last 24 hours, none refused or failed");
        check(
            vec![one(1), one(130)],
            true,
            210,
            "the newest 2, within 2 h 10 min: none refused or failed",
        );
        let mut many = vec![one(1); 200];
        many.push(at(now, 2, Outcome::Failed));
        check(many, false, 0, "201 in the last 24 hours, under 1 % refused or failed (1)");
    }
}
