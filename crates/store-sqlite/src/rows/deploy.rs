//! Deploys, pushed commits, what proves deploys, and suspects.

use diesel::prelude::*;
use watchbell_model::{
    Commit, Deploy, DeployId, DeploySource, IncidentId, SecretId, ServiceId, Timestamp, Told,
};
use watchbell_store::stored::{
    PushedCommit, commits_from, commits_to, corrupt, digest, files_from, files_to, json_opt, word,
};
use watchbell_store::{DeployKeyRecord, DeployProof, StoreError, SuspectsRecord};

use super::{micros, time, time_opt, uuid};
use crate::schema::{deploy_keys, deploys, pushed_commits, suspects};

/// What proves deploys, as it is written.
#[derive(Insertable)]
#[diesel(table_name = deploy_keys, treat_none_as_default_value = false)]
pub(crate) struct NewDeployKey<'a> {
    id: &'a [u8],
    service: &'a [u8],
    hash: Option<&'a [u8]>,
    sealed: Option<&'a [u8]>,
    created_at: i64,
    expires_at: Option<i64>,
}

impl<'a> NewDeployKey<'a> {
    pub(crate) fn new(record: &'a DeployKeyRecord) -> Self {
        let DeployKeyRecord { id, service, proof, created_at, expires_at } = record;
        let (hash, sealed) = match proof {
            DeployProof::Token { hash } => (Some(&hash[..]), None),
            DeployProof::GitHub { sealed } => (None, Some(&sealed[..])),
        };
        Self {
            id: &id.as_bytes()[..],
            service: &service.as_bytes()[..],
            hash,
            sealed,
            created_at: micros(*created_at),
            expires_at: expires_at.map(micros),
        }
    }
}

/// What proves deploys, as it is read.
#[derive(Queryable)]
pub(crate) struct DeployKeyRow {
    _seq: i64,
    id: Vec<u8>,
    service: Vec<u8>,
    hash: Option<Vec<u8>>,
    sealed: Option<Vec<u8>>,
    created_at: i64,
    expires_at: Option<i64>,
}

impl TryFrom<DeployKeyRow> for DeployKeyRecord {
    type Error = StoreError;

    fn try_from(row: DeployKeyRow) -> Result<Self, StoreError> {
        let proof = match (row.hash, row.sealed) {
            (Some(hash), None) => DeployProof::Token { hash: digest("deploy_keys.hash", &hash)? },
            (None, Some(sealed)) => DeployProof::GitHub { sealed },
            (None, None) | (Some(_), Some(_)) => return Err(corrupt("deploy_keys.hash")),
        };
        Ok(Self {
            id: SecretId::from_uuid(uuid("deploy_keys.id", &row.id)?),
            service: ServiceId::from_uuid(uuid("deploy_keys.service", &row.service)?),
            proof,
            created_at: time("deploy_keys.created_at", row.created_at)?,
            expires_at: time_opt("deploy_keys.expires_at", row.expires_at)?,
        })
    }
}

/// A deploy as it is written.
#[derive(Insertable)]
#[diesel(table_name = deploys, treat_none_as_default_value = false)]
pub(crate) struct NewDeploy<'a> {
    id: &'a [u8],
    service: &'a [u8],
    source: &'static str,
    at: i64,
    commit_sha: &'a str,
    commit_message: Option<&'a str>,
    branch: Option<&'a str>,
    deployed_by: Option<&'a str>,
    environment: Option<&'a str>,
    version: Option<&'a str>,
    description: Option<&'a str>,
    url: Option<&'a str>,
    commits: String,
}

impl<'a> NewDeploy<'a> {
    pub(crate) fn new(deploy: &'a Deploy) -> Result<Self, StoreError> {
        let told = &deploy.told;
        Ok(Self {
            id: &deploy.id.as_bytes()[..],
            service: &deploy.service.as_bytes()[..],
            source: deploy.source.as_str(),
            at: micros(deploy.at),
            commit_sha: &told.commit_sha,
            commit_message: told.commit_message.as_deref(),
            branch: told.branch.as_deref(),
            deployed_by: told.deployed_by.as_deref(),
            environment: told.environment.as_deref(),
            version: told.version.as_deref(),
            description: told.description.as_deref(),
            url: told.url.as_deref(),
            commits: commits_to(&told.commits)?,
        })
    }
}

