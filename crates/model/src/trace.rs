//! The decision trace: what was looked at, in order, and what came of it.

use std::borrow::Cow;
use std::fmt;

/// Which part of the work a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Where the delivery comes from: key, signature.
    Proof,
    /// The rate limit.
    Limit,
    /// Reading the body.
    Read,
    /// Which service.
    Service,
    /// Which severity.
    Severity,
    /// What became of it.
    Decision,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 6] =
        [Self::Proof, Self::Limit, Self::Read, Self::Service, Self::Severity, Self::Decision];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proof => "proof",
            Self::Limit => "limit",
            Self::Read => "read",
            Self::Service => "service",
            Self::Severity => "severity",
            Self::Decision => "decision",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step of a decision, in plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The index of the alert in the delivery; none for the delivery as a whole.
    pub alert: Option<usize>,
    /// The part of the work.
    pub stage: Stage,
    /// What was found, for a person. Never holds a secret.
    pub text: Cow<'static, str>,
}

/// The steps of one delivery's decision, in the order in which they were taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    steps: Vec<Step>,
}

impl Trace {
    /// A trace without steps.
    pub const fn new() -> Self {
        Self { steps: Vec::new() }
    }

    /// A trace with these steps, as a store reads it back.
    pub const fn from_steps(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// Adds a step about the delivery as a whole.
    pub fn note(&mut self, stage: Stage, text: impl Into<Cow<'static, str>>) {
        self.steps.push(Step { alert: None, stage, text: text.into() });
    }

    /// Adds a step about one alert of it.
    pub fn note_alert(&mut self, alert: usize, stage: Stage, text: impl Into<Cow<'static, str>>) {
        self.steps.push(Step { alert: Some(alert), stage, text: text.into() });
    }

    /// The steps so far.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}
