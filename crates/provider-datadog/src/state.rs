//! What has happened: the transition, or the words in brackets in front of an event's title.

use watchbell_model::{Action, Reopen, Trigger};

/// What has happened to a monitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It fires: triggered, warns, or has no data.
    Fires,
    /// It still fires. Where its incident was ended here, that stays so.
    FiresStill,
    /// It is over.
    Recovered,
}

impl State {
    /// The state that Datadog's word names, however it is spelled; none for another word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let letters = word.chars().filter(char::is_ascii_alphabetic);
        // No word is longer.
        let word: String = letters.take(24).map(|c| c.to_ascii_lowercase()).collect();
        match word.as_str() {
            "triggered" | "alert" | "warn" | "warning" | "nodata" => Some(Self::Fires),
            "retriggered" | "realert" | "rewarn" | "rewarning" | "renodata" | "renotify"
            | "renotified" => Some(Self::FiresStill),
            "resolved" | "ok" => Some(Self::Recovered),
            word if word.ends_with("recovered") => Some(Self::Recovered),
            _ => None,
        }
    }

    pub(crate) fn action(self) -> Action {
        let reopen = match self {
            Self::Recovered => return Action::Resolve,
            Self::Fires => Reopen::SameOccurrence,
            Self::FiresStill => Reopen::Never,
        };
        Action::Trigger(Trigger { reopen, ..Trigger::default() })
    }
}

/// Whether `word` is a monitor's priority.
pub(crate) fn is_priority(word: &str) -> bool {
    matches!(word.as_bytes(), [b'P' | b'p', b'1'..=b'5'])
}

/// An event's title, `[P1] [Triggered on {host:a}] Disk is full`, in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EventTitle<'a> {
    pub(crate) priority: Option<&'a str>,
    pub(crate) state: Option<State>,
    /// The tags that the alert is about.
    pub(crate) scope: Option<&'a str>,
    /// What remains.
    pub(crate) rest: &'a str,
}

impl<'a> EventTitle<'a> {
    pub(crate) fn of(title: &'a str) -> Self {
        let mut parts = Self { rest: title.trim(), ..Self::default() };
        while let Some((inside, rest)) = in_brackets(parts.rest) {
            let (word, scope) = inside.split_once(" on ").unwrap_or((inside, ""));
            if parts.priority.is_none() && is_priority(inside) {
                parts.priority = Some(inside);
            } else if let (None, Some(state)) = (parts.state, State::of(word)) {
                parts.state = Some(state);
                let scope = scope.trim();
                let scope =
                    scope.strip_prefix('{').and_then(|s| s.strip_suffix('}')).unwrap_or(scope);
                parts.scope = Some(scope).filter(|scope| !scope.is_empty());
            } else {
                break;
            }
            parts.rest = rest;
        }
        parts
    }
}

/// What stands in the brackets that `text` begins with, and what comes after them.
fn in_brackets(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let first = inner.find(']')?;
    // A scope stands in braces and may hold brackets of its own.
    let scoped = inner.find('{').filter(|brace| *brace < first).and_then(|_| inner.find("}]"));
    let end = scoped.map_or(first, |brace| brace.saturating_add(1));
    let (inside, rest) = inner.split_at_checked(end)?;
    Some((inside.trim(), rest.strip_prefix(']')?.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions_are_known_however_they_are_spelled() {
        let check = |words: &[&str], expected| {
            for word in words {
                assert_eq!(State::of(word), expected, "{word}");
            }
        };
        check(
            &["Triggered", "TRIGGERED", "Warn", "No Data", "no_data", "NoData"],
            Some(State::Fires),
        );
        check(
            &["Re-Triggered", "re-warn", "Re-No Data", "Renotify", "Re-Notify", "ReTriggered"],
            Some(State::FiresStill),
        );
        check(
            &["Recovered", "recovered", "Warn Recovered", "No Data Recovered"],
            Some(State::Recovered),
        );
        check(&["", "Null", "Muted", "not recovered yet", "\u{0}", "P1", "TEST"], None);
        check(&[&"recovered".repeat(1_000)], None);
    }

    #[test]
    fn titles_come_apart() {
        let check = |title: &str, priority, state, scope, rest: &str| {
            assert_eq!(
                EventTitle::of(title),
                EventTitle { priority, state, scope, rest },
                "{title}"
            );
        };
        let fires = Some(State::Fires);
        check("[Triggered] Disk", None, fires, None, "Disk");
        check("[P1] [Warn on {host:a}] Disk", Some("P1"), fires, Some("host:a"), "Disk");
        check(
            "[Recovered on {env:prod,name:a[1]}] [x] Disk",
            None,
            Some(State::Recovered),
            Some("env:prod,name:a[1]"),
            "[x] Disk",
        );
        check("[Triggered on host:a] Disk", None, fires, Some("host:a"), "Disk");
        check("[Triggered] [TEST] Disk", None, fires, None, "[TEST] Disk");
        check("[Triggered on {host:a] Disk", None, fires, Some("{host:a"), "Disk");
        check("[No Data][P2]", Some("P2"), fires, None, "");
        check("[Triggered", None, None, None, "[Triggered");
        check("Disk [Triggered]", None, None, None, "Disk [Triggered]");
        check("[] Disk", None, None, None, "[] Disk");
        check("", None, None, None, "");
    }
}
