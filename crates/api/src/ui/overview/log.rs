//! The newest deliveries, as a whole.

use std::collections::HashMap;

use watchbell_model::{DeliveryRecord, Outcome};
use watchbell_web::page::{Bar, CHART, LogShape};
use watchbell_web::text;

use crate::ui::incidents::detail::outcome;

/// How many bars there are.
const BARS: usize = 30;
/// The most keys that are shown.
const NOISY: usize = 5;

/// What `records`, the newest first, look like as a whole; nothing, if there are none.
pub(super) fn shape(records: &[DeliveryRecord]) -> Option<LogShape> {
    let (newest, oldest) = (records.first()?.received_at, records.last()?.received_at);
    let span = newest.signed_duration_since(oldest).num_seconds().max(1).unsigned_abs();
    let bars = u64::try_from(BARS).unwrap_or(1);
    let each = span.div_ceil(bars).max(1);
    let mut counts = vec![[0_usize; Outcome::ALL.len()]; BARS];
    let mut sums = [0_usize; Outcome::ALL.len()];
    for record in records {
        let age = newest.signed_duration_since(record.received_at).num_seconds().max(0);
        let back = usize::try_from(age.unsigned_abs() / each).unwrap_or(0);
        let place = BARS.saturating_sub(1).saturating_sub(back);
        let Some(kind) = Outcome::ALL.iter().position(|one| *one == record.outcome) else {
            continue;
        };
        for counted in [counts.get_mut(place), Some(&mut sums)].into_iter().flatten() {
            if let Some(count) = counted.get_mut(kind) {
                *count = count.saturating_add(1);
            }
        }
    }
    let count = records.len();
    Some(LogShape {
        title: text::newest_deliveries(count, &text::span(span)),
        rate: text::a_minute(a_minute(count, span)),
        scale: text::each_bar(&text::span(each)),
        outcomes: Outcome::ALL
            .into_iter()
            .zip(sums)
            .map(|(one, sum)| (outcome(one), one.as_str(), sum))
            .collect(),
        bars: drawn(&counts, (CHART.0, CHART.1)),
        noisy: noisy(records),
    })
}

fn a_minute(count: usize, seconds: u64) -> f64 {
    let exact = |number: u64| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    let count = u64::try_from(count).unwrap_or(u64::MAX);
    // Few in no time say nothing about a minute.
    exact(count) * 60.0 / exact(seconds.max(60))
}

/// The bars in a chart of this width and height, as high as the chart where most came.
pub(in crate::ui) fn drawn(
    counts: &[[usize; Outcome::ALL.len()]],
    (width, height): (usize, usize),
) -> Vec<Bar> {
    let most = counts.iter().map(|one| one.iter().sum::<usize>()).max().unwrap_or(0).max(1);
    let step = width / counts.len().max(1);
    let bar = |(place, counts): (usize, &[usize; Outcome::ALL.len()])| {
        let mut below = 0_usize;
        let mut parts = Vec::new();
        for (outcome, count) in Outcome::ALL.into_iter().zip(counts) {
            let from = below.saturating_mul(height) / most;
            below = below.saturating_add(*count);
            let to = below.saturating_mul(height) / most;
            // What happened once among many can still be seen.
            let tall = to.saturating_sub(from).max(usize::from(*count > 0));
            if tall > 0 {
                parts.push((outcome.as_str(), height.saturating_sub(from + tall), tall));
            }
        }
        Bar { x: place.saturating_mul(step), parts }
    };
    counts.iter().enumerate().map(bar).collect()
}

/// The keys that came most often, if more than once: how often, and the incident that they touched.
fn noisy(records: &[DeliveryRecord]) -> Vec<(String, usize, Option<String>)> {
    let mut keys: HashMap<&str, (usize, Option<String>)> = HashMap::new();
    for result in records.iter().flat_map(|record| &record.results) {
        let Some(key) = &result.dedup_key else { continue };
        let (count, incident) = keys.entry(key.as_str()).or_default();
        *count = count.saturating_add(1);
        // The newest stands first.
        if incident.is_none() {
            *incident = result.incident.map(|number| number.to_string());
        }
    }
    let often = keys.into_iter().filter(|(_, (count, _))| *count > 1);
    let mut often: Vec<_> =
        often.map(|(key, (count, incident))| (key.to_owned(), count, incident)).collect();
    often.sort_by(|(one, a, _), (other, b, _)| b.cmp(a).then_with(|| one.cmp(other)));
    often.truncate(NOISY);
    often
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_share_and_none_vanishes() {
        let mut counts = vec![[0; 5]; BARS];
        counts[29] = [999, 0, 0, 0, 1];
        counts[0] = [500, 0, 0, 0, 0];
        let bars = drawn(&counts, (CHART.0, CHART.1));
        assert_eq!(bars.len(), BARS);
        assert_eq!(bars[0].parts, [("processed", 50, 50)]);
        assert_eq!(bars[29].x, 580);
        assert_eq!(bars[29].parts, [("processed", 1, 99), ("failed", 0, 1)]);
        assert!(bars[1].parts.is_empty());
    }

    #[test]
    fn a_rate_is_not_made_of_a_moment() {
        let check = |count, seconds, expected: &str| {
            assert_eq!(text::a_minute(a_minute(count, seconds)), expected);
        };
        check(1, 1, "1.0 a minute");
        check(500, 60, "500 a minute");
        check(500, 3_600, "8.3 a minute");
    }

    #[test]
    fn nothing_has_no_shape() {
        assert!(shape(&[]).is_none());
    }
}
