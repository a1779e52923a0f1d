//! Every English word of the pages, so that it can be said in another language.

#![expect(missing_docs, reason = "each is its own documentation")]

mod connections;
mod day;
mod deliveries;
mod deploys;
mod fields;
mod help;
mod incidents;
mod integrations;
mod known;
mod linked;
mod overview;
mod people;
mod records;
mod rule_form;
mod trouble;
mod welcome;

pub use connections::*;
pub use day::*;
pub use deliveries::*;
pub use deploys::*;
pub use fields::*;
pub use help::*;
pub use incidents::*;
pub use integrations::*;
pub use known::*;
pub use linked::*;
pub use overview::*;
pub use people::*;
pub use records::*;
pub use rule_form::*;
pub use trouble::*;
pub use welcome::*;

pub const PRODUCT: &str = "Watchbell";
pub const SKIP: &str = "Skip to the content";
pub const NAVIGATION: &str = "Main";
pub const OVERVIEW: &str = "Overview";
pub const INCIDENTS: &str = "Incidents";
pub const SIGN_OUT: &str = "Sign out";
pub const DONE: &str = "Done";
pub const NOT_DONE: &str = "Not done";
pub const LIVE_ON: &str = "Live updates: on";
pub const LIVE_OFF: &str = "Live updates: off";
pub const NONE: &str = "none";
pub const NOBODY: &str = "nobody";
pub const OLDER: &str = "Older";
pub const NEWEST: &str = "Back to the newest";
pub const PAGES: &str = "Pages of this list";
pub const APPLY: &str = "Show";
pub const CLEAR: &str = "Clear all filters";
pub const FILTERS: &str = "Filters";
pub const ANY: &str = "any";
pub const UNKNOWN: &str = "unknown";

pub const COPIED_SAID: &str = "Copied.";
pub const COPY_MARKED: &str = "The text is marked: press Ctrl+C to copy it.";
pub const JUST_NOW: &str = "just now";
/// How long stands for the `%`.
pub const AGO: &str = "% ago";
const DAYS: &str = "d";
const HOURS: &str = "h";
const MINUTES: &str = "min";
const SECONDS: &str = "s";

/// The words of ages, for the script that keeps them true.
pub fn ages() -> String {
    [JUST_NOW, AGO, DAYS, HOURS, MINUTES, SECONDS].join("|")
}

/// How long ago something was.
pub fn ago(seconds: i64) -> String {
    let part = |length: i64| (seconds / length, seconds % length);
    let long = match seconds {
        ..10 => return JUST_NOW.to_owned(),
        10..60 => format!("{seconds} {SECONDS}"),
        60..3_600 => format!("{} {MINUTES}", part(60).0),
        3_600..86_400 => match part(3_600) {
            (hours, rest) if rest >= 60 => format!("{hours} {HOURS} {} {MINUTES}", rest / 60),
            (hours, _) => format!("{hours} {HOURS}"),
        },
        _ => match part(86_400) {
            (days, rest) if rest >= 3_600 && days < 30 => {
                format!("{days} {DAYS} {} {HOURS}", rest / 3_600)
            }
            (days, _) => format!("{days} {DAYS}"),
        },
    };
    AGO.replace('%', &long)
}

/// How long something took, or lay before something else.
pub fn span(seconds: u64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}
