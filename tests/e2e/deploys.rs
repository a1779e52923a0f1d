//! Deploys and suspects, over HTTP: told by pipelines and by GitHub, listed, and suspected.

mod command_line;
mod github;
mod suspects;

use serde_json::{Value, json};

use crate::support::{Api, Reply, Server};

/// The demo service.
const SERVICE: &str = "SER-00001";

/// The demo service's new deploy token.
fn token(api: &Api<'_>, body: &Value) -> String {
    let made = api.post(&format!("/services/{SERVICE}/deploy-token"), body);
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.data();
    assert!(made["deploy_url"].as_str().unwrap().ends_with("/api/ingest/deploy"), "{made}");
    made["deploy_token"].as_str().unwrap().to_owned()
}

fn send(server: &Server, path: &str, token: &str, body: &[u8]) -> Reply {
    let headers = [("x-deploy-token", token), ("content-type", "application/json")];
    server.speak("POST", path, &headers, body)
}

fn tell(server: &Server, token: &str, body: &Value) -> Reply {
    send(server, "/api/ingest/deploy", token, body.to_string().as_bytes())
}

/// The paths of what is wrong with a body.
fn paths(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.refused(), "400 validation_error", "{reply:?}");
    let details = reply.error()["details"].clone();
    let details = details.as_array().unwrap().iter();
    details.map(|detail| detail["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_deploy_is_told_listed_and_shown() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let token = token(&api, &json!({}));
    assert!(token.starts_with("dpl_") && token.len() == 36, "{token}");
    let body = json!({
        "commit_sha": "9fceb02d0ae598e95dc970b74767f19372d61af8",
        "commit_message": "Use the new taxes", "branch": "main", "deployed_by": "mona",
        "environment": "production", "version": "v2.4.1", "url": "https://ci.example/run/88",
        "commits": [{"sha": "e83c516", "message": "Round", "files": ["src/tax.rs"]}],
        "unknown": {"fields": "are not looked at"},
    });
    let told = tell(&server, &token, &body);
    assert_eq!(told.status, 202, "{told:?}");
    let told = told.data();
    assert_eq!(told["outcome"], "recorded");
    let id = told["deploy_id"].as_str().unwrap().to_owned();
    let again = tell(&server, &token, &body).data();
    assert_eq!((&again["deploy_id"], &again["outcome"]), (&json!(id), &json!("duplicate")));
    let mut other = body.clone();
    other["environment"] = json!("staging");
    let other = tell(&server, &token, &other).data();
    assert_eq!(other["outcome"], "recorded", "another environment");

    let shown = api.get(&format!("/deploys/{id}")).data();
    assert_eq!(shown["service_name"], "Demo API");
    assert_eq!((&shown["branch"], &shown["source"]), (&json!("main"), &json!("token")));
    assert_eq!(shown["commits"][0]["files"], json!(["src/tax.rs"]));
    let ids = |query: &str| -> Vec<Value> {
        let listed = api.get(&format!("/deploys{query}")).data();
        listed["items"].as_array().unwrap().iter().map(|one| one["deploy_id"].clone()).collect()
    };
    let both = [other["deploy_id"].clone(), json!(id)];
    let (second, first) = both.split_at(1);
    assert_eq!(ids(""), both);
    assert_eq!(ids("?environment=production"), first);
    assert_eq!(ids(&format!("?service_id={SERVICE}&environment=staging")), second);
    for nothing in
        ["service_id=SER-00002", "service_id=nobody", "deployed_before=2026-01-01T00:00:00Z"]
    {
        assert_eq!(ids(&format!("?{nothing}")), [Value::Null; 0]);
    }
    let page = api.get("/deploys?limit=1&cursor=").data();
    let next = page["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(page["items"][0]["deploy_id"], both[0]);
    assert_eq!(ids(&format!("?limit=1&cursor={next}")), first);
    assert_eq!(api.get("/deploys/dep_1").refused(), "404 not_found");
    let key = Api::with(&server, &["incidents:read"]);
    assert_eq!(key.get("/deploys").refused(), "403 forbidden");
}

#[test]
fn a_bad_deploy_is_refused_with_what_is_wrong() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let token = token(&api, &json!({}));
    let good = json!({"commit_sha": "9fceb02"});
    let digits = token.trim_start_matches("dpl_");
    for wrong in ["", "dpl_", "dpl_00000000000000000000000000000000", "wb_x", digits] {
        assert_eq!(tell(&server, wrong, &good).refused(), "401 unauthorized", "{wrong}");
    }
    let got = server.speak("GET", "/api/ingest/deploy", &[("x-deploy-token", &token)], b"");
    assert_eq!(
        (got.refused().as_str(), got.header("allow")),
        ("405 method_not_allowed", Some("POST"))
    );
    let commits =
        |number: usize| json!({"commit_sha": "a", "commits": vec![json!({"sha": "b"}); number]});
    assert_eq!(paths(&tell(&server, &token, &commits(101))), ["commits"]);
    assert_eq!(tell(&server, &token, &commits(100)).status, 202);
    let sha = |length: usize| json!({"commit_sha": "a".repeat(length)});
    assert_eq!(paths(&tell(&server, &token, &sha(256))), ["commit_sha"]);
    assert_eq!(tell(&server, &token, &sha(255)).status, 202);
    let several = json!({"commit_sha": "", "url": "ftp://x", "commits": [{"sha": 1}]});
    assert_eq!(paths(&tell(&server, &token, &several)), ["commit_sha", "url", "commits[0].sha"]);
    for broken in [&b"{"[..], b"[]", b"", b"commit_sha=a"] {
        let reply = send(&server, "/api/ingest/deploy", &token, broken);
        assert_eq!(reply.refused(), "400 malformed", "{reply:?}");
    }
    // Exactly 100 KB are taken, and one byte more is refused before anybody reads it.
    let sized = |bytes: usize| {
        let (start, end) = ("{\"commit_sha\":\"a\",\"description\":\"", "\"}");
        let filler = "x".repeat(bytes - start.len() - end.len());
        send(&server, "/api/ingest/deploy", &token, format!("{start}{filler}{end}").as_bytes())
    };
    assert_eq!(sized(102_401).refused(), "413 too_large");
    assert_eq!(sized(102_400).status, 202);
}

#[test]
fn a_test_checks_the_token_and_records_nothing() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let token = token(&api, &json!({}));
    let test = |token: &str, body: &[u8]| send(&server, "/api/ingest/deploy/test", token, body);
    let good = test(&token, b"");
    assert_eq!((good.status, &good.data()["body_read"]), (200, &json!(false)));
    assert_eq!(good.data()["service_name"], "Demo API");
    assert_eq!(test(&token, b"{\"commit_sha\":\"a\"}").data()["body_read"], true);
    assert_eq!(paths(&test(&token, b"{}")), ["commit_sha"]);
    assert_eq!(test("dpl_wrong", b"").refused(), "401 unauthorized");
    assert_eq!(api.get("/deploys").data()["total"], 0);
    for _ in 0..6 {
        assert_eq!(test(&token, b"").status, 200);
    }
    let over = test(&token, b"");
    assert_eq!(over.refused(), "429 rate_limited");
    let wait: i64 = over.header("retry-after").unwrap().parse().unwrap();
    // In whole seconds, of which both ends may be a part.
    assert!((1..=61).contains(&wait), "{wait}");
    // Deploys themselves have a limit of their own.
    assert_eq!(tell(&server, &token, &json!({"commit_sha": "a"})).status, 202);
}

