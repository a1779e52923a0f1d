//! What counts for how much. Every number is here, and every one is shown with its reason.

use std::fmt;
use std::time::Duration;

use watchbell_model::{Commit, Deploy, cut};

use crate::Evidence;
use crate::files::same_file;
use crate::names::{same_commit, same_environment, same_release};

/// A deploy of this very moment; one point less for each minute.
const AT_ONCE: i32 = 60;
/// What a deploy of 15 minutes before has left.
pub(crate) const AFTER_15_MINUTES: i32 = AT_ONCE - 15;
/// What a deploy of 30 minutes before has left.
pub(crate) const AFTER_30_MINUTES: i32 = AT_ONCE - 30;
/// Where it happened is where it was deployed.
const SAME_ENVIRONMENT: i32 = 10;
/// It happened somewhere else: what was deployed does not run there.
const OTHER_ENVIRONMENT: i32 = -40;
/// The event names what was deployed.
const RELEASE: i32 = 40;
/// The file that failed was changed.
const FAILING_FILE: i32 = 30;
/// Another file of the stack was changed.
const FILE: i32 = 10;
/// The most other files that count.
const FILES: i32 = 2;
/// Sentry suspects a commit that was deployed.
const COMMIT: i32 = 50;
/// The longest piece of a sender's text that a reason repeats.
const SHOWN: usize = 60;

/// What a part of a score is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// How long before the incident it was.
    Age,
    /// Where it went and where the incident is.
    Environment,
    /// The release that the event names.
    Release,
    /// Files of the stack that its commits changed.
    Files,
    /// Commits that Sentry suspects.
    SuspectCommit,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 5] =
        [Self::Age, Self::Environment, Self::Release, Self::Files, Self::SuspectCommit];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Age => "age",
            Self::Environment => "environment",
            Self::Release => "release",
            Self::Files => "files",
            Self::SuspectCommit => "suspect_commit",
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A part of a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is about.
    pub signal: Signal,
    /// What it counts for, or against.
    pub points: i32,
    /// Why, for people.
    pub text: String,
}

/// The points of an age: one less for each whole minute, none after an hour.
pub(crate) const fn points_of_age(age: Duration) -> i32 {
    let minutes = age.as_secs() / 60;
    let mut points = AT_ONCE;
    let mut passed = 0;
    // There is no conversion in a constant function, and an hour has few minutes.
    while passed < minutes && points > 0 {
        points -= 1;
        passed += 1;
    }
    points
}

/// Everything that speaks for a deploy of this age, and against it.
pub(crate) fn parts(age: Duration, evidence: &Evidence, deploy: &Deploy) -> Vec<Part> {
    let mut parts = vec![of_age(age)];
    parts.extend(of_environment(evidence, deploy));
    parts.extend(of_release(evidence, deploy));
    parts.extend(of_files(evidence, deploy));
    parts.extend(of_commits(evidence, deploy));
    parts
}

fn of_age(age: Duration) -> Part {
    let minutes = age.as_secs() / 60;
    let text = match minutes {
        0 => format!("deployed less than a minute before: {AT_ONCE}"),
        1 => format!("deployed 1 minute before: {AT_ONCE} - 1"),
        _ => format!("deployed {minutes} minutes before: {AT_ONCE} - {minutes}"),
    };
    Part { signal: Signal::Age, points: points_of_age(age), text }
}

fn of_environment(evidence: &Evidence, deploy: &Deploy) -> Option<Part> {
    let (here, there) = (evidence.environment.as_deref()?, deploy.told.environment.as_deref()?);
    let (points, text) = if same_environment(here, there) {
        (SAME_ENVIRONMENT, format!("deployed to {}, where it happened", cut(there, SHOWN)))
    } else {
        let text =
            format!("deployed to {}, but it happened in {}", cut(there, SHOWN), cut(here, SHOWN));
        (OTHER_ENVIRONMENT, text)
    };
    Some(Part { signal: Signal::Environment, points, text })
}

fn of_release(evidence: &Evidence, deploy: &Deploy) -> Option<Part> {
    let release = evidence.release.as_deref()?;
    let is_it = same_release(release, deploy.told.version.as_deref(), &deploy.told.commit_sha);
    is_it.then(|| Part {
        signal: Signal::Release,
        points: RELEASE,
        text: format!("the event names release {}, which this deployed", cut(release, SHOWN)),
    })
}

fn of_files(evidence: &Evidence, deploy: &Deploy) -> Option<Part> {
    let changed_by = |path: &str| {
        let of = |commit: &&Commit| commit.files.iter().any(|file| same_file(path, file));
        deploy.told.commits.iter().find(of)
    };
    let mut points = 0;
    let mut others = 0;
    let mut reasons = Vec::new();
    for (depth, path) in evidence.files.iter().enumerate() {
        let is_repeated = evidence.files.iter().take(depth).any(|earlier| earlier == path);
        if is_repeated || (depth > 0 && others == FILES) {
            continue;
        }
        let Some(commit) = changed_by(path) else { continue };
        let worth = if depth == 0 { FAILING_FILE } else { FILE };
        if depth > 0 {
            others += 1;
        }
        points += worth;
        let what = if depth == 0 { ", where it failed" } else { "" };
        let sha = cut(&commit.sha, 12);
        reasons.push(format!("{sha} changed {}{what}: {worth}", cut(path, SHOWN)));
    }
    (points > 0).then(|| Part { signal: Signal::Files, points, text: reasons.join("; ") })
}

fn of_commits(evidence: &Evidence, deploy: &Deploy) -> Option<Part> {
    let mut shas = deploy.told.commits.iter().map(|commit| commit.sha.as_str());
    let has = |sha: &str| evidence.commits.iter().any(|suspect| same_commit(suspect, sha));
    let found = Some(deploy.told.commit_sha.as_str()).filter(|sha| has(sha));
    let found = found.or_else(|| shas.find(|sha| has(sha)))?;
    Some(Part {
        signal: Signal::SuspectCommit,
        points: COMMIT,
        text: format!("brought {}, which Sentry suspects", cut(found, 12)),
    })
}
