//! An explanation for programs.

use serde_json::{Value, json};
use watchbell_ingest::{Decided, ExplainedAlert, ExplainedItem, Explanation, IncidentStep};
use watchbell_model::{Incident, Trace};
use watchbell_provider::Origin;

use super::super::past::result_value;

/// Everything, under names that stay.
pub(in super::super) fn explanation_value(explanation: &Explanation) -> Value {
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
    json!({
        "delivery_id": delivery.to_string(),
        "integration_id": integration.to_string(),
        "revision": revision,
        "answer": explanation.answer().map(|(status, outcome, reason)| json!({
            "status": status,
            "outcome": outcome.as_str(),
            "reason": reason.as_str(),
        })),
        "proof": proof.to_string(),
        "rate_limit": limit.map(|limit| json!({
            "limit": limit.limit,
            "remaining": limit.remaining,
        })),
        "refused": refused.as_ref().map(|refusal| json!({
            "status": refusal.status,
            "reason": refusal.reason.as_str(),
            "why": refusal.why,
        })),
        "items": items.iter().map(item).collect::<Vec<_>>(),
        "trace": steps(trace),
        "decision": decided.as_ref().map(decision),
    })
}

fn item(item: &ExplainedItem) -> Value {
    let alert = item.alert.as_ref().map(|ExplainedAlert { alert, origins, identity }| {
        json!({
            "action": alert.action.as_str(),
            "fields": origins.iter().map(field).collect::<Vec<_>>(),
            "identity": identity.as_ref().map(|identity| json!({
                "integration_id": identity.integration.to_string(),
                "scope": identity.scope.to_string(),
                "dedup_key": identity.key.as_str(),
            })),
        })
    });
    json!({ "alert": alert, "ignored": item.ignored.map(watchbell_model::Reason::as_str) })
}

fn field(origin: &Origin) -> Value {
    let places: Vec<_> =
        origin.places.iter().map(|(path, there)| json!({"path": path, "there": there})).collect();
    json!({
        "field": origin.field.as_str(),
        "text": origin.text,
        "from": places,
        "how": origin.how,
    })
}

fn steps(trace: &Trace) -> Vec<Value> {
    let step = |step: &watchbell_model::Step| json!({"alert": step.alert, "stage": step.stage.as_str(), "text": step.text});
    trace.steps().iter().map(step).collect()
}

fn decision(decided: &Decided) -> Value {
    let incidents: Vec<_> = decided
        .incidents
        .iter()
        .map(|IncidentStep { before, after }| {
            json!({
                "incident_number": after.number.to_string(),
                "is_new": before.is_none(),
                "before": before.as_ref().map(incident),
                "after": incident(after),
            })
        })
        .collect();
    let timeline: Vec<_> = decided
        .timeline
        .iter()
        .map(|entry| json!({"type": entry.kind.as_str(), "text": entry.text}))
        .collect();
    json!({
        "status": decided.status,
        "outcome": decided.outcome.as_str(),
        "reason": decided.reason.as_str(),
        "repeats": decided.repeats.map(|id| id.to_string()),
        "alerts": decided.results.iter().map(result_value).collect::<Vec<_>>(),
        "incidents": incidents,
        "timeline": timeline,
    })
}

fn incident(incident: &Incident) -> Value {
    json!({
        "status": incident.status.as_str(),
        "severity": incident.severity.as_str(),
        "title": incident.title,
        "occurrences": incident.occurrences,
        "is_acknowledged": incident.acknowledged.is_some(),
    })
}
