//! The body of a pipeline that tells of its deploy.

use std::fmt::Display;

use watchbell_model::{Alert, Commit, Timestamp, Told};
use watchbell_provider::{FieldProblem, Problems};
use watchbell_wire::{Lenient, List, http_url, iso8601};

use crate::field::{Exact, bounded, cut, required, shown, text};
use crate::{MAX_COMMITS, MAX_FILES, MAX_NAME_CHARS, MAX_PATH_CHARS, MAX_TEXT_CHARS, Report};

/// Why a body tells of no deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotRead {
    /// It is no JSON object, but this.
    Malformed(String),
    /// Fields are missing or wrong: all of them.
    Invalid(Vec<FieldProblem>),
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct DeployBody<'a> {
        commit_sha: Exact<'a> = "commit_sha",
        commit_message: Exact<'a> = "commit_message",
        branch: Exact<'a> = "branch",
        deployed_by: Exact<'a> = "deployed_by",
        environment: Exact<'a> = "environment",
        version: Exact<'a> = "version",
        description: Exact<'a> = "description",
        url: Exact<'a> = "url",
        commits: List<CommitBody<'a>, MAX_COMMITS> = "commits",
        deployed_at: Exact<'a> = "deployed_at",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct CommitBody<'a> {
        sha: Exact<'a> = "sha",
        message: Exact<'a> = "message",
        author: Exact<'a> = "author",
        timestamp: Exact<'a> = "timestamp",
        files: List<Exact<'a>, MAX_FILES> = "files",
    }
}

/// The deploy that `body` tells of. Fields that are not known are not looked at.
///
/// # Errors
/// What is wrong, all of it.
pub fn read(body: &[u8]) -> Result<Report, NotRead> {
    let body = str::from_utf8(body)
        .map_err(|_| NotRead::Malformed("bytes that are not UTF-8".to_owned()))?;
    let body: DeployBody<'_> = watchbell_wire::parse(body).map_err(NotRead::Malformed)?;
    let mut problems = Problems::default();
    let told = told(&body, &mut problems);
    let at = moment(&body.deployed_at, "deployed_at", &mut problems);
    let problems = problems.into_list();
    match told {
        Some(told) if problems.is_empty() => Ok(Report { told, at }),
        _ => Err(NotRead::Invalid(problems)),
    }
}

fn told(body: &DeployBody<'_>, problems: &mut Problems) -> Option<Told> {
    let commit_sha = required(&body.commit_sha, "commit_sha", MAX_NAME_CHARS, problems);
    let mut told = Told {
        commit_message: cut(&body.commit_message, "commit_message", MAX_TEXT_CHARS, problems),
        branch: bounded(&body.branch, "branch", MAX_NAME_CHARS, problems),
        deployed_by: bounded(&body.deployed_by, "deployed_by", MAX_NAME_CHARS, problems),
        environment: bounded(&body.environment, "environment", MAX_NAME_CHARS, problems),
        version: bounded(&body.version, "version", MAX_NAME_CHARS, problems),
        description: cut(&body.description, "description", MAX_TEXT_CHARS, problems),
        url: url(&body.url, problems),
        commits: commits(&body.commits, problems),
        ..Told::default()
    };
    told.commit_sha = commit_sha?;
    Some(told)
}

fn url(field: &Lenient<Exact<'_>>, problems: &mut Problems) -> Option<String> {
    const EXPECTED: &str = "an http or https address of at most 2048 characters";
    let text = text(field, "url", problems)?;
    if let Some(url) = http_url(text) {
        return Some(url.to_owned());
    }
    let got = match text.chars().count() {
        length if length > Alert::MAX_URL_CHARS => format!("{length} characters"),
        _ => shown(text),
    };
    problems.add("url", EXPECTED, got);
    None
}

fn moment(
    field: &Lenient<Exact<'_>>,
    path: impl Display,
    problems: &mut Problems,
) -> Option<Timestamp> {
    let text = text(field, &path, problems)?;
    let at = iso8601(text);
    if at.is_none() {
        let expected = "a moment in ISO 8601, like 2026-11-21T12:00:00Z";
        problems.add(path.to_string(), expected, shown(text));
    }
    at
}

fn commits(
    field: &Lenient<List<CommitBody<'_>, MAX_COMMITS>>,
    problems: &mut Problems,
) -> Vec<Commit> {
    let list = match field {
        Lenient::Absent => return Vec::new(),
        Lenient::Odd(kind) => {
            problems.add("commits", "a list of objects", *kind);
            return Vec::new();
        }
        Lenient::Is(list) => list,
    };
    if list.found > MAX_COMMITS {
        let expected = format!("a list of at most {MAX_COMMITS} commits");
        problems.add("commits", expected, format!("{} commits", list.found));
    }
    let mut commits = Vec::with_capacity(list.entries.len());
    for (place, entry) in list.entries.iter().enumerate() {
        let path = format!("commits[{place}]");
        match entry {
            Lenient::Is(entry) => commits.extend(commit(entry, &path, problems)),
            Lenient::Absent => problems.add(path, "an object", "null"),
            Lenient::Odd(kind) => problems.add(path, "an object", *kind),
        }
    }
    commits
}

fn commit(body: &CommitBody<'_>, path: &str, problems: &mut Problems) -> Option<Commit> {
    let sha = required(&body.sha, format_args!("{path}.sha"), MAX_NAME_CHARS, problems);
    let message = cut(&body.message, format_args!("{path}.message"), MAX_TEXT_CHARS, problems);
    let author = cut(&body.author, format_args!("{path}.author"), MAX_NAME_CHARS, problems);
    let at = moment(&body.timestamp, format_args!("{path}.timestamp"), problems);
    let files = files(&body.files, path, problems);
    Some(Commit { sha: sha?, message, author, at, files })
}

fn files(
    field: &Lenient<List<Exact<'_>, MAX_FILES>>,
    path: &str,
    problems: &mut Problems,
) -> Vec<String> {
    let list = match field {
        Lenient::Absent => return Vec::new(),
        Lenient::Odd(kind) => {
            problems.add(format!("{path}.files"), "a list of texts", *kind);
            return Vec::new();
        }
        Lenient::Is(list) => list,
    };
    let entries = list.entries.iter().enumerate();
    let file = |(place, entry)| {
        required(entry, format_args!("{path}.files[{place}]"), MAX_PATH_CHARS, problems)
    };
    entries.filter_map(file).collect()
}
