//! What was received is stored or counted, and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::support::{Cli, Server, alert, eventually, unlimited, with};

/// `received`, `stored` and `counted` of all integrations together, read by another program.
fn numbers(cli: &Cli) -> [i64; 3] {
    let sums = "coalesce(sum(received), 0), coalesce(sum(stored), 0), coalesce(sum(counted), 0)";
    let row = cli.place().sql(&format!("SELECT {sums} FROM integration_counters"));
    row.split('|').map(|number| number.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn received_is_stored_and_counted_after_a_mixed_run() {
    let cli = unlimited();
    cli.add("custom", "Signed", &["--secret", "not-so-secret"]);
    cli.add("custom", "Slow", &["--rate-limit", "1"]);
    let server = Server::builder_for(cli).start();
    let [hook, signed, slow] = ["Custom webhook", "Signed", "Slow"].map(|name| server.hook(name));
    let mut expected = BTreeMap::new();
    let mut check = |url: &str, headers: &[(&str, &str)], body: &str, outcome: &'static str| {
        let reply = server.post_bytes(url, headers, body.as_bytes());
        let told = if reply.status == 202 {
            reply.data()["outcome"].as_str().unwrap().to_owned()
        } else {
            "rejected".to_owned()
        };
        assert_eq!(told, outcome, "{body}: {reply:?}");
        *expected.entry(outcome).or_insert(0_usize) += 1;
    };
    for _ in 0..3 {
        check(&hook, &[], &alert("a").to_string(), "processed");
        check(&hook, &[], &with(alert("b"), "status", "resolved").to_string(), "ignored");
        check(&hook, &[], "no JSON", "rejected");
        check(&signed, &[], &alert("a").to_string(), "rejected");
        check(&hook, &[("content-encoding", "gzip")], "", "rejected");
    }
    check(&hook, &[("idempotency-key", "1")], &alert("a").to_string(), "processed");
    check(&hook, &[("idempotency-key", "1")], &alert("a").to_string(), "duplicate");
    check(&hook, &[("idempotency-key", "1")], &alert("b").to_string(), "rejected");
    check(&slow, &[], &alert("a").to_string(), "processed");
    check(&slow, &[], &alert("a").to_string(), "rejected");
    let total: usize = expected.values().sum();
    eventually("everything is in the event log", Duration::from_secs(5), || {
        (server.all("/api/v1/deliveries").len() == total).then_some(())
    });
    for (outcome, count) in expected {
        let listed = server.all(&format!("/api/v1/deliveries?outcome={outcome}"));
        assert_eq!(listed.len(), count, "{outcome}");
    }
    let total = i64::try_from(total).unwrap();
    assert_eq!(numbers(&server.cli), [total, total, 0]);
    // A port of ours, so that every check of the doctor has something to look at.
    let public = format!("server.public_url={}", server.url);
    let report = server.cli.json(&["doctor", "--set", &public]);
    assert_eq!(report["ok"], true, "{report}");
    server.cli.assert_sound();
}

#[test]
fn the_newest_thousand_of_the_rejected_are_kept_and_the_rest_is_counted() {
    let server = Server::start();
    let hook = server.hook("custom");
    assert_eq!(server.post(&hook, &alert("a")).status, 202);
    for place in 0..1_030 {
        let body = format!("no JSON {place}");
        assert_eq!(server.post_bytes(&hook, &[], body.as_bytes()).status, 400);
        // Only so many wait for the event log, whatever the disk does; the rest would be counted.
        if place % 200 == 199 {
            eventually("the event log keeps up", Duration::from_mins(1), || {
                (numbers(&server.cli)[0] == place + 2).then_some(())
            });
        }
    }
    eventually("the rest is counted", Duration::from_secs(10), || {
        (numbers(&server.cli) == [1_031, 1_001, 30]).then_some(())
    });
    let rejected = "/api/v1/deliveries?outcome=rejected&limit=1&offset=";
    let data = |offset: u32| server.api(&format!("{rejected}{offset}")).data();
    assert_eq!(data(0)["total"], 1_000);
    let body =
        |offset: u32| server.delivery(&data(offset)["items"][0]["delivery_id"])["body"].clone();
    assert_eq!(body(0), "no JSON 1029");
    assert_eq!(body(999), "no JSON 30");
    assert_eq!(server.all("/api/v1/deliveries?outcome=processed").len(), 1);
    server.cli.assert_sound();
}