/// A deploy as it is read.
#[derive(Queryable)]
pub(crate) struct DeployRow {
    id: Vec<u8>,
    service: Vec<u8>,
    source: String,
    at: i64,
    commit_sha: String,
    commit_message: Option<String>,
    branch: Option<String>,
    deployed_by: Option<String>,
    environment: Option<String>,
    version: Option<String>,
    description: Option<String>,
    url: Option<String>,
    commits: String,
}

impl TryFrom<DeployRow> for Deploy {
    type Error = StoreError;

    fn try_from(row: DeployRow) -> Result<Self, StoreError> {
        const SOURCE: &str = "deploys.source";
        Ok(Self {
            id: DeployId::from_uuid(uuid("deploys.id", &row.id)?),
            service: ServiceId::from_uuid(uuid("deploys.service", &row.service)?),
            source: word(SOURCE, &DeploySource::ALL, DeploySource::as_str, &row.source)?,
            at: time("deploys.at", row.at)?,
            told: Told {
                commit_sha: row.commit_sha,
                commit_message: row.commit_message,
                branch: row.branch,
                deployed_by: row.deployed_by,
                environment: row.environment,
                version: row.version,
                description: row.description,
                url: row.url,
                commits: commits_from(&row.commits)?,
            },
        })
    }
}

/// A pushed commit as it is written.
#[derive(Insertable)]
#[diesel(table_name = pushed_commits, treat_none_as_default_value = false)]
pub(crate) struct NewPushedCommit<'a> {
    service: &'a [u8],
    head: &'a str,
    place: i64,
    sha: &'a str,
    message: Option<&'a str>,
    author: Option<&'a str>,
    made_at: Option<i64>,
    files: String,
    pushed_at: i64,
}

impl<'a> NewPushedCommit<'a> {
    pub(crate) fn new(
        service: &'a ServiceId,
        head: &'a str,
        place: usize,
        commit: &'a Commit,
        pushed_at: Timestamp,
    ) -> Result<Self, StoreError> {
        let Commit { sha, message, author, at, files } = commit;
        Ok(Self {
            service: &service.as_bytes()[..],
            head,
            place: i64::try_from(place).unwrap_or(i64::MAX),
            sha,
            message: message.as_deref(),
            author: author.as_deref(),
            made_at: at.map(micros),
            files: files_to(files)?,
            pushed_at: micros(pushed_at),
        })
    }
}

/// A pushed commit as it is read.
#[derive(Queryable)]
pub(crate) struct PushedCommitRow {
    service: Vec<u8>,
    head: String,
    _place: i64,
    sha: String,
    message: Option<String>,
    author: Option<String>,
    made_at: Option<i64>,
    files: String,
    pushed_at: i64,
}

impl TryFrom<PushedCommitRow> for PushedCommit {
    type Error = StoreError;

    fn try_from(row: PushedCommitRow) -> Result<Self, StoreError> {
        uuid("pushed_commits.service", &row.service)?;
        time("pushed_commits.pushed_at", row.pushed_at)?;
        Ok(Self {
            head: row.head,
            commit: Commit {
                sha: row.sha,
                message: row.message,
                author: row.author,
                at: time_opt("pushed_commits.made_at", row.made_at)?,
                files: files_from(&row.files)?,
            },
        })
    }
}

/// Suspects as they are written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = suspects)]
pub(crate) struct SuspectsFields<'a> {
    incident: &'a [u8],
    onset: i64,
    computed_at: i64,
    ranked: &'a str,
}

impl<'a> SuspectsFields<'a> {
    pub(crate) fn new(record: &'a SuspectsRecord) -> Self {
        let SuspectsRecord { incident, onset, computed_at, suspects } = record;
        Self {
            incident: &incident.as_bytes()[..],
            onset: micros(*onset),
            computed_at: micros(*computed_at),
            ranked: suspects,
        }
    }
}

/// Suspects as they are read.
#[derive(Queryable)]
pub(crate) struct SuspectsRow {
    incident: Vec<u8>,
    onset: i64,
    computed_at: i64,
    ranked: String,
}

impl TryFrom<SuspectsRow> for SuspectsRecord {
    type Error = StoreError;

    fn try_from(row: SuspectsRow) -> Result<Self, StoreError> {
        const WHAT: &str = "suspects.ranked";
        let document = json_opt(WHAT, Some(row.ranked))?;
        Ok(Self {
            incident: IncidentId::from_uuid(uuid("suspects.incident", &row.incident)?),
            onset: time("suspects.onset", row.onset)?,
            computed_at: time("suspects.computed_at", row.computed_at)?,
            suspects: document.ok_or_else(|| corrupt(WHAT))?,
        })
    }
}
