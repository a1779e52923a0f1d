//! The event log.

pub(super) mod detail;
pub(super) mod replay;

use std::fmt::Display;
use std::str::FromStr;

use actix_web::http::StatusCode;
use watchbell_ingest::Snapshot;
use watchbell_model::{IncidentNumber, IntegrationId, Reason, Timestamp};
use watchbell_store::{DeliveryCursor, DeliveryFilter, Page};
use watchbell_web::page::{Deliveries, DeliveryFilters};
use watchbell_web::{Section, text};

use super::Shown;
use super::incidents::detail::delivery;
use super::visit::{Visit, html};
use crate::query::Query;
use crate::rest::deliveries::{KeyText, OutcomeText, list_of};

/// The deliveries of a page.
const ROWS: i64 = 50;

pub(super) async fn list(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let mut one = |name| query.one::<String>(name, text::WANT_TEXT).unwrap_or_default();
    let filters = DeliveryFilters {
        source: one("source"),
        outcome: one("outcome"),
        reason: one("reason"),
        key: one("key"),
        incident: one("incident").trim().to_owned(),
        from: one("from"),
        until: one("until"),
    };
    let cursor = one("cursor");
    let after: Option<DeliveryCursor> = read(&mut query, "cursor", text::WANT_PLACE, &cursor);
    let filter = filter_of(&mut query, &filters);
    query.finish()?;
    let page = Page::after(ROWS, after);
    let listed = visit.call.store(move |store| list_of(store, filter, page)).await?;
    let snapshot = visit.call.snapshot();
    let frame = visit.frame(Section::Deliveries, text::EVENT_LOG);
    let address = |cursor: Option<DeliveryCursor>| {
        format!("{}/deliveries?{}", visit.base(), asked(&filters, cursor))
    };
    let page = Deliveries {
        rows: listed.items.iter().map(|record| delivery(record, &snapshot, &frame)).collect(),
        here: address(after),
        newest: address(None),
        older: listed.next.map(|next| address(Some(next))),
        is_deep: after.is_some(),
        sources: sources(&snapshot),
        filters,
        frame,
    };
    Ok(html(StatusCode::OK, &page))
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

fn filter_of(query: &mut Query, filters: &DeliveryFilters) -> DeliveryFilter {
    let outcome: Option<OutcomeText> = read(query, "outcome", text::WANT_OUTCOME, &filters.outcome);
    let key: Option<KeyText> = read(query, "key", text::WANT_KEY, &filters.key);
    let incident: Option<IncidentNumber> =
        read(query, "incident", "INC-2026-001", &filters.incident);
    let integration: Option<IntegrationId> =
        read(query, "source", text::WANT_INTEGRATION_ID, &filters.source);
    let reason: Option<Reason> = read(query, "reason", text::WANT_REASON, &filters.reason);
    let from: Option<Minute> = read(query, "from", A_MINUTE, &filters.from);
    let until: Option<Minute> = read(query, "until", A_MINUTE, &filters.until);
    DeliveryFilter {
        integration,
        outcome: outcome.map(|text| text.0),
        reason,
        received_after: from.map(|minute| minute.0),
        received_before: until.map(|minute| minute.0),
        dedup_key: key.map(|text| text.0),
        incident,
    }
}

pub(super) const A_MINUTE: &str = "a moment as in 2026-11-21T12:00";

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

fn asked(filters: &DeliveryFilters, cursor: Option<impl Display>) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    let texts = [
        ("source", &filters.source),
        ("outcome", &filters.outcome),
        ("reason", &filters.reason),
        ("key", &filters.key),
        ("incident", &filters.incident),
        ("from", &filters.from),
        ("until", &filters.until),
    ];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        out.append_pair(name, text);
    }
    if let Some(cursor) = cursor {
        out.append_pair("cursor", &cursor.to_string());
    }
    out.finish()
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
