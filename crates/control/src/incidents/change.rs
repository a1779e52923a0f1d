//! What a person's change makes of an incident. Pure: each function gives the lines for its timeline,
//! none if nothing changes.

use watchbell_model::{
    Acknowledgement, Actor, AutoChosen, Incident, Status, TimelineKind, Timestamp, User,
};

use super::{IncidentSet, person};

/// A line for a timeline.
pub(super) type Line = (TimelineKind, String);

/// Whose an incident shall be.
#[derive(Debug, Clone)]
pub(super) enum Owner {
    /// Nobody's.
    Nobody,
    /// This person's.
    User(User),
}

/// Other texts, another severity, somebody else's.
pub(super) fn set(incident: &mut Incident, set: &IncidentSet, owner: Option<Owner>) -> Vec<Line> {
    let IncidentSet { title, description, severity, assigned_to: _ } = set;
    let mut changed = Vec::new();
    if let Some(title) = title.as_deref().map(str::trim)
        && incident.title != title
    {
        changed.push(format!("title was {:?}", incident.title));
        title.clone_into(&mut incident.title);
    }
    if let Some(description) = description {
        let description = description.clone().filter(|text| !text.trim().is_empty());
        if incident.description != description {
            changed.push("description".to_owned());
            incident.description = description;
        }
    }
    if let Some(severity) = *severity
        && incident.severity != severity
    {
        changed.push(format!("severity from {} to {severity}", incident.severity));
        incident.severity = severity;
    }
    if let Some(owner) = owner {
        let (id, name) = match owner {
            Owner::Nobody => (None, "nobody".to_owned()),
            Owner::User(user) => (Some(user.id), user.email.to_string()),
        };
        if incident.assigned_to != id {
            incident.assigned_to = id;
            changed.push(format!("assigned to {name}"));
        }
    }
    if changed.is_empty() {
        return Vec::new();
    }
    vec![(TimelineKind::Updated, format!("changed: {}", changed.join("; ")))]
}

/// Another status.
pub(super) fn status(
    incident: &mut Incident,
    to: Status,
    comment: Option<&str>,
    at: Timestamp,
    by: Actor,
) -> Result<Vec<Line>, String> {
    let from = incident.status;
    match from.check_move(to) {
        Ok(false) => return Ok(Vec::new()),
        Ok(true) => {}
        Err(refused) => {
            let allowed: Vec<_> = refused.allowed.iter().map(|status| status.as_str()).collect();
            let allowed = match allowed.as_slice() {
                [] => "nothing any more".to_owned(),
                allowed => allowed.join(", "),
            };
            return Err(format!("{} is {from}, which may become {allowed}", incident.number));
        }
    }
    incident.status = to;
    let kind = match (from.is_open(), to.is_open()) {
        (true, false) => {
            incident.ended_at = Some(at.max(incident.opened_at));
            incident.resolved_by = Some(by);
            TimelineKind::Resolved
        }
        (false, true) => {
            incident.ended_at = None;
            incident.resolved_by = None;
            TimelineKind::Reopened
        }
        _ => TimelineKind::StatusChanged,
    };
    let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
    let comment = comment.map(|comment| format!(": {comment}")).unwrap_or_default();
    Ok(vec![(kind, format!("{from} became {to}{comment}"))])
}

/// So many events make it worse than it was ever reported. What a person set is not what was reported,
/// and stays.
pub(super) fn events(incident: &mut Incident, chosen: AutoChosen, events: u64) -> Vec<Line> {
    let to = chosen.with(events);
    if !incident.status.is_open() || !to.is_worse_than(incident.worst_reported) {
        return Vec::new();
    }
    let (from, auto) = (incident.severity, chosen.auto);
    let is_as_reported = from == incident.worst_reported;
    incident.worst_reported = to;
    let (steps, least) = match auto.steps(events) {
        2.. => ("two steps", auto.much_worse_from),
        _ => ("one step", auto.worse_from),
    };
    let why = format!("the source counts {events} events, {steps} worse from {least}");
    if is_as_reported {
        incident.severity = to;
        return vec![(TimelineKind::Raised, format!("raised from {from} to {to}: {why}"))];
    }
    vec![(
        TimelineKind::Noted,
        format!("{why}: that is {to}, but a person set {from}, which stays"),
    )]
}

/// Somebody takes it.
pub(super) fn acknowledge(
    incident: &mut Incident,
    at: Timestamp,
    by: Actor,
) -> Result<Vec<Line>, String> {
    let number = incident.number;
    if let Some(taken) = incident.acknowledged {
        let when = taken.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        return Err(format!("{number} was acknowledged already, by {} at {when}", taken.by));
    }
    if !incident.status.is_open() {
        return Err(format!("{number} is {}: there is nothing to take", incident.status));
    }
    incident.acknowledged = Some(Acknowledgement { at: at.max(incident.opened_at), by });
    let mut text = String::from("acknowledged");
    if incident.status == Status::New {
        incident.status = Status::Investigating;
        text.push_str("; new became investigating");
    }
    if let (None, Some(user)) = (incident.assigned_to, person(by)) {
        incident.assigned_to = Some(user);
        text.push_str("; it is theirs now");
    }
    Ok(vec![(TimelineKind::Acknowledged, text)])
}
