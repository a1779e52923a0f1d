//! Where an incident stands, and which moves people may make.

use std::fmt;
use std::str::FromStr;

/// Where an incident stands. Open means neither resolved nor closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nobody has looked at it.
    New,
    /// Somebody looks for the cause.
    Investigating,
    /// The cause is known and being mended.
    Fixing,
    /// Mended, being watched.
    Monitoring,
    /// Over. May be reopened.
    Resolved,
    /// Over for good.
    Closed,
}

/// A text that is not a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not one of new, investigating, fixing, monitoring, resolved, closed")]
pub struct ParseStatusError;

/// A move that is not allowed, and those that are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{from} cannot become {to}")]
pub struct TransitionRefused {
    /// Where it stands.
    pub from: Status,
    /// Where it was to go.
    pub to: Status,
    /// Where it may go.
    pub allowed: &'static [Status],
}

impl Status {
    /// Every status, in the order of an incident's life.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::Investigating,
        Self::Fixing,
        Self::Monitoring,
        Self::Resolved,
        Self::Closed,
    ];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Investigating => "investigating",
            Self::Fixing => "fixing",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// Whether the problem is still there.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed)
    }

    /// Where people and the API may move it from here.
    pub const fn allowed(self) -> &'static [Self] {
        use Status::{Closed, Fixing, Investigating, Monitoring, New, Resolved};
        match self {
            New => &[Investigating, Fixing, Monitoring, Resolved],
            Investigating => &[New, Fixing, Monitoring, Resolved],
            Fixing => &[New, Investigating, Monitoring, Resolved],
            Monitoring => &[New, Investigating, Fixing, Resolved],
            Resolved => &[Investigating, Closed],
            Closed => &[],
        }
    }

    /// Whether a person's move changes anything: `Ok(false)` for the same status again.
    ///
    /// # Errors
    /// The move is not allowed; the error names those that are.
    pub fn check_move(self, to: Self) -> Result<bool, TransitionRefused> {
        if self == to {
            return Ok(false);
        }
        if self.allowed().contains(&to) {
            return Ok(true);
        }
        Err(TransitionRefused { from: self, to, allowed: self.allowed() })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = ParseStatusError;

    fn from_str(text: &str) -> Result<Self, ParseStatusError> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(ParseStatusError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_make_exactly_the_moves_of_the_contract() {
        let check = |from: Status, expected: &str| {
            let allowed: Vec<_> = Status::ALL
                .into_iter()
                .filter(|to| from.check_move(*to) == Ok(true))
                .map(Status::as_str)
                .collect();
            assert_eq!(allowed.join(" "), expected, "from {from}");
            assert_eq!(from.check_move(from), Ok(false));
        };
        check(Status::New, "investigating fixing monitoring resolved");
        check(Status::Investigating, "new fixing monitoring resolved");
        check(Status::Fixing, "new investigating monitoring resolved");
        check(Status::Monitoring, "new investigating fixing resolved");
        check(Status::Resolved, "investigating closed");
        check(Status::Closed, "");
    }
}
