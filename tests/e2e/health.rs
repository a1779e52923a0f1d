//! What watches the watcher: `/healthz`, `/readyz`, `/metrics` and the log.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::support::{Reply, Server};

fn get(server: &Server, path: &str) -> Reply {
    server.client.get(&format!("{}{path}", server.url), &[]).unwrap()
}

/// The samples of a text in the `OpenMetrics` format, by series; fails the test if it is none.
fn samples(text: &str) -> HashMap<String, String> {
    let mut types = HashMap::new();
    let mut samples = HashMap::new();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.last(), Some(&"# EOF"));
    for line in &lines[..lines.len() - 1] {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (kind, name, value) =
                (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
            assert!(name.starts_with("watchbell_"), "{line}");
            match kind {
                "HELP" | "UNIT" => {}
                "TYPE" => assert!(types.insert(name, value).is_none(), "twice: {line}"),
                other => panic!("{other}: {line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        let known = types.iter().any(|(family, kind)| {
            let ends: &[&str] = match *kind {
                "counter" => &["_total"],
                "gauge" => &[""],
                "histogram" => &["_sum", "_count", "_bucket"],
                other => panic!("{other}: {line}"),
            };
            name.strip_prefix(family).is_some_and(|end| ends.contains(&end))
        });
        assert!(known, "a sample of no family: {line}");
        assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
        assert!(samples.insert(series.to_owned(), value.to_owned()).is_none(), "twice: {line}");
    }
    samples
}

fn scrape(server: &Server) -> HashMap<String, String> {
    let reply = get(server, "/metrics");
    assert_eq!(reply.status, 200);
    let kind = reply.header("content-type").unwrap();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    samples(&reply.body)
}

#[test]
fn alive_and_ready_are_said_without_a_key() {
    let server = Server::start();
    let alive = get(&server, "/healthz");
    assert_eq!((alive.status, alive.json()), (200, json!({"status": "alive"})));
    let ready = get(&server, "/readyz");
    assert_eq!((ready.status, ready.json()), (200, json!({"status": "ready"})));
    for path in ["/healthz", "/readyz", "/metrics"] {
        let reply = server.post(&format!("{}{path}", server.url), &json!({}));
        assert_eq!(reply.status, 405, "{path}");
        assert!(reply.header("allow").unwrap().contains("GET"), "{reply:?}");
        assert_eq!(reply.error()["code"], "method_not_allowed");
    }
}

/// Sends one delivery of every kind to known keys, and gives how many had which outcome.
fn one_of_each(server: &Server) -> HashMap<(&'static str, &'static str), u64> {
    let custom = server.hook("custom");
    let good = json!({"title": "Down", "service_id": "SER-00001", "dedup_key": "k"}).to_string();
    let over =
        json!({"title": "Up", "service_id": "SER-00001", "dedup_key": "z", "status": "resolved"});
    let once: &[(&str, &str)] = &[("idempotency-key", "once")];
    let send = |headers: &[(&str, &str)], body: &[u8], status: u16| {
        let reply = server.post_bytes(&custom, headers, body);
        assert_eq!(reply.status, status, "{reply:?}");
    };
    send(&[], good.as_bytes(), 202);
    send(once, good.as_bytes(), 202);
    send(once, good.as_bytes(), 202);
    send(once, b"{\"title\":\"Other\",\"service_id\":\"SER-00001\"}", 409);
    send(&[], over.to_string().as_bytes(), 202);
    send(&[], b"{}", 400);
    send(&[("content-encoding", "gzip")], good.as_bytes(), 415);
    send(&[], &vec![b' '; (10 << 20) + 1], 413);
    assert_eq!(server.client.get(&custom, &[]).unwrap().status, 405);
    let page = json!({"alerts": [{"status": "firing", "labels": {"alertname": "Page"}}]});
    assert_eq!(server.post(&server.hook("alertmanager"), &page).status, 202);
    HashMap::from([
        (("custom", "processed"), 2),
        (("custom", "duplicate"), 1),
        (("custom", "ignored"), 1),
        (("custom", "rejected"), 5),
        (("alertmanager", "processed"), 1),
    ])
}

