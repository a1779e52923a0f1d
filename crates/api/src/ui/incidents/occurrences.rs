//! When an incident was reported: of the newest deliveries that touched it, how many reports each bar of
//! time has.

use watchbell_model::{Action, DeliveryRecord, Incident, Timestamp};
use watchbell_store::{DeliveryFilter, Page, Store, StoreError};
use watchbell_web::page::{CHART, Occurrences};
use watchbell_web::text;

/// The most deliveries that are looked at.
const LOOKED_AT: i64 = 500;
/// How many bars there are.
const BARS: usize = 60;

/// When deliveries reported it, the newest first; and whether there are more than were looked at.
/// Nothing, if no delivery can have.
pub(super) fn reports(
    store: &dyn Store,
    incident: &Incident,
) -> Result<Option<(Vec<Timestamp>, bool)>, StoreError> {
    let Some(filter) = DeliveryFilter::default().narrowed_to(incident) else { return Ok(None) };
    let listed = store.delivery_list(&filter, Page::after(LOOKED_AT, None))?;
    let reports = listed
        .items
        .iter()
        .flat_map(|record| std::iter::repeat_n(record.received_at, reports_in(record, incident)));
    Ok(Some((reports.collect(), listed.next.is_some())))
}

/// How often a delivery reports this incident: it may hold several alerts.
fn reports_in(record: &DeliveryRecord, incident: &Incident) -> usize {
    let is_one = |result: &&watchbell_model::AlertResult| {
        result.action == Action::TRIGGER && result.incident == Some(incident.number)
    };
    record.results.iter().filter(is_one).count()
}

/// The chart of these reports, the newest first, from the first of them until `end`.
pub(super) fn drawn(reports: &[Timestamp], is_part: bool, end: Timestamp) -> Option<Occurrences> {
    let (newest, oldest) = (*reports.first()?, *reports.last()?);
    let end = end.max(newest);
    let span = end.signed_duration_since(oldest).num_seconds().max(1).unsigned_abs();
    let each = span.div_ceil(u64::try_from(BARS).unwrap_or(1)).max(1);
    let mut counts = [0_usize; BARS];
    for at in reports {
        let age = end.signed_duration_since(*at).num_seconds().max(0).unsigned_abs();
        let back = usize::try_from(age / each).unwrap_or(BARS).min(BARS.saturating_sub(1));
        if let Some(count) = counts.get_mut(BARS.saturating_sub(1).saturating_sub(back)) {
            *count = count.saturating_add(1);
        }
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let (width, height, _) = CHART;
    let bar = |(place, count): (usize, &usize)| {
        // One among many can still be seen.
        let tall = (count.saturating_mul(height) / most).max(1);
        let is_there = *count > 0;
        is_there.then(|| (place.saturating_mul(width / BARS), height.saturating_sub(tall), tall))
    };
    Some(Occurrences {
        title: text::reports(reports.len(), &text::span(span)),
        scale: format!("{}; {}", text::each_bar(&text::span(each)), text::at_most(most)),
        is_part,
        bars: counts.iter().enumerate().filter_map(bar).collect(),
        bar: (width / BARS).saturating_sub(2),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u32) -> Timestamp {
        format!("2026-11-21T12:{minute:02}:00Z").parse().unwrap()
    }

    #[test]
    fn each_bar_is_as_high_as_its_share_and_none_vanishes() {
        let mut reports = vec![at(59); 200];
        reports.push(at(30));
        reports.push(at(0));
        let chart = drawn(&reports, false, at(59)).unwrap();
        assert_eq!(chart.title, "202 reports, over 59 min");
        assert_eq!(chart.scale, "each bar is 59 s; at most 200 in one");
        // The oldest stands at the left edge, the newest at the right one.
        let places: Vec<_> = chart.bars.iter().map(|(x, ..)| *x).collect();
        assert_eq!(places, [0, 300, 590]);
        assert_eq!(chart.bars[2], (590, 0, 100));
        assert_eq!(chart.bars[0], (0, 99, 1));
    }

    #[test]
    fn one_report_is_one_bar_and_none_is_no_chart() {
        let chart = drawn(&[at(3)], false, at(3)).unwrap();
        assert_eq!((chart.title.as_str(), chart.bars.len()), ("One report", 1));
        assert!(drawn(&[], false, at(3)).is_none());
    }
}
