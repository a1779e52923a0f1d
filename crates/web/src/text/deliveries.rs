//! The event log.

use watchbell_model::Stage;

pub const EVENT_LOG: &str = "Event log";
pub const LOG_CAPTION: &str = "Deliveries, the newest first";
pub const FROM_UTC: &str = "From (UTC)";
pub const UNTIL_UTC: &str = "Until (UTC)";
pub const NO_DELIVERIES: &str = "Nothing was delivered yet.";
pub const NO_DELIVERIES_ADVICE: &str = "Each request to an integration's webhook URL stands here, whatever became of it. On the server, \
     this sends one as a sender would:";
pub const NO_DELIVERIES_FIT: &str = "No delivery fits these filters.";
pub const TO_LOG: &str = "Event log";
pub const ANSWERED: &str = "Answered";
pub const TOOK: &str = "Took";
pub const REVISION: &str = "Configuration";
pub const REPEATS: &str = "Same as";
pub const RAN_AGAIN_FROM: &str = "Runs again";
pub const RAN_AGAIN_AS: &str = "Run again as";
pub const RESULTS: &str = "What came of it";
pub const NO_RESULTS: &str = "Nothing in it touched an incident.";
pub const ACTION: &str = "Action";
pub const STEPS: &str = "How it was decided";
pub const WHOLE: &str = "The delivery";
pub const ALERT: &str = "Alert";
pub const HEADERS: &str = "Headers";
pub const HEADERS_NOTE: &str = "Secrets are cut out before anything is stored.";
pub const VALUE: &str = "Value";
pub const BODY: &str = "Body";
pub const BODY_NONE: &str = "The body was not read, or may not be kept.";
pub const BODY_CUT: &str =
    "Only the beginning is shown here. The REST API gives all of it: GET /api/v1/deliveries/";
pub const BODY_BINARY: &str = "It is no text; in base64:";
pub const RUN_AGAIN: &str = "Run it again";
pub const RUN_AGAIN_ABOUT: &str = "Under the configuration as it is now, as a delivery of its own. First look at what would come of it: \
     that changes nothing.";
pub const REHEARSE: &str = "Show what would come of it";
pub const WOULD: &str = "What would come of it now";
pub const THEN: &str = "Then";
pub const NOW: &str = "Now";
pub const WOULD_OPEN: &str = "A new incident would be opened.";
pub const NOT_RUN: &str = "It is not run again:";
pub const DONE_RAN: &str = "It was run again. This is the new delivery.";
pub const BYTES: &str = "bytes";

/// Which part of the work a step belongs to.
pub const fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Proof => "Proof",
        Stage::Limit => "Rate limit",
        Stage::Read => "Reading",
        Stage::Service => "Service",
        Stage::Severity => "Severity",
        Stage::Decision => "Decision",
    }
}

/// How long it took.
pub fn took(microseconds: i64) -> String {
    match microseconds {
        ..1_000 => format!("{microseconds} µs"),
        1_000..1_000_000 => format!("{} ms", microseconds / 1_000),
        _ => format!("{} s", microseconds / 1_000_000),
    }
}
