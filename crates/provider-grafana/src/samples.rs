//! Requests as Grafana's webhook contact points send them, and one of its legacy alerting.

use serde_json::{Value, json};
use watchbell_alert_group::SampleGroup;
use watchbell_provider::{Sample, SampleContext};

const ADDRESS: &str = "https://grafana.example/";

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let SampleContext { service_key, now, nonce } = context;
    let at = now.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let rule = format!("{ADDRESS}alerting/grafana/sample/view?orgId=1");
    let group = SampleGroup {
        resolved: false,
        at: &at,
        labels: json!({
            "alertname": "WatchbellSample",
            "grafana_folder": "Samples",
            "instance": nonce,
            "service_id": service_key,
            "severity": "warning",
        }),
        annotations: json!({
            "summary": "A sample alert",
            "description": "Sent to see whether alerts arrive. Nothing is broken.",
        }),
        generator_url: &rule,
        external_url: ADDRESS,
        nonce,
    };
    let resolved = SampleGroup { resolved: true, ..group.clone() };
    let legacy = |state: &str| {
        json!({
            "title": format!("[{state}] Sample of legacy alerting"),
            "ruleName": "Sample of legacy alerting",
            "ruleId": format!("sample-{nonce}"),
            "ruleUrl": format!("{ADDRESS}d/sample?viewPanel=2"),
            "state": state,
            "evalMatches": [{"metric": "free space in %", "value": 2.5, "tags": {}}],
            "message": "Sent to see whether alerts arrive. Nothing is broken.",
            "orgId": 1,
            "dashboardId": 1,
            "panelId": 2,
            "tags": {"service_id": service_key, "severity": "warning"},
        })
    };
    [
        ("firing", "A warning fires: opens an incident; sent again, it is a repeat.", body(&group)),
        ("resolved", "The same alert is over: resolves its incident.", body(&resolved)),
        ("legacy-alerting", "A rule of Grafana 8 alerts: opens an incident.", legacy("alerting")),
        ("legacy-ok", "The same rule is well again: resolves its incident.", legacy("ok")),
    ]
    .into_iter()
    .map(|(name, about, body)| Sample {
        name,
        about,
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", "Grafana".to_owned()),
        ],
        body: body.to_string(),
    })
    .collect()
}

/// The group with what only Grafana has.
fn body(group: &SampleGroup<'_>) -> Value {
    let mut body = group.body();
    let (state, mark) = if group.resolved { ("ok", "RESOLVED") } else { ("alerting", "FIRING:1") };
    let own = json!({
        "version": "1",
        "orgId": 1,
        "title": format!("[{mark}] WatchbellSample Samples ({})", group.nonce),
        "state": state,
        "message": "Sent to see whether alerts arrive.",
    });
    let own_of_alert = json!({
        "silenceURL": format!("{ADDRESS}alerting/silence/new?alertmanager=grafana"),
        "dashboardURL": format!("{ADDRESS}d/sample"),
        "panelURL": format!("{ADDRESS}d/sample?viewPanel=2"),
        "values": {"B": 2.5},
        "valueString": "[ var='B' labels={} value=2.5 ]",
    });
    add(&mut body, own);
    body.pointer_mut("/alerts/0").into_iter().for_each(|alert| add(alert, own_of_alert.clone()));
    body
}

fn add(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
