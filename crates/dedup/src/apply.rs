//! Making a decision happen to an incident. Each function gives the lines for its timeline.

use watchbell_model::{
    Acknowledgement, Action, Actor, Alert, ConnectionScope, DeliveryId, Incident, IncidentId,
    IncidentNumber, IntegrationId, Reason, RepeatText, ServiceId, Severity, Status, TimelineKind,
    Timestamp,
};

/// The circumstances of a change.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// When.
    pub now: Timestamp,
    /// Through which integration.
    pub integration: IntegrationId,
    /// By which delivery.
    pub delivery: DeliveryId,
}

/// A line for a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What kind of thing happened.
    pub kind: TimelineKind,
    /// What happened, for people.
    pub text: String,
}

impl Line {
    fn new(kind: TimelineKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// What a new incident is called and where it belongs.
#[derive(Debug, Clone, Copy)]
pub struct NewIncident {
    /// Its id.
    pub id: IncidentId,
    /// Its number.
    pub number: IncidentNumber,
    /// Its service.
    pub service: ServiceId,
    /// How bad it is.
    pub severity: Severity,
    /// The connection that its key belongs to.
    pub scope: ConnectionScope,
}

/// A new incident out of the alert that opens it.
pub fn open(alert: &Alert, new: NewIncident, moment: &Moment) -> (Incident, Line) {
    let NewIncident { id, number, service, severity, scope } = new;
    let investigating = matches!(alert.action, Action::Trigger(trigger) if trigger.investigating);
    let incident = Incident {
        id,
        number,
        integration: Some(moment.integration),
        scope,
        dedup_key: alert.dedup_key.clone(),
        occurrence: alert.occurrence.clone(),
        group: alert.group,
        service,
        also_affected: Vec::new(),
        title: alert.title.clone(),
        description: alert.description.clone(),
        severity,
        worst_reported: severity,
        status: if investigating { Status::Investigating } else { Status::New },
        acknowledged: None,
        assigned_to: None,
        source_name: alert.source_name.clone(),
        source_url: alert.source_url.clone(),
        metadata: alert.metadata.clone(),
        test: alert.test,
        occurrences: 1,
        detected_at: alert.detected_at,
        opened_at: moment.now,
        last_seen_at: moment.now,
        ended_at: None,
        resolved_by: None,
        version: 1,
    };
    let test = if alert.test { " as a test" } else { "" };
    let line = Line::new(TimelineKind::Opened, format!("opened{test} with {severity}"));
    (incident, line)
}

/// A repeat: counts, keeps what is newest, and raises if it is worse than ever reported.
pub fn update(
    incident: &mut Incident,
    alert: &Alert,
    severity: Option<Severity>,
    moment: &Moment,
) -> (Reason, Vec<Line>) {
    let mut lines = Vec::new();
    seen(incident, alert, moment);
    replace_texts(incident, alert, &mut lines);
    if let Action::Trigger(trigger) = alert.action {
        if trigger.clears_source_acknowledgement
            && matches!(
                incident.acknowledged,
                Some(Acknowledgement { by: Actor::Integration(_), .. })
            )
        {
            incident.acknowledged = None;
            let text = "the source took its acknowledgement back";
            lines.push(Line::new(TimelineKind::Updated, text));
        }
        if trigger.investigating {
            investigate(incident, &mut lines);
        }
    }
    let raised = raise(incident, severity, &mut lines);
    (if raised { Reason::Raised } else { Reason::Updated }, lines)
}

/// The same occurrence has come back: the incident is open again.
pub fn reopen(
    incident: &mut Incident,
    alert: &Alert,
    severity: Option<Severity>,
    moment: &Moment,
) -> Vec<Line> {
    let mut text = String::from("the same occurrence came back");
    if let Some(ended_at) = incident.ended_at.take() {
        text.push_str("; it had ended at ");
        text.push_str(&ended_at.to_rfc3339_opts(chrono_format(), true));
    }
    incident.resolved_by = None;
    if let Some(acknowledged) = incident.acknowledged.take() {
        text.push_str("; it had been acknowledged by ");
        text.push_str(&acknowledged.by.to_string());
    }
    let investigating = matches!(alert.action, Action::Trigger(trigger) if trigger.investigating);
    incident.status = if investigating { Status::Investigating } else { Status::New };
    seen(incident, alert, moment);
    let mut lines = vec![Line::new(TimelineKind::Reopened, text)];
    replace_texts(incident, alert, &mut lines);
    raise(incident, severity, &mut lines);
    lines
}

/// Somebody took it at the source. Taken already: nothing changes.
pub fn acknowledge(incident: &mut Incident, moment: &Moment) -> Vec<Line> {
    if incident.acknowledged.is_some() {
        return Vec::new();
    }
    let by = Actor::Integration(moment.integration);
    let at = moment.now.max(incident.opened_at);
    incident.acknowledged = Some(Acknowledgement { at, by });
    incident.version = incident.version.saturating_add(1);
    let mut text = String::from("acknowledged at the source");
    if incident.status == Status::New {
        incident.status = Status::Investigating;
        text.push_str("; new became investigating");
    }
    vec![Line::new(TimelineKind::Acknowledged, text)]
}

/// Something to write down.
pub fn note(incident: &mut Incident, alert: &Alert) -> Vec<Line> {
    let mut lines = Vec::new();
    let text = match &alert.description {
        Some(description) => format!("{}: {description}", alert.title),
        None => alert.title.clone(),
    };
    incident.version = incident.version.saturating_add(1);
    lines.push(Line::new(TimelineKind::Noted, text));
    if alert.action == (Action::Note { investigating: true }) {
        investigate(incident, &mut lines);
    }
    lines
}

/// It is over. Title, description and metadata stay: what resolves is often empty.
pub fn resolve(incident: &mut Incident, because: &'static str, moment: &Moment) -> Vec<Line> {
    incident.status = Status::Resolved;
    // A later delivery may carry an earlier time: it took longer to send, or another server's clock
    // is behind. Nothing is over before it was opened.
    incident.ended_at = Some(moment.now.max(incident.opened_at));
    incident.resolved_by = Some(Actor::Integration(moment.integration));
    incident.version = incident.version.saturating_add(1);
    vec![Line::new(TimelineKind::Resolved, because)]
}

/// What every further report of a problem does.
fn seen(incident: &mut Incident, alert: &Alert, moment: &Moment) {
    incident.occurrences = incident.occurrences.saturating_add(1);
    incident.last_seen_at = incident.last_seen_at.max(moment.now);
    incident.version = incident.version.saturating_add(1);
    incident.metadata.merge(&alert.metadata);
    if alert.occurrence.is_some() {
        incident.occurrence.clone_from(&alert.occurrence);
    }
    if alert.group.is_some() {
        incident.group = alert.group;
    }
}

fn replace_texts(incident: &mut Incident, alert: &Alert, lines: &mut Vec<Line>) {
    let replaces = matches!(
        alert.action,
        Action::Trigger(trigger) if trigger.repeat_text == RepeatText::Replace
    );
    if !replaces {
        return;
    }
    let mut changed = Vec::new();
    if incident.title != alert.title {
        incident.title.clone_from(&alert.title);
        changed.push("title");
    }
    if alert.description.is_some() && incident.description != alert.description {
        incident.description.clone_from(&alert.description);
        changed.push("description");
    }
    if alert.source_url.is_some() && incident.source_url != alert.source_url {
        incident.source_url.clone_from(&alert.source_url);
        changed.push("link");
    }
    if !changed.is_empty() {
        let text = format!("the source changed the {}", changed.join(", "));
        lines.push(Line::new(TimelineKind::Updated, text));
    }
}

fn investigate(incident: &mut Incident, lines: &mut Vec<Line>) {
    if incident.status == Status::New {
        incident.status = Status::Investigating;
        let text = "new became investigating, as the source says";
        lines.push(Line::new(TimelineKind::StatusChanged, text));
    }
}

/// Raises if `severity` is worse than the worst that was ever reported. Never lowers, and never
/// undoes what a person set: a worse one set by hand stays.
fn raise(incident: &mut Incident, severity: Option<Severity>, lines: &mut Vec<Line>) -> bool {
    let Some(severity) = severity.filter(|s| s.is_worse_than(incident.worst_reported)) else {
        return false;
    };
    incident.worst_reported = severity;
    if !severity.is_worse_than(incident.severity) {
        return false;
    }
    let text = format!("raised from {} to {severity}", incident.severity);
    incident.severity = severity;
    lines.push(Line::new(TimelineKind::Raised, text));
    true
}

/// Whole seconds: what people compare with their logs.
const fn chrono_format() -> chrono::SecondsFormat {
    chrono::SecondsFormat::Secs
}
