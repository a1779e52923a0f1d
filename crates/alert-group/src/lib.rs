#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod entry;
mod guide;
mod legacy;
mod map;
mod origins;
mod sample;
mod text;
mod whole;
mod wire;

use watchbell_model::{Severity, SeverityAction};
use watchbell_provider::{Options, ReadError, Received, Setting, SettingKind};

pub use guide::severity_table;
pub use origins::field_rules;
pub use sample::SampleGroup;

/// The most entries of one body.
const MAX_ALERTS: usize = watchbell_provider::MAX_ALERTS;

/// The words that rules use in their label `severity`, with what they open by default. Prometheus
/// prescribes none; these are the ones that published rules use. `sev0` to `sev4` are not among
/// them: they name a severity outright.
pub const LEVELS: &[(&str, SeverityAction)] = &[
    ("critical", SeverityAction::Severity(Severity::Sev0)),
    ("page", SeverityAction::Severity(Severity::Sev0)),
    ("fatal", SeverityAction::Severity(Severity::Sev0)),
    ("emergency", SeverityAction::Severity(Severity::Sev0)),
    ("p0", SeverityAction::Severity(Severity::Sev0)),
    ("p1", SeverityAction::Severity(Severity::Sev0)),
    ("high", SeverityAction::Severity(Severity::Sev1)),
    ("error", SeverityAction::Severity(Severity::Sev1)),
    ("major", SeverityAction::Severity(Severity::Sev1)),
    ("p2", SeverityAction::Severity(Severity::Sev1)),
    ("warning", SeverityAction::Severity(Severity::Sev2)),
    ("warn", SeverityAction::Severity(Severity::Sev2)),
    ("medium", SeverityAction::Severity(Severity::Sev2)),
    ("p3", SeverityAction::Severity(Severity::Sev2)),
    ("low", SeverityAction::Severity(Severity::Sev3)),
    ("minor", SeverityAction::Severity(Severity::Sev3)),
    ("ticket", SeverityAction::Severity(Severity::Sev3)),
    ("p4", SeverityAction::Severity(Severity::Sev3)),
    ("info", SeverityAction::Severity(Severity::Sev4)),
    ("p5", SeverityAction::Severity(Severity::Sev4)),
    ("none", SeverityAction::DoNotCreate),
];

/// What is one incident: an alert, or a group with all its alerts.
pub const GROUPING: Setting = Setting {
    key: "grouping",
    label: "One incident per",
    help: "`alert`: each alert is an incident of its own. `group`: all alerts that the sender puts \
           into one group are one incident, which is open while any of them fires.",
    kind: SettingKind::Choice(&["alert", WHOLE_GROUPS]),
    default: "alert",
};

/// The choice of [`GROUPING`] that makes a group one incident.
const WHOLE_GROUPS: &str = "group";

/// Who sends a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// Its name for people.
    pub name: &'static str,
    /// What should have come, in the message about a body that cannot be read.
    pub expected: &'static str,
}

/// Reads the body of Alertmanager's
/// [`webhook_config`](https://prometheus.io/docs/alerting/latest/configuration/#webhook_config)
/// (version 4), of Grafana's
/// [webhook contact point](https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/)
/// (version 1), or of Grafana's legacy alerting, up to version 8. Of the settings it asks
/// [`GROUPING`].
///
/// # Errors
/// The body is neither an object with a list `alerts` nor a legacy one, or the list has too many
/// entries.
pub fn read(body: &[u8], sender: Sender, options: &Options<'_>) -> Result<Received, ReadError> {
    let whole_groups = options.get(&GROUPING) == WHOLE_GROUPS;
    let text = watchbell_wire::text_of_body(body);
    let malformed = |got| ReadError::malformed(sender.expected, got);
    let body = watchbell_wire::parse(&text).map_err(malformed)?;
    match map::received(body, sender, whole_groups) {
        Ok(received) => Ok(received),
        Err(NotAGroup::TooMany(found)) => Err(ReadError::TooManyAlerts { found }),
        Err(NotAGroup::Else(got)) => legacy::received(&text, sender).ok_or_else(|| malformed(got)),
    }
}

/// Why a body is no group.
enum NotAGroup {
    /// It is this instead.
    Else(String),
    /// It has this many entries.
    TooMany(usize),
}
