//! Ctrl-C and SIGTERM finish what was accepted: what is durable was answered, and what was
//! answered is durable.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{Load, Server, unlimited};

const SENDERS: usize = 8;

fn alert(sender: usize, request: usize) -> Value {
    let key = format!("k-{sender}-{}", request % 50);
    json!({"title": "Checkout is down", "service_id": "SER-00001", "dedup_key": key})
}

/// Sends `signal` under load, and compares what senders were told with what was kept.
fn stop_under_load(signal: &str) {
    let mut server = Server::builder_for(unlimited()).start();
    let load = Load::start(&server.hook("custom"), SENDERS, alert);
    load.wait_for(200);
    server.signal(signal);
    let code = server.wait();
    let told = load.finish();
    assert_eq!(code, Some(0));
    // Those who came too late were refused in plain words, or found nobody listening.
    assert!(told.refused.iter().all(|status| *status == 503), "{:?}", told.refused);
    assert!(told.broken.len() <= SENDERS, "{:?}", told.broken);

    server.cli.assert_sound();
    server.restart();
    let answered: HashSet<String> = told.accepted.iter().cloned().collect();
    assert_eq!(answered.len(), told.accepted.len(), "an id was given twice");
    let logged = server.logged();
    let lost: Vec<_> = answered.difference(&logged).collect();
    assert!(lost.is_empty(), "answered, but not kept: {lost:?}");
    let untold: Vec<_> = logged.difference(&answered).collect();
    assert!(untold.is_empty(), "kept, but not answered: {untold:?}; {:?}", told.broken);
    server.assert_one_open_each();
}

#[test]
fn load_sigterm_answers_everything_that_was_committed() {
    stop_under_load("TERM");
}

#[test]
fn load_sigint_answers_everything_that_was_committed() {
    stop_under_load("INT");
}

#[test]
fn an_idle_server_stops_at_once_also_with_open_connections() {
    let mut server = Server::builder().set("server.shutdown_seconds", "20").start();
    // Connections that never say anything, and one that is kept alive after its answer.
    let silent: Vec<_> =
        (0..3).map(|_| std::net::TcpStream::connect(server.address()).unwrap()).collect();
    let verified = server.api("/api/v1/auth/verify");
    assert_eq!(verified.status, 200);
    let started = std::time::Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_secs(10), "it took {took:?}");
    drop(silent);
}
