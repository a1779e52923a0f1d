//! Requests as Sentry 26.8 sends them, for sentry.io's organization `example-org`.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use watchbell_model::GroupHash;
use watchbell_provider::{Sample, SampleContext};

const INSTALLATION: &str = "e5f6a7b8-1234-4cde-9012-3456789abcde";
const PROJECT_ID: u64 = 4_509_877_862_268_928;
const TITLE: &str = "Sample: ValueError: bad value for order ord_123";

pub(crate) fn samples(context: &SampleContext) -> Vec<Sample> {
    let SampleContext { service_key, now, nonce } = context;
    let made = Made { service_key, now: *now, hash: hash(nonce) };
    vec![
        made.sample(
            "triggered",
            "event_alert",
            "An issue alert fires on an error: opens an incident; sent again, it is a repeat.",
            "triggered",
            &made.event_alert(),
        ),
        made.sample(
            "assigned",
            "issue",
            "The issue is assigned: a line in the timeline.",
            "assigned",
            &json!({
                "assignee": {"type": "user", "name": "Dana", "id": 662_437},
                "issue": made.issue("unresolved", &json!("ongoing")),
            }),
        ),
        made.sample(
            "ignored",
            "issue",
            "The issue is archived: acknowledges its incident.",
            "ignored",
            &json!({"issue": made.issue("ignored", &json!("archived_until_escalating"))}),
        ),
        made.sample(
            "resolved",
            "issue",
            "The issue is resolved: resolves its incident.",
            "resolved",
            &json!({"issue": made.issue("resolved", &Value::Null), "resolution_type": "now"}),
        ),
        made.sample(
            "regressed",
            "issue",
            "The issue is back: opens its latest incident again.",
            "unresolved",
            &json!({"issue": made.issue("unresolved", &json!("regressed"))}),
        ),
        made.sample(
            "metric-critical",
            "metric_alert",
            "A metric alert gets critical: opens an incident.",
            "critical",
            &made.metric_alert("Critical", 20),
        ),
        made.sample(
            "metric-resolved",
            "metric_alert",
            "The metric is good again: resolves the incident of `metric-critical`.",
            "resolved",
            &made.metric_alert("Resolved", 2),
        ),
        made.sample(
            "test",
            "event_alert",
            "Somebody pressed \"Send Test Notification\": opens a test, whatever the mapping says.",
            "triggered",
            &made.test(),
        ),
    ]
}

/// What all samples of one context share.
struct Made<'s> {
    service_key: &'s str,
    now: DateTime<Utc>,
    /// What tells this context's ids from another's.
    hash: u64,
}

