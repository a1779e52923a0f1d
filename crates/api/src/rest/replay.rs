//! Stored deliveries, run again: first to see what would come of it.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_ingest::{Answer, NotReplayed, Rehearsal, Rehearsed, Replayer, Would};
use watchbell_model::{DeliveryId, DeliveryRecord, IntegrationId, Outcome, Reason};
use watchbell_store::DeliveryRange;

use super::call::Call;
use super::deliveries::OutcomeText;
use super::explain::with_explainer;
use super::fields::Fields;
use super::{Answered, words};
use crate::error::ApiError;
use crate::views::{ExplanationView, ResultView, ThenView};

/// The most deliveries of one request.
const MOST: u32 = 1_000;
/// The deliveries of a request that says nothing.
const SOME: u32 = 100;

/// How one delivery is run again.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ReplayOne {
    /// Only show what would come of it: true unless told otherwise.
    dry_run: Option<bool>,
}

/// Which deliveries are run again, the oldest first.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(super) struct ReplayMany {
    /// Those of this integration.
    integration_id: String,
    /// That ended like this.
    #[schema(schema_with = words::outcome_or_null, required = false)]
    outcome: Option<String>,
    /// For this reason.
    #[schema(schema_with = words::reason_or_null, required = false)]
    reason: Option<String>,
    /// That arrived then or later.
    received_after: Option<String>,
    /// That arrived before then.
    received_before: Option<String>,
    /// The most of them; 100 unless told otherwise.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// Only show what would come of it: true unless told otherwise.
    dry_run: Option<bool>,
}

/// What came, or would come, of running deliveries again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplayView<'a> {
    /// Nothing was changed.
    dry_run: bool,
    deliveries: Vec<ReplayedView<'a>>,
    summary: SummaryView,
}

/// One delivery: how it ended then, and now.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayedView<'a> {
    then: ThenView<'a>,
    /// The deliveries that ran it again before.
    replays: Vec<String>,
    /// `create`, `change`, `ignore`, `refuse` or `not_run`; null if it was run.
    would: Option<&'static str>,
    /// Why it is not run again.
    why_not: Option<String>,
    /// What would come of it in full; null if it was run, or is not.
    now: Option<ExplanationView<'a>>,
    /// What came of it, if it was run.
    ran: Option<RanView<'a>>,
}

/// What came of running a delivery again.
#[derive(Debug, Serialize, ToSchema)]
struct RanView<'a> {
    /// The delivery that ran it again.
    delivery_id: String,
    #[schema(schema_with = words::outcome)]
    outcome: &'static str,
    #[schema(schema_with = words::reason)]
    reason: &'static str,
    alerts: Vec<ResultView<'a>>,
}

/// How many deliveries.
#[derive(Debug, Default, Serialize, ToSchema)]
struct SummaryView {
    /// Opened an incident, or opened one again, or would.
    create: usize,
    /// Changed an open incident, or would.
    change: usize,
    /// Changed nothing.
    ignore: usize,
    /// Are still refused.
    refuse: usize,
    /// Are not run again.
    not_run: usize,
}

impl SummaryView {
    fn count(&mut self, would: Would) {
        let place = match would {
            Would::Create => &mut self.create,
            Would::Change => &mut self.change,
            Would::Ignore => &mut self.ignore,
            Would::Refuse => &mut self.refuse,
            Would::NotRun(_) => &mut self.not_run,
        };
        *place = place.saturating_add(1);
    }
}

pub(super) async fn one(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let id: DeliveryId = call.named("id", "delivery", "dlv_ and 32 hexadecimal digits")?;
    let dry_run = fields.flag("dry_run").unwrap_or(true);
    fields.finish()?;
    // 404 before anything else.
    call.store(move |store| store.delivery_get(id)).await?;
    if dry_run { rehearse(&call, vec![id]).await } else { run(&call, vec![id]).await }
}

pub(super) async fn many(call: Call, mut fields: Fields) -> Answered {
    const MOMENT: &str = "a moment as in 2026-11-21T12:00:00Z";
    call.no_query()?;
    let integration: Option<IntegrationId> =
        fields.word("integration_id", "int_ and 32 hexadecimal digits");
    let outcome: Option<OutcomeText> =
        fields.word("outcome", "processed, ignored, duplicate, rejected or failed");
    let range = DeliveryRange {
        integration: fields.required("integration_id", integration),
        outcome: outcome.map(|text: OutcomeText| -> Outcome { text.0 }),
        reason: fields.word::<Reason>("reason", "a reason of the event log"),
        since: fields.word("received_after", MOMENT),
        until: fields.word("received_before", MOMENT),
    };
    let limit = fields.number("limit", 1..=MOST).unwrap_or(SOME);
    let dry_run = fields.flag("dry_run").unwrap_or(true);
    fields.finish()?;
    let ids = call.store(move |store| store.deliveries_in(&range, i64::from(limit))).await?;
    if dry_run { rehearse(&call, ids).await } else { run(&call, ids).await }
}

