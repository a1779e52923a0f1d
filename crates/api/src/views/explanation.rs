//! What a delivery would do, as JSON shows it: to the API's clients and on the command line.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_ingest::{Decided, ExplainedAlert, ExplainedItem, Explanation, IncidentStep};
use watchbell_model::{DeliveryRecord, Incident, Reason};
use watchbell_provider::Origin;

use super::{ResultView, StepView};
use crate::envelope::time;
use crate::rest::words;

/// Everything that would come of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplanationView<'a> {
    /// The stored delivery, or an id that was made for this sample alone.
    delivery_id: String,
    integration_id: String,
    /// The revision of the configuration that decides.
    revision: i64,
    /// What its sender would be answered; null where that is our own trouble.
    answer: Option<AnswerView>,
    /// What its proof says.
    proof: String,
    /// Where the rate limit stands; null where there is none.
    rate_limit: Option<LimitView>,
    /// Why it would be refused. What follows is what would come of it otherwise.
    refused: Option<RefusalView<'a>>,
    items: Vec<ItemView<'a>>,
    trace: Vec<StepView<'a>>,
    decision: Option<DecisionView<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExplainedAnswer)]
struct AnswerView {
    status: u16,
    #[schema(schema_with = words::outcome)]
    outcome: &'static str,
    #[schema(schema_with = words::reason)]
    reason: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
struct LimitView {
    limit: u32,
    remaining: u32,
}

#[derive(Debug, Serialize, ToSchema)]
struct RefusalView<'a> {
    status: u16,
    #[schema(schema_with = words::reason)]
    reason: &'static str,
    why: &'a str,
}

/// One entry of the delivery.
#[derive(Debug, Serialize, ToSchema)]
struct ItemView<'a> {
    /// Null for what changes nothing by its kind.
    alert: Option<AlertView<'a>>,
    /// Why it changes nothing, if that is said by its kind.
    ignored: Option<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AlertView<'a> {
    action: &'a str,
    fields: Vec<FieldView<'a>>,
    identity: Option<IdentityView<'a>>,
}

/// A field of an alert, and where it comes from.
#[derive(Debug, Serialize, ToSchema)]
struct FieldView<'a> {
    field: &'a str,
    text: &'a str,
    /// The places in the body that were looked at, in their order.
    from: Vec<PlaceView<'a>>,
    /// How it was made of them, if it is not the text that stands there.
    how: Option<&'a str>,
}

#[derive(Debug, Serialize, ToSchema)]
struct PlaceView<'a> {
    path: &'a str,
    /// What stands there.
    there: &'a str,
}

#[derive(Debug, Serialize, ToSchema)]
struct IdentityView<'a> {
    integration_id: String,
    scope: String,
    dedup_key: &'a str,
}

/// What the decision would be.
#[derive(Debug, Serialize, ToSchema)]
struct DecisionView<'a> {
    status: u16,
    #[schema(schema_with = words::outcome)]
    outcome: &'static str,
    #[schema(schema_with = words::reason)]
    reason: &'static str,
    repeats: Option<String>,
    alerts: Vec<ResultView<'a>>,
    incidents: Vec<IncidentStepView<'a>>,
    timeline: Vec<LineView<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
struct IncidentStepView<'a> {
    incident_number: String,
    is_new: bool,
    before: Option<IncidentStateView<'a>>,
    after: IncidentStateView<'a>,
}

#[derive(Debug, Serialize, ToSchema)]
struct IncidentStateView<'a> {
    #[schema(schema_with = words::status)]
    status: &'static str,
    #[schema(schema_with = words::severity)]
    severity: &'static str,
    title: &'a str,
    occurrences: i64,
    is_acknowledged: bool,
}

#[derive(Debug, Serialize, ToSchema)]
struct LineView<'a> {
    #[schema(schema_with = words::timeline_kind)]
    kind: &'static str,
    text: &'a str,
}

impl<'a> ExplanationView<'a> {
    /// All of it.
    pub fn new(explanation: &'a Explanation) -> Self {
        let Explanation {
            delivery,
            integration,
            revision,
            proof,
            limit,
            refused,
            items,
            trace,
            decided,
        } = explanation;
        Self {
            delivery_id: delivery.to_string(),
            integration_id: integration.to_string(),
            revision: *revision,
            answer: explanation.answer().map(|(status, outcome, reason)| AnswerView {
                status,
                outcome: outcome.as_str(),
                reason: reason.as_str(),
            }),
            proof: proof.to_string(),
            rate_limit: limit
                .map(|limit| LimitView { limit: limit.limit, remaining: limit.remaining }),
            refused: refused.as_ref().map(|refusal| RefusalView {
                status: refusal.status,
                reason: refusal.reason.as_str(),
                why: &refusal.why,
            }),
            items: items.iter().map(item).collect(),
            trace: trace.steps().iter().map(StepView::new).collect(),
            decision: decided.as_ref().map(decision),
        }
    }
}

fn item(item: &ExplainedItem) -> ItemView<'_> {
    let alert = item.alert.as_ref().map(|ExplainedAlert { alert, origins, identity }| AlertView {
        action: alert.action.as_str(),
        fields: origins.iter().map(field).collect(),
        identity: identity.as_ref().map(|identity| IdentityView {
            integration_id: identity.integration.to_string(),
            scope: identity.scope.to_string(),
            dedup_key: identity.key.as_str(),
        }),
    });
    ItemView { alert, ignored: item.ignored.map(Reason::as_str) }
}

fn field(origin: &Origin) -> FieldView<'_> {
    let places = origin.places.iter().map(|(path, there)| PlaceView { path, there });
    FieldView {
        field: origin.field.as_str(),
        text: &origin.text,
        from: places.collect(),
        how: origin.how,
    }
}

fn decision<'a>(decided: &'a Decided) -> DecisionView<'a> {
    let step = |IncidentStep { before, after }: &'a IncidentStep| IncidentStepView {
        incident_number: after.number.to_string(),
        is_new: before.is_none(),
        before: before.as_ref().map(state),
        after: state(after),
    };
    let lines = decided.timeline.iter();
    DecisionView {
        status: decided.status,
        outcome: decided.outcome.as_str(),
        reason: decided.reason.as_str(),
        repeats: decided.repeats.map(|id| id.to_string()),
        alerts: decided.results.iter().map(ResultView::new).collect(),
        incidents: decided.incidents.iter().map(step).collect(),
        timeline: lines.map(|l| LineView { kind: l.kind.as_str(), text: &l.text }).collect(),
    }
}

fn state(incident: &Incident) -> IncidentStateView<'_> {
    IncidentStateView {
        status: incident.status.as_str(),
        severity: incident.severity.as_str(),
        title: &incident.title,
        occurrences: incident.occurrences,
        is_acknowledged: incident.acknowledged.is_some(),
    }
}

/// How a stored delivery ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct ThenView<'a> {
    delivery_id: String,
    received_at: String,
    status: u16,
    #[schema(schema_with = words::outcome)]
    outcome: &'static str,
    #[schema(schema_with = words::reason)]
    reason: &'static str,
    alerts: Vec<ResultView<'a>>,
}

impl<'a> ThenView<'a> {
    /// That of `record`.
    pub fn new(record: &'a DeliveryRecord) -> Self {
        Self {
            delivery_id: record.id.to_string(),
            received_at: time(record.received_at),
            status: record.status,
            outcome: record.outcome.as_str(),
            reason: record.reason.as_str(),
            alerts: record.results.iter().map(ResultView::new).collect(),
        }
    }
}
