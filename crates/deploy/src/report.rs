//! What was told, before it is anybody's.

use watchbell_model::{Commit, Deploy, DeployId, DeploySource, ServiceId, Timestamp, Told};

/// A deploy as it was told of: everything but whose it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What was told.
    pub told: Told,
    /// When it was done, if that was told.
    pub at: Option<Timestamp>,
}

impl Report {
    /// The deploy of this service that was told of at `now`. It was not done later than that,
    /// whatever clock the sender has.
    pub fn into_deploy(
        self,
        id: DeployId,
        service: ServiceId,
        source: DeploySource,
        now: Timestamp,
    ) -> Deploy {
        let Self { told, at } = self;
        Deploy { id, service, source, at: at.map_or(now, |at| at.min(now)), told }
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
