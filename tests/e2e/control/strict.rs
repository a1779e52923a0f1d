//! What is wrong is named, all of it at once; what is not known is refused.

use serde_json::{Value, json};

use crate::support::{Api, Server};

#[test]
fn every_wrong_field_is_named_at_once() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let check = |path: &str, body: &Value, expected: &[&str]| {
        let reply = api.post(path, body);
        assert_eq!(reply.refused(), "400 validation_error", "{path} {body}");
        assert_eq!(reply.paths(), expected, "{path} {body}");
    };
    check("/services", &json!({}), &["name"]);
    check("/services", &json!({"name": null}), &["name"]);
    check("/services", &json!({"name": "  "}), &["name"]);
    check("/services", &json!({"name": "x", "colour": "red"}), &["colour"]);
    check(
        "/services",
        &json!({
            "name": 1, "key": "", "is_active": "yes", "default_severity": "SEV9",
            "environment": "moon", "type": "rocket", "url": "", "title": "x",
        }),
        &["name", "key", "is_active", "default_severity", "environment", "type", "url", "title"],
    );
    check(
        "/services",
        &json!({"name": "x", "url": "ftp://x", "repository": "x"}),
        &["repository", "url"],
    );
    check(
        "/integrations",
        &json!({"options": {"a": []}, "rate_limit": -1, "service_keys": [1]}),
        &["options.a", "provider", "service_keys[0]", "rate_limit"],
    );
    check(
        "/integrations",
        &json!({"provider": "custom", "options": {"colour": "red"}}),
        &["options.colour"],
    );
    check(
        "/api-keys",
        &json!({"name": "x", "scopes": ["all"], "expires_in_days": 0}),
        &["scopes[0]", "expires_in_days"],
    );
}

#[test]
fn a_body_that_is_none_is_malformed() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let check = |body: &[u8], expected: &str| {
        let bearer = format!("Bearer {}", api.token());
        let headers = [("authorization", bearer.as_str())];
        let reply = server.speak("POST", "/api/v1/services", &headers, body);
        assert_eq!(reply.refused(), expected, "{reply:?}");
    };
    check(b"[]", "400 malformed");
    check(b"{", "400 malformed");
    check(b"\"text\"", "400 malformed");
    check(b"", "400 validation_error");
    check(&vec![b' '; (1 << 20) + 1], "413 too_large");
}

#[test]
fn an_unknown_parameter_is_refused() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let check = |path: &str, expected: &[&str]| {
        let reply = api.get(path);
        assert_eq!(reply.refused(), "400 validation_error", "{path}");
        assert_eq!(reply.paths(), expected, "{path}");
    };
    check("/incidents?sevrity=SEV1", &["sevrity"]);
    check("/incidents?limit=5&limit=6", &["limit"]);
    check("/incidents?offset=10001", &["offset"]);
    check("/services?name=x&state=y", &["name", "state"]);
    check("/deliveries?since=2026", &["since"]);
    check("/auth/verify?x=1", &["x"]);
    check("/services/SER-00001?deep=true", &["deep"]);
    let reply = api.post("/services?force=1", &json!({"name": "x"}));
    assert_eq!(reply.paths(), ["force"]);
}
