//! A real Alertmanager process in front of the real binary.

use std::time::Duration;

use serde_json::Value;

use crate::support::{
    Alertmanager, Notify, Relay, STARTED, Server, WriteLock, eventually, firing, resolved,
};

const WITHIN: Duration = Duration::from_secs(30);

/// A server with its demo services, and an Alertmanager that notifies it.
fn pair(notify: Notify) -> (Server, Alertmanager) {
    let server = Server::start();
    let alertmanager = Alertmanager::start(&server.hook("alertmanager"), notify);
    (server, alertmanager)
}

/// A stock rule's alert: nothing in it is about Watchbell.
fn latency(instance: &str) -> Value {
    firing(&[("alertname", "HighLatency"), ("severity", "critical"), ("instance", instance)])
}

fn incidents(server: &Server) -> Vec<Value> {
    server.all("/api/v1/incidents")
}

fn of_instance(server: &Server, instance: &str) -> Option<Value> {
    incidents(server).into_iter().find(|i| i["metadata"]["instance"] == instance)
}

/// Waits until the incident of `instance` has `status`.
fn wait_for(server: &Server, instance: &str, status: &str) -> Value {
    eventually(&format!("{instance} is {status}"), WITHIN, || {
        of_instance(server, instance).filter(|i| i["status"] == status)
    })
}

/// The deliveries so far, newest first, each with its body.
fn deliveries(server: &Server) -> Vec<(Value, Value)> {
    let listed = server.all("/api/v1/deliveries");
    let whole = listed.iter().map(|delivery| {
        let id = delivery["delivery_id"].as_str().unwrap();
        let delivery = server.api(&format!("/api/v1/deliveries/{id}")).data();
        let body = serde_json::from_str(delivery["body"].as_str().unwrap()).unwrap();
        (delivery, body)
    });
    whole.collect()
}

