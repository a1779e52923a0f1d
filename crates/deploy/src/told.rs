//! What was told, before it is anybody's.

use watchbell_model::{Commit, Deploy, DeployId, DeploySource, ServiceId, Timestamp};

/// A deploy as it was told: everything but whose it is.
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

impl Told {
    /// The deploy of this service that was told of.
    pub fn into_deploy(
        self,
        id: DeployId,
        service: ServiceId,
        source: DeploySource,
        at: Timestamp,
    ) -> Deploy {
        let Self {
            commit_sha,
            commit_message,
            branch,
            deployed_by,
            environment,
            version,
            description,
            url,
            commits,
        } = self;
        Deploy {
            id,
            service,
            source,
            at,
            commit_sha,
            commit_message,
            branch,
            deployed_by,
            environment,
            version,
            description,
            url,
            commits,
        }
    }
}

/// Commits that were pushed, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The last of them: a deploy of this commit brings the others too.
    pub head: String,
    /// The branch.
    pub branch: String,
    /// The commits: at most [`MAX_COMMITS`](crate::MAX_COMMITS), the last ones.
    pub commits: Vec<Commit>,
}
