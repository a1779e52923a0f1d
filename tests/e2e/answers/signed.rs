//! 401, and the signatures that hold.

use serde_json::Value;

use crate::support::{NOTICED, Reply, Server, alert, eventually, hmac, now_s, unlimited};

const SECRET: &str = "not-so-secret";

/// A delivery signed with `secret` at `timestamp`, in the headers of `brand`.
fn signed(server: &Server, hook: &str, brand: &str, secret: &str, timestamp: i64) -> Reply {
    let body = alert("signed").to_string();
    let signature = format!("sha256={}", hmac(secret, &format!("{timestamp}.{body}")));
    let timestamp = timestamp.to_string();
    let headers = headers(brand, &signature, &timestamp);
    let headers: Vec<_> = headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    server.post_bytes(hook, &headers, body.as_bytes())
}

fn headers(brand: &str, signature: &str, timestamp: &str) -> [(String, String); 2] {
    [
        (format!("X-{brand}-Signature"), signature.to_owned()),
        (format!("X-{brand}-Timestamp"), timestamp.to_owned()),
    ]
}

#[test]
fn what_is_not_proven_is_refused_in_one_text_and_changes_nothing() {
    let server = Server::start();
    let hook = server.add("custom", "Signed", &["--secret", SECRET]);
    let now = now_s();
    let good = |at: i64| hmac(SECRET, &format!("{at}.{}", alert("a")));
    let wrong = hmac("another secret", &format!("{now}.{}", alert("a")));
    let check = |given: &[(&str, String)], reason: &str| {
        let headers: Vec<_> = given.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let reply = server.post_bytes(&hook, &headers, alert("a").to_string().as_bytes());
        assert_eq!(reply.refused(), "401 unauthorized", "{given:?}");
        assert_eq!(reply.error()["message"], "the signature is missing or wrong", "{given:?}");
        assert_eq!(reply.header("x-ratelimit-limit"), Some("100"), "{given:?}");
        let id = |logged: &Value| logged["delivery_id"].as_str().map(str::to_owned);
        let logged = eventually(reason, NOTICED, || {
            let newest =
                server.api("/api/v1/deliveries?outcome=rejected").data()["items"][0].clone();
            (newest["reason"] == reason).then(|| id(&newest).unwrap())
        });
        let logged = server.delivery(&logged.into());
        assert!(logged["body"].is_null(), "what is not proven is not kept: {logged}");
        let headers = logged["headers"].to_string();
        assert!(!headers.contains(&good(now)) && !headers.contains(&wrong), "{headers}");
    };
    let signature = |value: String| ("X-Watchbell-Signature", value);
    let timestamp = |value: i64| ("X-Watchbell-Timestamp", value.to_string());
    check(&[], "signature_missing");
    check(&[timestamp(now)], "signature_missing");
    check(&[signature(format!("sha256={wrong}")), timestamp(now)], "signature_mismatch");
    check(&[signature(format!("sha256={}", good(now - 1))), timestamp(now)], "signature_mismatch");
    check(&[signature(good(now)), timestamp(now)], "signature_mismatch");
    check(&[signature("sha256=".to_owned()), timestamp(now)], "signature_mismatch");
    check(&[signature(format!("sha1={}", good(now))), timestamp(now)], "signature_mismatch");
    check(
        &[signature(format!("sha256={}", good(now - 302))), timestamp(now - 302)],
        "timestamp_stale",
    );
    // More than a minute ahead also when it arrives.
    let ahead = now_s() + 90;
    check(&[signature(format!("sha256={}", good(ahead))), timestamp(ahead)], "timestamp_stale");
    let listed = server.all("/api/v1/incidents");
    assert!(listed.is_empty(), "{listed:?}");
}

