//! Requests as a script sends them.

use serde_json::{Value, json};
use watchbell_provider::{Sample, SampleContext};

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let SampleContext { service_key, now, nonce } = context;
    let dedup_key = format!("sample-{nonce}");
    let complete = json!({
        "title": "Sample: database connection pool exhaustion",
        "service_id": service_key,
        "description": "A sample. Database connections exhausted. API returning 500 errors.",
        "severity": "SEV1",
        "status": "new",
        "source_url": "https://grafana.example.com/dashboard/db",
        "dedup_key": dedup_key,
        "metadata": {"environment": "production", "region": "us-east-1", "sent_at": now.to_string()},
    });
    let with_status = |status: &str| {
        json!({
            "title": "Sample: database connection pool exhaustion",
            "service_id": service_key,
            "status": status,
            "dedup_key": dedup_key,
        })
    };
    let minimal = json!({"title": "Sample: the server is down", "service_id": service_key});
    vec![
        sample("minimal", "The least that opens an incident; each one opens another.", &minimal),
        sample("complete", "Every field; sent again, it is a repeat.", &complete),
        sample(
            "investigating",
            "The incident of `complete` is looked at.",
            &with_status("investigating"),
        ),
        sample("resolved", "The incident of `complete` is over.", &with_status("resolved")),
    ]
}

fn sample(name: &'static str, about: &'static str, body: &Value) -> Sample {
    let headers = vec![("content-type", "application/json".to_owned())];
    Sample { name, about, headers, body: body.to_string() }
}
