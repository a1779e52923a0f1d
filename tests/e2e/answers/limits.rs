//! 429: too much from a key that is known, and too many tries from an address.

use serde_json::Value;

use crate::support::{NOTICED, Reply, Server, alert, eventually, now_s, unlimited};

/// `limit remaining` of an answer, and that the two other headers make sense.
fn rate(reply: &Reply) -> String {
    let header = |name: &str| reply.header(name).unwrap_or_else(|| panic!("{name}: {reply:?}"));
    assert_eq!(header("x-ratelimit-category"), "webhook");
    // At the earliest the moment of the request, which is a while ago on a busy machine.
    let reset: i64 = header("x-ratelimit-reset").parse().unwrap();
    assert!((now_s() - 30..=now_s() + 61).contains(&reset), "{reply:?}");
    format!("{} {}", header("x-ratelimit-limit"), header("x-ratelimit-remaining"))
}

fn retry_after(reply: &Reply) -> i64 {
    reply.header("retry-after").unwrap_or_else(|| panic!("{reply:?}")).parse().unwrap()
}

#[test]
fn only_accepted_deliveries_count_and_the_one_beyond_is_kept() {
    let server = Server::start();
    let hook = server.add("custom", "Slow", &["--rate-limit", "3"]);
    let check = |body: &str, status: u16, expected: &str| {
        let reply = server.post_bytes(&hook, &[], body.as_bytes());
        assert_eq!((reply.status, rate(&reply).as_str()), (status, expected), "{body}");
        reply
    };
    let good = |key: &str| alert(key).to_string();
    check(&good("a"), 202, "3 2");
    check("no JSON", 400, "3 2");
    check("{}", 400, "3 2");
    check(&good("a"), 202, "3 1");
    check(&good("b"), 202, "3 0");
    let over = check(&good("lost?"), 429, "3 0");
    assert_eq!(over.refused(), "429 rate_limited");
    // The end of the window is rounded up, and so is the wait.
    assert!((1..=61).contains(&retry_after(&over)), "{over:?}");
    let logged = server.newest("rate_limited");
    assert_eq!(logged["outcome"], "rejected");
    assert_eq!(logged["http_status"], 429);
    assert_eq!(logged["body"], good("lost?"), "it can be replayed");
    assert_eq!(server.all("/api/v1/incidents").len(), 2, "it changed nothing");
    let others = server.hook("Custom webhook");
    assert_eq!(server.post(&others, &alert("a")).status, 202, "other keys are not concerned");
}

#[test]
fn every_answer_of_a_known_key_carries_the_limit() {
    let cli = unlimited();
    cli.add("custom", "Signed", &["--secret", "not-so-secret", "--rate-limit", "7"]);
    cli.add("custom", "Off", &["--rate-limit", "7"]);
    cli.json(&["integration", "disable", "Off"]);
    cli.add("custom", "Plain", &["--rate-limit", "7"]);
    let server = Server::builder_for(cli).start();
    let [signed, off, plain] = ["Signed", "Off", "Plain"].map(|name| server.hook(name));
    let check = |method: &str, hook: &str, headers: &[(&str, &str)], body: &str, status: u16| {
        let reply = server.speak(method, hook, headers, body.as_bytes());
        assert_eq!((reply.status, rate(&reply).as_str()), (status, "7 7"), "{reply:?}");
    };
    check("POST", &signed, &[], "{}", 401);
    check("POST", &off, &[], "{}", 403);
    check("GET", &plain, &[], "", 405);
    check("POST", &plain, &[("content-length", "10485761")], "", 413);
    check("POST", &plain, &[("content-encoding", "gzip")], "{}", 415);
    check("POST", &plain, &[], "{}", 400);
}

#[test]
fn a_limit_can_be_changed_lifted_and_passed_over() {
    let server = Server::start();
    let hook = server.add("custom", "Slow", &["--rate-limit", "1"]);
    let set = |flags: &[&str]| {
        let mut line = vec!["integration", "set", "Slow"];
        line.extend(flags);
        server.cli.json(&line);
    };
    assert_eq!(server.post(&hook, &alert("a")).status, 202);
    assert_eq!(server.post(&hook, &alert("a")).status, 429);
    set(&["--accept-over-limit", "true"]);
    let marked = eventually("it is accepted", NOTICED, || {
        let reply = server.post(&hook, &alert("a"));
        (reply.status == 202).then_some(reply)
    });
    let delivery = server.delivery(&marked.data()["delivery_id"]);
    let trace = delivery["trace"].as_array().unwrap();
    let about = |step: &&Value| step["stage"] == "limit";
    let text = trace.iter().find(about).unwrap()["text"].as_str().unwrap();
    assert!(text.contains("over the limit of 1"), "{delivery}");
    set(&["--accept-over-limit", "false", "--rate-limit", "0"]);
    eventually("there is no limit", NOTICED, || {
        let reply = server.post(&hook, &alert("a"));
        (reply.header("x-ratelimit-limit") == Some("0") && reply.status == 202).then_some(())
    });
    for _ in 0..120 {
        assert_eq!(server.post(&hook, &alert("a")).status, 202);
    }
}

#[test]
fn the_limit_outlives_the_process() {
    let mut server = Server::start();
    let hook = server.add("custom", "Slow", &["--rate-limit", "2"]);
    let key = hook.rsplit('/').next().unwrap().to_owned();
    for _ in 0..2 {
        assert_eq!(server.post(&hook, &alert("a")).status, 202);
    }
    server.kill();
    server.restart();
    let hook = format!("{}/webhooks/{key}", server.url);
    assert_eq!(server.post(&hook, &alert("a")).status, 429);
}

#[test]
fn unknown_keys_and_failed_proofs_are_tried_sixty_times_a_minute() {
    let cli = unlimited();
    cli.add("custom", "Signed", &["--secret", "not-so-secret"]);
    let server = Server::builder_for(cli).start();
    let signed = server.hook("Signed");
    let known = server.hook("Custom webhook");
    let nowhere = format!("{}/webhooks/cu_nowhere", server.url);
    for attempt in 0..30 {
        assert_eq!(server.post(&nowhere, &alert("a")).status, 404, "{attempt}");
        assert_eq!(server.post(&signed, &alert("a")).status, 401, "{attempt}");
    }
    for url in [&nowhere, &signed] {
        let reply = server.post(url, &alert("a"));
        assert_eq!(reply.refused(), "429 rate_limited", "{url}");
        assert!((1..=61).contains(&retry_after(&reply)), "{reply:?}");
    }
    let reply = server.post(&known, &alert("a"));
    assert_eq!(reply.status, 202, "a known key is never refused for its address: {reply:?}");
    let sent = server.cli.json(&["send", "Signed", "--url", &server.url]);
    assert_eq!(sent["answers"][0]["status"], 202, "nor is a valid proof: {sent}");
}

#[test]
fn the_tries_are_a_setting_and_a_trusted_proxy_tells_whose_they_are() {
    let server = Server::builder()
        .set("intake.unproven_per_minute", "2")
        .set("server.trusted_proxies", "127.0.0.1")
        .start();
    let nowhere = format!("{}/webhooks/cu_nowhere", server.url);
    let check = |address: &str, expected: u16| {
        let headers = [("X-Forwarded-For", address)];
        assert_eq!(server.post_bytes(&nowhere, &headers, b"{}").status, expected, "{address}");
    };
    check("203.0.113.1", 404);
    check("203.0.113.1", 404);
    check("203.0.113.1", 429);
    check("203.0.113.2", 404);
    check("203.0.113.2, 203.0.113.1", 429);
}
