//! What was brought into service, and when.

use std::fmt;

use crate::{DeployId, ServiceId, Timestamp};

/// Who told of a deploy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploySource {
    /// A pipeline, with the service's deploy token.
    Token,
    /// GitHub, with a signature.
    GitHub,
}

impl DeploySource {
    /// Every source.
    pub const ALL: [Self; 2] = [Self::Token, Self::GitHub];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::GitHub => "github",
        }
    }
}

impl fmt::Display for DeploySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One commit, as far as it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its hash at the source.
    pub sha: String,
    /// What its author wrote about it.
    pub message: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was made.
    pub at: Option<Timestamp>,
    /// The files that it adds, changes and removes; empty if that was never told.
    pub files: Vec<String>,
}

/// What those who deploy tell of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The commit that runs since.
    pub commit_sha: String,
    /// What that commit's author wrote about it.
    pub commit_message: Option<String>,
    /// The branch that it is on.
    pub branch: Option<String>,
    /// Who deployed.
    pub deployed_by: Option<String>,
    /// Where to.
    pub environment: Option<String>,
    /// The version or tag.
    pub version: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// The pipeline's own page about it.
    pub url: Option<String>,
    /// The commits that it brought.
    pub commits: Vec<Commit>,
}

/// One deploy of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deploy {
    /// Its id.
    pub id: DeployId,
    /// The service that was deployed.
    pub service: ServiceId,
    /// Who told of it.
    pub source: DeploySource,
    /// When we were told, which is when it was done.
    pub at: Timestamp,
    /// What was told of it.
    pub told: Told,
}
