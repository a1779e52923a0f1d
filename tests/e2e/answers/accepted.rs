//! 202: understood.

use serde_json::{Value, json};

use crate::support::{NOTICED, Server, alert, eventually, group, unlimited, with};

#[test]
fn an_alert_opens_repeats_ends_and_then_nothing_is_open() {
    let server = Server::start();
    let hook = server.hook("custom");
    let check = |body: &Value, expected: &str| {
        let reply = server.post(&hook, body);
        assert_eq!(reply.status, 202, "{reply:?}");
        let first = &reply.data()["alerts"][0];
        let told = format!("{} {}", reply.said(), first["incident_number"].as_str().unwrap_or("-"));
        let json = reply.json();
        let year = json["meta"]["timestamp"].as_str().unwrap().split('-').next().unwrap();
        assert_eq!(told.replace(year, "YEAR"), expected, "{body}");
    };
    let resolved = with(alert("disk"), "status", "resolved");
    check(&alert("disk"), "processed/created INC-YEAR-001");
    check(&alert("disk"), "processed/updated INC-YEAR-001");
    check(&resolved, "processed/resolved INC-YEAR-001");
    check(&resolved, "ignored/nothing_open -");
    check(&alert("disk"), "processed/created INC-YEAR-002");
    // Without a key nothing can be found: each trigger is new, and no end has a beginning.
    let keyless = json!({"title": "Server is down", "service_id": "SER-00002"});
    check(&keyless, "processed/created INC-YEAR-003");
    check(&keyless, "processed/created INC-YEAR-004");
    check(&with(keyless, "status", "resolved"), "ignored/nothing_open -");
    // A list is one delivery; its reason is the most important one.
    let list = json!([alert("disk"), with(alert("other"), "status", "resolved"), alert("third")]);
    check(&list, "processed/created INC-YEAR-002");
}

#[test]
fn the_answer_has_exactly_the_documented_form() {
    let server = Server::start();
    let body = with(alert("disk"), "severity", "SEV1");
    let reply = server.post(&server.hook("custom"), &body);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let mut json = reply.json();
    let service = server.api("/api/v1/services").data()["items"][0]["service_key"].clone();
    let like = |text: &Value, prefix: &str| {
        let text = text.as_str().unwrap();
        assert!(text.starts_with(prefix), "{text} {prefix}");
    };
    like(&json["data"]["delivery_id"], "dlv_");
    like(&json["data"]["alerts"][0]["incident_number"], "INC-");
    like(&json["meta"]["request_id"], "req_");
    like(&json["meta"]["timestamp"], "2");
    json["data"]["delivery_id"] = "dlv_…".into();
    json["data"]["alerts"][0]["incident_number"] = "INC-…".into();
    json["meta"] = json["meta"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().into();
    let expected = json!({
        "success": true,
        "data": {
            "delivery_id": "dlv_…", "outcome": "processed", "reason": "created",
            "alerts": [{
                "action": "trigger", "reason": "created", "incident_number": "INC-…",
                "service_key": service, "severity": "SEV1", "dedup_key": "disk",
            }],
        },
        "meta": ["request_id", "timestamp"],
    });
    assert_eq!(json, expected);
}

#[test]
fn a_service_answers_to_every_one_of_its_keys() {
    let server = Server::start();
    let added = server.cli.json(&["service", "add", "Billing", "--key", "pay-roll"]);
    let key = added["service_key"].as_str().unwrap();
    let legacy = added["legacy_key"].as_str().unwrap();
    let hook = server.hook("custom");
    let named =
        |reference: &str| server.post(&hook, &json!({"title": "Late", "service_id": reference}));
    eventually("the service is known", NOTICED, || (named(key).status == 202).then_some(()));
    let check = |reference: &str, expected: &str| {
        let reply = named(reference);
        assert_eq!(reply.data()["alerts"][0]["service_key"], expected, "{reference:?}");
    };
    for reference in [key, legacy, "pay-roll", "PAY-Roll"] {
        check(reference, key);
        check(&reference.to_lowercase(), key);
        check(&reference.to_uppercase(), key);
        check(&format!("  {reference}\t"), key);
    }
}

#[test]
fn a_service_that_may_not_be_used_is_a_400_that_says_so() {
    let cli = unlimited();
    cli.json(&["service", "add", "Old", "--key", "old", "--inactive"]);
    cli.json(&["service", "add", "Other", "--key", "other"]);
    cli.add("custom", "Strict", &["--service", "SER-00001", "--linked-only"]);
    let server = Server::builder_for(cli).start();
    let (open, strict) = (server.hook("Custom webhook"), server.hook("Strict"));
    let check = |hook: &str, service: &str, expected: &str| {
        let body = json!({"title": "Late", "service_id": service});
        let reply = server.post(hook, &body);
        assert_eq!(reply.refused(), "400 validation_error", "{service}");
        assert_eq!(reply.paths(), ["service_id"], "{service}");
        let error = reply.error();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(&open, "nowhere", "nowhere");
    check(&open, "old", "the key of an active service");
    check(&strict, "other", "linked");
    assert_eq!(server.newest("invalid_field")["outcome"], "rejected");
    assert_eq!(server.post(&open, &json!({"title": "x", "service_id": "other"})).status, 202);
    assert_eq!(server.post(&strict, &alert("a")).said(), "processed/created");
}

#[test]
fn alertmanager_is_understood_or_told_why_not() {
    let server = Server::start();
    let hook = server.hook("alertmanager");
    let check = |body: &Value, expected: &str| {
        assert_eq!(server.post(&hook, body).said(), expected, "{body}");
    };
    let slow = json!({"alertname": "Slow", "severity": "page"});
    check(&group("firing", &slow), "processed/created");
    check(&group("firing", &slow), "processed/updated");
    check(&group("resolved", &slow), "processed/resolved");
    check(&group("resolved", &slow), "ignored/nothing_open");
    check(&group("firing", &json!({"alertname": "Watchdog"})), "ignored/heartbeat");
    check(
        &group("firing", &json!({"alertname": "Slow", "service_id": "nowhere"})),
        "ignored/unknown_service",
    );
    check(
        &group("firing", &json!({"alertname": "Slow", "severity": "none"})),
        "ignored/severity_do_not_create",
    );
    let mut nothing = group("firing", &slow);
    nothing["alerts"] = json!([]);
    check(&nothing, "ignored/empty");
    let logged = server.all("/api/v1/deliveries");
    assert_eq!(logged.len(), 8, "each can be read again: {logged:?}");
    for delivery in &logged {
        assert_eq!(server.delivery(&delivery["delivery_id"])["reason"], delivery["reason"]);
    }
}
