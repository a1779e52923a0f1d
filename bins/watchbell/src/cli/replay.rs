//! `watchbell replay`: runs stored deliveries again, after showing what would come of it.

use std::fmt::Write as _;
use std::sync::Arc;

use clap::Args;
use serde_json::{Value, json};
use watchbell_ingest::{
    Answer, Committer, CommitterSettings, Intake, NotReplayed, Rehearsal, Rehearsed, Replayer,
    Would,
};
use watchbell_model::{
    AlertResult, DeliveryId, DeliveryRecord, Outcome, Reason, Timestamp, error_chain,
};
use watchbell_store::DeliveryRange;

use super::Failure;
use super::past::{Present, explanation_value, result_value, then_value};
use crate::config::Config;
use crate::out::{self, Out};
use crate::serve::intake_settings;

/// The most deliveries that one command runs again.
const MOST: i64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The delivery (`dlv_…`). Or give --integration, for many.
    #[arg(
        value_name = "DELIVERY_ID",
        required_unless_present = "integration",
        conflicts_with_all = ["integration", "outcome", "reason", "since", "until"]
    )]
    delivery: Option<DeliveryId>,
    /// Deliveries of this integration, the oldest first, at most 1,000: its id or name, or its
    /// provider if it is the only one of it.
    #[arg(long, value_name = "INTEGRATION")]
    integration: Option<String>,
    /// Only those that ended like this: processed, ignored, rejected or failed.
    #[arg(long, value_name = "OUTCOME", value_parser = outcome)]
    outcome: Option<Outcome>,
    /// Only those that ended for this reason, like `service_not_linked`.
    #[arg(long, value_name = "REASON", value_parser = reason)]
    reason: Option<Reason>,
    /// Only those that arrived then or later, like 2026-11-21T12:00:00Z.
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Only those that arrived before then.
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Do it. Without this, nothing is changed.
    #[arg(long)]
    yes: bool,
}

fn outcome(text: &str) -> Result<Outcome, String> {
    let found = Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text);
    found.ok_or_else(|| format!("expected one of {}", Outcome::ALL.map(Outcome::as_str).join(", ")))
}

fn reason(text: &str) -> Result<Reason, String> {
    text.parse().map_err(|()| "no such reason: see docs/reasons.md".to_owned())
}

pub(super) fn run(args: &ReplayArgs, config: &Config, out: Out) -> Result<(), Failure> {
    let present = Present::open(config)?;
    let ids = deliveries(args, &present)?;
    if args.yes { really(&ids, &present, config, out) } else { rehearse(&ids, &present, out) }
}

fn deliveries(args: &ReplayArgs, present: &Present) -> Result<Vec<DeliveryId>, Failure> {
    if let Some(id) = args.delivery {
        return Ok(vec![id]);
    }
    let reference = args.integration.as_deref().unwrap_or_default();
    let integration = present.session.control.integration_show(reference)?.integration.id;
    let range = DeliveryRange {
        integration: Some(integration),
        outcome: args.outcome,
        reason: args.reason,
        since: args.since,
        until: args.until,
    };
    Ok(present.store.deliveries_in(&range, MOST)?)
}

/// Shows what would come of it. Changes nothing.
fn rehearse(ids: &[DeliveryId], present: &Present, out: Out) -> Result<(), Failure> {
    let mut rehearsal = Rehearsal::new(present.explainer(), &*present.store);
    let mut rehearsed = Vec::with_capacity(ids.len());
    for id in ids {
        let mut one = rehearsal.next(present.store.delivery_get(*id)?)?;
        if ids.len() > 1 {
            // Shown in one line each.
            if let Some(now) = &mut one.now {
                now.items.clear();
            }
        }
        rehearsed.push(one);
    }
    let sum = |is: fn(Would) -> bool| rehearsed.iter().filter(|one| is(one.would)).count();
    let creates = sum(|would| would == Would::Create);
    let changes = sum(|would| would == Would::Change);
    let ignores = sum(|would| would == Would::Ignore);
    let refuses = sum(|would| would == Would::Refuse);
    let not_run = sum(|would| matches!(would, Would::NotRun(_)));
    let value = json!({
        "dry_run": true,
        "deliveries": rehearsed.iter().map(rehearsed_value).collect::<Vec<_>>(),
        "summary": {
            "create": creates,
            "change": changes,
            "ignore": ignores,
            "refuse": refuses,
            "not_run": not_run,
        },
    });
    out.result(&value, || {
        let mut text = String::new();
        for one in &rehearsed {
            _ = writeln!(text, "{}", rehearsed_line(one));
        }
        _ = writeln!(
            text,
            "\n{} deliveries: {creates} would open incidents, {changes} would change some, \
             {ignores} would change nothing, {refuses} would still be refused, {not_run} cannot be \
             run again.\nNothing was changed. Add --yes to do it.",
            rehearsed.len()
        );
        text
    });
    Ok(())
}

fn rehearsed_value(one: &Rehearsed) -> Value {
    let replays: Vec<_> = one.replays.iter().map(ToString::to_string).collect();
    let why = match one.would {
        Would::NotRun(why) => Some(why.to_string()),
        _ => None,
    };
    json!({
        "then": then_value(&one.then),
        "replays": replays,
        "would": one.would.as_str(),
        "why_not": why,
        "now": one.now.as_ref().map(explanation_value),
    })
}

