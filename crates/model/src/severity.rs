//! How bad a problem is, and what a level may be mapped to.

use std::fmt;
use std::str::FromStr;

/// How bad a problem is. The lower the number, the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Critical.
    Sev0,
    /// High.
    Sev1,
    /// Medium.
    Sev2,
    /// Low.
    Sev3,
    /// Minimal.
    Sev4,
}

/// A text that is not exactly `SEV0` to `SEV4`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not one of SEV0, SEV1, SEV2, SEV3, SEV4")]
pub struct ParseSeverityError;

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 5] = [Self::Sev0, Self::Sev1, Self::Sev2, Self::Sev3, Self::Sev4];

    /// The code, `SEV0` to `SEV4`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sev0 => "SEV0",
            Self::Sev1 => "SEV1",
            Self::Sev2 => "SEV2",
            Self::Sev3 => "SEV3",
            Self::Sev4 => "SEV4",
        }
    }

    /// The name that people say.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sev0 => "Critical",
            Self::Sev1 => "High",
            Self::Sev2 => "Medium",
            Self::Sev3 => "Low",
            Self::Sev4 => "Minimal",
        }
    }

    /// The number in the code, 0 to 4: what databases store.
    pub const fn number(self) -> u8 {
        match self {
            Self::Sev0 => 0,
            Self::Sev1 => 1,
            Self::Sev2 => 2,
            Self::Sev3 => 3,
            Self::Sev4 => 4,
        }
    }

    /// The severity with this number, if there is one.
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Sev0,
            1 => Self::Sev1,
            2 => Self::Sev2,
            3 => Self::Sev3,
            4 => Self::Sev4,
            _ => return None,
        })
    }

    /// So many steps worse. Nothing is worse than `SEV0`.
    #[must_use]
    pub const fn worse_by(self, steps: u8) -> Self {
        match Self::from_number(self.number().saturating_sub(steps)) {
            Some(worse) => worse,
            None => Self::Sev0,
        }
    }

    /// Whether this is strictly worse than `other`.
    pub const fn is_worse_than(self, other: Self) -> bool {
        self.number() < other.number()
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Severity {
    type Err = ParseSeverityError;

    /// Exactly the codes, upper case: the custom webhook's contract. Providers that take any case
    /// convert before.
    fn from_str(text: &str) -> Result<Self, ParseSeverityError> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or(ParseSeverityError)
    }
}

/// What a mapping yields for a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeverityAction {
    /// Open with this severity.
    Severity(Severity),
    /// Open nothing. Incidents that are open already are still updated and resolved.
    DoNotCreate,
}

impl fmt::Display for SeverityAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Severity(severity) => fmt::Display::fmt(severity, f),
            Self::DoNotCreate => f.write_str("do_not_create"),
        }
    }
}

impl FromStr for SeverityAction {
    type Err = ParseSeverityError;

    fn from_str(text: &str) -> Result<Self, ParseSeverityError> {
        if text == "do_not_create" {
            return Ok(Self::DoNotCreate);
        }
        text.parse().map(Self::Severity)
    }
}
