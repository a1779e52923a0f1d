//! What will be done, or was, in words.

use std::fmt;

use watchbell_model::SubjectKind;

use super::FieldChange;

/// What happens to something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanAction {
    /// It is new.
    Add,
    /// It becomes another.
    Change,
    /// It is not in the file: a team goes, a service takes no new incidents any more, an
    /// integration is disconnected.
    Remove,
}

impl PlanAction {
    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }

    const fn mark(self) -> char {
        match self {
            Self::Add => '+',
            Self::Change => '~',
            Self::Remove => '-',
        }
    }
}

/// What happens to one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// What happens.
    pub action: PlanAction,
    /// To what kind of thing.
    pub kind: SubjectKind,
    /// What it is called; nothing if there is only one of its kind.
    pub name: String,
    /// The key of a service that is there already or brings one along.
    pub key: Option<String>,
    /// What becomes different about something that was there before.
    pub fields: Vec<FieldChange>,
}

impl fmt::Display for PlanLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.action.mark(), self.kind)?;
        if !self.name.is_empty() {
            write!(f, " {:?}", self.name)?;
        }
        if let Some(key) = &self.key {
            write!(f, " ({key})")?;
        }
        for (place, field) in self.fields.iter().enumerate() {
            let before = if place == 0 { ": " } else { ", " };
            write!(f, "{before}{field}")?;
        }
        Ok(())
    }
}

/// Everything that will be done, or was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Settings first, then teams, services and integrations.
    pub lines: Vec<PlanLine>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// To how many things `action` happens.
    pub fn count(&self, action: PlanAction) -> usize {
        self.lines.iter().filter(|line| line.action == action).count()
    }
}
