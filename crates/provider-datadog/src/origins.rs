//! Where the fields of alerts come from, for people who ask. Names are as the parser compares them: in
//! lower case, without a dollar sign.

use serde_json::{Map, Value};
use watchbell_provider::Place::{self, Always, Copied, Made};
use watchbell_provider::{Field, FieldRule};
use watchbell_wire::text_of_body;

use crate::fields::plain;

/// The payload as a tree of plain names, whether it is JSON or a form.
pub(crate) fn document(body: &[u8]) -> Value {
    let text = text_of_body(body);
    let named = |(name, value): (String, Value)| (plain(&name).into_owned(), value);
    let whole: Map<String, Value> = match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => object.into_iter().map(named).collect(),
        _ => form_urlencoded::parse(text.trim().as_bytes())
            .map(|(name, value)| named((name.into_owned(), Value::from(value.into_owned()))))
            .collect(),
    };
    Value::Object(whole)
}

pub(crate) const RULES: &[FieldRule] = &[
    FieldRule::new(
        Field::Action,
        &[
            Made(&["transition", "alert_transition"], "the transition says it"),
            Made(&["alert_type"], "the alert's type says it"),
            Made(&["incident_status"], "the incident's status says it"),
            Made(&["event_title", "title"], "the words in front of the title say it"),
            Always("a payload that says nothing of it is a problem that is there"),
        ],
    ),
    FieldRule::new(
        Field::DedupKey,
        &[
            Copied("alert_cycle_key"),
            Copied("cycle_key"),
            Copied("aggreg_key"),
            Copied("aggregation_key"),
            Made(MONITOR, "the monitor with its scope, or what else names the problem"),
            Made(OTHERS, "what names the problem, with its scope"),
        ],
    ),
    FieldRule::new(Field::Occurrence, &[Copied("alert_cycle_key"), Copied("cycle_key")]),
    FieldRule::new(
        Field::Title,
        &[
            Copied("alert_title"),
            Made(&["event_title", "title"], "the title without what stands in brackets"),
            Copied("security_rule_name"),
            Copied("security_signal_title"),
            Copied("incident_title"),
            Copied("synthetics_test_name"),
            Made(MONITOR, "the monitor's number, for want of a title"),
            Always("a payload without a title"),
        ],
    ),
    FieldRule::new(
        Field::Description,
        &[Made(
            &[
                "text",
                "text_only_msg",
                "event_msg",
                "body",
                "security_signal_msg",
                "incident_msg",
                "synthetics_summary",
                "status_summary",
                "alert_status",
            ],
            "the message, then the summary of the status",
        )],
    ),
    FieldRule::new(Field::Severity, SEVERITY),
    FieldRule::new(
        Field::Level,
        &[
            Copied("severity"),
            Copied("tags[severity]"),
            Copied("tags/=severity"),
            Copied("event_tags/=severity"),
            Copied("alert_priority"),
            Copied("priority"),
            Copied("security_signal_severity"),
            Copied("incident_severity"),
            Copied("alert_type"),
            Made(&["event_title", "title"], "the priority in front of the title"),
        ],
    ),
    FieldRule::new(
        Field::Service,
        &[
            Copied("service_id"),
            Copied("tags[service_id]"),
            Copied("tags/=service_id"),
            Copied("event_tags/=service_id"),
        ],
    ),
    FieldRule::new(Field::SourceName, &[Always("the kind of sender")]),
    FieldRule::new(
        Field::SourceUrl,
        &[
            Copied("link"),
            Copied("incident_url"),
            Copied("url"),
            Made(
                &["text", "text_only_msg", "event_msg", "body"],
                "the link to the monitor in the message",
            ),
        ],
    ),
    FieldRule::new(
        Field::Environment,
        &[Copied("env"), Copied("tags[env]"), Copied("tags/=env"), Copied("event_tags/=env")],
    ),
    FieldRule::new(Field::Project, &[Copied("tags/=project"), Copied("event_tags/=project")]),
    FieldRule::new(
        Field::DetectedAt,
        &[
            Made(&["date", "date_posix"], "the time that it says"),
            Made(&["last_updated", "last_updated_posix"], "the time that it says"),
        ],
    ),
    FieldRule::new(
        Field::SourceClock,
        &[
            Made(&["last_updated", "last_updated_posix"], "the time that it says"),
            Made(&["date", "date_posix"], "the time that it says"),
        ],
    ),
    FieldRule::new(Field::Metadata, &[Made(&["#"], "fields and tags under their own names")]),
];

const SEVERITY: &[Place] = &[
    Copied("severity"),
    Copied("tags[severity]"),
    Copied("tags/=severity"),
    Copied("event_tags/=severity"),
];

/// What names a monitor.
const MONITOR: &[&str] = &["monitor_id", "alert_id"];

/// What names a problem otherwise.
const OTHERS: &[&str] = &[
    "security_signal_id",
    "incident_uuid",
    "incident_public_id",
    "alert_title",
    "event_title",
    "title",
    "text",
    "text_only_msg",
    "event_msg",
    "body",
];
