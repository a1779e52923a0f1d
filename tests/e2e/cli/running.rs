//! While the server runs, it notices what a command has changed within a second.

use serde_json::json;

use crate::support::{NOTICED, Reply, Server, alert, eventually, group, unlimited, with};

#[test]
fn services_added_and_linked_are_known_to_the_running_server() {
    // Many are accepted until a change is noticed: a limit would be reached before.
    let server = Server::builder_for(unlimited()).start();
    let hook = server.hook("custom");
    let named =
        |service: &str| server.post(&hook, &json!({"title": "Late", "service_id": service})).status;
    let becomes = |what: &str, service: &str, status: u16| {
        eventually(what, NOTICED, || (named(service) == status).then_some(()));
    };
    assert_eq!(named("billing"), 400);
    server.cli.json(&["service", "add", "Billing", "--key", "billing"]);
    becomes("added", "billing", 202);
    assert_eq!(server.all("/api/v1/services").len(), 2);
    server.cli.json(&["integration", "set", "custom", "--linked-only", "true"]);
    becomes("links only", "billing", 400);
    server.cli.json(&["integration", "link", "custom", "billing"]);
    becomes("linked", "billing", 202);
    server.cli.json(&["integration", "unlink", "custom", "billing"]);
    becomes("unlinked", "billing", 400);
    assert_eq!(named("SER-00001"), 202);
}

#[test]
fn an_integration_is_renamed_limited_and_given_a_default() {
    let server = Server::start();
    let hook = server.hook("alertmanager");
    server.cli.json(&[
        "integration",
        "set",
        "alertmanager",
        "--name",
        "Prom",
        "--rate-limit",
        "7000",
    ]);
    eventually("the limit is known", NOTICED, || {
        let reply = server.client.get(&hook, &[]).unwrap();
        (reply.header("x-ratelimit-limit") == Some("7000")).then_some(())
    });
    let labels = json!({"alertname": "Slow"});
    let first = server.post(&hook, &group("firing", &labels));
    let name =
        |reply: &Reply| server.delivery(&reply.data()["delivery_id"])["integration_name"].clone();
    assert_eq!(name(&first), "Prom");
    server.cli.json(&["integration", "set", "Prom", "--default-service", "none"]);
    let mut attempt = 0;
    eventually("there is no default", NOTICED, || {
        attempt += 1;
        let other = json!({"alertname": "Other", "attempt": attempt.to_string()});
        let reply = server.post(&hook, &group("firing", &other));
        (reply.said() == "ignored/missing_service").then_some(())
    });
}

#[test]
fn every_command_works_beside_the_server() {
    let server = Server::start();
    let hook = server.hook("custom");
    assert_eq!(server.post(&hook, &alert("a")).status, 202);
    let check = |line: &[&str]| {
        let output = server.cli.run(line);
        assert!(output.status.success(), "{line:?}: {output:?}");
        assert!(!output.stdout.is_empty(), "{line:?} tells nothing");
    };
    check(&["migrate"]);
    check(&["migrate", "--status"]);
    check(&["service", "add", "Billing", "--severity", "SEV1"]);
    check(&["service", "list"]);
    check(&["integration", "add", "alertmanager", "--name", "Second", "--service", "SER-00003"]);
    check(&["integration", "list"]);
    check(&["integration", "show", "Second"]);
    check(&["integration", "rotate", "Second", "--grace", "60"]);
    check(&["integration", "disable", "second"]);
    check(&["integration", "enable", "second"]);
    check(&["integration", "disconnect", "second"]);
    check(&["integration", "reconnect", "second"]);
    check(&["integration", "secret", "add", "custom"]);
    check(&["integration", "secret", "remove", "custom", "--all"]);
    // The server may have noticed the secret and not yet its removal.
    eventually("unsigned alerts are taken again", NOTICED, || {
        (server.post(&hook, &alert("b")).status == 202).then_some(())
    });
    check(&["key", "create", "Dashboard"]);
    check(&["key", "list"]);
    check(&["key", "revoke", "Dashboard"]);
    check(&["send", "custom", "--url", &server.url]);
    check(&["doctor", "--set", &format!("server.public_url={}", server.url)]);
    check(&["config", "check"]);
    check(&["config", "print"]);
    let over = with(alert("a"), "status", "resolved");
    assert_eq!(server.post(&hook, &over).said(), "processed/resolved");
    server.cli.assert_sound();
}
