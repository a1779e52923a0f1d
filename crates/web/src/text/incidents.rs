//! Incidents.

use watchbell_model::TimelineKind;

pub const SEARCH: &str = "Search";
pub const SEARCH_HELP: &str =
    "A number like INC-2026-001, or words of title, service, key or source";
pub const STATUS: &str = "Status";
pub const SEVERITY: &str = "Severity";
pub const SERVICE: &str = "Service";
pub const TEAM: &str = "Team";
pub const ASSIGNED: &str = "Assigned to";
pub const MINE: &str = "mine only";
pub const OPEN: &str = "open";
pub const OVER: &str = "over (resolved or closed)";
pub const ALL: &str = "all";
pub const INCIDENT: &str = "Incident";
pub const TITLE: &str = "Title";
pub const OCCURRENCES: &str = "Seen";
pub const OPENED: &str = "Opened";
pub const LAST_SEEN: &str = "Last seen";
pub const TEST: &str = "test";
pub const TAKEN: &str = "acknowledged";
pub const LIST_CAPTION: &str = "Incidents, the newest first";
pub const NO_INCIDENTS_OPEN: &str = "Nothing is open.";
pub const NO_INCIDENTS_OPEN_ADVICE: &str =
    "Incidents appear here by themselves when a connected source reports a problem.";
pub const AMONG_ALL: &str = "Look among resolved and closed ones, too";
pub const NO_INCIDENTS: &str = "No incident fits these filters.";
pub const SEARCHED: &str = "Searched so many of the newest that fit the filters:";
pub const SEARCH_ON: &str = "Search further back";
pub const SOURCE: &str = "Source";
pub const SOURCE_OPEN: &str = "Open at the source";
pub const DESCRIPTION: &str = "Description";
pub const KEY: &str = "Dedup key";
pub const METADATA: &str = "Metadata";
pub const DETECTED: &str = "Began, says the source";
pub const ENDED: &str = "Ended";
pub const ACKNOWLEDGED: &str = "Acknowledged";
pub const NOT_YET: &str = "not yet";
pub const INTEGRATION: &str = "Integration";
pub const ALSO_AFFECTED: &str = "Also affected";
pub const TIMELINE: &str = "Timeline";
pub const DELIVERIES: &str = "Newest deliveries";
pub const DELIVERIES_NONE: &str = "No delivery is kept that touched it.";
pub const DELIVERIES_BY_HAND: &str = "It was opened by hand, so no delivery belongs to it.";
pub const DELIVERIES_HIDDEN: &str = "What was delivered is seen by responders and admins.";
pub const RECEIVED: &str = "Received";
pub const OUTCOME: &str = "Outcome";
pub const REASON: &str = "Reason";
pub const DELIVERY: &str = "Delivery";
pub const SUSPECTS: &str = "Suspected deploys";
pub const SUSPECTS_CONSIDERED: &str = "Deploys of the hour before that were looked at:";
pub const SUSPECTS_NONE: &str = "No deploy to this service was told within the hour before. Pipelines tell deploys with the \
     service's deploy token.";
pub const POINTS: &str = "Points";
pub const WHY: &str = "Why";
pub const SCORE: &str = "Score";
pub const COMMIT: &str = "Commit";
pub const DEPLOYED_BY: &str = "by";
pub const BEFORE: &str = "before it began";
pub const PIPELINE: &str = "Open in the pipeline";
pub const ACT: &str = "Work on it";
pub const ACKNOWLEDGE: &str = "Acknowledge";
pub const CHANGE_STATUS: &str = "Change status";
pub const CHANGE_SEVERITY: &str = "Change severity";
pub const CHANGE_OWNER: &str = "Assign";
pub const NEW_STATUS: &str = "New status";
pub const STATUS_COMMENT: &str = "What for (optional)";
pub const COMMENT: &str = "Comment";
pub const ADD_COMMENT: &str = "Add to the timeline";
pub const ASSIGN_HELP: &str = "The e-mail address of somebody here; empty for nobody";
pub const CLOSED_FOR_GOOD: &str =
    "It is closed for good. A new problem gets an incident of its own.";
pub const MAY_NOT_ACT: &str = "You can read. Responders and admins work on incidents.";
pub const SEVERITY_FORM: &str = "New severity";
pub const OPEN_FOR_ALL: &str = "All incidents";
pub const EDIT: &str = "Edit title and description";
pub const SAVE: &str = "Save";
pub const OPEN_INCIDENT: &str = "Open an incident";
pub const OPEN_LEAD: &str = "For what no source reports. Sources open theirs by themselves.";
pub const OPEN_NO_SERVICE: &str = "An incident is on a service, and there is none that is active.";
pub const OPEN_BEFORE: &str = "Look at";
pub const OPEN_SEVERITY: &str = "as the service says";
pub const OPEN_DESCRIPTION: &str = "Description (optional)";
pub const OPEN_ALSO: &str = "Also affected (optional)";
pub const OPEN_ALSO_HELP: &str = "Keys of further services, one a line";
pub const LIST_KEYS: &str = "While the focus is on an incident of the list, j and k go to the next and the previous one, and Enter opens it.";
pub const OVER_TIME: &str = "Occurrences over time";
pub const OVER_TIME_PART: &str =
    "There are more: only the newest 500 deliveries are looked at, of those that are kept.";

pub const DONE_OPENED: &str = "It is open.";
pub const DONE_ACKNOWLEDGED: &str = "It is acknowledged.";
pub const DONE_STATUS: &str = "The status is changed.";
pub const DONE_CHANGED: &str = "The change is saved.";
pub const DONE_COMMENT: &str = "The comment is in the timeline.";

/// What a form says that is sent again with other texts.
pub fn opened_before(number: &str) -> String {
    format!(
        "{number} was opened by this form already: look at it first. Sending the form again opens another incident."
    )
}

/// How often something was reported, and over how long.
pub fn reports(count: usize, span: &str) -> String {
    match count {
        1 => "One report".to_owned(),
        count => format!("{count} reports, over {span}"),
    }
}

/// How high the highest bar is.
pub fn at_most(count: usize) -> String {
    format!("at most {count} in one")
}

/// What a line of the timeline tells.
pub const fn timeline_kind(kind: TimelineKind) -> &'static str {
    match kind {
        TimelineKind::Opened => "Opened",
        TimelineKind::Reopened => "Opened again",
        TimelineKind::Raised => "Got worse",
        TimelineKind::Updated => "Changed",
        TimelineKind::Acknowledged => "Acknowledged",
        TimelineKind::StatusChanged => "Status changed",
        TimelineKind::Noted => "Note",
        TimelineKind::Resolved => "Over",
    }
}
