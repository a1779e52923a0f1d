//! Requests as Newsender sends them.

use serde_json::json;
use watchbell_provider::{Sample, SampleContext};

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let sent = [
        ("firing", "A problem is there: opens an incident."),
        ("acknowledged", "Somebody took it in Newsender."),
        ("resolved", "It is over: resolves the incident."),
    ];
    let sample = |(state, about)| Sample {
        name: state,
        about,
        headers: vec![("content-type", "application/json".to_owned())],
        body: body(context, state),
    };
    sent.map(sample).into()
}

fn body(context: &SampleContext, state: &str) -> String {
    let SampleContext { service_key, now, nonce } = context;
    let body = json!({
        "id": nonce,
        "state": state,
        "title": "Sample: disk is almost full",
        "text": "Sent to see whether alerts arrive. Nothing is broken.",
        "priority": "medium",
        "service_id": service_key,
        "environment": "production",
        "url": format!("https://newsender.example.com/problems/{nonce}"),
        "since": now.to_rfc3339(),
    });
    body.to_string()
}
