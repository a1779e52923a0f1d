//! Idempotency ids: 202 duplicate, 409.

use serde_json::Value;

use crate::support::{Reply, Server, alert, with};

fn send(server: &Server, hook: &str, id: &str, body: &Value) -> Reply {
    server.post_bytes(hook, &[("Idempotency-Key", id)], body.to_string().as_bytes())
}

#[test]
fn a_repeat_gets_the_first_answer_and_changes_nothing() {
    let server = Server::start();
    let hook = server.hook("custom");
    let keyless = with(alert("a"), "dedup_key", Value::Null);
    let first = send(&server, &hook, "run-1", &keyless).data();
    assert_eq!(first["reason"], "created");
    let again = send(&server, &hook, "run-1", &keyless);
    assert_eq!(again.said(), "duplicate/duplicate_delivery");
    assert_eq!(again.status, 202);
    let again = again.data();
    assert_eq!(again["delivery_id"], first["delivery_id"]);
    assert_eq!(again["alerts"], first["alerts"]);
    assert_eq!(server.all("/api/v1/incidents").len(), 1);
    let listed = server.all("/api/v1/deliveries?outcome=duplicate");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0]["repeats"], first["delivery_id"]);
    assert_ne!(listed[0]["delivery_id"], first["delivery_id"], "the event log has both");
    let other = send(&server, &hook, "run-2", &keyless);
    assert_eq!(other.said(), "processed/created");
}

#[test]
fn another_body_under_the_same_id_is_a_conflict() {
    let server = Server::start();
    let hook = server.hook("custom");
    assert_eq!(send(&server, &hook, "run-1", &alert("a")).status, 202);
    let other = send(&server, &hook, "run-1", &alert("b"));
    assert_eq!(other.refused(), "409 conflict");
    assert_eq!(other.header("x-ratelimit-category"), Some("webhook"));
    let logged = server.all("/api/v1/deliveries?outcome=rejected");
    assert_eq!(logged[0]["http_status"], 409, "{logged:?}");
    assert_eq!(send(&server, &hook, "run-1", &alert("a")).said(), "duplicate/duplicate_delivery");
    let elsewhere = server.add("custom", "Other", &[]);
    let reply = send(&server, &elsewhere, "run-1", &alert("b"));
    assert_eq!(reply.said(), "processed/created", "ids are remembered for each integration");
}

#[test]
fn what_was_refused_is_not_remembered_and_what_was_ignored_is() {
    let server = Server::start();
    let hook = server.hook("custom");
    let bad = with(alert("a"), "severity", "SEV9");
    assert_eq!(send(&server, &hook, "run-1", &bad).status, 400);
    assert_eq!(send(&server, &hook, "run-1", &alert("a")).said(), "processed/created");
    let over = with(alert("never"), "status", "resolved");
    assert_eq!(send(&server, &hook, "run-2", &over).said(), "ignored/nothing_open");
    assert_eq!(send(&server, &hook, "run-2", &over).said(), "duplicate/duplicate_delivery");
}

#[test]
fn an_id_has_1_to_255_characters() {
    let server = Server::start();
    let hook = server.hook("custom");
    let check = |id: &str, expected: u16| {
        let reply = send(&server, &hook, id, &alert("a"));
        assert_eq!(reply.status, expected, "{id}: {reply:?}");
        if expected == 400 {
            assert_eq!(reply.paths(), ["header Idempotency-Key"]);
        }
    };
    check("", 400);
    check(&"k".repeat(255), 202);
    check(&"k".repeat(256), 400);
}

#[test]
fn ids_outlive_the_process() {
    let mut server = Server::start();
    let key = server.cli.routing_key("custom");
    let hook = |server: &Server| format!("{}/webhooks/{key}", server.url);
    let first = send(&server, &hook(&server), "run-1", &alert("a")).data();
    server.kill();
    server.restart();
    let again = send(&server, &hook(&server), "run-1", &alert("a")).data();
    assert_eq!(again["outcome"], "duplicate");
    assert_eq!(again["delivery_id"], first["delivery_id"]);
}
