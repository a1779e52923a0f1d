//! Requests as Datadog sends them with our template.

use serde_json::json;
use watchbell_model::GroupHash;
use watchbell_provider::{Sample, SampleContext};

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let sent = [
        ("triggered", "Triggered", "error", 0, "A monitor alerts: opens an incident."),
        ("renotify", "Renotify", "error", 1, "It still alerts: a repeat; it opens nothing again."),
        ("warn", "Warn", "warning", 2, "It is at its warning threshold: a repeat, milder."),
        ("no-data", "No Data", "warning", 3, "Its data stopped: a repeat."),
        ("recovered", "Recovered", "success", 4, "It is over: resolves the incident."),
    ];
    sent.into_iter()
        .map(|(name, transition, alert_type, minutes, about)| Sample {
            name,
            about,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body(context, transition, alert_type, minutes),
        })
        .collect()
}

fn body(context: &SampleContext, transition: &str, alert_type: &str, minutes: i64) -> String {
    let SampleContext { service_key, now, nonce } = context;
    let sent = now.timestamp_millis().saturating_add(minutes.saturating_mul(60_000)).to_string();
    let number = |of: &str| {
        let hash = u128::from_be_bytes(*GroupHash::of(&format!("{of} {nonce}")).as_bytes());
        // 19 digits, as Datadog's ids have.
        (7_000_000_000_000_000_000 + hash % 1_000_000_000_000_000_000).to_string()
    };
    let scope = format!("env:prod,host:{nonce}");
    let body = json!({
        "schema": "datadog-monitor/1",
        "alert_cycle_key": number("cycle"),
        "aggreg_key": number("aggregation"),
        "monitor_id": "148275309",
        "scope": scope,
        "transition": transition,
        "alert_type": alert_type,
        "priority": "P3",
        "alert_title": format!("Sample: disk is almost full on {scope}"),
        "event_title": format!("[P3] [{transition} on {{{scope}}}] Sample: disk is almost full"),
        "event_type": "query_alert_monitor",
        "event_id": number(transition),
        "date": sent,
        "last_updated": sent,
        "text": "Sent to see whether alerts arrive. Nothing is broken.",
        "status_summary": "avg(last_5m):avg:system.disk.in_use{env:prod} by {host} > 0.9",
        "metric": "system.disk.in_use",
        "query": "avg(last_5m):avg:system.disk.in_use{env:prod} by {host} > 0.9",
        "hostname": nonce,
        "tags": format!("env:prod,host:{nonce},monitor,service_id:{service_key}"),
        "service_id": service_key,
        "service": "",
        "env": "prod",
        "severity": "",
        "link": "https://app.datadoghq.com/monitors/148275309",
        "snapshot": "",
        "org_id": "421337",
        "org_name": "Example",
    });
    body.to_string()
}
