//! Requests as Alertmanager 0.25 sends them.

use serde_json::json;
use watchbell_alert_group::SampleGroup;
use watchbell_provider::{Sample, SampleContext};

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let SampleContext { service_key, now, nonce } = context;
    let at = now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let firing = SampleGroup {
        resolved: false,
        at: &at,
        labels: json!({
            "alertname": "WatchbellSample",
            "instance": nonce,
            "service_id": service_key,
            "severity": "warning",
        }),
        annotations: json!({
            "summary": "A sample alert",
            "description": "Sent to see whether alerts arrive. Nothing is broken.",
        }),
        generator_url: "http://prometheus.example:9090/graph?g0.expr=vector%281%29",
        external_url: "http://alertmanager.example:9093",
        nonce,
    };
    // A resolve from `amtool` or an expired alert comes without annotations.
    let resolved = SampleGroup { resolved: true, annotations: json!({}), ..firing.clone() };
    let heartbeat = SampleGroup {
        labels: json!({"alertname": "Watchdog", "severity": "none"}),
        annotations: json!({"summary": "An alert that should always be firing"}),
        nonce: "",
        ..firing.clone()
    };
    [
        ("firing", "A warning fires: opens an incident; sent again, it is a repeat.", firing),
        ("resolved", "The same alert is over: resolves its incident.", resolved),
        ("watchdog", "The alert that always fires: understood, opens nothing.", heartbeat),
    ]
    .into_iter()
    .map(|(name, about, group)| Sample {
        name,
        about,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Alertmanager/0.25.0".to_owned()),
        ],
        body: body(&group),
    })
    .collect()
}

fn body(group: &SampleGroup<'_>) -> String {
    let mut body = group.body();
    if let Some(body) = body.as_object_mut() {
        body.insert("version".to_owned(), json!("4"));
    }
    // Go's encoder ends with a line feed.
    format!("{body}\n")
}
