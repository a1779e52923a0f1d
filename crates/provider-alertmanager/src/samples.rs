//! Requests as Alertmanager 0.25 sends them.

use serde_json::{Value, json};
use watchbell_model::GroupHash;
use watchbell_provider::{Sample, SampleContext};

/// The time that Alertmanager writes where there is none.
const GO_ZERO_TIME: &str = "0001-01-01T00:00:00Z";

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let SampleContext { service_key, now, nonce } = context;
    let at = now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let labels = json!({
        "alertname": "WatchbellSample",
        "instance": nonce,
        "service_id": service_key,
        "severity": "warning",
    });
    let annotations = json!({
        "summary": "A sample alert",
        "description": "Sent to see whether alerts arrive. Nothing is broken.",
    });
    let heartbeat_labels = json!({"alertname": "Watchdog", "severity": "none"});
    let heartbeat_annotations = json!({"summary": "An alert that should always be firing"});

    let firing = body("firing", &at, GO_ZERO_TIME, &labels, &annotations, nonce);
    // A resolve from `amtool` or an expired alert comes without annotations.
    let resolved = body("resolved", &at, &at, &labels, &json!({}), nonce);
    let heartbeat =
        body("firing", &at, GO_ZERO_TIME, &heartbeat_labels, &heartbeat_annotations, "");
    [
        ("firing", "A warning fires: opens an incident; sent again, it is a repeat.", firing),
        ("resolved", "The same alert is over: resolves its incident.", resolved),
        ("watchdog", "The alert that always fires: understood, opens nothing.", heartbeat),
    ]
    .into_iter()
    .map(|(name, about, body)| Sample {
        name,
        about,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Alertmanager/0.25.0".to_owned()),
        ],
        body,
    })
    .collect()
}

fn body(
    status: &str,
    starts_at: &str,
    ends_at: &str,
    labels: &Value,
    annotations: &Value,
    nonce: &str,
) -> String {
    let alertname = labels.get("alertname");
    let group_key = format!("{{}}:{{alertname={}, instance={}}}", json!(alertname), json!(nonce));
    let body = json!({
        "receiver": "watchbell",
        "status": status,
        "alerts": [{
            "status": status,
            "labels": labels,
            "annotations": annotations,
            "startsAt": starts_at,
            "endsAt": ends_at,
            "generatorURL": "http://prometheus.example:9090/graph?g0.expr=vector%281%29",
            "fingerprint": fingerprint(&group_key),
        }],
        "groupLabels": {"alertname": alertname, "instance": nonce},
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": "http://alertmanager.example:9093",
        "version": "4",
        "groupKey": group_key,
        "truncatedAlerts": 0,
    });
    // Go's encoder ends with a line feed.
    format!("{body}\n")
}

/// Sixteen digits that differ where the labels do. Not Alertmanager's own FNV-1a: receivers must
/// treat a fingerprint as opaque, so must samples.
fn fingerprint(text: &str) -> String {
    let hash = u128::from_be_bytes(*GroupHash::of(text).as_bytes());
    format!("{:016x}", hash >> 64)
}
