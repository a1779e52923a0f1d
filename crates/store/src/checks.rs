//! The checks of a database: what every one of them promises, and what to do where a promise is
//! broken. Each store makes all of them, under these names.

/// One promise that a database keeps by itself, whatever happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Check {
    /// The promise, in a few words: the name of a finding.
    pub name: &'static str,
    /// What is looked at.
    pub means: &'static str,
    /// What to do where it does not hold.
    pub advice: &'static str,
}

impl Check {
    /// The check of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|check| check.name == name)
    }
}

macro_rules! checks {
    ($($constant:ident = $name:literal, $means:literal, $advice:expr;)*) => {
        $(#[doc = $means] pub const $constant: Check = Check {
            name: $name,
            means: $means,
            advice: $advice,
        };)*

        /// Every check, in the order in which they are made.
        pub const ALL: &[Check] = &[$($constant,)*];
    };
}

/// For damage that no version of the program does: a disk, a file system or a hand.
const RESTORE: &str = "Stop the server, keep a copy of the database as it is, and look at the disk; \
     then restore the last backup (docs/operations.md).";

/// For what only a bug or a hand does, while the rest can be used.
const REPORT: &str = "The server goes on with the rest. If nobody changed the database by hand, \
     please report it with this line and the program's version.";

checks! {
    STORAGE = "the storage is sound",
        "Pages, indexes, types and constraints of the database agree with each other.",
        RESTORE;
    SCHEMA = "the schema is that of the migrations",
        "No table, column, constraint or index is missing, changed or added by hand.",
        "A promise may rest on what is missing: stop the server, and restore the last backup or \
         undo the change by hand.";
    CONFIGURATION = "the configuration has its revision",
        "There is exactly one revision, not negative, and one set of the instance's settings.",
        RESTORE;
    NAMES = "every service answers to its names, and to no other",
        "Key, sequential key and slug of each service lead to it, and no further name does.",
        REPORT;
    CONFIGURED = "every reference to the configuration leads to something",
        "Links, keys, secrets, connections, defaults, issues, incidents, deliveries, deploys and counts belong \
         to a service or an integration that is there; teams, passwords, sessions, accounts at \
         identity providers and one-time links to users.",
        "Something was deleted that is never deleted by the program: restore the last backup, or \
         report it if nobody changed the database by hand.";
    VALUES = "every value is one that Watchbell writes",
        "Every row can be read: words, numbers, ids, times and JSON are such as some version of the \
         program writes.",
        "The API answers 503 where such a row is in the way: stop the server, keep a copy of the \
         database, and restore the last backup.";
    SUMS = "received = stored + counted = the sum of outcomes",
        "The durable numbers of each integration add up.",
        REPORT;
    STORED = "stored = the deliveries in the event log",
        "As many deliveries as an integration counts as stored are in the event log.",
        "Deliveries were lost or added: restore the last backup, or report it if nobody changed the \
         database by hand.";
    OUTCOMES = "each outcome is counted at least as often as it is logged",
        "Deliveries leave the event log after their time and stay in the counts, so of no outcome \
         there are more in the log than counted.",
        REPORT;
    REJECTED = "at most 1,000 rejected deliveries of an integration are kept",
        "Strangers cannot fill the database.",
        REPORT;
    ANSWERS = "each delivery's answer fits its outcome",
        "Outcome, reason, HTTP status and the delivery that a duplicate repeats belong together.",
        REPORT;
    DELIVERIES = "every reference to a delivery leads to one",
        "Remembered ids name deliveries that are in the event log; so do timelines and duplicates \
         until deliveries of their integration have served their time.",
        "Deliveries were lost: restore the last backup, or report it if nobody changed the database \
         by hand.";
    KEYS = "every delivery is found by the keys of its alerts",
        "What is written down of keys agrees with the event log.",
        "A list of deliveries by a key or of an incident may miss some. Run the one that is meant by \
         its id, and report it if nobody changed the database by hand.";
    IDENTITY = "an identity has at most one open incident on a service",
        "Repeats find their incident, whatever the interleaving, retries and servers.",
        "Close all but one of them by resolving them, and report it.";
    OPEN = "an incident is open as its status says",
        "The mark that open incidents are found by agrees with the status, and only what is over has \
         an end.",
        REPORT;
    TIMES = "an incident's times are in order",
        "Nothing was seen, acknowledged or over before it was opened.",
        REPORT;
    OPENED = "every incident's timeline tells its opening",
        "Each incident has the line that says who opened it and when.",
        "Lines were lost: restore the last backup, or report it if nobody changed the database by \
         hand.";
    LINES = "every timeline entry has its incident",
        "No line, no list of suspects, no enrichment and no linked issue belongs to an incident that \
         is not there.",
        "Incidents were lost: restore the last backup, or report it if nobody changed the database \
         by hand.";
    NUMBERS = "numbers stay below their counter",
        "The next incident gets a number that was never given.",
        "New incidents may be refused: stop the server, keep a copy of the database, and restore the \
         last backup.";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_check_has_its_own_name_a_meaning_and_an_advice() {
        let names: HashSet<_> = ALL.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), ALL.len());
        for check in ALL {
            assert!(check.means.ends_with('.') && check.advice.ends_with('.'), "{}", check.name);
            assert_eq!(Check::named(check.name), Some(check));
        }
        assert_eq!(Check::named("something else"), None);
    }
}