impl Made<'_> {
    fn sample(
        &self,
        name: &'static str,
        resource: &str,
        about: &'static str,
        action: &str,
        data: &Value,
    ) -> Sample {
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("request-id", format!("{:032x}", hash(&format!("{name}{}", self.hash)))),
            ("sentry-hook-resource", resource.to_owned()),
            ("sentry-hook-timestamp", self.now.timestamp().to_string()),
            ("user-agent", "sentry/26.8.0 (https://sentry.io)".to_owned()),
        ];
        let body = json!({
            "action": action,
            "installation": {"uuid": INSTALLATION},
            "data": data,
            "actor": {"type": "application", "id": "sentry", "name": "Sentry"},
        });
        Sample { name, about, headers, body: body.to_string() }
    }

    /// The number of the issue, as large as Sentry's.
    fn issue_id(&self) -> u64 {
        6_000_000_000 + self.hash % 1_000_000_000
    }

    fn time(&self) -> String {
        self.now.to_rfc3339_opts(SecondsFormat::Micros, true)
    }

    fn settings(&self) -> Value {
        json!([{"name": "service_id", "value": self.service_key}])
    }

    fn event(&self, issue_id: u64, title: &str) -> Value {
        // Sent later, it is another event of the same issue.
        let event_id = format!("{:032x}", hash(&format!("event {issue_id} {}", self.time())));
        json!({
            "event_id": event_id,
            "project": PROJECT_ID,
            "release": "checkout-api@2.14.0",
            "dist": null,
            "platform": "python",
            "message": "",
            "datetime": self.time(),
            "tags": [["environment", "production"], ["level", "error"]],
            "culprit": "/api/checkout/{order_id}",
            "environment": "production",
            "exception": {"values": [{
                "type": "ValueError",
                "value": "bad value for order ord_123",
                "stacktrace": {"frames": [{
                    "function": "submit", "filename": "checkout/service.py", "lineno": 88,
                    "in_app": true, "context_line": "    raise ValueError(order)",
                }]},
            }]},
            "level": "error",
            "metadata": {"type": "ValueError", "value": "bad value for order ord_123"},
            "timestamp": self.now.timestamp(),
            "title": title,
            "type": "error",
            "url": format!(
                "https://sentry.io/api/0/projects/example-org/checkout-api/events/{event_id}/"
            ),
            "web_url": format!(
                "https://sentry.io/organizations/example-org/issues/{issue_id}/events/{event_id}/"
            ),
            "issue_url": format!(
                "https://sentry.io/api/0/organizations/example-org/issues/{issue_id}/"
            ),
            "issue_id": issue_id.to_string(),
        })
    }

    fn event_alert(&self) -> Value {
        json!({
            "event": self.event(self.issue_id(), TITLE),
            "triggered_rule": "Checkout errors",
            "issue_alert": {
                "id": 15_204_931, "title": "Checkout errors", "sentry_app_id": 80_214,
                "settings": self.settings(),
            },
        })
    }

    fn test(&self) -> Value {
        let mut event = self.event(self.issue_id().saturating_add(1), "<untitled>");
        if let Some(event) = event.as_object_mut() {
            event.insert("metadata".to_owned(), json!({}));
            event.insert("exception".to_owned(), Value::Null);
            event.insert(
                "occurrence".to_owned(),
                json!({
                    "issueTitle": "Test Issue",
                    "subtitle": "Test issue created to test a notification related action",
                    "type": 9001,
                    "level": "error",
                }),
            );
        }
        json!({
            "event": event,
            "triggered_rule": "Test Detector",
            "issue_alert": {
                "id": -1, "title": "Test Detector", "sentry_app_id": 80_214,
                "settings": self.settings(),
            },
        })
    }

    fn issue(&self, status: &str, substatus: &Value) -> Value {
        let id = self.issue_id();
        json!({
            "id": id.to_string(),
            "shortId": "CHECKOUT-API-3F",
            "title": TITLE,
            "culprit": "/api/checkout/{order_id}",
            "permalink": format!("https://example-org.sentry.io/issues/{id}/"),
            "web_url": format!("https://example-org.sentry.io/issues/{id}/"),
            "level": "error",
            "status": status,
            "statusDetails": {},
            "substatus": substatus,
            "platform": "python",
            "project": {
                "id": PROJECT_ID.to_string(), "name": "Checkout API", "slug": "checkout-api",
                "platform": "python",
            },
            "type": "error",
            "metadata": {"type": "ValueError", "value": "bad value for order ord_123"},
            "assignedTo": null,
            "count": "57",
            "userCount": 12,
            "firstSeen": self.time(),
            "lastSeen": self.time(),
        })
    }

    fn metric_alert(&self, state: &str, status: u8) -> Value {
        let identifier = (self.hash % 1_000_000).to_string();
        let closed = (status == 2).then(|| self.time());
        json!({
            "metric_alert": {
                "id": identifier,
                "identifier": identifier,
                "organization_id": "4507003342684160",
                "projects": ["checkout-api"],
                "alert_rule": {
                    "id": "305511",
                    "name": "Checkout p95 latency",
                    "aggregate": "p95(transaction.duration)",
                    "time_window": 10.0,
                    "environment": "production",
                    "triggers": [{
                        "label": "critical",
                        "alert_threshold": 1500.0,
                        "actions": [{
                            "type": "sentry_app", "sentry_app_id": 80_214,
                            "settings": self.settings(),
                        }],
                    }],
                },
                "status": status,
                "title": "Checkout p95 latency",
                "date_started": self.time(),
                "date_closed": closed,
            },
            "description_text": "1873.4 p95(transaction.duration) in the last 10 minutes",
            "description_title": format!("{state}: Checkout p95 latency"),
            "web_url": format!(
                "https://example-org.sentry.io/alerts/rules/details/305511/?alert={identifier}"
            ),
        })
    }
}

/// A number that differs where the texts do.
fn hash(text: &str) -> u64 {
    let hash = u128::from_be_bytes(*GroupHash::of(text).as_bytes());
    u64::try_from(hash >> 64).unwrap_or_default()
}