fn rehearsed_line(one: &Rehearsed) -> String {
    let then = then_line(&one.then);
    let now = match (one.would, &one.now) {
        (Would::NotRun(why), _) => format!("not run: {why}"),
        (_, Some(now)) => match (&now.refused, &now.decided) {
            (Some(refusal), _) => format!("still refused: {} ({})", refusal.reason, refusal.why),
            (None, Some(decided)) => {
                format!("now {}", ended(decided.outcome, decided.reason, &decided.results))
            }
            (None, None) => "our own trouble".to_owned(),
        },
        (_, None) => "nothing".to_owned(),
    };
    let mut line = format!("{then}\n  {now}");
    match one.replays.as_slice() {
        [] => {}
        [only] => {
            _ = write!(line, "\n  it was run again before: {only}");
        }
        [.., last] => {
            let times = one.replays.len();
            _ = write!(line, "\n  it was run again {times} times before, the last time as {last}");
        }
    }
    line
}

fn then_line(record: &DeliveryRecord) -> String {
    let at = out::time(record.received_at);
    let ended = ended(record.outcome, record.reason, &record.results);
    format!("{} of {at}: {ended}", record.id)
}

/// An outcome with the incidents of its results.
fn ended(outcome: Outcome, reason: Reason, results: &[AlertResult]) -> String {
    let mut numbers: Vec<_> =
        results.iter().filter_map(|result| result.incident).map(|n| n.to_string()).collect();
    numbers.dedup();
    let shown = numbers.len().min(5);
    let rest = numbers.len().saturating_sub(shown);
    numbers.truncate(shown);
    let mut text = format!("{outcome}, {reason}");
    if !numbers.is_empty() {
        _ = write!(text, ": {}", numbers.join(", "));
    }
    if rest > 0 {
        _ = write!(text, " and {rest} more");
    }
    text
}

/// Runs them again, one after the other, each durable before the next. The command has a committer
/// of its own beside the servers': the database keeps them apart.
fn really(ids: &[DeliveryId], present: &Present, config: &Config, out: Out) -> Result<(), Failure> {
    let intake = Arc::new(Intake::new(intake_settings(config)));
    let settings = CommitterSettings {
        deliveries: 1,
        policy: present.policy,
        remember_for: present.remember_for,
        server: present.me,
        rates: present.rates.clone(),
        clock: present.session.clock.clone(),
        ids: present.session.ids.clone(),
        on_batch: Box::new(|_| {}),
    };
    let committer = Committer::start(&intake, &present.store, settings)
        .map_err(|error| Failure::Failed(format!("cannot start a thread: {error}")))?;
    let replayer =
        Replayer { snapshot: &present.snapshot, intake: &intake, ids: &present.session.ids };
    let mut done = Vec::new();
    let result = actix_web::rt::System::new().block_on(async {
        for id in ids {
            let record = present.store.delivery_get(*id)?;
            let earlier = present.store.replays_of(*id)?;
            let ran = replayer.run(&record, present.session.clock.now()).await;
            let ran = match ran {
                Err(error @ (NotReplayed::Overloaded(_) | NotReplayed::Submit(_))) => {
                    return Err(Failure::Unavailable(format!("{id}: {}", error_chain(&error))));
                }
                ran => ran,
            };
            done.push((record.id, earlier.len(), ran));
        }
        Ok(())
    });
    intake.close();
    committer.join();
    let ran = done.iter().filter(|(.., ran)| ran.is_ok()).count();
    let value = json!({
        "dry_run": false,
        "deliveries": done.iter().map(done_value).collect::<Vec<_>>(),
        "run": ran,
        "not_run": done.len().saturating_sub(ran),
    });
    out.result(&value, || {
        let mut text = String::new();
        for (id, earlier, ran) in &done {
            _ = writeln!(text, "{}", done_line(*id, *earlier, ran));
        }
        _ = writeln!(text, "\n{ran} of {} deliveries were run again.", ids.len());
        text
    });
    result?;
    if ran == 0 && !ids.is_empty() { Err(Failure::Told) } else { Ok(()) }
}

type Done = (DeliveryId, usize, Result<Answer, NotReplayed>);

fn done_value((id, earlier, ran): &Done) -> Value {
    let answer = ran.as_ref().ok();
    json!({
        "delivery_id": id.to_string(),
        "earlier_replays": earlier,
        "run_as": answer.map(|answer| answer.delivery.to_string()),
        "outcome": answer.map(|answer| answer.outcome.as_str()),
        "reason": answer.map(|answer| answer.reason.as_str()),
        "alerts": answer.map(|answer| answer.results.iter().map(result_value).collect::<Vec<_>>()),
        "why_not": ran.as_ref().err().map(ToString::to_string),
    })
}

fn done_line(id: DeliveryId, earlier: usize, ran: &Result<Answer, NotReplayed>) -> String {
    let mut line = match ran {
        Ok(answer) => {
            let ended = ended(answer.outcome, answer.reason, &answer.results);
            format!("{id} run again as {}: {ended}", answer.delivery)
        }
        Err(why) => format!("{id} not run: {why}"),
    };
    if earlier > 0 {
        _ = write!(line, " (run again {earlier} times before)");
    }
    line
}
