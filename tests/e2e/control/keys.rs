//! API keys through the API.

use serde_json::json;

use crate::support::{Api, Reply, Server, now_s};

#[test]
fn a_key_is_made_used_and_ended() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let body = json!({"name": "CI", "scopes": ["services:read"], "expires_in_days": 30});
    let made = api.post("/api-keys", &body);
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.data();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("wb_") && token.ends_with(made["hint"].as_str().unwrap()));
    assert_eq!(made["scopes"], json!(["services:read"]));
    assert_eq!(made["is_live"], true);
    assert!(made["expires_at"].is_string());
    // It works at once.
    let key = Api::new(&server, token);
    assert_eq!(key.get("/services").status, 200);
    assert_eq!(key.get("/incidents").refused(), "403 forbidden");
    let listed = api.get("/api-keys?limit=100").data();
    let shown = listed["items"].as_array().unwrap().iter().find(|k| k["name"] == "CI").unwrap();
    assert_eq!(shown["key_id"], made["key_id"]);
    assert!(shown.get("token").is_none(), "never again: {shown}");
    let id = made["key_id"].as_str().unwrap();
    let ended = api.delete(&format!("/api-keys/{id}"));
    assert_eq!(ended.data()["is_live"], false);
    // And is dead at once.
    assert_eq!(key.get("/services").refused(), "401 unauthorized");
    assert_eq!(api.delete(&format!("/api-keys/{id}")).status, 200, "a second time changes nothing");
}

#[test]
fn nobody_gives_away_what_they_lack() {
    let server = Server::start();
    let api = Api::with(&server, &["api_keys:write", "services:read"]);
    let make =
        |scopes: serde_json::Value| api.post("/api-keys", &json!({"name": "n", "scopes": scopes}));
    assert_eq!(make(json!(["services:read"])).status, 201);
    let reply = make(json!(["services:read", "integrations:secrets", "audit:read"]));
    assert_eq!(reply.refused(), "403 forbidden");
    let message = reply.error()["message"].to_string();
    assert!(message.contains("integrations:secrets, audit:read"), "{message}");
    // Left out means what can be read, which this key lacks too.
    assert_eq!(api.post("/api-keys", &json!({"name": "n"})).refused(), "403 forbidden");
}

#[test]
fn a_key_that_asks_too_much_has_to_wait_and_nobody_else_does() {
    let server = Server::builder().set("server.key_requests_per_minute", "4").start();
    let (one, other) =
        (Api::with(&server, &["services:read"]), Api::with(&server, &["audit:read"]));
    let left = |reply: &Reply| {
        assert_eq!(reply.header("x-ratelimit-category"), Some("api"), "{reply:?}");
        assert_eq!(reply.header("x-ratelimit-limit"), Some("4"));
        let reset: i64 = reply.header("x-ratelimit-reset").unwrap().parse().unwrap();
        assert!((now_s()..=now_s() + 61).contains(&reset), "{reset}");
        reply.header("x-ratelimit-remaining").unwrap().parse::<u32>().unwrap()
    };
    // Each has asked once already, whether its key is known.
    let first = one.get("/services");
    assert_eq!((first.status, left(&first)), (200, 2));
    // What is refused counts, and says so, too.
    let refused = one.get("/incidents");
    assert_eq!((refused.refused(), left(&refused)), ("403 forbidden".to_owned(), 1));
    assert_eq!(left(&one.get("/services/no-such")), 0);
    let over = one.get("/services");
    assert_eq!((over.refused(), left(&over)), ("429 rate_limited".to_owned(), 0));
    let wait: i64 = over.header("retry-after").unwrap().parse().unwrap();
    // From the second that has begun to the one in which the minute is over.
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(left(&other.get("/audit")), 2, "another key");
    let stranger = Api::new(&server, "wb_unknown").get("/services");
    assert_eq!(stranger.refused(), "401 unauthorized");
    assert_eq!(stranger.header("x-ratelimit-limit"), None, "nobody is told about others");
}
