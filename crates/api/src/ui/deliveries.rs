//! The event log.

pub(super) mod detail;
pub(super) mod replay;

use std::str::FromStr;

use actix_web::http::StatusCode;
use watchbell_ingest::Snapshot;
use watchbell_model::{IncidentNumber, Outcome, Reason, Timestamp};
use watchbell_store::{DeliveryCursor, DeliveryFilter, Listed, Page};
use watchbell_web::page::{Deliveries, Filters};
use watchbell_web::{Section, text};

use super::Shown;
use super::incidents::detail::delivery;
use super::records::filters::Asked;
use super::sign_in::refused;
use super::visit::{Visit, html};
use crate::query::Query;
use crate::rest::deliveries::{KeyText, OutcomeText, list_of};

/// The deliveries of a page.
const ROWS: i64 = 50;

pub(super) async fn list(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let names = ["source", "outcome", "reason", "key", "incident", "from", "until"];
    let path = format!("{}/deliveries", visit.base());
    let asked = Asked::new(path.clone(), &mut query, &names);
    let cursor = query.one::<String>("cursor", text::WANT_TEXT).unwrap_or_default();
    let after: Option<DeliveryCursor> = read(&mut query, "cursor", text::WANT_PLACE, &cursor);
    let filter = filter_of(&mut query, &asked);
    let page = Page::after(ROWS, after);
    let (status, notice, listed) = match query.finish() {
        Ok(()) => {
            let listed = visit.call.store(move |store| list_of(store, filter, page)).await?;
            (StatusCode::OK, None, listed)
        }
        // The filters stay as they were typed, so that the wrong one can be mended.
        Err(error) => {
            let (status, notice) = refused(error)?;
            (status, Some(notice), Listed { items: Vec::new(), total: None, next: None })
        }
    };
    let snapshot = visit.call.snapshot();
    let mut frame = visit.frame(Section::Deliveries, text::EVENT_LOG);
    frame.notice = notice;
    let mut filters = filters(path, &asked, &snapshot);
    filters.is_clear &= status == StatusCode::OK;
    let address = |cursor: Option<DeliveryCursor>| asked.address(cursor.map(|at| at.to_string()));
    let page = Deliveries {
        rows: listed.items.iter().map(|record| delivery(record, &snapshot, &frame)).collect(),
        here: address(after),
        newest: address(None),
        older: listed.next.map(|next| address(Some(next))),
        is_deep: after.is_some(),
        filters: Some(filters),
        frame,
    };
    Ok(html(status, &page))
}

/// What a text stands for; nothing where it is empty, or wrong, which is noted.
pub(super) fn read<T: FromStr>(
    query: &mut Query,
    name: &str,
    expected: &str,
    text: &str,
) -> Option<T> {
    if text.is_empty() {
        return None;
    }
    let read = text.parse().ok();
    if read.is_none() {
        query.wrong(name, expected, text);
    }
    read
}

fn filter_of(query: &mut Query, asked: &Asked) -> DeliveryFilter {
    let outcome: Option<OutcomeText> = asked.value(query, "outcome", text::WANT_OUTCOME);
    let key: Option<KeyText> = asked.value(query, "key", text::WANT_KEY);
    let incident: Option<IncidentNumber> = asked.value(query, "incident", "INC-2026-001");
    DeliveryFilter {
        integration: asked.value(query, "source", text::WANT_INTEGRATION_ID),
        outcome: outcome.map(|text| text.0),
        reason: asked.value(query, "reason", text::WANT_REASON),
        received_after: asked.minute(query, "from"),
        received_before: asked.minute(query, "until"),
        dedup_key: key.map(|text| text.0),
        incident,
    }
}

/// What can be asked for.
fn filters(action: String, asked: &Asked, snapshot: &Snapshot) -> Filters {
    let word = |word: &str| (word.to_owned(), word.to_owned());
    let outcomes = Outcome::ALL.iter().map(|one| word(one.as_str()));
    let reasons = Reason::ALL.iter().map(|one| word(one.as_str()));
    let [from, until] = asked.between();
    let fields = vec![
        asked.one_of("source", text::INTEGRATION, sources(snapshot)),
        asked.one_of("outcome", text::OUTCOME, outcomes),
        asked.one_of("reason", text::REASON, reasons),
        asked.written("key", text::KEY),
        asked.written("incident", text::INCIDENT),
        from,
        until,
    ];
    Filters { action, fields, is_clear: asked.is_clear(), export: None }
}

/// A moment as forms give it: without a time zone, which is UTC here.
pub(super) struct Minute(pub(super) Timestamp);

impl FromStr for Minute {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // Some browsers leave the seconds out.
        let seconds = if text.len() == "2026-11-21T12:00".len() { ":00Z" } else { "Z" };
        format!("{text}{seconds}").parse().map(Self).map_err(|_| ())
    }
}

/// A moment as forms give it, to the minute.
pub(super) fn minute(at: Timestamp) -> String {
    at.format("%Y-%m-%dT%H:%M").to_string()
}

/// The integrations, by name.
fn sources(snapshot: &Snapshot) -> Vec<(String, String)> {
    let all = snapshot.sources().map(|source| &source.integration);
    let mut all: Vec<_> = all.map(|one| (one.id.to_string(), one.name.clone())).collect();
    all.sort_by_cached_key(|(_, name)| name.to_lowercase());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_moment_is_in_utc() {
        let check = |text: &str, expected: Option<&str>| {
            let read = text.parse::<Minute>().ok().map(|minute| minute.0);
            assert_eq!(read, expected.map(|text| text.parse().unwrap()), "{text}");
        };
        check("2026-11-21T12:00", Some("2026-11-21T12:00:00Z"));
        check("2026-11-21T12:00:30", Some("2026-11-21T12:00:30Z"));
        check("2026-11-21", None);
        check("2026-11-21T12:00:00+02:00", None);
        check("now", None);
    }
}