#[test]
fn every_delivery_is_counted_once_and_metrics_name_nobody() {
    let server = Server::start();
    let mut expected = one_of_each(&server);
    // A disabled integration's deliveries are deliveries too; those to unknown keys are not.
    server.cli.json(&["integration", "disable", "alertmanager"]);
    let hook = server.hook("alertmanager");
    crate::support::eventually("it is disabled", std::time::Duration::from_secs(5), || {
        let reply = server.post(&hook, &json!({"alerts": []}));
        let outcome = if reply.status == 403 { "rejected" } else { "ignored" };
        *expected.entry(("alertmanager", outcome)).or_default() += 1;
        (reply.status == 403).then_some(())
    });
    let unknown = format!("{}/webhooks/cu_00000000000000000000000000000000", server.url);
    assert_eq!(server.post(&unknown, &json!({})).status, 404);

    let samples = scrape(&server);
    let mut counted = HashMap::new();
    for (series, value) in &samples {
        let Some(labels) = series.strip_prefix("watchbell_deliveries_total{") else { continue };
        let word = |name: &str| {
            let (_, rest) = labels.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap()
        };
        counted.insert((word("provider"), word("outcome")), value.parse().unwrap());
    }
    assert_eq!(counted, expected);
    assert_eq!(samples["watchbell_strangers_total{status=\"404\"}"], "1");
    assert_eq!(samples["watchbell_unavailable_total"], "0");
    let sent: u64 = expected.values().sum();
    assert_eq!(samples["watchbell_delivery_seconds_count"], sent.to_string());
    assert_eq!(samples["watchbell_delivery_seconds_bucket{le=\"+Inf\"}"], sent.to_string());

    // The event log, which is written a moment after a refusal was answered, has as many.
    crate::support::eventually("all are logged", std::time::Duration::from_secs(5), || {
        let total = server.api("/api/v1/deliveries?limit=1").data()["total"].as_u64().unwrap();
        (total >= sent).then(|| assert_eq!(total, sent))
    });
    let text = get(&server, "/metrics").body;
    for name in [
        "Demo",
        "SER-0",
        "svc_",
        "int_",
        "cu_",
        "am_",
        "cw_",
        "gr_",
        "dd_",
        "se_",
        "Custom webhook",
    ] {
        assert!(!text.contains(name), "{name} in\n{text}");
    }
    server.cli.assert_sound();
}

/// The log's lines, all of which must be JSON.
fn log(server: &Server) -> Vec<Value> {
    let text = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
    let lines = text.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    lines.collect()
}

#[test]
fn the_log_is_json_with_a_span_for_each_delivery() {
    let server = Server::builder().set("log.filter", "info,watchbell_api=debug").start();
    let custom = server.hook("custom");
    let good = json!({"title": "Down", "service_id": "SER-00001"});
    let accepted = server.post(&custom, &good).data();
    let refused = server.post(&custom, &json!({"title": "Down"}));
    assert_eq!(refused.status, 400);
    let request = refused.json()["meta"]["request_id"].clone();

    let log = log(&server);
    for line in &log {
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        assert!(line["message"].is_string(), "{line}");
    }
    let answered = log.iter().find(|l| l["span"]["delivery.id"] == accepted["delivery_id"]);
    let answered = answered.unwrap_or_else(|| panic!("{log:#?}"));
    assert_eq!(answered["span"]["name"], "delivery");
    assert_eq!(answered["span"]["provider"], "custom");
    assert_eq!(answered["reason"], "created");
    let refused = log.iter().find(|l| l["span"]["request.id"] == request);
    let refused = refused.unwrap_or_else(|| panic!("{log:#?}"));
    assert_eq!(refused["reason"], "invalid_field");
    assert!(refused["span"]["delivery.id"].as_str().unwrap().starts_with("dlv_"));
}
