//! The same by commands, beside a running server.

use std::time::Duration;

use serde_json::json;

use super::github::{read, webhook};
use super::{SERVICE, tell};
use crate::support::{Api, Server, eventually};

/// A running server looks for changes every second.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_token_is_made_and_deploys_are_shown_by_commands() {
    let server = Server::start();
    let cli = &server.cli;
    assert_eq!(cli.json(&["deploy", "list"])["deploys"], json!([]));
    let none = cli.run(&["deploy", "list"]);
    let none = String::from_utf8(none.stdout).unwrap();
    assert!(none.contains("watchbell service deploy-token"), "{none}");

    let made = cli.json(&["service", "deploy-token", SERVICE]);
    let token = made["deploy_token"].as_str().unwrap();
    let body = json!({
        "commit_sha": "9fceb02d0ae598e95dc970b74767f19372d61af8", "environment": "production",
        "commit_message": "Use the new taxes\n\u{1b}]0;and a terminal's title\u{7}",
        "commits": [{"sha": "e83c516", "author": "Mona", "message": "Round", "files": ["a", "b"]}],
    });
    let told = eventually("the server knows the token", SOON, || {
        Some(tell(&server, token, &body)).filter(|reply| reply.status == 202)
    });
    let id = told.data()["deploy_id"].as_str().unwrap().to_owned();
    let listed = cli.json(&["deploy", "list", "--service", SERVICE, "--environment", "production"]);
    assert_eq!(listed["deploys"][0]["deploy_id"], id);
    for nothing in [["--service", "SER-00002"], ["--environment", "staging"]] {
        let args = [&["deploy", "list"][..], &nothing].concat();
        assert_eq!(cli.json(&args)["deploys"], json!([]), "{nothing:?}");
    }
    let shown = cli.run(&["deploy", "show", &id]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("Demo API (SER-00001)") && shown.contains("2 files  Round"), "{shown}");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'), "{shown:?}");
    assert_eq!(cli.run(&["deploy", "show", "dep_1"]).status.code(), Some(2));

    // The old one lives on for a while, if somebody says so.
    let next = cli.json(&["service", "deploy-token", SERVICE, "--grace", "600"]);
    let next = next["deploy_token"].as_str().unwrap();
    eventually("the server knows the next token", SOON, || {
        Some(()).filter(|()| tell(&server, next, &body).status == 202)
    });
    assert_eq!(tell(&server, token, &body).status, 202);
}

#[test]
fn githubs_secret_outlives_the_master_key_that_sealed_it() {
    let server = Server::start();
    let cli = &server.cli;
    let without = cli.run(&["service", "github-secret", SERVICE]);
    let without = String::from_utf8(without.stderr).unwrap();
    assert!(without.contains("has no repository"), "{without}");
    cli.json(&["service", "set", SERVICE, "--repository", "acme/shop"]);
    let made = cli.json(&["service", "github-secret", SERVICE]);
    let secret = made["secret"].as_str().unwrap();
    let ping = || webhook(&server, "ping", secret, &read("ping")).status;
    eventually("the server knows the secret", SOON, || (ping() == 202).then_some(()));

    cli.json(&["vault", "prepare"]);
    let rotated = cli.json(&["vault", "rotate"]);
    let old = rotated["keys"][1]["id"].as_str().unwrap_or_else(|| panic!("{rotated}"));
    assert_eq!(ping(), 202);
    cli.json(&["vault", "forget", old]);
    assert_eq!(ping(), 202);
    // One that knows only the new master key opens it as well.
    let other = Server::builder_for(cli.clone()).start();
    assert_eq!(webhook(&other, "ping", secret, &read("ping")).status, 202);
    let status = cli.json(&["vault", "status"]);
    assert_eq!(status["unreadable"], json!([]), "{status}");

    assert_eq!(cli.json(&["service", "github-secret", SERVICE, "--remove"])["removed"], true);
    eventually("the secret is gone", SOON, || (ping() == 401).then_some(()));
    assert_eq!(cli.json(&["service", "github-secret", SERVICE, "--remove"])["removed"], false);
    let audit = Api::for_everything(&server).get("/audit?limit=100").data().to_string();
    assert!(!audit.contains(secret), "{audit}");
}
