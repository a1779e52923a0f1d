//! What Sentry says of incidents, over HTTP and against a server that behaves as Sentry does.

mod people;
mod severity;
mod trouble;
mod whole;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use watchbell_model::Timestamp;

use crate::connections::Source;
use crate::support::{Reply, SentryServer, eventually, fixture, now_s};

/// No event has the id of another: it would be a repeat.
static EVENTS: AtomicU64 = AtomicU64::new(1);

const SCOPES: [&str; 3] = ["org:read", "project:read", "event:read"];
/// A few attempts with the pauses between them.
const SOON: Duration = Duration::from_secs(30);

/// A server with an integration that is connected by a pasted token, and that token.
fn connected() -> (Source, String) {
    let source = Source::start();
    let token = source.sentry.internal_token("acme", &SCOPES);
    let body = json!({"token": token, "client_secret": SentryServer::CLIENT_SECRET,
                      "base_url": source.sentry.base()});
    let made = source.api().post(&source.path("/connections"), &body);
    assert_eq!(made.status, 201, "{made:?}");
    (source, token)
}

/// The body of an event alert about an issue, as Sentry sends it: the fixture with ids of its own. The
/// alert rule leaves the severity to the level, or says `severity`.
fn alert(issue: u64, severity: Option<&str>) -> Value {
    let path = fixture("sentry/event_alert_triggered_modern.json");
    let mut body: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let now = Timestamp::from_timestamp(now_s(), 0).unwrap().to_rfc3339();
    let event = &mut body["data"]["event"];
    event["event_id"] = json!(format!("{:032x}", EVENTS.fetch_add(1, Ordering::Relaxed)));
    event["issue_id"] = json!(issue.to_string());
    event["datetime"] = json!(now);
    let settings = severity.map(|word| json!({"name": "severity", "value": word}));
    body["data"]["issue_alert"]["settings"] = json!(settings.into_iter().collect::<Vec<_>>());
    body
}

/// The body of a change of an issue, as Sentry sends it.
fn issue(action: &str, issue: u64) -> Value {
    let path = fixture(&format!("sentry/issue_{action}.json"));
    let mut body: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    body["data"]["issue"]["id"] = json!(issue.to_string());
    body
}

fn opened(reply: &Reply) -> String {
    assert_eq!(reply.said(), "processed/created");
    reply.incident()
}

impl Source {
    /// Opens an incident about an issue.
    fn opens(&self, issue: u64) -> String {
        opened(&self.deliver("event_alert", &alert(issue, None)))
    }

    fn enrichment(&self, number: &str) -> Reply {
        self.api().get(&format!("/incidents/{number}/enrichment"))
    }

    /// Waits until what is known of an incident is as wanted.
    fn is_known(&self, number: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let api = self.api();
        let path = format!("/incidents/{number}/enrichment");
        let mut last = Value::Null;
        eventually(what, SOON, || {
            let reply = api.get(&path);
            last = if reply.status == 200 { reply.data() } else { Value::Null };
            wanted(&last).then(|| last.clone())
        })
    }

    fn is_done(&self, number: &str) -> Value {
        self.is_known(number, "the source has answered", |known| known["state"] == "done")
    }

    fn incident(&self, number: &str) -> Value {
        self.api().get(&format!("/incidents/{number}")).data()
    }

    /// The texts of an incident's timeline of one kind.
    fn lines(&self, number: &str, kind: &str) -> Vec<String> {
        let incident = self.incident(number);
        let lines = incident["timeline"].as_array().unwrap().iter();
        let lines = lines.filter(|line| line["kind"] == kind);
        lines.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
    }

    fn retry(&self, number: &str) -> Reply {
        self.api().post(&format!("/incidents/{number}/enrichment/retry"), &json!({}))
    }

    /// Changes one option of the integration.
    fn option(&self, key: &str, value: &str) -> Reply {
        self.api().patch(&self.path(""), &json!({"options": {key: value}}))
    }
}
