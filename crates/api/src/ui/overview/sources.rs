//! How the sources are: those that need a look first.

use std::collections::HashMap;

use chrono::TimeDelta;
use watchbell_ingest::Snapshot;
use watchbell_model::{Counts, DeliveryRecord, IntegrationId, IntegrationState, Timestamp};
use watchbell_store::{Store, StoreError};
use watchbell_web::page::SourceRow;
use watchbell_web::{Frame, StateWord, text};

/// The most sources that are asked for.
const MOST: usize = 200;
/// After what time a source counts as silent.
const SILENT_AFTER: TimeDelta = TimeDelta::days(1);

/// What is known of a source.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::ui) struct Heard {
    pub(in crate::ui) counts: Counts,
    pub(in crate::ui) last: Option<Timestamp>,
}

/// The sources that are shown, in the order of their making.
pub(super) fn asked(snapshot: &Snapshot) -> Vec<IntegrationId> {
    let mut ids: Vec<_> = snapshot.sources().map(|source| source.integration.id).collect();
    ids.sort_by_key(IntegrationId::as_uuid);
    ids.truncate(MOST);
    ids
}

/// When sources were last heard of, as far as these deliveries tell, the newest of which stands first.
pub(in crate::ui) fn told(records: &[DeliveryRecord]) -> HashMap<IntegrationId, Timestamp> {
    let mut last = HashMap::new();
    for record in records {
        last.entry(record.integration).or_insert(record.received_at);
    }
    last
}

/// What they sent, and when last. The log is asked only for those that `told` does not know, and that
/// have something in it.
pub(in crate::ui) fn heard(
    store: &dyn Store,
    ids: Vec<IntegrationId>,
    told: &HashMap<IntegrationId, Timestamp>,
) -> Result<HashMap<IntegrationId, Heard>, StoreError> {
    let counts: HashMap<_, _> = store.counts()?.into_iter().collect();
    let of = |id: &IntegrationId| counts.get(id).copied().unwrap_or_default();
    let is_asked = |id: &&IntegrationId| !told.contains_key(id) && of(id).stored > 0;
    let asked: Vec<_> = ids.iter().filter(is_asked).copied().collect();
    let mut last = told.clone();
    if !asked.is_empty() {
        let newest = store.delivery_arrivals(&asked, None, 1)?;
        last.extend(newest.iter().map(|one| (one.integration, one.received_at)));
    }
    let known = |id| (id, Heard { counts: of(&id), last: last.get(&id).copied() });
    Ok(ids.into_iter().map(known).collect())
}

/// Whether a source that was heard of last at this moment is silent.
pub(in crate::ui) fn is_silent(last: Timestamp, now: Timestamp) -> bool {
    now - last > SILENT_AFTER
}

/// How a source is.
pub(in crate::ui) fn state(
    state: IntegrationState,
    last: Option<Timestamp>,
    now: Timestamp,
) -> StateWord {
    let (kind, word) = match (state, last) {
        (IntegrationState::Disconnected, _) => ("quiet", text::DISCONNECTED),
        (IntegrationState::Disabled, _) => ("quiet", text::DISABLED),
        (IntegrationState::Connected, None) => ("busy", text::NOTHING_YET),
        (IntegrationState::Connected, Some(last)) if is_silent(last, now) => ("bad", text::SILENT),
        (IntegrationState::Connected, Some(_)) => ("good", text::HEARD),
    };
    StateWord { kind, word }
}

pub(super) fn rows(
    snapshot: &Snapshot,
    heard: &HashMap<IntegrationId, Heard>,
    frame: &Frame,
    now: Timestamp,
) -> Vec<SourceRow> {
    let row = |id: &IntegrationId| {
        let (source, known) = (snapshot.source(*id)?, heard.get(id)?);
        let counts = &known.counts;
        Some(SourceRow {
            id: id.to_string(),
            name: source.integration.name.clone(),
            provider: source.provider.name().to_owned(),
            state: state(source.integration.state, known.last, now),
            last: known.last.map(|at| frame.moment(at)),
            received: counts.received,
            rejected: counts.rejected,
            failed: counts.failed,
        })
    };
    let mut rows: Vec<_> = asked(snapshot).iter().filter_map(row).collect();
    let order = |row: &SourceRow| match row.state.kind {
        "bad" => 0,
        "good" => 1,
        "busy" => 2,
        _ => 3,
    };
    rows.sort_by_key(order);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_is_silent_stands_out() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let check = |is: IntegrationState, ago: Option<TimeDelta>, expected: &str| {
            assert_eq!(state(is, ago.map(|ago| now - ago), now).word, expected);
        };
        let hours = TimeDelta::hours;
        check(IntegrationState::Connected, None, "nothing yet");
        check(IntegrationState::Connected, Some(hours(24)), "heard");
        check(IntegrationState::Connected, Some(hours(25)), "silent for a day");
        check(IntegrationState::Disabled, Some(hours(25)), "disabled");
        check(IntegrationState::Disconnected, None, "disconnected");
    }
}
