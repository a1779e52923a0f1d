#![cfg(test)]
//! What pipelines and GitHub send, and what is made of it.

use proptest::prelude::*;
use serde_json::{Value, json};
use watchbell_deploy::github::{self, News};
use watchbell_deploy::{NotRead, Report, read};

fn told(body: &Value) -> Result<Report, Vec<String>> {
    read(body.to_string().as_bytes()).map_err(|error| match error {
        NotRead::Malformed(what) => vec![what],
        NotRead::Invalid(problems) => problems.iter().map(ToString::to_string).collect(),
    })
}

#[test]
fn a_whole_deploy_is_read() {
    let body = json!({
        "commit_sha": " 9fceb02d0ae598e95dc970b74767f19372d61af8 ",
        "commit_message": "Use the new taxes\n\nThe old ones go.",
        "branch": "main",
        "deployed_by": "mona",
        "environment": "production",
        "version": "v2.4.1",
        "description": "",
        "url": "https://ci.example/run/88",
        "deployed_at": "2026-11-21T12:45:00+01:00",
        "commits": [
            { "sha": "e83c516", "message": "Round", "author": "hubot",
              "timestamp": "2026-11-21T12:31:02+01:00", "files": ["src/tax.rs"] },
            { "sha": "9fceb02" },
        ],
        "something": { "else": [1] },
    });
    insta::assert_debug_snapshot!("a_whole_deploy", told(&body).unwrap());
}

#[test]
fn limits_are_exact() {
    let sha = |length: usize| json!({ "commit_sha": "a".repeat(length) });
    let url = |length: usize| {
        let start = "https://ci.example/";
        let url = format!("{start}{}", "x".repeat(length - start.len()));
        json!({ "commit_sha": "a", "url": url })
    };
    let commits =
        |number: usize| json!({ "commit_sha": "a", "commits": vec![json!({"sha": "b"}); number] });
    for (body, expected) in [
        (sha(255), None),
        (sha(256), Some("commit_sha: ")),
        (sha(0), Some("commit_sha: ")),
        (url(2_048), None),
        (url(2_049), Some("url: ")),
        (commits(0), None),
        (commits(100), None),
        (commits(101), Some("commits: ")),
    ] {
        let problems = told(&body).err();
        match expected {
            None => assert_eq!(problems, None),
            Some(path) => {
                let problems = problems.unwrap();
                assert!(problems.len() == 1 && problems[0].starts_with(path), "{problems:?}");
            }
        }
    }
}

#[test]
fn every_mistake_is_named_at_once() {
    let body = json!({
        "commit_sha": 7,
        "branch": ["main"],
        "environment": "a\0b",
        "version": "v".repeat(256),
        "url": "javascript:alert(1)",
        "commits": [null, {}, { "sha": "", "timestamp": "yesterday", "files": "a" }, 1,
                    { "sha": "b", "files": ["a", 2] }],
    });
    insta::assert_snapshot!("every_mistake", told(&body).unwrap_err().join("\n"));
}

#[test]
fn what_is_no_object_says_what_it_is() {
    for (body, expected) in [
        (&b""[..], "an empty body"),
        (b"[]", "a list"),
        (b"null", "null"),
        (b"{", "JSON that is cut off"),
        (b"\xff{}", "bytes that are not UTF-8"),
    ] {
        let Err(NotRead::Malformed(what)) = read(body) else { panic!("{body:?} was read") };
        assert!(what.starts_with(expected), "{what}");
    }
}

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/github/", $name, ".json"))
    };
}

#[test]
fn a_webhook_names_its_repository() {
    let check = |body: &[u8], expected: Result<&str, &str>| {
        let found = github::repository(body);
        assert_eq!(found.as_deref().map_err(String::as_str), expected);
    };
    check(fixture!("push"), Ok("acme/shop"));
    check(fixture!("deployment_status_success"), Ok("acme/shop"));
    check(fixture!("ping"), Ok("acme/shop"));
    check(b"{}", Err("an object without repository.full_name"));
    check(b"payload=%7B%7D", Err("a form: set the webhook's content type to application/json"));
}

#[test]
fn a_deployment_that_is_done_is_a_deploy() {
    let read = |body| github::read("deployment_status", body).unwrap();
    insta::assert_debug_snapshot!("github_deployment", read(fixture!("deployment_status_success")));
    let News::Deployed(report) = read(fixture!("deployment_status_tag")) else { panic!() };
    let told = report.told;
    assert_eq!((told.branch, told.version.as_deref()), (None, Some("v2.4.1")));
}

#[test]
fn a_push_tells_of_commits_and_their_files() {
    insta::assert_debug_snapshot!("github_push", github::read("push", fixture!("push")).unwrap());
}

#[test]
fn a_long_push_keeps_its_last_commits() {
    let commit = |place: usize| json!({ "id": format!("{place:07}"), "added": vec!["f"; 400] });
    let commits: Vec<_> = (0..150).map(commit).collect();
    let body = json!({ "ref": "refs/heads/main", "after": "0000149", "commits": commits });
    let News::Pushed(pushed) = github::read("push", body.to_string().as_bytes()).unwrap() else {
        panic!()
    };
    assert_eq!(pushed.commits.len(), 100);
    assert_eq!((pushed.commits[0].sha.as_str(), pushed.commits[0].files.len()), ("0000050", 300));
}

#[test]
fn what_is_no_news_says_why() {
    for (event, body, expected) in [
        ("deployment_status", &fixture!("deployment_status_in_progress")[..], "in_progress"),
        ("push", fixture!("push_deleted_branch"), "without commits"),
        ("push", fixture!("push_tag"), "tag"),
        ("ping", fixture!("ping"), "set up"),
        ("star", b"{}", "star"),
    ] {
        let News::Nothing(why) = github::read(event, body).unwrap() else { panic!("{event}") };
        assert!(why.contains(expected), "{why}");
    }
}

#[test]
fn what_is_not_of_githubs_form_is_refused() {
    for (event, body) in [
        ("deployment_status", "{}"),
        ("deployment_status", r#"{"deployment_status": {"state": "success"}}"#),
        ("deployment_status", r#"{"deployment_status": {"state": "success"}, "deployment": {}}"#),
        ("push", "{}"),
        ("push", r#"{"ref": "refs/heads/main"}"#),
        ("push", "[]"),
    ] {
        assert!(github::read(event, body.as_bytes()).is_err(), "{event} {body}");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(body in "\\PC{0,200}") {
        let _ = (read(body.as_bytes()).is_ok(), github::repository(body.as_bytes()).is_ok());
        for event in ["push", "deployment_status", "ping"] {
            let _ = github::read(event, body.as_bytes()).is_ok();
        }
    }

    #[test]
    fn a_piece_of_a_webhook_never_panics(length in 0..2_000_usize) {
        let whole = fixture!("push");
        let piece = &whole[..length.min(whole.len())];
        prop_assert_eq!(github::read("push", piece).is_ok(), length >= whole.len() - 1);
    }
}
