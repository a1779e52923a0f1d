//! The first run.

pub const FIRST_STEPS: &str = "First steps";
pub const FIRST_STEPS_LEAD: &str = "From here to the first incident in four steps. Leave whenever you like: the overview leads back.";
pub const FIRST_STEPS_SKIP: &str = "Skip: to the overview";
pub const FIRST_STEPS_NOTE: &str = "Nothing has been delivered yet.";
pub const FIRST_STEPS_GO: &str = "Go through the first steps";
pub const STEP_SERVICE: &str = "Name a service";
pub const STEP_SOURCE: &str = "Connect a source";
pub const STEP_TEST: &str = "Send a test alert";
pub const STEP_INCIDENT: &str = "See the incident";
pub const STEP_DONE: &str = "done";
pub const STEP_NEXT: &str = "Next:";

pub const SERVICE_ABOUT: &str =
    "A service is what breaks: an API, a database, a shop. Every incident is on one.";
pub const SERVICE_NAME: &str = "What is it called?";
pub const SERVICE_THERE: &str = "There are:";
pub const SERVICE_RENAME: &str = "Give the name to";
pub const SERVICE_NEW: &str = "a new service";

pub const SOURCE_ABOUT: &str = "A source is what sends alerts: it gets a webhook URL of its own.";
pub const SOURCE_FOR: &str = "Which service are its alerts about?";
pub const SOURCE_FOR_HELP: &str = "Alerts that name no service go there; those of the custom webhook must name one. More can be linked later.";
pub const SOURCE_WHICH: &str = "What sends?";
pub const SOURCE_READY: &str = "Its webhook URL is below. Put it in at the sender. A test alert, on the next step, needs no sender, unless only the sender can sign.";
pub const SOURCE_OTHER: &str = "Connect another source instead";

pub const TEST_FOR: &str = "The sample goes the whole way, signed as the sender signs, and opens an incident on your service. \
     Resolve it afterwards like any other.";
pub const TEST_BY_SENDER: &str =
    "Or have the sender send something: the next step shows it as soon as it is there.";
pub const TEST_CANNOT: &str = "A notification service signs what this source sends, so no test can be sent from here. Subscribe the topic \
     as the guide says, then set off an alarm by hand: the next step shows it as soon as it is there.";

pub const WAITING: &str = "Waiting for the first delivery.";
pub const WAITING_ABOUT: &str =
    "It shows here as soon as it is there. Without scripts, load the page again.";
pub const LOOK_AGAIN: &str = "Look again";
pub const ARRIVED: &str = "It arrived.";
pub const WAITING_INCIDENT: &str =
    "Something has come in, but no incident yet. Waiting for the first one.";
pub const CAME_LAST: &str = "What came in last:";
pub const OPEN_IT: &str = "Open";
pub const HOW_DECIDED: &str = "How it was decided";
pub const AFTERWARDS: &str = "What comes next";
pub const AFTER_SENDER: &str = "Set the sender up";
pub const AFTER_PEOPLE: &str = "Invite the others";
pub const AFTER_SERVICES: &str = "Add the other services";

pub const DONE_NAMED: &str = "The service has its name.";

/// Somebody else gave the demo's service a name meanwhile.
pub fn has_a_name(service: &str) -> String {
    format!("{service:?} has a name already: make a new service")
}
