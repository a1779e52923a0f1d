//! Deploys and suspects, as JSON shows them.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::{PartShown, SuspectShown, SuspectsShown};
use watchbell_ingest::Snapshot;
use watchbell_model::{Commit, Deploy, ServiceId, Timestamp};

use crate::envelope::time;
use crate::rest::words;

/// A deploy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeployView<'a> {
    deploy_id: String,
    service_key: Option<String>,
    service_name: Option<String>,
    #[schema(schema_with = words::deploy_source)]
    source: &'static str,
    deployed_at: String,
    commit_sha: &'a str,
    commit_message: Option<&'a str>,
    branch: Option<&'a str>,
    deployed_by: Option<&'a str>,
    environment: Option<&'a str>,
    version: Option<&'a str>,
    description: Option<&'a str>,
    url: Option<&'a str>,
    /// The commits that it brought, the oldest first, as far as they were told.
    commits: Vec<CommitView<'a>>,
}

/// A commit.
#[derive(Debug, Serialize, ToSchema)]
struct CommitView<'a> {
    sha: &'a str,
    message: Option<&'a str>,
    author: Option<&'a str>,
    made_at: Option<String>,
    files: &'a [String],
}

impl<'a> DeployView<'a> {
    pub(crate) fn new(deploy: &'a Deploy, snapshot: &Snapshot) -> Self {
        let (service_key, service_name) = named(deploy.service, snapshot);
        let told = &deploy.told;
        let commits = told.commits.iter().map(|commit| {
            let Commit { sha, message, author, at, files } = commit;
            CommitView {
                sha,
                message: message.as_deref(),
                author: author.as_deref(),
                made_at: at.map(time),
                files,
            }
        });
        Self {
            deploy_id: deploy.id.to_string(),
            service_key,
            service_name,
            source: deploy.source.as_str(),
            deployed_at: time(deploy.at),
            commit_sha: &told.commit_sha,
            commit_message: told.commit_message.as_deref(),
            branch: told.branch.as_deref(),
            deployed_by: told.deployed_by.as_deref(),
            environment: told.environment.as_deref(),
            version: told.version.as_deref(),
            description: told.description.as_deref(),
            url: told.url.as_deref(),
            commits: commits.collect(),
        }
    }
}

fn named(service: ServiceId, snapshot: &Snapshot) -> (Option<String>, Option<String>) {
    let service = snapshot.services.get(service);
    service.map(|service| (service.key.to_string(), service.name.clone())).unzip()
}

/// The deploys that an incident may have come from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuspectsView {
    /// When the incident began: what ages are counted from.
    onset: String,
    computed_at: String,
    /// What was known of the incident beside its moment.
    evidence: EvidenceView,
    /// How many deploys of the hour before were looked at.
    considered: usize,
    /// The most suspected first.
    suspects: Vec<SuspectView>,
}

/// What was known of the incident beside its moment.
#[derive(Debug, Serialize, ToSchema)]
struct EvidenceView {
    environment: Option<String>,
    release: Option<String>,
    /// The application's own files in the stack, the one that failed first.
    files: Vec<String>,
    /// The commits that Sentry suspects.
    commits: Vec<String>,
}

/// A suspected deploy, as it was then.
#[derive(Debug, Serialize, ToSchema)]
struct SuspectView {
    deploy_id: String,
    deployed_at: Option<String>,
    commit_sha: String,
    commit_message: Option<String>,
    branch: Option<String>,
    deployed_by: Option<String>,
    environment: Option<String>,
    version: Option<String>,
    url: Option<String>,
    /// How long before the incident it was.
    age_seconds: u64,
    /// What its age alone says.
    #[schema(schema_with = words::band)]
    confidence_by_age: String,
    /// What everything together says.
    #[schema(schema_with = words::band)]
    confidence: String,
    /// The sum of the parts' points.
    score: i32,
    /// What speaks for it and against it, and for how much.
    parts: Vec<PartView>,
}

/// A part of a score.
#[derive(Debug, Serialize, ToSchema)]
struct PartView {
    #[schema(schema_with = words::signal)]
    signal: String,
    points: i32,
    /// Why, for people.
    text: String,
}

impl SuspectsView {
    pub(crate) fn new(shown: SuspectsShown) -> Self {
        let SuspectsShown { onset, computed_at, evidence, considered, suspects } = shown;
        Self {
            onset: time(onset),
            computed_at: time(computed_at),
            evidence: EvidenceView {
                environment: evidence.environment,
                release: evidence.release,
                files: evidence.files,
                commits: evidence.commits,
            },
            considered,
            suspects: suspects.into_iter().map(SuspectView::new).collect(),
        }
    }
}

impl SuspectView {
    fn new(shown: SuspectShown) -> Self {
        let part = |PartShown { signal, points, text }| PartView { signal, points, text };
        Self {
            deploy_id: shown.deploy,
            deployed_at: Timestamp::from_timestamp_micros(shown.deployed_at).map(time),
            commit_sha: shown.commit_sha,
            commit_message: shown.commit_message,
            branch: shown.branch,
            deployed_by: shown.deployed_by,
            environment: shown.environment,
            version: shown.version,
            url: shown.url,
            age_seconds: shown.age_s,
            confidence_by_age: shown.by_age,
            confidence: shown.band,
            score: shown.score,
            parts: shown.parts.into_iter().map(part).collect(),
        }
    }
}
