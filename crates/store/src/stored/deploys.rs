//! Deploys and their commits: how they are kept, and how one completes the other.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use watchbell_model::{Commit, Deploy, Timestamp};

use super::corrupt;
use super::documents::{List, parse, to_json};
use crate::StoreError;

#[derive(Serialize, Deserialize)]
struct CommitJson<'a> {
    #[serde(borrow)]
    sha: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    author: Option<Cow<'a, str>>,
    /// In microseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<Cow<'a, str>>,
}

/// The commits of a deploy, as they are kept.
pub fn commits_to(commits: &[Commit]) -> Result<String, StoreError> {
    let commits = commits.iter().map(|Commit { sha, message, author, at, files }| CommitJson {
        sha: sha.into(),
        message: message.as_deref().map(Cow::Borrowed),
        author: author.as_deref().map(Cow::Borrowed),
        at: at.map(|at| at.timestamp_micros()),
        files: files.iter().map(|file| file.as_str().into()).collect(),
    });
    to_json(&List(commits))
}

/// The kept commits of a deploy.
pub fn commits_from(json: &str) -> Result<Vec<Commit>, StoreError> {
    const WHAT: &str = "deploys.commits";
    let commits: Vec<CommitJson<'_>> = parse(WHAT, json)?;
    let commit = |CommitJson { sha, message, author, at, files }: CommitJson<'_>| {
        let moment = |at| Timestamp::from_timestamp_micros(at).ok_or_else(|| corrupt(WHAT));
        Ok(Commit {
            sha: sha.into_owned(),
            message: message.map(Cow::into_owned),
            author: author.map(Cow::into_owned),
            at: at.map(moment).transpose()?,
            files: files.into_iter().map(Cow::into_owned).collect(),
        })
    };
    commits.into_iter().map(commit).collect()
}

/// The files of a commit, as they are kept.
pub fn files_to(files: &[String]) -> Result<String, StoreError> {
    to_json(&files)
}

/// The kept files of a commit.
pub fn files_from(json: &str) -> Result<Vec<String>, StoreError> {
    parse("pushed_commits.files", json)
}

/// A commit as it was pushed.
#[derive(Debug, Clone)]
pub struct PushedCommit {
    /// The last commit of its push.
    pub head: String,
    /// The commit.
    pub commit: Commit,
}

/// What must be known of pushes to complete deploys of one service.
#[derive(Debug, Default)]
pub struct Missing {
    /// Commits with which pushes ended.
    pub heads: Vec<String>,
    /// Commits that were only named.
    pub shas: Vec<String>,
}

impl Missing {
    /// What `deploys` do not say.
    pub fn of<'a>(deploys: impl IntoIterator<Item = &'a Deploy>) -> Self {
        let (mut heads, mut shas) = (BTreeSet::new(), BTreeSet::new());
        for deploy in deploys {
            if deploy.told.commits.is_empty() {
                heads.insert(deploy.told.commit_sha.clone());
            } else if deploy.told.commit_message.is_none() {
                shas.insert(deploy.told.commit_sha.clone());
            }
            let named = deploy.told.commits.iter().filter(|commit| commit.files.is_empty());
            shas.extend(named.map(|commit| commit.sha.clone()));
        }
        Self { heads: heads.into_iter().collect(), shas: shas.into_iter().collect() }
    }
}

/// Completes deploys of one service with what was pushed: of each push its commits in their order.
pub fn complete(deploys: &mut [&mut Deploy], pushed: &[PushedCommit]) {
    let mut by_head: HashMap<&str, Vec<&Commit>> = HashMap::new();
    let mut by_sha: HashMap<&str, &Commit> = HashMap::new();
    for PushedCommit { head, commit } in pushed {
        by_head.entry(head).or_default().push(commit);
        by_sha.entry(&commit.sha).or_insert(commit);
    }
    for deploy in deploys {
        if deploy.told.commits.is_empty() {
            let commits = by_head.get(deploy.told.commit_sha.as_str()).into_iter().flatten();
            deploy.told.commits = commits.map(|commit| (*commit).clone()).collect();
        }
        for commit in &mut deploy.told.commits {
            let Some(known) = by_sha.get(commit.sha.as_str()) else { continue };
            if commit.files.is_empty() {
                commit.files.clone_from(&known.files);
            }
            commit.message = commit.message.take().or_else(|| known.message.clone());
            commit.author = commit.author.take().or_else(|| known.author.clone());
            commit.at = commit.at.or(known.at);
        }
        if deploy.told.commit_message.is_none() {
            let own = by_sha.get(deploy.told.commit_sha.as_str());
            deploy.told.commit_message = own.and_then(|commit| commit.message.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_come_back_and_strange_documents_are_corrupt() {
        let commits = [
            Commit { sha: "a".to_owned(), ..Commit::default() },
            Commit {
                sha: "b \" ü".to_owned(),
                message: Some("line\nbreak".to_owned()),
                author: Some(String::new()),
                at: Some(Timestamp::UNIX_EPOCH),
                files: vec!["src/a.rs".to_owned(), "ü".to_owned()],
            },
        ];
        for some in [&commits[..0], &commits[..1], &commits[..]] {
            assert_eq!(commits_from(&commits_to(some).unwrap()).unwrap(), some);
        }
        let files = &commits[1].files;
        assert_eq!(&files_from(&files_to(files).unwrap()).unwrap(), files);
        for wrong in ["", "{}", "[1]", "[{}]", r#"[{"sha": "a", "at": 9223372036854775807}]"#] {
            assert!(commits_from(wrong).is_err(), "{wrong}");
        }
    }
}