fn timeline(server: &Server, incident: &Value) -> Vec<(String, String)> {
    let number = incident["incident_number"].as_str().unwrap();
    let incident = server.api(&format!("/api/v1/incidents/{number}")).data();
    let entries = incident["timeline"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    entries.iter().map(|entry| (text(&entry["kind"]), text(&entry["text"]))).collect()
}

#[test]
fn a_stock_rule_opens_repeats_and_resolves_one_incident() {
    let (server, alertmanager) = pair(Notify { repeat: "500ms", ..Notify::default() });
    let alert = latency("web-1");
    alertmanager.tell(std::slice::from_ref(&alert));
    let opened = wait_for(&server, "web-1", "new");
    assert_eq!(opened["title"], "HighLatency: Latency is high");
    assert_eq!(
        opened["description"],
        "p99 is above 2 s.\n\nrunbook_url: https://runbooks.example/latency"
    );
    assert_eq!(opened["severity"], "SEV0");
    assert_eq!(opened["source_url"], "http://prometheus.example/graph?g0.expr=latency");
    assert_eq!(opened["source_name"], "Alertmanager");
    assert_eq!(opened["dedup_key"], Value::from(alertmanager.fingerprint()));
    assert_eq!(opened["services"][0]["name"], "Demo API", "the default service");
    assert_eq!(opened["metadata"]["alertname"], "HighLatency");
    assert_eq!(opened["metadata"]["severity"], "critical");
    assert_eq!(opened["metadata"]["level"], "critical");
    let detected = opened["detected_at"].as_str().unwrap();
    assert!(detected.starts_with(STARTED.trim_end_matches('Z')), "{detected}");

    eventually("it is repeated", WITHIN, || {
        of_instance(&server, "web-1").filter(|i| i["occurrences"].as_i64() >= Some(3))
    });
    alertmanager.tell(&[resolved(&alert)]);
    let over = wait_for(&server, "web-1", "resolved");
    assert_eq!(over["incident_number"], opened["incident_number"]);
    assert!(over["resolved_at"].is_string());
    assert_eq!(over["title"], opened["title"]);
    assert_eq!(incidents(&server).len(), 1);
    let deliveries = deliveries(&server);
    assert!(deliveries.iter().all(|(d, _)| d["outcome"] == "processed" && d["http_status"] == 202));
    assert_eq!(deliveries.last().unwrap().0["reason"], "created");
    server.cli.assert_sound();
}

#[test]
fn a_partial_resolve_under_max_alerts_resolves_only_what_it_lists() {
    let (server, alertmanager) = pair(Notify { max_alerts: 1, ..Notify::default() });
    // Alerts are sorted by instance: once `a` fires too, it is the only one that is listed.
    let (a, b) = (latency("a"), latency("b"));
    alertmanager.tell(std::slice::from_ref(&b));
    wait_for(&server, "b", "new");
    alertmanager.tell(std::slice::from_ref(&a));
    wait_for(&server, "a", "new");
    alertmanager.tell(&[resolved(&a)]);
    wait_for(&server, "a", "resolved");

    let (delivery, body) = deliveries(&server)
        .into_iter()
        .find(|(_, body)| body["status"] == "resolved")
        .expect("a body whose group says resolved");
    assert_eq!(body["truncatedAlerts"], 1, "{body}");
    assert_eq!(delivery["alerts"].as_array().unwrap().len(), 1, "{delivery}");
    assert_eq!(delivery["alerts"][0]["reason"], "resolved");
    let trace = delivery["trace"].as_array().unwrap();
    let is_warned = trace.iter().any(|step| step["text"].as_str().unwrap().contains("cut off"));
    assert!(is_warned, "{delivery}");

    assert_eq!(of_instance(&server, "b").unwrap()["status"], "new");
    // And when the rest is over, so is b.
    alertmanager.tell(&[resolved(&b)]);
    wait_for(&server, "b", "resolved");
    assert_eq!(incidents(&server).len(), 2);
}

#[test]
fn the_end_of_a_group_ends_what_was_never_told_to_have_ended() {
    let notify = Notify { max_alerts: 1, repeat: "500ms" };
    let (server, alertmanager) = pair(notify);
    let (a, b) = (latency("a"), latency("b"));
    alertmanager.tell(std::slice::from_ref(&b));
    wait_for(&server, "b", "new");
    alertmanager.tell(std::slice::from_ref(&a));
    wait_for(&server, "a", "new");
    // The resolve of b is cut off from the body, and never sent again.
    alertmanager.tell(&[resolved(&b)]);
    eventually("the group is a alone", WITHIN, || {
        let (_, body) = deliveries(&server).into_iter().next()?;
        let alone = body["truncatedAlerts"] == 0 && body["alerts"][0]["labels"]["instance"] == "a";
        alone.then_some(())
    });
    assert_eq!(of_instance(&server, "b").unwrap()["status"], "new");

    alertmanager.tell(&[resolved(&a)]);
    wait_for(&server, "a", "resolved");
    let b = of_instance(&server, "b").unwrap();
    assert_eq!(b["status"], "resolved", "{b}");
    let (delivery, body) = deliveries(&server)
        .into_iter()
        .find(|(_, body)| body["status"] == "resolved")
        .expect("the end of the group");
    assert_eq!(body["truncatedAlerts"], 0);
    assert_eq!(body["alerts"].as_array().unwrap().len(), 1, "{body}");
    let reasons: Vec<_> =
        delivery["alerts"].as_array().unwrap().iter().map(|alert| &alert["reason"]).collect();
    assert_eq!(reasons, ["resolved", "group_resolved"], "{delivery}");
    assert_eq!(incidents(&server).len(), 2);
    server.cli.assert_sound();
}

#[test]
fn a_503_is_retried_by_alertmanager_and_makes_one_incident() {
    let server = Server::builder().set("intake.answer_timeout_seconds", "1").start();
    let alertmanager = Alertmanager::start(&server.hook("alertmanager"), Notify::default());
    let lock = WriteLock::take(server.cli.place());
    alertmanager.tell(&[latency("web-1")]);
    let (sent, failed) = (
        "alertmanager_notification_requests_total",
        "alertmanager_notification_requests_failed_total",
    );
    eventually("Alertmanager was refused twice", WITHIN, || {
        (alertmanager.counter(failed) >= 2).then_some(())
    });
    assert_eq!(incidents(&server), Vec::<Value>::new());
    drop(lock);
    eventually("its retry is accepted", WITHIN, || {
        (alertmanager.counter(sent) > alertmanager.counter(failed)).then_some(())
    });
    wait_for(&server, "web-1", "new");
    assert_eq!(incidents(&server).len(), 1);
    let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
    assert!(log.contains("delivery answered 503"), "{log}");
    server.cli.assert_sound();
}

#[test]
fn a_server_that_was_gone_gets_the_retry_when_it_is_back() {
    let mut server = Server::start();
    let relay = Relay::to(server.address());
    let webhook = relay.url(&server.hook("alertmanager"));
    let alertmanager = Alertmanager::start(&webhook, Notify::default());
    server.kill();
    alertmanager.tell(&[latency("web-1")]);
    eventually("Alertmanager found nobody", WITHIN, || {
        (alertmanager.counter("alertmanager_notification_requests_failed_total") >= 1).then_some(())
    });
    server.restart();
    relay.turn_to(server.address());
    wait_for(&server, "web-1", "new");
    assert_eq!(incidents(&server).len(), 1);
}

#[test]
fn watchdog_is_a_heartbeat_and_no_incident() {
    let (server, alertmanager) = pair(Notify::default());
    alertmanager.tell(&[firing(&[("alertname", "Watchdog"), ("severity", "none")])]);
    let (delivery, _) = eventually("it arrives", WITHIN, || deliveries(&server).into_iter().next());
    assert_eq!(delivery["outcome"], "ignored");
    assert_eq!(delivery["reason"], "heartbeat");
    assert_eq!(incidents(&server), Vec::<Value>::new());
}

#[test]
fn the_label_service_id_routes() {
    let (server, alertmanager) = pair(Notify::default());
    let labels = |instance, service| {
        [
            ("alertname", "HighLatency"),
            ("severity", "warning"),
            ("instance", instance),
            ("service_id", service),
        ]
    };
    alertmanager.tell(&[firing(&labels("db-1", "SER-00002")), firing(&labels("x", "SER-00077"))]);
    let incident = wait_for(&server, "db-1", "new");
    assert_eq!(incident["services"][0]["name"], "Demo Database");
    assert_eq!(incident["severity"], "SEV2");
    assert_eq!(incidents(&server).len(), 1);
    // It may tell of one of them before it has taken in the other.
    let reasons = eventually("both are told", WITHIN, || {
        // The first of the deliveries that have both; the newest comes first.
        deliveries(&server).into_iter().rev().find_map(|(delivery, _)| {
            let told = delivery["alerts"].as_array().unwrap();
            let reasons: Vec<_> = told.iter().map(|alert| alert["reason"].clone()).collect();
            (reasons.len() == 2).then_some(reasons)
        })
    });
    assert!(reasons[0] == "created" || reasons[0] == "updated", "{reasons:?}");
    assert_eq!(reasons[1], "unknown_service");
}

#[test]
fn the_same_alert_firing_again_reopens_its_incident() {
    let (server, alertmanager) = pair(Notify::default());
    let alert = latency("web-1");
    alertmanager.tell(std::slice::from_ref(&alert));
    let opened = wait_for(&server, "web-1", "new");
    alertmanager.tell(&[resolved(&alert)]);
    wait_for(&server, "web-1", "resolved");
    alertmanager.tell(std::slice::from_ref(&alert));
    let again = wait_for(&server, "web-1", "new");
    assert_eq!(again["incident_number"], opened["incident_number"]);
    assert_eq!(again["resolved_at"], Value::Null);
    assert_eq!(again["occurrences"], 2);
    assert_eq!(incidents(&server).len(), 1);
    let kinds: Vec<_> = timeline(&server, &again).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["opened", "resolved", "reopened"]);
}
