//! What belongs to an integration: mappings of levels, projects, topics.

use watchbell_model::{Severity, SeverityAction, SubscriptionState};

pub const MAPPING_OF: &str = "Severity mapping of";
pub const MAPPING_LEGEND: &str = "What each level opens";
pub const MAPPING_OTHER: &str = "Another level, as the sender writes it";
pub const MAPPING_OTHER_ACTION: &str = "What the other level opens";
pub const MAPPING_SAVE: &str = "Save the mapping";
pub const MAPPING_FILL: &str = "Fill in:";
pub const MAPPING_FILLED: &str =
    "Filled in. Nothing is saved yet: look through it, then save the mapping.";
pub const MAPPING_REFUSED: &str = "This is not saved yet.";
pub const MAPPING_ABOUT: &str = "It acts on the next delivery. A severity that the payload itself names comes before it, and what \
     is open already is still updated and resolved.";
pub const DO_NOT_CREATE: &str = "do not create an incident";
pub const NOT_MAPPED: &str = "not mapped: the service's default severity";
pub const PRESET_NONE: &str = "the provider's table";
pub const PROJECTS: &str = "Projects at the source";
pub const PROJECTS_ABOUT: &str = "Where alerts that name no service go, by their project. Once one is mapped, a project without a \
     mapping opens nothing, and the default service is not used.";
pub const PROJECTS_NONE: &str =
    "None is mapped: alerts that name no service go to the default service, if there is one.";
pub const PROJECT: &str = "Project";
pub const PROJECT_HELP: &str = "Its slug at the source; upper and lower case are the same";
pub const PROJECT_ADD: &str = "Map a project";
pub const PROJECT_ON: &str = "Switch on";
pub const PROJECT_OFF: &str = "Switch off";
pub const PROJECT_REMOVE: &str = "Remove";
pub const OPENS: &str = "opens incidents";
pub const OPENS_NOT: &str = "switched off";
pub const TOPICS: &str = "Topics";
pub const TOPICS_ABOUT: &str =
    "The first topic that asks is let in. Each further one waits here until somebody lets it in.";
pub const TOPICS_NONE: &str =
    "No topic has asked to be let in yet. Subscribe one as written below.";
pub const TOPIC: &str = "Topic";
pub const SINCE: &str = "Since";
pub const TOPIC_LET_IN: &str = "Let it in";

pub const SOURCES_OF_IT: &str = "Linked integrations";
pub const SOURCES_OF_IT_NONE: &str = "No integration is linked: alerts open incidents here only by a custom webhook that names the service.";
pub const SOURCE_ADD: &str = "Add an integration";
pub const SOURCE_LINK: &str = "Link one that is there already";
pub const LINK_IT: &str = "Link it";

pub const DONE_MAPPED: &str = "The severity mapping is saved. It acts on the next delivery.";
pub const DONE_PROJECT: &str = "The project is mapped.";
pub const DONE_PROJECT_GONE: &str = "The project's mapping is gone.";
pub const DONE_TOPIC: &str = "The topic is let in.";

/// What a level gives.
pub fn severity_action(action: SeverityAction) -> String {
    match action {
        SeverityAction::Severity(severity) => severity_named(severity),
        SeverityAction::DoNotCreate => DO_NOT_CREATE.to_owned(),
    }
}

fn severity_named(severity: Severity) -> String {
    format!("{} {}", severity.as_str(), severity.name())
}

/// That nothing is set for a level, and what it gives then.
pub fn by_table(action: SeverityAction) -> String {
    format!("as the provider's table: {}", severity_action(action))
}

/// A ready-made table of levels.
pub fn preset(name: &str) -> String {
    match name {
        "everything" => "every level opens an incident".to_owned(),
        "worst" => "of these levels only SEV0 and SEV1 open incidents".to_owned(),
        name => format!("preset {name}"),
    }
}

/// What became of a topic.
pub const fn topic_state(state: SubscriptionState) -> &'static str {
    match state {
        SubscriptionState::Confirmed => "let in",
        SubscriptionState::Waiting => "waits",
        SubscriptionState::Ended => "subscription ended",
    }
}
