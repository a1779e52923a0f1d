//! Whatever tells of a deploy is read within its bounds, or refused with what is wrong.

use watchbell_deploy::github::{self, EVENT_HEADER, News};
use watchbell_deploy::{
    MAX_COMMITS, MAX_FILES, MAX_NAME_CHARS, MAX_PATH_CHARS, MAX_TEXT_CHARS, NotRead, Report,
};
use watchbell_model::Commit;

use crate::request::request;

/// Reads a body as a pipeline's and as each webhook of GitHub's.
pub fn deploy(input: &[u8]) {
    let delivery = request(input);
    match watchbell_deploy::read(&delivery.body) {
        Ok(report) => keeps_its_bounds(&report),
        Err(NotRead::Malformed(got)) => assert!(!got.is_empty()),
        Err(NotRead::Invalid(problems)) => assert!(!problems.is_empty(), "refused without a reason"),
    }
    if let Ok(repository) = github::repository(&delivery.body) {
        assert!(!repository.is_empty());
    }
    let named = delivery.headers.get(EVENT_HEADER).unwrap_or_default();
    for event in [named, "push", "deployment_status", "ping"] {
        match github::read(event, &delivery.body) {
            Ok(News::Deployed(report)) => keeps_its_bounds(&report),
            Ok(News::Pushed(pushed)) => {
                assert!(pushed.head.chars().count() <= MAX_NAME_CHARS);
                commits(&pushed.commits);
            }
            Ok(News::Nothing(why)) => assert!(!why.is_empty()),
            Err(got) => assert!(!got.is_empty()),
        }
    }
}

fn keeps_its_bounds(report: &Report) {
    let told = &report.told;
    name(&told.commit_sha);
    assert!(!told.commit_sha.trim().is_empty(), "a deploy of nothing");
    for text in [&told.branch, &told.deployed_by, &told.environment, &told.version] {
        text.iter().for_each(|text| name(text));
    }
    for text in [&told.commit_message, &told.description] {
        assert!(text.iter().all(|text| text.chars().count() <= MAX_TEXT_CHARS));
    }
    if let Some(url) = &told.url {
        assert!(url.starts_with("http://") || url.starts_with("https://"), "{url}");
    }
    commits(&told.commits);
}

fn commits(commits: &[Commit]) {
    assert!(commits.len() <= MAX_COMMITS);
    for commit in commits {
        name(&commit.sha);
        assert!(commit.files.len() <= MAX_FILES);
        assert!(commit.files.iter().all(|file| file.chars().count() <= MAX_PATH_CHARS));
    }
}

fn name(text: &str) {
    assert!(text.chars().count() <= MAX_NAME_CHARS && !text.contains('\0'), "{text:?}");
}
