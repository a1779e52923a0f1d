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

use std::time::Duration;

use watchbell_model::{Action, Alert, DedupKey, Severity, SeverityAction};
use watchbell_provider::{Heartbeat, Item, Options, ReadError, Received, Setting, SettingKind};

use entry::HEARTBEAT;

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

/// Whether somebody waits for the alert that always fires.
pub const HEARTBEAT_EVERY: Setting = Setting {
    key: "heartbeat_every",
    label: "Expect Watchdog within",
    help: "Seconds within which the alert `Watchdog` must come again, such as 900; empty or 0: it is not \
           waited for. If it does not come, an incident opens on the default service (SEV1), and \
           the next one resolves it.",
    kind: SettingKind::Seconds,
    default: "",
};

/// The heartbeat that an integration with these settings expects.
pub fn heartbeat(options: &Options<'_>) -> Option<Heartbeat> {
    let seconds: u32 = options.get(&HEARTBEAT_EVERY).parse().ok()?;
    let key = DedupKey::new(format!("heartbeat-{HEARTBEAT}"))?;
    let every = Duration::from_secs(seconds.into());
    (seconds > 0).then_some(Heartbeat { name: HEARTBEAT, key, every })
}

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
        Ok(mut received) => {
            let heard = heartbeat(options).filter(|_| received.is_heartbeat);
            received.is_heartbeat = heard.is_some();
            if let Some(heartbeat) = heard {
                add_last(&mut received.items, is_back(heartbeat, sender));
            }
            Ok(received)
        }
        Err(NotAGroup::TooMany(found)) => Err(ReadError::TooManyAlerts { found }),
        Err(NotAGroup::Else(got)) => legacy::received(&text, sender).ok_or_else(|| malformed(got)),
    }
}

/// Adds an item. In a list that is full the heartbeat's own entry, which opens nothing, makes room.
fn add_last(items: &mut Vec<Item>, item: Item) {
    let opens_nothing = |item: &Item| matches!(item, Item::Ignored { .. });
    if items.len() == MAX_ALERTS
        && let Some(place) = items.iter().position(opens_nothing)
    {
        items.remove(place);
    }
    items.push(item);
}

/// What a heartbeat says to the incident that is open if it was missing.
fn is_back(heartbeat: Heartbeat, sender: Sender) -> Item {
    let mut alert = Alert::new(Action::Resolve, format!("{} is heard", heartbeat.name));
    alert.dedup_key = Some(heartbeat.key);
    alert.source_name = Some(sender.name.to_owned());
    Item::Alert(Box::new(alert))
}

/// Why a body is no group.
enum NotAGroup {
    /// It is this instead.
    Else(String),
    /// It has this many entries.
    TooMany(usize),
}