/// Shows what would come of it.
async fn rehearse(call: &Call, ids: Vec<DeliveryId>) -> Answered {
    let rehearsed = rehearsed(call, ids).await?;
    let mut summary = SummaryView::default();
    let mut deliveries = Vec::with_capacity(rehearsed.len());
    for Rehearsed { then, replays, would, now } in &rehearsed {
        summary.count(*would);
        deliveries.push(ReplayedView {
            then: ThenView::new(then),
            replays: replays.iter().map(ToString::to_string).collect(),
            would: Some(would.as_str()),
            why_not: match would {
                Would::NotRun(why) => Some(why.to_string()),
                _ => None,
            },
            now: now.as_ref().map(ExplanationView::new),
            ran: None,
        });
    }
    Ok(call.ok(&ReplayView { dry_run: true, deliveries, summary }))
}

/// What would come of it. One alone is told in full.
pub(crate) async fn rehearsed(
    call: &Call,
    ids: Vec<DeliveryId>,
) -> Result<Vec<Rehearsed>, ApiError> {
    let in_full = ids.len() == 1;
    with_explainer(call, move |explainer, state| {
        let mut rehearsal = Rehearsal::new(explainer, &*state.store);
        let mut rehearsed = Vec::with_capacity(ids.len());
        for id in ids {
            let mut one = rehearsal.next(state.store.delivery_get(id)?)?;
            if let Some(now) = one.now.as_mut().filter(|_| !in_full) {
                now.items.clear();
            }
            rehearsed.push(one);
        }
        Ok(rehearsed)
    })
    .await
}

/// What came of one delivery.
pub(crate) struct Ran {
    record: DeliveryRecord,
    replays: Vec<DeliveryId>,
    pub(crate) result: Result<Answer, NotReplayed>,
}

/// Runs them again, one after the other, each durable before the next.
async fn run(call: &Call, ids: Vec<DeliveryId>) -> Answered {
    let mut all = Vec::with_capacity(ids.len());
    for id in ids {
        // Should this one fail, those before it are done: the next request shows them as run.
        all.push(run_one(call, id).await?);
    }
    let mut summary = SummaryView::default();
    let mut deliveries = Vec::with_capacity(all.len());
    for Ran { record, replays, result } in &all {
        summary.count(match result {
            Ok(answer) => Would::of_answer(answer),
            Err(NotReplayed::Not(why)) => Would::NotRun(*why),
            Err(_) => Would::Refuse,
        });
        deliveries.push(ReplayedView {
            then: ThenView::new(record),
            replays: replays.iter().map(ToString::to_string).collect(),
            would: None,
            why_not: result.as_ref().err().map(ToString::to_string),
            now: None,
            ran: result.as_ref().ok().map(ran),
        });
    }
    Ok(call.ok(&ReplayView { dry_run: false, deliveries, summary }))
}

/// Runs one again. It is durable, and in the audit log, before this ends.
pub(crate) async fn run_one(call: &Call, id: DeliveryId) -> Result<Ran, ApiError> {
    let (snapshot, state) = (call.snapshot(), &call.state);
    let replayer = Replayer { snapshot: &snapshot, intake: &state.intake, ids: &state.ids };
    let (mut record, replays) =
        call.store(move |store| Ok((store.delivery_get(id)?, store.replays_of(id)?))).await?;
    let result = replayer.run(&record, state.clock.now()).await;
    record.body = None;
    if let Err(NotReplayed::Overloaded(_) | NotReplayed::Submit(_)) = &result {
        return Err(ApiError::unavailable("the database is not available; try again"));
    }
    if let Ok(answer) = &result {
        let (integration, ran) = (record.integration, answer.delivery);
        call.control(move |control| control.replayed(integration, id, ran)).await?;
    }
    Ok(Ran { record, replays, result })
}

fn ran(answer: &Answer) -> RanView<'_> {
    RanView {
        delivery_id: answer.delivery.to_string(),
        outcome: answer.outcome.as_str(),
        reason: answer.reason.as_str(),
        alerts: answer.results.iter().map(ResultView::new).collect(),
    }
}
