//! Moments, as pages show them.

use std::fmt;

use askama::filters::HtmlSafe;
use chrono::SecondsFormat;
use watchbell_model::Timestamp;

use crate::text;

/// A moment: how long ago it is, and when exactly. Scripts keep the first part true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    at: Timestamp,
    now: Timestamp,
}

impl Moment {
    /// The moment `at`, seen at `now`.
    pub const fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now }
    }

    /// In full, in UTC: what can be compared with a log.
    pub fn exact(&self) -> String {
        self.at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    }
}

/// It holds digits and words of ours.
impl HtmlSafe for Moment {}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let ago = text::ago(self.now.signed_duration_since(self.at).num_seconds());
        let exact = self.exact();
        write!(f, "<time datetime=\"{machine}\" title=\"{exact}\" data-ago>{ago}</time>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_says_how_long_ago_and_when() {
        let now = "2026-11-21T12:00:00Z".parse().unwrap();
        let check = |at: &str, expected: &str| {
            let shown = Moment::new(at.parse().unwrap(), now).to_string();
            assert!(shown.contains(&format!("data-ago>{expected}</time>")), "{shown}");
        };
        check("2026-11-21T12:00:00Z", "just now");
        check("2026-11-21T12:00:05Z", "just now");
        check("2026-11-21T11:59:15Z", "45 s ago");
        check("2026-11-21T11:58:00Z", "2 min ago");
        check("2026-11-21T10:29:59Z", "1 h 30 min ago");
        check("2026-11-18T09:00:00Z", "3 d 3 h ago");
        check("2025-11-20T12:00:00Z", "366 d ago");
        let shown = Moment::new("2026-11-21T11:59:15Z".parse().unwrap(), now).to_string();
        assert!(shown.contains("title=\"2026-11-21 11:59:15 UTC\""), "{shown}");
    }
}
