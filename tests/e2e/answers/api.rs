//! The REST API's doors: who may ask, what an error looks like, keys that end.

use serde_json::{Value, json};

use crate::support::{NOTICED, Reply, Server, alert, eventually, with};

fn ask(server: &Server, path: &str, token: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    server.client.get(&format!("{}{path}", server.url), &[("authorization", &bearer)]).unwrap()
}

fn token(created: &Value) -> String {
    created["token"].as_str().unwrap().to_owned()
}

#[test]
fn every_error_has_one_form() {
    let server = Server::start();
    let narrow = token(&server.cli.json(&["key", "create", "n", "--scope", "services:read"]));
    eventually("the key is known", NOTICED, || {
        (ask(&server, "/api/v1/auth/verify", &narrow).status == 200).then_some(())
    });
    let check = |reply: &Reply, expected: &str| {
        assert_eq!(reply.refused(), expected, "{reply:?}");
        let json = reply.json();
        let meta = &json["meta"];
        assert!(meta["request_id"].as_str().unwrap().starts_with("req_"), "{json}");
        assert!(meta["timestamp"].as_str().unwrap().ends_with('Z'), "{json}");
        assert!(!json["error"]["message"].as_str().unwrap().is_empty(), "{json}");
    };
    let get = |path: &str| server.client.get(&format!("{}{path}", server.url), &[]).unwrap();
    check(&get("/nowhere"), "404 not_found");
    check(&get("/api/v1/nowhere"), "404 not_found");
    check(&get("/webhooks/"), "404 not_found");
    check(&get("/webhooks"), "404 not_found");
    let unknown = "INC-2000-001";
    for path in ["/api/v1/incidents", "/api/v1/deliveries", "/api/v1/services"] {
        check(&get(path), "401 unauthorized");
        check(&ask(&server, path, "wb_wrong"), "401 unauthorized");
        for method in ["PUT", "DELETE", "TRACE"] {
            let reply = server.speak(method, path, &[], b"{}");
            check(&reply, "405 method_not_allowed");
            assert!(reply.header("allow").unwrap().starts_with("GET"), "{reply:?}");
        }
    }
    check(&ask(&server, "/api/v1/incidents", &narrow), "403 forbidden");
    check(&ask(&server, &format!("/api/v1/incidents/{unknown}"), &narrow), "403 forbidden");
    check(&ask(&server, "/api/v1/deliveries", &narrow), "403 forbidden");
    assert_eq!(ask(&server, "/api/v1/services", &narrow).status, 200);
    check(&server.api(&format!("/api/v1/incidents/{unknown}")), "404 not_found");
    check(&server.api("/api/v1/incidents/one"), "404 not_found");
    check(&server.api("/api/v1/deliveries/one"), "404 not_found");
    check(&server.api(&format!("/api/v1/deliveries/dlv_{}", "0".repeat(32))), "404 not_found");
}

#[test]
fn a_key_says_what_it_may_and_is_known_by_both_prefixes() {
    let server = Server::builder().set("organization.name", "Acme").start();
    let token = token(&server.cli.json(&["key", "create", "d", "--scope", "incidents:read"]));
    let reply = eventually("the key is known", NOTICED, || {
        let reply = ask(&server, "/api/v1/auth/verify", &token);
        (reply.status == 200).then_some(reply)
    });
    let expected =
        json!({"valid": true, "scopes": ["incidents:read"], "organization_name": "Acme"});
    assert_eq!(reply.data(), expected);
    let other = token.replacen("wb_", "rf_", 1);
    assert_eq!(ask(&server, "/api/v1/auth/verify", &other).data(), expected);
    let check = |authorization: &str| {
        let url = format!("{}/api/v1/auth/verify", server.url);
        let reply = server.client.get(&url, &[("authorization", authorization)]).unwrap();
        assert_eq!(reply.status, 401, "{authorization}");
    };
    check(&token);
    check(&format!("Basic {token}"));
    check(&format!("Bearer {}", token.trim_start_matches("wb_")));
    check(&format!("Bearer {token}x"));
    check("Bearer");
    check("Bearer ");
}

#[test]
fn a_revoked_key_is_dead_within_a_second() {
    let server = Server::start();
    let token = token(&server.cli.json(&["key", "create", "Dashboard"]));
    let becomes = |status: u16| {
        eventually(&format!("{status}"), NOTICED, || {
            (ask(&server, "/api/v1/incidents", &token).status == status).then_some(())
        });
    };
    becomes(200);
    server.cli.json(&["key", "revoke", "Dashboard"]);
    becomes(401);
}

