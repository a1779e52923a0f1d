//! OpsKnight's page about Sentry: both formats, the `curl`, its tables of actions and severities,
//! titles, keys, and the signing secret.

use serde_json::{Value, json};

use super::{run_for, seed};
use crate::support::{Reply, Server, hmac, with};

const SECRET: &str = "your-signing-secret";

/// A server with an integration as the page sets it up: for one service, with OpsKnight's
/// severities. And its address in the form of this program.
fn start(flags: &[&str]) -> (Server, String) {
    // Some of it proves nothing, and is asked until a change is noticed.
    let server = Server::builder().set("intake.unproven_per_minute", "100000").start();
    let own = ["--default-service", "SER-00001", "--option", "severity_preset=opsknight"];
    let hook = server.add("sentry", "OpsKnight", &[&own[..], flags].concat());
    (server, hook)
}

/// The page's endpoint.
fn endpoint(server: &Server, hook: &str) -> String {
    let key = hook.rsplit('/').next().unwrap();
    format!("{}/api/integrations/sentry?integrationId={key}", server.url)
}

fn body(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(seed(name)).unwrap()).unwrap()
}

/// The issue of the page with another id, action, status or level.
fn issue(id: &str, action: &str, status: &str, level: &str) -> Value {
    let mut body = body("opsknight_issue.json");
    body["issue"]["id"] = id.into();
    body["issue"]["status"] = status.into();
    body["issue"]["level"] = level.into();
    with(body, "action", action)
}

#[test]
fn both_formats_and_the_curl_work_unchanged() {
    let (server, hook) = start(&[]);
    let post = |name: &str| {
        server.post_bytes(&endpoint(&server, &hook), &[], &std::fs::read(seed(name)).unwrap())
    };
    let check = |reply: &Reply, title: &str, source: &str, key: &str| {
        assert_eq!(reply.said(), "processed/created", "{key}");
        let incident = server.incident(&reply.incident());
        assert_eq!(incident["title"], title, "{incident}");
        assert_eq!(incident["source_name"], source, "{incident}");
        assert_eq!(incident["dedup_key"], key, "{incident}");
        assert_eq!(incident["severity"], "SEV2", "error: {incident}");
        assert_eq!(incident["services"][0]["name"], "Demo API", "{incident}");
        incident
    };
    let incident = check(
        &post("opsknight_issue.json"),
        "TypeError: Cannot read property 'foo' of undefined",
        "Sentry - My Project",
        "sentry-12345",
    );
    assert_eq!(incident["source_url"], "https://sentry.io/organizations/myorg/issues/12345/");
    let incident = check(
        &post("opsknight_event.json"),
        "Failed to process payment",
        "Sentry - My Project",
        "sentry-abc123def456",
    );
    assert_eq!(incident["metadata"]["environment"], "production");
    // "This ensures the same Sentry issue maps to the same incident."
    assert_eq!(post("opsknight_issue.json").said(), "processed/updated");

    let output = run_for(&hook, "", "opsknight_curl.sh");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let reply = Reply { status: 202, headers: Vec::new(), body: answer.to_string() };
    check(&reply, "Test Error from Sentry", "Sentry - Test Project", "sentry-test-001");
    assert_eq!(server.all("/api/v1/incidents").len(), 3);
    server.cli.assert_sound();
}

#[test]
fn actions_and_statuses_do_what_the_table_says() {
    let (server, hook) = start(&[]);
    let said = |id: &str, action: &str, status: &str| {
        server.post(&endpoint(&server, &hook), &issue(id, action, status, "error")).said()
    };
    assert_eq!(said("1", "created", "unresolved"), "processed/created");
    assert_eq!(said("1", "ignored", "unresolved"), "processed/acknowledged");
    assert_eq!(said("1", "resolved", "unresolved"), "processed/resolved");
    // The status counts regardless of the action.
    assert_eq!(said("2", "created", "unresolved"), "processed/created");
    assert_eq!(said("2", "created", "ignored"), "processed/acknowledged");
    assert_eq!(said("2", "created", "resolved"), "processed/resolved");
    assert_eq!(said("3", "created", "resolved"), "ignored/nothing_open");
    assert_eq!(said("1", "unresolved", "unresolved"), "processed/reopened");
    assert_eq!(server.all("/api/v1/incidents").len(), 2);
    server.cli.assert_sound();
}

#[test]
fn levels_and_titles_are_what_the_page_says() {
    let (server, hook) = start(&[]);
    let incident = |body: &Value| {
        let reply = server.post(&endpoint(&server, &hook), body);
        assert_eq!(reply.said(), "processed/created", "{body}");
        server.incident(&reply.incident())
    };
    let table = [
        ("fatal", "SEV0"),
        ("error", "SEV2"),
        ("warning", "SEV3"),
        ("info", "SEV4"),
        ("debug", "SEV4"),
    ];
    for (level, severity) in table {
        let opened = incident(&issue(level, "created", "unresolved", level));
        assert_eq!(opened["severity"], severity, "{level}");
    }
    let mut untitled = body("opsknight_event.json");
    untitled["event"].as_object_mut().unwrap().remove("message");
    assert_eq!(incident(&untitled)["title"], "Sentry Error");
}

#[test]
fn a_signing_secret_is_enforced() {
    let (server, hook) = start(&["--secret", SECRET]);
    let text = std::fs::read_to_string(seed("opsknight_issue.json")).unwrap();
    let post = |headers: &[(&str, &str)]| {
        server.post_bytes(&endpoint(&server, &hook), headers, text.as_bytes())
    };
    assert_eq!(post(&[]).refused(), "401 unauthorized");
    let wrong = hmac("another secret", &text);
    assert_eq!(post(&[("Sentry-Hook-Signature", &wrong)]).refused(), "401 unauthorized");
    assert_eq!(server.newest("signature_mismatch")["http_status"], 401);
    let right = hmac(SECRET, &text);
    assert_eq!(post(&[("Sentry-Hook-Signature", &right)]).said(), "processed/created");
    // "Remove secret if you don't want signature verification."
    server.cli.json(&["integration", "secret", "remove", "OpsKnight", "--all"]);
    crate::support::eventually("no signature is asked for", crate::support::NOTICED, || {
        (post(&[]).status == 202).then_some(())
    });
    assert_eq!(server.newest("signature_missing")["http_status"], 401);
    let problem = json!({"error": "unsigned"});
    assert_eq!(server.post(&endpoint(&server, &hook), &problem).refused(), "400 malformed");
}
