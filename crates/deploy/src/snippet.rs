//! What pipelines are given to tell of deploys, ready to paste. It names variables, and no secret.

/// A step for GitHub Actions.
pub const GITHUB_ACTIONS: &str = include_str!("github_actions.yml");
/// A job for GitLab CI.
pub const GITLAB_CI: &str = include_str!("gitlab_ci.yml");
