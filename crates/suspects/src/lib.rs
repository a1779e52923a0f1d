#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod evidence;
mod files;
mod names;
mod score;

use std::fmt;
use std::time::Duration;

use watchbell_model::{Deploy, DeployId, Timestamp};

pub use evidence::Evidence;
pub use files::same_file;
pub use names::{same_environment, same_release};
pub use score::{Part, Signal};

/// How long before an incident a deploy may have been and still be suspected.
pub const WINDOW: Duration = Duration::from_hours(1);

/// How much a deploy is suspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// It may be it.
    Lower,
    /// It is likely.
    Medium,
    /// Look here first.
    High,
}

impl Band {
    /// Every band, the least suspected first.
    pub const ALL: [Self; 3] = [Self::Lower, Self::Medium, Self::High];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The band of a deploy that is known by its age alone.
    pub const fn of_age(age: Duration) -> Self {
        Self::of_score(score::points_of_age(age))
    }

    /// The band of a score. The bounds are those of age: what 15 and 30 minutes give.
    pub const fn of_score(score: i32) -> Self {
        if score > score::AFTER_15_MINUTES {
            Self::High
        } else if score > score::AFTER_30_MINUTES {
            Self::Medium
        } else {
            Self::Lower
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A deploy that an incident may have come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspect {
    /// The deploy.
    pub deploy: DeployId,
    /// How long before the incident it was.
    pub age: Duration,
    /// What its age alone says.
    pub by_age: Band,
    /// What everything together says.
    pub band: Band,
    /// The sum of the parts.
    pub score: i32,
    /// What speaks for it and against it, with the points that each counts for. Age comes first.
    pub parts: Vec<Part>,
}

/// Ranks the deploys of the incident's service that were in the [`WINDOW`] before `onset`, which is
/// when the incident began: the most suspected first. Of two with the same score the later one comes
/// first, and of two of the same moment the one with the greater id, so that the order of `deploys`
/// does not matter.
pub fn rank(onset: Timestamp, evidence: &Evidence, deploys: &[Deploy]) -> Vec<Suspect> {
    let mut suspects: Vec<Suspect> =
        deploys.iter().filter_map(|deploy| suspect(onset, evidence, deploy)).collect();
    suspects.sort_by(|a, b| {
        b.score.cmp(&a.score).then(a.age.cmp(&b.age)).then(b.deploy.cmp(&a.deploy))
    });
    suspects
}

/// `deploy` as a suspect; none if it was not in the window.
fn suspect(onset: Timestamp, evidence: &Evidence, deploy: &Deploy) -> Option<Suspect> {
    // A deploy after the onset has a negative age, which is no Duration.
    let age = onset.signed_duration_since(deploy.at).to_std().ok()?;
    if age > WINDOW {
        return None;
    }
    let parts = score::parts(age, evidence, deploy);
    let score = parts.iter().map(|part| part.points).sum();
    Some(Suspect {
        deploy: deploy.id,
        age,
        by_age: Band::of_age(age),
        band: Band::of_score(score),
        score,
        parts,
    })
}

#[cfg(test)]
mod tests;
