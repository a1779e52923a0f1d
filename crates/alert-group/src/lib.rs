#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod map;
mod text;
mod wire;

use watchbell_model::{Alert, GroupHash, Severity, SeverityAction};

/// The most entries of one body.
pub const MAX_ALERTS: usize = 2_000;

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

/// One entry of a body's `alerts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A problem that is there or over.
    Alert(Box<Alert>),
    /// An alert that always fires, to show that alerting works: the rule `Watchdog` of the
    /// Prometheus community's rule sets.
    Heartbeat {
        /// The rule's name.
        name: String,
    },
}

/// What a body says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// Its entries, in order. Those that are no objects are left out, with a warning.
    pub entries: Vec<Entry>,
    /// The group, if all of it is over: its status is `resolved` and nothing was cut off.
    pub resolved_group: Option<GroupHash>,
    /// What was odd, in plain words.
    pub warnings: Vec<String>,
}

/// Why a body could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// It is not a JSON object with a list `alerts`.
    #[error("expected a JSON object with a list `alerts`, got {got}")]
    NotAGroup {
        /// What it is instead.
        got: String,
    },
    /// More entries than [`MAX_ALERTS`].
    #[error("{found} alerts in one body, at most {MAX_ALERTS} are taken")]
    TooMany {
        /// How many there are.
        found: usize,
    },
}

/// Reads the body of Alertmanager's
/// [`webhook_config`](https://prometheus.io/docs/alerting/latest/configuration/#webhook_config)
/// (version 4) or of Grafana's
/// [webhook contact point](https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/)
/// (version 1). `source` is the sender's name for people.
///
/// # Errors
/// The body is no object with a list `alerts`, or the list is longer than [`MAX_ALERTS`].
pub fn read(body: &[u8], source: &str) -> Result<Group, GroupError> {
    let text = watchbell_wire::text_of_body(body);
    let body = watchbell_wire::parse(&text).map_err(|got| GroupError::NotAGroup { got })?;
    map::group(body, source)
}