#[test]
fn a_timestamp_that_is_no_number_is_refused() {
    let server = Server::start();
    let hook = server.add("custom", "Signed", &["--secret", SECRET]);
    let body = alert("a").to_string();
    for timestamp in ["", "soon", "1e9", "-1", "0x10", "99999999999999999999999", "1732190400.0"] {
        let signature = format!("sha256={}", hmac(SECRET, &format!("{timestamp}.{body}")));
        let headers =
            [("X-Watchbell-Signature", signature.as_str()), ("X-Watchbell-Timestamp", timestamp)];
        let reply = server.post_bytes(&hook, &headers, body.as_bytes());
        assert_eq!(reply.refused(), "401 unauthorized", "{timestamp:?}");
    }
}

#[test]
fn both_names_of_the_headers_hold_and_ours_wins() {
    let server = Server::start();
    let hook = server.add("custom", "Signed", &["--secret", SECRET]);
    let now = now_s();
    for brand in ["Watchbell", "watchbell", "Runframe", "RUNFRAME"] {
        assert_eq!(signed(&server, &hook, brand, SECRET, now).status, 202, "{brand}");
    }
    // Inside the window on both sides; its exact ends are tested where the clock is.
    for off in [-270, 50] {
        let at = now_s() + off;
        assert_eq!(signed(&server, &hook, "Watchbell", SECRET, at).status, 202, "{off}");
    }
    let body = alert("both").to_string();
    let right = format!("sha256={}", hmac(SECRET, &format!("{now}.{body}")).to_uppercase());
    let wrong = format!("sha256={}", "0".repeat(64));
    let now = now.to_string();
    let check = |ours: &str, theirs: &str, expected: u16| {
        let all = [headers("Watchbell", ours, &now), headers("Runframe", theirs, &now)].concat();
        let all: Vec<_> = all.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let reply = server.post_bytes(&hook, &all, body.as_bytes());
        assert_eq!(reply.status, expected, "{all:?}");
    };
    check(&right, &wrong, 202);
    check(&wrong, &right, 401);
}

#[test]
fn a_secret_is_rotated_without_a_rejected_delivery_and_the_last_one_ends_it() {
    // What is asked until a change is noticed must reach no limit: neither what is accepted nor what
    // proves nothing.
    let builder = Server::builder_for(unlimited());
    let server = builder.set("intake.unproven_per_minute", "100000").start();
    let hook = server.hook("custom");
    let status = |secret: &str| signed(&server, &hook, "Watchbell", secret, now_s()).status;
    let becomes = |secret: &str, expected: u16| {
        eventually(&format!("{expected} for {secret}"), NOTICED, || {
            (status(secret) == expected).then_some(())
        });
    };
    let add = |secret: &str| {
        server.cli.json(&["integration", "secret", "add", "custom", "--secret", secret])
    };
    assert_eq!(status("anything"), 202, "without a stored secret the headers are ignored");
    let first = add("the-first-secret");
    assert_eq!(first["secret"], Value::Null, "a pasted secret is never shown: {first}");
    becomes("anything", 401);
    assert_eq!(status("the-first-secret"), 202);
    add("the-second-secret");
    becomes("the-second-secret", 202);
    assert_eq!(status("the-first-secret"), 202, "both live");
    let third = server.cli.run(&["integration", "secret", "add", "custom"]);
    assert_eq!(third.status.code(), Some(1), "two at most: {third:?}");
    let id = first["id"].as_str().unwrap();
    server.cli.json(&["integration", "secret", "remove", "custom", id]);
    becomes("the-first-secret", 401);
    assert_eq!(status("the-second-secret"), 202);
    server.cli.json(&["integration", "secret", "remove", "custom", "--all"]);
    becomes("anything", 202);
    assert_eq!(server.post(&hook, &alert("unsigned")).status, 202);
}

#[test]
fn a_provider_without_a_scheme_takes_no_secret() {
    let server = Server::start();
    let added = ["integration", "secret", "add", "alertmanager", "--secret", SECRET];
    let refused = server.cli.run(&added);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
}
