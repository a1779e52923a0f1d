//! What the source may be asked about a problem later, and what depends on its answer.

use crate::Severity;

/// That the source can tell more of a problem than its alert did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inquiry {
    /// The source's own id of the problem. None: there is only what was delivered.
    pub issue: Option<String>,
}

impl Inquiry {
    /// The most characters of the source's id. A longer one is none.
    pub const MAX_ISSUE_CHARS: usize = 100;
}

/// That a severity gets worse with the number of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auto {
    /// How many events there are, where that is known.
    pub events: Option<u64>,
    /// From so many on it is one step worse.
    pub worse_from: u64,
    /// From so many on it is two steps worse.
    pub much_worse_from: u64,
}

impl Auto {
    /// How many steps worse so many events make it.
    pub const fn steps(&self, events: u64) -> u8 {
        if events >= self.much_worse_from {
            2
        } else if events >= self.worse_from {
            1
        } else {
            0
        }
    }

    /// How many steps worse the events that are known make it.
    pub const fn known_steps(&self) -> u8 {
        match self.events {
            Some(events) => self.steps(events),
            None => 0,
        }
    }
}

/// A severity that was chosen by [`Auto`], and with what was known then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AutoChosen {
    /// What was chosen.
    pub severity: Severity,
    /// By what.
    pub auto: Auto,
}

impl AutoChosen {
    /// What would be chosen for so many events.
    ///
    /// ```
    /// use watchbell_model::{Auto, AutoChosen, Severity};
    /// let auto = Auto { events: Some(120), worse_from: 100, much_worse_from: 1_000 };
    /// let chosen = AutoChosen { severity: Severity::Sev2, auto };
    /// assert_eq!(chosen.with(150), Severity::Sev2);
    /// assert_eq!(chosen.with(1_000), Severity::Sev1);
    /// ```
    pub const fn with(&self, events: u64) -> Severity {
        let more = self.auto.steps(events).saturating_sub(self.auto.known_steps());
        self.severity.worse_by(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_begin_at_their_numbers_and_end_at_the_worst() {
        let check = |known, chosen, events, expected| {
            let auto = Auto { events: known, worse_from: 100, much_worse_from: 1_000 };
            let chosen = AutoChosen { severity: chosen, auto };
            assert_eq!(chosen.with(events), expected, "{known:?} {events}");
        };
        check(None, Severity::Sev3, 99, Severity::Sev3);
        check(None, Severity::Sev3, 100, Severity::Sev2);
        check(None, Severity::Sev3, 999, Severity::Sev2);
        check(None, Severity::Sev3, 1_000, Severity::Sev1);
        check(None, Severity::Sev1, u64::MAX, Severity::Sev0);
        // What was known then is in the severity already.
        check(Some(100), Severity::Sev2, 120, Severity::Sev2);
        check(Some(100), Severity::Sev2, 1_000, Severity::Sev1);
        check(Some(2_000), Severity::Sev0, 10, Severity::Sev0);
    }
}
