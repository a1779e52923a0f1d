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

#[cfg(test)]
mod tests {
    use watchbell_model::{Auto, ConnectionScope, IncidentNumber, Metadata, Severity, Timestamp};

    use super::*;

    fn incident(severity: Severity, worst_reported: Severity, status: Status) -> Incident {
        let at = Timestamp::from_timestamp(1, 0).unwrap();
        Incident {
            id: "inc_00000000000000000000000000000001".parse().unwrap(),
            number: IncidentNumber { year: 2026, place: 1 },
            integration: None,
            scope: ConnectionScope::NONE,
            dedup_key: None,
            occurrence: None,
            group: None,
            service: "sid_00000000000000000000000000000001".parse().unwrap(),
            also_affected: Vec::new(),
            title: "Checkout fails".to_owned(),
            description: None,
            severity,
            worst_reported,
            status,
            acknowledged: None,
            assigned_to: None,
            source_name: None,
            source_url: None,
            metadata: Metadata::new(),
            test: false,
            occurrences: 1,
            detected_at: None,
            opened_at: at,
            last_seen_at: at,
            ended_at: None,
            resolved_by: None,
            version: 1,
        }
    }

    #[test]
    fn a_number_raises_what_nobody_has_set_and_does_so_once() {
        use Severity::{Sev0, Sev1, Sev2, Sev4};
        let auto = Auto { events: None, worse_from: 100, much_worse_from: 1_000 };
        let chosen = AutoChosen { severity: Sev2, auto };
        let check =
            |is, worst, status, count, expected: (Severity, Severity, Option<TimelineKind>)| {
                let mut incident = incident(is, worst, status);
                let lines = events(&mut incident, chosen, count);
                let kind = lines.first().map(|(kind, _)| *kind);
                assert_eq!(
                    (incident.severity, incident.worst_reported, kind),
                    expected,
                    "{is} {count}"
                );
                let again = events(&mut incident, chosen, count);
                assert_eq!(again, [], "the same again changes nothing");
            };
        let (raised, noted) = (Some(TimelineKind::Raised), Some(TimelineKind::Noted));
        check(Sev2, Sev2, Status::New, 99, (Sev2, Sev2, None));
        check(Sev2, Sev2, Status::New, 100, (Sev1, Sev1, raised));
        check(Sev2, Sev2, Status::Monitoring, 1_000, (Sev0, Sev0, raised));
        // It was reported as bad already.
        check(Sev1, Sev1, Status::New, 100, (Sev1, Sev1, None));
        // A person thinks less of it, or more.
        check(Sev4, Sev2, Status::New, 1_000, (Sev4, Sev0, noted));
        check(Sev1, Sev2, Status::New, 1_000, (Sev1, Sev0, noted));
        for over in [Status::Resolved, Status::Closed] {
            check(Sev2, Sev2, over, 1_000, (Sev2, Sev2, None));
        }
    }
}
