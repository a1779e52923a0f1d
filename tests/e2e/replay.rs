//! Stored deliveries are run again: shown first, then done, marked, and never what was not let in.

use serde_json::{Value, json};

use crate::support::{Cli, Server, alert, eventually, group, hmac, now_s, with};

/// The only delivery that a command looked at.
fn only(told: &Value) -> &Value {
    let all = told["deliveries"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{told}");
    &all[0]
}

fn id(delivery: &Value) -> &str {
    delivery["delivery_id"].as_str().unwrap()
}

/// Linked by a command, and noticed by the server.
fn labels(service: &str) -> Value {
    json!({"alertname": "Slow", "severity": "critical", "service_id": service})
}

#[test]
fn what_went_nowhere_opens_its_incident_once_the_service_is_linked() {
    let server = Server::start();
    let cli = &server.cli;
    let service = cli.json(&["service", "add", "Ledger"])["service_key"].clone();
    let service = service.as_str().unwrap();
    let url = server.add("alertmanager", "Prometheus two", &[]);
    let reply = server.post(&url, &group("firing", &labels(service)));
    assert_eq!(reply.said(), "ignored/service_not_linked");
    let first = reply.data();
    let first = id(&first);

    let shown = cli.json(&["replay", first]);
    assert_eq!(only(&shown)["would"], "ignore", "{shown}");
    cli.json(&["integration", "link", "Prometheus two", service]);
    let shown = cli.json(&["replay", first]);
    assert_eq!(shown["dry_run"], true);
    assert_eq!(only(&shown)["would"], "create");
    assert_eq!(only(&shown)["then"]["reason"], "service_not_linked");
    assert_eq!(only(&shown)["now"]["decision"]["reason"], "created");
    assert_eq!(server.all("/api/v1/incidents").len(), 0, "nothing was changed");

    let ran = cli.json(&["replay", first, "--yes"]);
    assert_eq!(
        (&only(&ran)["outcome"], &only(&ran)["reason"]),
        (&"processed".into(), &"created".into())
    );
    let number = only(&ran)["alerts"][0]["incident_number"].as_str().unwrap().to_owned();
    let incident = server.incident(&number);
    let line = incident["timeline"][0].to_string();
    assert!(line.contains(&format!("(replay of {first})")), "{line}");
    let again = server.delivery(&only(&ran)["run_as"]);
    assert_eq!(again["repeats"], first);
    let step = again["trace"][0].to_string();
    assert!(step.contains(&format!("run again: delivery {first} of ")), "{step}");

    // Once more is allowed, and says that it is.
    let shown = cli.json(&["replay", first]);
    assert_eq!(only(&shown)["would"], "change");
    assert_eq!(only(&shown)["replays"], json!([only(&ran)["run_as"]]));
    let twice = cli.json(&["replay", first, "--yes"]);
    assert_eq!(
        (&only(&twice)["reason"], &only(&twice)["earlier_replays"]),
        (&"updated".into(), &1.into())
    );
    cli.assert_sound();
}

#[test]
fn what_came_too_fast_is_run_again_in_one_step() {
    let cli = Cli::new();
    cli.json(&["service", "add", "Checkout"]);
    let flags = ["--service", "SER-00001", "--rate-limit", "2"];
    let added = cli.add("custom", "Narrow", &flags);
    let server = Server::builder_for(cli).start();
    let hook = format!("{}/webhooks/{}", server.url, added["routing_key"].as_str().unwrap());
    let statuses: Vec<_> =
        (0..5).map(|n| server.post(&hook, &alert(&format!("a-{n}"))).status).collect();
    assert_eq!(statuses, [202, 202, 429, 429, 429]);
    eventually("refusals are written", std::time::Duration::from_secs(5), || {
        (server.all("/api/v1/deliveries?reason=rate_limited").len() == 3).then_some(())
    });
    let range = ["replay", "--integration", "Narrow", "--outcome", "rejected"];
    let shown = server.cli.json(&range);
    assert_eq!(shown["summary"]["create"], 3, "{shown}");
    assert_eq!(server.all("/api/v1/incidents").len(), 2);
    let ran = server.cli.json(&[&range[..], &["--yes"]].concat());
    assert_eq!((&ran["run"], &ran["not_run"]), (&3.into(), &0.into()));
    let keys: Vec<_> = ran["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["alerts"][0]["dedup_key"].clone())
        .collect();
    assert_eq!(keys, ["a-2", "a-3", "a-4"], "the oldest first");
    assert_eq!(server.all("/api/v1/incidents").len(), 5);
    // They took no place: the limit is where it was, and each is a delivery of its own.
    assert_eq!(server.all("/api/v1/deliveries").len(), 8);
    server.cli.assert_sound();
}

#[test]
fn what_was_not_let_in_is_never_run_again() {
    let cli = Cli::new();
    cli.json(&["service", "add", "Checkout"]);
    let added = cli.add("custom", "Signed", &["--service", "SER-00001", "--generate-secret"]);
    let server = Server::builder_for(cli).start();
    let hook = format!("{}/webhooks/{}", server.url, added["routing_key"].as_str().unwrap());
    assert_eq!(server.post(&hook, &alert("a")).status, 401);
    let refused = server.newest("signature_missing");
    let check = |delivery: &str, why: &str| {
        let shown = server.cli.json(&["replay", delivery]);
        assert_eq!(only(&shown)["would"], "not_run");
        assert!(only(&shown)["why_not"].as_str().unwrap().contains(why), "{shown}");
        let ran = server.cli.run(&["--json", "replay", delivery, "--yes"]);
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        let explained = server.cli.json(&["explain", delivery]);
        assert!(explained["not_replayable"].as_str().unwrap().contains(why), "{explained}");
    };
    check(id(&refused), "401 (signature_missing)");
    // One whose proof held is another matter, though it cannot be proven again.
    let body = alert("b").to_string();
    let at = now_s();
    let signature = hmac(added["secret"].as_str().unwrap(), &format!("{at}.{body}"));
    let headers = [
        ("x-watchbell-signature", &*format!("sha256={signature}")),
        ("x-watchbell-timestamp", &*at.to_string()),
    ];
    let reply = server.post_bytes(&hook, &headers, body.as_bytes());
    assert_eq!(reply.said(), "processed/created");
    let ran = server.cli.json(&["replay", id(&reply.data()), "--yes"]);
    assert_eq!(only(&ran)["reason"], "updated");
    // What is switched off takes nothing, from whomever.
    server.cli.json(&["integration", "disable", "Signed"]);
    check(id(&reply.data()), "its integration is disabled");
    assert_eq!(server.all("/api/v1/incidents").len(), 1);
}

#[test]
fn what_could_not_be_read_is_run_again_when_it_can_be() {
    let server = Server::start();
    let hook = server.hook("custom");
    let body = with(alert("a"), "service_id", "svc_CHECKOUT1");
    assert_eq!(server.post(&hook, &body).status, 400);
    let refused = server.newest("invalid_field");
    let shown = server.cli.json(&["replay", id(&refused)]);
    assert_eq!(only(&shown)["would"], "refuse", "{shown}");
    let ran = server.cli.run(&["replay", id(&refused), "--yes"]);
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(server.all("/api/v1/deliveries").len(), 1, "what is still refused writes nothing");
    server.cli.json(&["service", "add", "New", "--key", "svc_CHECKOUT1"]);
    let ran = server.cli.json(&["replay", id(&refused), "--yes"]);
    assert_eq!(only(&ran)["reason"], "created");
}

#[test]
fn a_range_is_rehearsed_as_it_would_run() {
    let server = Server::start();
    let hook = server.hook("custom");
    let over = with(alert("a"), "status", "resolved");
    for body in [&alert("a"), &over, &alert("b")] {
        assert_eq!(server.post(&hook, body).status, 202);
    }
    let range = ["replay", "--integration", "custom"];
    let shown = server.cli.json(&range);
    let would: Vec<_> = shown["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["now"]["answer"]["reason"].clone())
        .collect();
    let ran = server.cli.json(&[&range[..], &["--yes"]].concat());
    let did: Vec<_> =
        ran["deliveries"].as_array().unwrap().iter().map(|one| one["reason"].clone()).collect();
    assert_eq!(would, did);
    assert_eq!(did, ["created", "resolved", "updated"]);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let cli = Cli::new();
    let check = |line: &[&str], code: i32, words: &str| {
        let output = cli.run(line);
        assert_eq!(output.status.code(), Some(code), "{line:?}: {output:?}");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(text.contains(words), "{line:?}: {text}");
    };
    check(&["replay"], 2, "DELIVERY_ID");
    check(&["replay", "dlv_1"], 2, "dlv_1");
    check(&["replay", "dlv_00000000000000000000000000000001"], 1, "delivery");
    check(&["replay", "--integration", "nobody"], 1, "nobody");
    check(&["replay", "--integration", "x", "--outcome", "lost"], 2, "processed");
    check(&["replay", "--integration", "x", "--since", "noon"], 2, "noon");
    check(&["replay", "dlv_00000000000000000000000000000001", "--reason", "stale"], 2, "--reason");
    check(&["explain", "no-such-file"], 2, "--integration");
    check(&["explain", "dlv_00000000000000000000000000000001"], 1, "delivery");
}
