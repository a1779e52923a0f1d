//! One delivery: what it said, how it was decided, what came of it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use watchbell_ingest::{Snapshot, replayable};
use watchbell_model::{AlertResult, DeliveryId, DeliveryRecord, Outcome, Reason, Scope, Trace};
use watchbell_web::page::{DeliveryPage, Part, Rehearsal, ResultRow, StepGroup};
use watchbell_web::{Notice, Section, SeverityWord, help, text};

use crate::error::ApiError;
use crate::ui::Shown;
use crate::ui::incidents::detail::outcome;
use crate::ui::visit::{Visit, html};

/// The most characters of a body that a page shows.
const MOST_SHOWN: usize = 100_000;

/// The delivery that the address names.
pub(super) fn id(visit: &Visit) -> Result<DeliveryId, ApiError> {
    visit.call.named("id", "delivery", text::WANT_DELIVERY_ID)
}

pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let notice = Visit::done(&mut query);
    query.finish()?;
    shown(&visit, StatusCode::OK, notice, None).await
}

/// The page, with what would come of the delivery if that was asked.
pub(super) async fn shown(
    visit: &Visit,
    status: StatusCode,
    notice: Option<Notice>,
    rehearsal: Option<Rehearsal>,
) -> Result<HttpResponse, ApiError> {
    let id = id(visit)?;
    let (record, replays) =
        visit.call.store(move |store| Ok((store.delivery_get(id)?, store.replays_of(id)?))).await?;
    let snapshot = visit.call.snapshot();
    let mut frame = visit.frame(Section::Deliveries, format!("{} {id}", text::DELIVERY));
    frame.notice = notice;
    let may_replay = visit.call.principal()?.may(Scope::DeliveriesReplay).is_ok();
    let header = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    let page = DeliveryPage {
        id: id.to_string(),
        outcome: outcome(record.outcome),
        reason: record.reason.as_str(),
        advice: record.reason.advice(),
        help: help(&[], &reasons(&record)),
        at: frame.moment(record.received_at),
        facts: facts(&record, &replays, &snapshot, visit.base()),
        results: results(&record.results),
        steps: steps(&record.trace),
        headers: record.headers.iter().map(header).collect(),
        body: record.body.as_deref().map(body),
        may_replay,
        never_run: replayable(&record).err().map(|why| why.to_string()),
        rehearsal,
        frame,
    };
    Ok(html(status, &page))
}

/// Why it ended as it did, and each alert in it.
fn reasons(record: &DeliveryRecord) -> Vec<Reason> {
    let of_alerts = record.results.iter().map(|result| result.reason);
    std::iter::once(record.reason).chain(of_alerts).collect()
}

fn facts(
    record: &DeliveryRecord,
    replays: &[DeliveryId],
    snapshot: &Snapshot,
    base: &str,
) -> Vec<(&'static str, String, Option<String>)> {
    let source = snapshot.source(record.integration);
    let name = source.map_or_else(
        || record.integration.to_string(),
        |source| match (source.integration.name.as_str(), source.provider.name()) {
            (name, provider) if name == provider => name.to_owned(),
            (name, provider) => format!("{name} ({provider})"),
        },
    );
    let list = format!("{base}/deliveries?source={}", record.integration);
    let mut facts = vec![
        (text::INTEGRATION, name, Some(list)),
        (text::ANSWERED, record.status.to_string(), None),
        (text::TOOK, text::took(record.duration_us), None),
        (text::REVISION, record.revision.to_string(), None),
    ];
    let other = |id: DeliveryId| (id.to_string(), Some(format!("{base}/deliveries/{id}")));
    if let Some(first) = record.repeats {
        let name = match record.outcome {
            Outcome::Duplicate => text::REPEATS,
            _ => text::RAN_AGAIN_FROM,
        };
        let (id, link) = other(first);
        facts.push((name, id, link));
    }
    for replay in replays {
        let (id, link) = other(*replay);
        facts.push((text::RAN_AGAIN_AS, id, link));
    }
    facts
}

/// What became of each alert.
pub(super) fn results(results: &[AlertResult]) -> Vec<ResultRow> {
    let row = |result: &AlertResult| ResultRow {
        action: result.action.to_owned(),
        reason: result.reason.as_str(),
        advice: result.reason.advice(),
        incident: result.incident.map(|number| number.to_string()),
        service: result.service.as_ref().map(ToString::to_string),
        severity: result.severity.map(SeverityWord),
        key: result.dedup_key.as_ref().map(|key| key.as_str().to_owned()),
    };
    results.iter().map(row).collect()
}

/// The steps in their order, those about one alert together.
pub(super) fn steps(trace: &Trace) -> Vec<StepGroup> {
    let mut groups: Vec<StepGroup> = Vec::new();
    for step in trace.steps() {
        let alert = step.alert.map(|index| index.saturating_add(1));
        let told = (text::stage(step.stage), step.text.clone().into_owned());
        match groups.iter_mut().rev().find(|group| group.alert == alert) {
            Some(group) => group.steps.push(told),
            None => groups.push(StepGroup { alert, steps: vec![told] }),
        }
    }
    groups
}

/// A body as people read it: JSON on many lines, other texts as they are, anything else in base64.
fn body(bytes: &[u8]) -> Part {
    let (text, is_binary) = match std::str::from_utf8(bytes) {
        Ok(text) => (pretty(text), false),
        Err(_) => (STANDARD.encode(bytes), true),
    };
    let cut = text.char_indices().nth(MOST_SHOWN).map(|(place, _)| place);
    let is_cut = cut.is_some();
    let text = cut.and_then(|place| text.get(..place)).map_or(text.clone(), str::to_owned);
    Part { text, bytes: bytes.len(), is_cut, is_binary }
}

fn pretty(text: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    pretty.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_shown_as_people_read_it() {
        let check = |bytes: &[u8], expected: &str, is_binary: bool| {
            let part = body(bytes);
            assert_eq!(
                (part.text.as_str(), part.is_binary, part.is_cut),
                (expected, is_binary, false)
            );
            assert_eq!(part.bytes, bytes.len());
        };
        check(b"{\"a\":[1]}", "{\n  \"a\": [\n    1\n  ]\n}", false);
        check(b"a=1&b=2", "a=1&b=2", false);
        check(b"", "", false);
        check(&[0xff, 0xfe], "//4=", true);
        let long = "ä".repeat(MOST_SHOWN + 1);
        let part = body(long.as_bytes());
        assert!(part.is_cut && part.text.chars().count() == MOST_SHOWN);
    }

    #[test]
    fn steps_about_one_alert_stand_together() {
        use watchbell_model::Stage;
        let mut trace = Trace::new();
        trace.note(Stage::Proof, "a");
        trace.note(Stage::Read, "b");
        trace.note_alert(0, Stage::Service, "c");
        trace.note_alert(1, Stage::Service, "d");
        trace.note_alert(0, Stage::Severity, "e");
        let groups: Vec<_> = steps(&trace).iter().map(|g| (g.alert, g.steps.len())).collect();
        assert_eq!(groups, [(None, 2), (Some(1), 2), (Some(2), 1)]);
    }
}
