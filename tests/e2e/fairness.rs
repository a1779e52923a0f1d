//! One sender's size or number is not another sender's trouble.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Client, Load, Server, peak_kib, unlimited};

/// A group of `count` alerts, new ones for each `batch`.
fn group(batch: usize, count: usize) -> Value {
    let alerts: Vec<_> = (0..count)
        .map(|n| {
            json!({
                "status": "firing",
                "labels": {"alertname": "PodDown", "severity": "warning", "pod": format!("pod-{batch}-{n}")},
                "annotations": {"summary": "A pod is down", "description": "It does not answer."},
                "startsAt": "2026-11-21T03:00:00Z",
                "generatorURL": "http://prometheus.example/graph",
                "fingerprint": format!("{batch:08x}{n:08x}"),
            })
        })
        .collect();
    json!({"version": "4", "status": "firing", "groupKey": "{}:{}", "truncatedAlerts": 0, "alerts": alerts})
}

/// The latencies of small deliveries, one after another until there are enough, shortest first.
fn latencies(url: &str, is_enough: impl Fn(usize) -> bool) -> Vec<Duration> {
    let client = Client::new();
    let mut took = Vec::new();
    while !is_enough(took.len()) {
        let key = format!("other-{}", took.len() % 20);
        let body = json!({"title": "Slow", "service_id": "SER-00001", "dedup_key": key});
        let started = Instant::now();
        let reply = client.post(url, &[], body.to_string().as_bytes()).unwrap();
        took.push(started.elapsed());
        assert_eq!(reply.status, 202, "{reply:?}");
    }
    took.sort_unstable();
    took
}

#[test]
fn load_two_thousand_alerts_do_not_delay_others() {
    let server = Server::builder_for(unlimited()).start();
    let url = server.hook("custom");
    drop(latencies(&url, |count| count == 5));
    let load = Load::start(&server.hook("alertmanager"), 1, |_, request| group(request, 2_000));
    load.wait_for(1);
    let took = latencies(&url, |count| count >= 100 && load.accepted() >= 6);
    let told = load.finish();
    assert!(told.refused.is_empty() && told.broken.is_empty(), "{told:?}");
    let [p50, p99] = [50, 99].map(|percent| took[took.len() * percent / 100]);
    let (groups, count, worst) = (told.accepted.len(), took.len(), took.last().unwrap());
    println!("{count} beside {groups} groups of 2,000: p50 {p50:?}, p99 {p99:?}, worst {worst:?}");
    assert!(p99 < Duration::from_secs(1), "p50 {p50:?}, p99 {p99:?}");
}

#[test]
fn load_many_connections_bounded_memory() {
    let server = Server::builder_for(unlimited()).start();
    let load = Load::start(&server.hook("custom"), 64, |sender, request| {
        json!({
            "title": "Checkout is down",
            "description": "x".repeat(1_000),
            "service_id": "SER-00001",
            "dedup_key": format!("k-{sender}-{}", request % 10),
        })
    });
    load.wait_for(2_000);
    let told = load.finish();
    assert!(told.refused.is_empty() && told.broken.is_empty(), "{told:?}");
    let peak = peak_kib(server.pid());
    println!("peak of 64 connections: {peak} KiB");
    assert!(peak < 96 * 1_024, "{peak} KiB");
}

#[test]
fn load_bodies_in_flight_are_bounded_together() {
    // Room for three bodies of 8 MiB. Whoever finds none is told so, and memory stays within.
    let server =
        Server::builder_for(unlimited()).set("intake.max_in_flight_bytes", "25165824").start();
    let (url, padding) = (server.hook("custom"), "x".repeat(8 << 20));
    let body =
        json!({"title": "Big", "service_id": "SER-00001", "dedup_key": "big", "note": padding});
    let body = body.to_string();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..12)
            .map(|_| scope.spawn(|| server.post_bytes(&url, &[], body.as_bytes()).status))
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });
    let peak = peak_kib(server.pid());
    println!("peak with 12 bodies of 8 MiB: {peak} KiB; {statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 202 | 503)), "{statuses:?}");
    assert!(statuses.contains(&202), "{statuses:?}");
    // Three bodies, a few copies of each on the way to the disk, and the server itself.
    assert!(peak < 192 * 1_024, "{peak} KiB");
}
