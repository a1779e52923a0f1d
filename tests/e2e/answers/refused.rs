//! 404, 405, 403, 415, and which of them comes first.

use serde_json::json;

use crate::support::{NOTICED, Server, alert, eventually, unlimited};

const UNKNOWN: &str = "there is no integration with this routing key";

#[test]
fn an_unknown_key_gets_one_answer_whatever_it_looks_like() {
    let server = Server::start();
    let check = |key: &str| {
        for method in ["POST", "GET"] {
            let url = format!("{}/webhooks/{key}", server.url);
            let reply = server.speak(method, &url, &[], b"{}");
            assert_eq!(reply.refused(), "404 not_found", "{key:?}");
            assert_eq!(reply.error()["message"], UNKNOWN, "{key:?}");
            assert!(reply.header("x-ratelimit-limit").is_none(), "{reply:?}");
        }
    };
    let known = server.cli.routing_key("custom");
    for key in ["nope", "cu_00000000000000000000000000000000", "se_%00", "%C3%A4", "%FF", "a%2Fb"] {
        check(key);
    }
    check(&"a".repeat(5_000));
    check(&known.to_uppercase());
    check(&format!("{known}0"));
    check(&format!("{known}%20"));
}

#[test]
fn a_known_key_takes_post_only_and_says_so() {
    let server = Server::start();
    let hook = server.hook("custom");
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let reply = server.speak(method, &hook, &[], b"");
        assert_eq!(reply.refused(), "405 method_not_allowed", "{method}");
        assert_eq!(reply.header("allow"), Some("POST"), "{method}");
        assert_eq!(reply.header("x-ratelimit-category"), Some("webhook"), "{method}");
    }
    let head = server.speak("HEAD", &hook, &[], b"");
    assert_eq!((head.status, head.body.as_str()), (405, ""));
}

#[test]
fn an_integration_can_be_disabled_and_disconnected_and_comes_back() {
    let cli = unlimited();
    // Many are accepted until a change is noticed.
    cli.json(&["integration", "set", "custom", "--rate-limit", "7000"]);
    let server = Server::builder_for(cli).start();
    let hook = server.hook("custom");
    let check = |command: &str, expected: &str| {
        server.cli.json(&["integration", command, "custom"]);
        eventually(command, NOTICED, || {
            let reply = server.post(&hook, &alert("a"));
            let told = if reply.status == 202 { "202".to_owned() } else { reply.refused() };
            (told == expected).then_some(())
        });
    };
    assert_eq!(server.post(&hook, &alert("a")).said(), "processed/created");
    check("disable", "403 forbidden");
    let refused = server.post(&hook, &alert("a"));
    assert_eq!(refused.header("x-ratelimit-limit"), Some("7000"), "{refused:?}");
    assert_eq!(server.newest("disabled")["http_status"], 403);
    check("enable", "202");
    check("disconnect", "404 not_found");
    assert_eq!(server.post(&hook, &alert("a")).error()["message"], UNKNOWN);
    check("reconnect", "202");
    assert_eq!(server.post(&hook, &alert("a")).said(), "processed/updated", "history stays");
}

#[test]
fn a_content_encoding_is_refused() {
    let server = Server::start();
    let hook = server.hook("custom");
    let body = alert("a").to_string();
    let check = |encoding: &str, expected: u16| {
        let headers = [("content-encoding", encoding)];
        let reply = server.post_bytes(&hook, &headers, body.as_bytes());
        assert_eq!(reply.status, expected, "{encoding}: {reply:?}");
        if expected == 415 {
            assert_eq!(reply.refused(), "415 unsupported_encoding");
        }
    };
    check("gzip", 415);
    check("br", 415);
    check("gzip, identity", 415);
    check("identity", 202);
}

#[test]
fn the_first_of_several_reasons_is_the_answer() {
    let cli = unlimited();
    cli.add("custom", "Signed", &["--secret", "not-so-secret", "--rate-limit", "1"]);
    cli.add("custom", "Plain", &["--rate-limit", "1"]);
    cli.add("custom", "Off", &["--secret", "not-so-secret"]);
    cli.json(&["integration", "disable", "Off"]);
    let server = Server::builder_for(cli).start();
    let [signed, plain, disabled] = ["Signed", "Plain", "Off"].map(|name| server.hook(name));
    let huge = [("content-length", "10485761"), ("content-encoding", "gzip")];
    assert_eq!(server.post(&plain, &alert("a")).status, 202);
    let check = |hook: &str, method: &str, headers: &[(&str, &str)], body: &str, expected: u16| {
        let reply = server.speak(method, hook, headers, body.as_bytes());
        assert_eq!(reply.status, expected, "{method} {headers:?}: {reply:?}");
    };
    let nowhere = format!("{}/webhooks/cu_nowhere", server.url);
    check(&nowhere, "PUT", &huge, "", 404);
    check(&disabled, "PUT", &[], "", 405);
    check(&disabled, "POST", &huge, "", 403);
    check(&signed, "POST", &huge, "", 413);
    check(&signed, "POST", &[("content-encoding", "gzip")], "no JSON", 401);
    check(&signed, "POST", &[], "no JSON", 401);
    check(&plain, "POST", &[("content-encoding", "gzip")], "no JSON", 415);
    check(&plain, "POST", &[], "no JSON", 429);
}

#[test]
fn json_is_tried_whatever_the_content_type_says() {
    let server = Server::start();
    let hook = server.hook("custom");
    let body = json!({"title": "Disk full", "service_id": "SER-00001"}).to_string();
    for kind in ["application/x-www-form-urlencoded", "text/plain", "image/png", "nonsense"] {
        let reply = server.post_bytes(&hook, &[("content-type", kind)], body.as_bytes());
        assert_eq!(reply.status, 202, "{kind}: {reply:?}");
    }
    let none = server.speak("POST", &hook, &[], body.as_bytes());
    assert_eq!(none.status, 202, "{none:?}");
}
