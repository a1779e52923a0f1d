//! The alert that always fires, where it is expected.

#![cfg(test)]

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use watchbell_model::{Action, Headers, Reason};
use watchbell_provider::conformance::{read_options, show};
use watchbell_provider::{Item, MAX_ALERTS, Options, Provider, Received};
use watchbell_provider_alertmanager::Alertmanager;

fn read(every: &str, body: &Value) -> Received {
    let options = BTreeMap::from([("heartbeat_every".to_owned(), every.to_owned())]);
    let body = body.to_string();
    read_options(&Alertmanager, body.as_bytes(), Headers::default(), &Options::new(&options))
        .unwrap()
}

fn alert(name: &str, status: &str) -> Value {
    json!({"status": status, "labels": {"alertname": name}, "fingerprint": name})
}

#[test]
fn one_that_is_expected_also_says_that_it_is_back() {
    let body = include_str!("../../../tests/fixtures/alertmanager/watchdog.json");
    let received = read("900", &serde_json::from_str(body).unwrap());
    insta::assert_snapshot!(show(&Ok(received)));
}

#[test]
fn only_one_that_fires_and_is_expected_is_heard() {
    let check = |every: &str, alerts: &[Value], expected: bool| {
        let received = read(every, &json!({"status": "firing", "alerts": alerts}));
        assert_eq!(received.is_heartbeat, expected, "{every:?} {alerts:?}");
        assert_eq!(received.items.len(), alerts.len() + usize::from(expected));
    };
    let (fires, over) = (alert("Watchdog", "firing"), alert("Watchdog", "resolved"));
    let other = alert("DiskFull", "firing");
    check("900", std::slice::from_ref(&fires), true);
    check("900", &[other.clone(), fires.clone(), over.clone()], true);
    check("900", &[over, other], false);
    check("", std::slice::from_ref(&fires), false);
    check("0", &[fires], false);
}

#[test]
fn in_a_list_that_is_full_it_is_heard_too_and_no_alert_is_lost() {
    let mut alerts = vec![alert("Watchdog", "firing")];
    alerts.extend((1..MAX_ALERTS).map(|number| alert(&format!("Disk{number}"), "firing")));
    let received = read("900", &json!({"status": "firing", "alerts": alerts}));
    assert!(received.is_heartbeat);
    let triggers = |item: &&Item| matches!(item, Item::Alert(alert) if matches!(alert.action, Action::Trigger(_)));
    assert_eq!(received.items.len(), MAX_ALERTS);
    assert_eq!(received.items.iter().filter(triggers).count(), MAX_ALERTS - 1);
    let ignored = |item: &Item| matches!(item, Item::Ignored { reason: Reason::Heartbeat, .. });
    assert!(!received.items.iter().any(ignored));
}

#[test]
fn the_setting_is_the_longest_time_between_two() {
    let check = |every: &str, expected: Option<u64>| {
        let options = BTreeMap::from([("heartbeat_every".to_owned(), every.to_owned())]);
        let heartbeat = Alertmanager.heartbeat(&Options::new(&options));
        let every = heartbeat.map(|heartbeat| heartbeat.every);
        assert_eq!(every, expected.map(Duration::from_secs));
    };
    check("900", Some(900));
    check("4294967295", Some(4_294_967_295));
    check("0", None);
    check("", None);
}
