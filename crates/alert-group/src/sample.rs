//! Groups as the senders write them, for samples.

use serde_json::{Value, json};
use watchbell_model::GroupHash;

/// The time that a sender in Go writes where there is none.
const GO_ZERO_TIME: &str = "0001-01-01T00:00:00Z";

/// A group of one alert.
#[derive(Debug, Clone)]
pub struct SampleGroup<'a> {
    /// Whether the alert is over.
    pub resolved: bool,
    /// When it began, in RFC 3339; and when it ended, if it did.
    pub at: &'a str,
    /// Its labels.
    pub labels: Value,
    /// Its annotations.
    pub annotations: Value,
    /// Its rule at the source.
    pub generator_url: &'a str,
    /// The sender's own address.
    pub external_url: &'a str,
    /// What makes the group another one.
    pub nonce: &'a str,
}

impl SampleGroup<'_> {
    /// The body with what both senders have.
    pub fn body(&self) -> Value {
        let Self { resolved, at, labels, annotations, generator_url, external_url, nonce } = self;
        let status = if *resolved { "resolved" } else { "firing" };
        let alertname = labels.get("alertname");
        let group_key =
            format!("{{}}:{{alertname={}, instance={}}}", json!(alertname), json!(nonce));
        json!({
            "receiver": "watchbell",
            "status": status,
            "alerts": [{
                "status": status,
                "labels": labels,
                "annotations": annotations,
                "startsAt": at,
                "endsAt": if *resolved { *at } else { GO_ZERO_TIME },
                "generatorURL": generator_url,
                "fingerprint": fingerprint(&group_key),
            }],
            "groupLabels": {"alertname": alertname, "instance": nonce},
            "commonLabels": labels,
            "commonAnnotations": annotations,
            "externalURL": external_url,
            "groupKey": group_key,
            "truncatedAlerts": 0,
        })
    }
}

/// Sixteen digits that differ where the labels do. Not the senders' own FNV-1a: receivers must
/// treat a fingerprint as opaque, so must samples.
fn fingerprint(text: &str) -> String {
    let hash = u128::from_be_bytes(*GroupHash::of(text).as_bytes());
    format!("{:016x}", hash >> 64)
}