#[test]
fn sixty_deploys_a_minute_are_taken_from_an_address() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let token = token(&api, &json!({}));
    for number in 0..60 {
        let told = tell(&server, &token, &json!({"commit_sha": format!("{number}")}));
        assert_eq!(told.status, 202, "{told:?}");
    }
    let over = tell(&server, &token, &json!({"commit_sha": "60"}));
    assert_eq!(over.refused(), "429 rate_limited");
    assert!(over.header("retry-after").is_some());
}

#[test]
fn a_token_is_replaced_with_or_without_grace() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let works = |token: &str| {
        let reply = send(&server, "/api/ingest/deploy/test", token, b"");
        assert!([200, 401].contains(&reply.status), "{reply:?}");
        reply.status == 200
    };
    let first = token(&api, &json!({}));
    let second = token(&api, &json!({"grace_s": 600}));
    assert!(works(&first) && works(&second));
    let third = token(&api, &json!({}));
    assert!(!works(&first) && !works(&second) && works(&third));
    let wrong =
        api.post(&format!("/services/{SERVICE}/deploy-token"), &json!({"grace_s": 2_592_001}));
    assert_eq!(paths(&wrong), ["grace_s"]);
    assert_eq!(api.post("/services/nobody/deploy-token", &json!({})).refused(), "404 not_found");
    let viewer = Api::with(&server, &["services:read"]);
    let refused = viewer.post(&format!("/services/{SERVICE}/deploy-token"), &json!({}));
    assert_eq!(refused.refused(), "403 forbidden");
    // The audit log tells that it was done, and no token.
    let log = api.get("/audit?action=deploy_token.added").data();
    assert_eq!(log["items"].as_array().unwrap().len(), 3, "{log}");
    for token in [&first, &second, &third] {
        assert!(!log.to_string().contains(token.trim_start_matches("dpl_")), "{log}");
    }
    server.cli.assert_sound();
}
