//! What proves a service's deploys.

pub const DEPLOY_KEYS: &str = "What tells of deploys";
pub const DEPLOY_KEYS_LEAD: &str = "A pipeline tells with a token; GitHub with webhooks that it signs, which also bring the files of \
     commits. Incidents name the deploys that they may have come from.";
pub const DEPLOY_URL: &str = "Where pipelines tell";
pub const GITHUB_URL: &str = "GitHub's payload URL";
pub const DEPLOY_TOKEN: &str = "Deploy token";
pub const DEPLOY_TOKEN_MADE: &str = "The deploy token";
pub const DEPLOY_TOKEN_MAKE: &str = "Make a deploy token";
pub const DEPLOY_TOKEN_ROTATE: &str = "Make a new deploy token";
pub const DEPLOY_TOKEN_REMOVE: &str = "Take no more deploys by token";
pub const DEPLOY_GRACE: &str = "What there is lives on for";
pub const DEPLOY_SNIPPET_GITHUB: &str = "A step for GitHub Actions";
pub const DEPLOY_SNIPPET_GITLAB: &str = "A job for GitLab CI";
pub const GITHUB_SECRET: &str = "GitHub's secret";
pub const GITHUB_SECRET_MADE: &str = "The secret for GitHub";
pub const GITHUB_SECRET_SET: &str = "Store a secret for GitHub's webhooks";
pub const GITHUB_SECRET_ROTATE: &str = "Replace the secret for GitHub's webhooks";
pub const GITHUB_SECRET_PASTE: &str = "Secret (empty: one is made here)";
pub const GITHUB_SECRET_HELP: &str = "In the repository's settings: content type application/json, the events Deployment statuses \
     and Pushes";
pub const GITHUB_SECRET_REMOVE: &str = "Take no more webhooks of GitHub's";
pub const GITHUB_NO_REPOSITORY: &str = "none: give the service its repository first";
pub const STORE: &str = "Store it";
pub const DONE_DEPLOY_STORED: &str =
    "The secret is stored. Webhooks that are signed with it are taken.";
pub const DONE_DEPLOY_REMOVED: &str = "It is removed, and proves nothing any more.";

/// Since when something is there, and when it ends.
pub fn lives(set: &str, ends: Option<&str>) -> String {
    match ends {
        Some(ends) => format!("set {set}, ends {ends}"),
        None => format!("set {set}"),
    }
}
