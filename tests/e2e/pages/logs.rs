//! Deploys and the audit log: what restricts them.

use serde_json::json;

use crate::support::{Api, Server, Visitor};

#[test]
fn deploys_are_found_by_service_environment_and_time() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    for (service, commit, environment) in [
        ("SER-00001", "aaaa1111", "production"),
        ("SER-00001", "bbbb2222", "staging"),
        ("SER-00002", "cccc3333", "production"),
    ] {
        let made = api.post(&format!("/services/{service}/deploy-token"), &json!({})).data();
        let token = made["deploy_token"].as_str().unwrap();
        let headers = [("x-deploy-token", token), ("content-type", "application/json")];
        let deploy = json!({"commit_sha": commit, "environment": environment});
        let body = deploy.to_string();
        let told = server.speak("POST", "/api/ingest/deploy", &headers, body.as_bytes());
        assert_eq!(told.status, 202, "{told:?}");
    }
    let check = |query: &str, expected: &[&str]| {
        let page = owner.page(&format!("/deploys{query}"));
        for commit in ["aaaa1111", "bbbb2222", "cccc3333"] {
            let is_there = page.contains(commit);
            assert_eq!(is_there, expected.contains(&commit), "{query} {commit}: {page}");
        }
        page
    };
    check("", &["aaaa1111", "bbbb2222", "cccc3333"]);
    check("?service=&environment=&from=&until=", &["aaaa1111", "bbbb2222", "cccc3333"]);
    check("?service=SER-00001", &["aaaa1111", "bbbb2222"]);
    check("?environment=production", &["aaaa1111", "cccc3333"]);
    check("?service=SER-00002&environment=staging", &[]);
    check("?from=2020-01-01T00:00", &["aaaa1111", "bbbb2222", "cccc3333"]);
    let none = check("?until=2020-01-01T00:00", &[]);
    assert!(none.contains("Nothing fits these filters.") && none.contains("Clear all filters"));
    assert_eq!(owner.get("/deploys?service=nobody&from=soon").status, 400);
}

#[test]
fn the_audit_log_is_found_by_who_what_and_of_what() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let api = Api::for_everything(&server);
    owner.submit("/teams", "/teams", &[("name", "Payments")]);
    api.post("/teams", &json!({"name": "Search"}));
    let id = api.get("/users").data()["items"][0]["id"].as_str().map(str::to_owned);
    let users = api.get("/users").data().to_string();
    let id = id.or_else(|| {
        let (_, rest) = users.split_once("usr_")?;
        Some(format!("usr_{}", rest.split('"').next()?))
    });
    let id = id.expect("a user's id");
    let check = |query: &str, expected: &[&str]| {
        let page = owner.page(&format!("/audit{query}"));
        for team in ["team Payments", "team Search"] {
            let is_there = page.contains(team);
            assert_eq!(is_there, expected.contains(&team), "{query} {team}: {page}");
        }
        page
    };
    let all = check("?action=team.added", &["team Payments", "team Search"]);
    check(&format!("?action=team.added&actor={id}"), &["team Payments"]);
    check("?action=service.changed", &[]);
    // What something was done to leads to all that was done to it.
    let (before, _) = all.split_once("team Payments").unwrap();
    let (_, about) = before.rsplit_once("href=\"").unwrap();
    let about = about.split('"').next().unwrap().trim_start_matches("/audit");
    check(about, &["team Payments"]);
    assert!(all.contains("href=\"/api/v1/audit/export\" download"), "{all}");
    let until = check("?until=2020-01-01T00:00", &[]);
    let address = "/api/v1/audit/export?before=2020-01-01T00%3A00%3A00Z";
    assert!(until.contains(&format!("href=\"{address}\"")), "{until}");
    assert!(!owner.get(address).body.contains("audit_id"), "nothing was done then");
    let whole = owner.get("/api/v1/audit/export");
    assert_eq!(whole.header("content-type"), Some("application/jsonl"));
    assert!(whole.body.lines().any(|line| line.contains("\"Payments\"")), "{whole:?}");
    for wrong in ["actor=nobody", "action=done", "subject=team", "from=soon"] {
        assert_eq!(owner.get(&format!("/audit?{wrong}")).status, 400, "{wrong}");
    }
}
