//! One table of bytes for every provider whose senders are programs: a 400 is a lost alert for most
//! of them, so only what is not their format at all gets one.

use std::time::Duration;

use serde_json::Value;

use crate::support::{Server, ServerBuilder, alert, eventually, fixture, unlimited};

const NATIVE: [&str; 5] = ["alertmanager", "cloudwatch", "datadog", "grafana", "sentry"];

/// Whoever proves nothing may try as often as it likes here.
fn builder() -> ServerBuilder {
    let cli = unlimited();
    for provider in &NATIVE[1..] {
        let flags = ["--rate-limit", "0", "--default-service", "SER-00001"];
        cli.json(&[&["integration", "add", provider], &flags[..]].concat());
    }
    Server::builder_for(cli).set("intake.unproven_per_minute", "100000")
}

#[test]
fn what_is_not_the_format_at_all_is_a_400_and_kept() {
    let server = builder().start();
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let bodies: [(&str, &[u8]); 12] = [
        ("empty", b""),
        ("white space", b" \r\n\t"),
        ("words", b"the disk is full"),
        ("cut off", br#"{"title":"Disk full","service_id":"#),
        ("two values", b"{} {}"),
        ("UTF-16", b"{\0}\0"),
        ("null", b"null"),
        ("text", br#""text""#),
        ("number", b"1e999"),
        ("list", b"[]"),
        ("list of lists", deep.as_bytes()),
        ("HTML", b"<html><body>502 Bad Gateway</body></html>"),
    ];
    for provider in NATIVE {
        let hook = server.hook(provider);
        for (what, body) in bodies {
            let reply = server.post_bytes(&hook, &[], body);
            assert_eq!(reply.refused(), "400 malformed", "{what} to {provider}: {}", reply.body);
        }
        let id = server.cli.json(&["integration", "show", provider])["id"].clone();
        let path =
            format!("/api/v1/deliveries?reason=malformed&integration_id={}", id.as_str().unwrap());
        let found = eventually(provider, Duration::from_secs(5), || {
            server.api(&path).data()["items"].as_array()?.last().cloned()
        });
        let logged = server.delivery(&found["delivery_id"]);
        assert_eq!(logged["http_status"], 400, "{provider}: {}", logged["trace"]);
        // The body of what is never proven is not kept.
        let is_kept = logged["body"] != Value::Null;
        assert_eq!(is_kept, provider != "cloudwatch", "{provider}: {}", logged["trace"]);
    }
    assert_eq!(server.post(&server.hook("custom"), &alert("after")).status, 202);
    server.cli.assert_sound();
}

/// Every fixture of every provider to every provider, with the headers that came with it.
#[test]
fn no_fixture_is_our_fault() {
    let server = builder().start();
    let providers = [&NATIVE[..], &["custom"]].concat();
    let hooks: Vec<_> =
        providers.iter().map(|provider| (*provider, server.hook(provider))).collect();
    let mut tried = 0;
    for folder in &providers {
        for entry in std::fs::read_dir(fixture(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|end| end != "json" && end != "form") {
                continue;
            }
            let body = std::fs::read(&path).unwrap();
            let recorded =
                std::fs::read_to_string(path.with_extension("headers")).unwrap_or_default();
            let headers: Vec<_> =
                recorded.lines().filter_map(|line| line.split_once(": ")).collect();
            for (provider, hook) in &hooks {
                let reply = server.post_bytes(hook, &headers, &body);
                // The signing certificate of recorded notifications cannot be had here.
                let is_unproven = *provider == "cloudwatch" && matches!(reply.status, 401 | 503);
                let is_clear = matches!(reply.status, 202 | 400 | 413) || is_unproven;
                assert!(is_clear, "{path:?} to {provider}: {reply:?}");
            }
            tried += 1;
        }
    }
    assert!(tried > 150, "{tried}");
    assert!(server.all("/api/v1/deliveries").len() > tried, "the event log can be read");
    assert_eq!(server.post(&server.hook("custom"), &alert("after")).status, 202);
    server.cli.assert_sound();
}