#[test]
fn a_new_routing_key_ends_the_old_one_at_once_or_after_its_grace() {
    // Asking for a key that is not known yet is trying an unknown one.
    let server = Server::builder().set("intake.unproven_per_minute", "100000").start();
    let status = |key: &str| {
        let url = format!("{}/webhooks/{key}", server.url);
        server.client.get(&url, &[]).unwrap().status
    };
    let becomes = |key: &str, expected: u16| {
        eventually(&format!("{expected} for a key"), NOTICED, || {
            (status(key) == expected).then_some(())
        });
    };
    let rotate = |flags: &[&str]| {
        let rotated = server.cli.json(&[&["integration", "rotate", "custom"], flags].concat());
        rotated["routing_key"].as_str().unwrap().to_owned()
    };
    let first = server.cli.routing_key("custom");
    let second = rotate(&[]);
    becomes(&second, 405);
    assert_eq!(status(&first), 404);
    let third = rotate(&["--grace", "600"]);
    becomes(&third, 405);
    assert_eq!(status(&second), 405, "both live");
    let fourth = rotate(&["--grace", "1"]);
    becomes(&fourth, 405);
    becomes(&third, 404);
    assert_eq!(status(&fourth), 405);
}

#[test]
fn an_incident_is_shown_with_everything_that_happened() {
    let server = Server::start();
    let hook = server.hook("custom");
    let body = json!({
        "title": "Pool exhausted", "service_id": "SER-00002", "description": "no connections",
        "severity": "SEV3", "source_url": "https://grafana.example.com/d", "dedup_key": "pool",
        "metadata": {"region": "eu", "attempt": 3, "final": true},
    });
    let first = server.post(&hook, &body);
    let number = first.incident();
    server.post(&hook, &with(body.clone(), "severity", "SEV1"));
    server.post(&hook, &with(body.clone(), "status", "investigating"));
    server.post(&hook, &with(body, "status", "resolved"));
    let incident = server.incident(&number);
    let check = |field: &str, expected: Value| {
        assert_eq!(incident[field], expected, "{field}: {incident}");
    };
    check("incident_number", number.as_str().into());
    check("title", "Pool exhausted".into());
    check("description", "no connections".into());
    check("severity", "SEV1".into());
    check("status", "resolved".into());
    check("dedup_key", "pool".into());
    check("source_url", "https://grafana.example.com/d".into());
    check("metadata", json!({"region": "eu", "attempt": "3", "final": "true"}));
    check("test", false.into());
    assert_eq!(incident["services"][0]["name"], "Demo Database", "{incident}");
    assert!(incident["resolved_at"].is_string(), "{incident}");
    let timeline = incident["timeline"].as_array().unwrap();
    let kinds: Vec<_> = timeline.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["opened", "raised", "status_changed", "resolved"]);
    assert!(timeline.iter().any(|e| e["delivery_id"] == first.data()["delivery_id"]));
    for entry in timeline {
        assert!(entry["at"].is_string() && entry["actor"]["name"].is_string(), "{entry}");
        assert!(!entry["text"].as_str().unwrap().is_empty(), "{entry}");
    }
}

#[test]
fn a_delivery_is_shown_with_the_reasons_of_its_decision() {
    let server = Server::start();
    let hook = server.hook("custom");
    let body = with(with(alert("disk"), "severity", "SEV3"), "colour", "red").to_string();
    let headers = [
        ("Authorization", "Bearer swordfish"),
        ("Cookie", "swordfish"),
        ("X-Api-Key", "swordfish"),
        ("X-Build-Token", "swordfish"),
        ("X-Watchbell-Signature", "swordfish"),
        ("X-Build", "42"),
    ];
    let reply = server.post_bytes(&hook, &headers, body.as_bytes());
    let delivery = server.delivery(&reply.data()["delivery_id"]);
    assert_eq!(delivery["body"], body);
    assert_eq!(delivery["provider"], "custom");
    assert_eq!(delivery["outcome"], "processed");
    assert_eq!(delivery["reason"], "created");
    assert_eq!(delivery["http_status"], 202);
    assert_eq!(delivery["alerts"], reply.data()["alerts"]);
    assert!(delivery["duration_us"].as_i64().unwrap() > 0, "{delivery}");
    assert!(!delivery["advice"].as_str().unwrap().is_empty(), "{delivery}");
    let shown = delivery["headers"].to_string();
    assert!(!shown.contains("swordfish"), "{shown}");
    assert!(shown.contains(r#"["x-build","42"]"#), "{shown}");
    let trace = &delivery["trace"];
    let text = trace.to_string();
    for word in ["SER-00001", "SEV3", "colour", &reply.incident()] {
        assert!(text.contains(word), "{word}: {trace:#}");
    }
    let key = server.cli.routing_key("custom");
    assert!(!delivery.to_string().contains(&key), "{delivery}");
}
