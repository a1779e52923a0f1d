//! The fields of a payload, under all the names that they go by.
//!
//! A payload's names are whatever its author wrote. Known are those of our template, those of
//! Datadog's default payload, and Datadog's own variables in lower case; see the README's table.

use std::borrow::Cow;

/// One field: the value under the first of its names that has one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Slot<'a> {
    rank: usize,
    text: Option<Cow<'a, str>>,
}

impl<'a> Slot<'a> {
    /// Takes `text`, found under the name with this rank, unless a better name has a value. Under
    /// one name the last value counts.
    pub(crate) fn offer(&mut self, rank: usize, text: Cow<'a, str>) {
        if (self.text.is_none() || rank <= self.rank) && is_filled_in(&text) {
            *self = Self { rank, text: Some(text) };
        }
    }

    /// The value, trimmed; never blank and never a variable's own name.
    pub(crate) fn get(&self) -> Option<&str> {
        self.text.as_deref().map(str::trim)
    }
}

/// Whether a value is one: Datadog leaves an empty text or the variable's name (`$HOSTNAME`,
/// `$TAGS[team]`) where it knows none.
fn is_filled_in(text: &str) -> bool {
    let text = text.trim();
    let Some(variable) = text.strip_prefix('$') else {
        return !text.is_empty();
    };
    let name = match variable.split_once('[') {
        Some((name, key)) if key.ends_with(']') => name,
        _ => variable,
    };
    let is_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    name.is_empty() || !name.bytes().all(is_name)
}

macro_rules! fields {
    ($($(#[$meta:meta])* $field:ident: $($name:literal),+;)*) => {
        /// What a payload says.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub(crate) struct Fields<'a> {
            $($(#[$meta])* pub(crate) $field: Slot<'a>,)*
            /// Whether a name was there that only Datadog's payloads have.
            pub(crate) is_datadog: bool,
        }

        /// Every field's names, the best first.
        #[cfg(test)]
        pub(crate) const NAMES: &[(&str, &[&str])] = &[$((stringify!($field), &[$($name),+]),)*];

        impl<'a> Fields<'a> {
            /// Whether `name` is one of the names.
            pub(crate) fn knows(name: &str) -> bool {
                let name = plain(name);
                $([$($name),+].contains(&&*name))||*
            }

            /// The place of what stands under `name`, with the name's rank.
            fn slot(&mut self, name: &str) -> Option<(&mut Slot<'a>, usize)> {
                $(
                    if let Some(rank) = [$($name),+].iter().position(|known| *known == name) {
                        return Some((&mut self.$field, rank));
                    }
                )*
                None
            }
        }
    };
}

fields! {
    /// Says that it is our template.
    schema: "schema";
    /// Joins the alerts of one problem, from its trigger to its recovery.
    cycle_key: "alert_cycle_key", "cycle_key";
    /// Joins alerts that belong together, over several cycles.
    aggreg_key: "aggreg_key", "aggregation_key";
    monitor_id: "monitor_id", "alert_id";
    /// The tags that the alert is about, comma-separated.
    scope: "scope", "alert_scope", "scopes";
    transition: "transition", "alert_transition";
    /// `error`, `warning`, `success` or `info`.
    alert_type: "alert_type";
    /// P1 to P5. `$PRIORITY` is another thing: the event's, `normal` or `low`.
    priority: "alert_priority", "priority";
    alert_title: "alert_title";
    /// With the transition in brackets in front.
    event_title: "event_title", "title";
    /// What other kinds of notifications have as a title.
    other_title: "security_rule_name", "security_signal_title", "incident_title",
        "synthetics_test_name";
    event_type: "event_type";
    event_id: "event_id", "id";
    date: "date", "date_posix";
    last_updated: "last_updated", "last_updated_posix";
    text: "text", "text_only_msg", "event_msg", "body", "security_signal_msg", "incident_msg",
        "synthetics_summary";
    status: "status_summary", "alert_status";
    metric: "metric", "alert_metric";
    query: "query", "alert_query";
    hostname: "hostname", "host";
    tags: "tags", "event_tags";
    service_id: "service_id", "tags[service_id]";
    service: "service", "tags[service]";
    env: "env", "tags[env]";
    severity: "severity", "tags[severity]";
    link: "link", "incident_url", "url";
    snapshot: "snapshot";
    org_id: "org_id", "org[id]", "org.id";
    org_name: "org_name", "org[name]", "org.name";
    /// What other kinds of notifications have as a key.
    other_key: "security_signal_id", "incident_uuid", "incident_public_id";
    other_severity: "security_signal_severity", "incident_severity";
    incident_status: "incident_status";
}

/// Names that any sender could use. A body with no other known name is not Datadog's.
const COMMON: &[&str] = &[
    "body",
    "date",
    "env",
    "host",
    "hostname",
    "id",
    "link",
    "metric",
    "org_id",
    "org_name",
    "priority",
    "query",
    "schema",
    "scope",
    "scopes",
    "service",
    "service_id",
    "severity",
    "snapshot",
    "tags",
    "text",
    "title",
    "url",
];

impl<'a> Fields<'a> {
    /// Takes what stands under `name`, which may be written as a variable: `$ALERT_ID`.
    pub(crate) fn offer(&mut self, name: &str, text: Cow<'a, str>) {
        let name = plain(name);
        let Some((slot, rank)) = self.slot(&name) else {
            return;
        };
        slot.offer(rank, text);
        self.is_datadog |= !COMMON.contains(&&*name);
    }
}

/// A name in lower case and without the dollar sign.
pub(crate) fn plain(name: &str) -> Cow<'_, str> {
    let name = name.strip_prefix('$').unwrap_or(name);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_was_not_filled_in_is_absent() {
        for text in ["", " ", "$HOSTNAME", " $ALERT_CYCLE_KEY ", "$TAGS[service_id]", "$TAGS[a b]"]
        {
            assert!(!is_filled_in(text), "{text}");
        }
        for text in ["$", "$5 left", "$5.00", "a $HOSTNAME", "US$", "$hostname", "$A]"] {
            assert!(is_filled_in(text), "{text}");
        }
    }

    #[test]
    fn the_best_name_with_a_value_counts_whatever_the_order() {
        let check = |entries: &[(&str, &str)], expected: Option<&str>| {
            for turn in [false, true] {
                let mut fields = Fields::default();
                let mut entries = entries.to_vec();
                if turn {
                    entries.reverse();
                }
                for (name, value) in entries {
                    fields.offer(name, value.into());
                }
                assert_eq!(fields.priority.get(), expected);
            }
        };
        check(&[("priority", "normal"), ("ALERT_PRIORITY", "P1")], Some("P1"));
        check(&[("priority", "P2"), ("$ALERT_PRIORITY", "")], Some("P2"));
        check(&[("priority", "P2"), ("alert_priority", "$ALERT_PRIORITY")], Some("P2"));
        check(&[("prio", "P2")], None);
    }

    #[test]
    fn every_name_is_known_once_and_listed_for_people() {
        let readme = include_str!("../README.md");
        let mut seen = HashSet::new();
        for (field, names) in NAMES {
            for name in *names {
                assert!(seen.insert(*name), "{name} twice");
                assert!(
                    readme.contains(&format!("`{name}`")),
                    "{field}: {name} is not in README.md"
                );
            }
        }
        assert!(COMMON.iter().all(|name| seen.contains(name)));
    }
}
