//! The overview.

pub const OPEN_BY_SEVERITY: &str = "Open incidents";
pub const OPEN_WORD: &str = "open";
pub const ALL_QUIET: &str = "Nothing is open. All quiet.";
pub const NEWEST_OPEN: &str = "Newest open incidents";
pub const ALL_OPEN: &str = "All open incidents";
pub const WHAT_COMES_IN: &str = "What comes in";
pub const LOG_HIDDEN: &str = "Responders and admins see here what was delivered.";
pub const NOTHING_CAME: &str = "Nothing was delivered yet.";
pub const NOTHING_CAME_ADVICE: &str =
    "Connect a source, or send a sample as one: on the server, the command is";
pub const SEND_COMMAND: &str = "watchbell send custom";
pub const NOISY: &str = "Noisiest keys among them";
pub const NOISY_NONE: &str = "No key came more than once.";
pub const TIMES: &str = "Times";
pub const SOURCES: &str = "Sources";
pub const SOURCES_NONE: &str = "No source is connected yet.";
pub const SOURCE_NAME: &str = "Source";
pub const STATE: &str = "State";
pub const LAST_DELIVERY: &str = "Last delivery";
pub const NEVER: &str = "never";
pub const RECEIVED_IN_ALL: &str = "Received";
pub const REJECTED: &str = "Rejected";
pub const FAILED: &str = "Failed";
pub const HEARD: &str = "heard";
pub const SILENT: &str = "silent for a day";
pub const NOTHING_YET: &str = "nothing yet";
pub const NOT_VERIFIED: &str = "not verified";
pub const DISABLED: &str = "disabled";
pub const DISCONNECTED: &str = "disconnected";

/// Which deliveries a chart shows.
pub fn newest_deliveries(count: usize, span: &str) -> String {
    match count {
        1 => "The newest delivery".to_owned(),
        count => format!("The newest {count} deliveries, over {span}"),
    }
}

/// How many came in a minute.
pub fn a_minute(rate: f64) -> String {
    if rate >= 10.0 { format!("{rate:.0} a minute") } else { format!("{rate:.1} a minute") }
}

/// What one bar stands for.
pub fn each_bar(span: &str) -> String {
    format!("each bar is {span}")
}
