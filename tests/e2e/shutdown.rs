//! Ctrl-C and SIGTERM finish what was accepted: what is durable was answered, and what was
//! answered is durable.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Load, Server, Visitor, eventually, unlimited};

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
    let silent: Vec<_> = (0..3).map(|_| TcpStream::connect(server.address()).unwrap()).collect();
    let verified = server.api("/api/v1/auth/verify");
    assert_eq!(verified.status, 200);
    let started = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "it took {took:?}");
    drop(silent);
}

#[test]
fn open_pages_do_not_keep_a_server_from_stopping() {
    let mut server = Server::builder().set("server.shutdown_seconds", "20").start();
    let started;
    {
        let owner = Visitor::owner(&server);
        let mut streams: Vec<_> = (0..3).map(|_| owner.listen("/live", &[])).collect();
        for stream in &mut streams {
            assert_eq!(stream.heard(), "incidents deliveries");
        }
        started = Instant::now();
        server.signal("TERM");
        for stream in &mut streams {
            stream.ends();
        }
    }
    assert_eq!(server.wait(), Some(0));
    let took = started.elapsed();
    assert!(took < Duration::from_secs(10), "it took {took:?}");
}

#[test]
fn a_body_that_is_still_arriving_is_finished_before_the_end() {
    let mut server = Server::start();
    let hook = server.hook("custom");
    let path = hook.strip_prefix(&server.url).unwrap();
    let body = alert(0, 0).to_string();
    let (first, rest) = body.split_at(10);
    let mut stream = TcpStream::connect(server.address()).unwrap();
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}");
    write!(stream, "{head}\r\nexpect: 100-continue\r\n\r\n").unwrap();
    // So it has been accepted.
    let mut go_on = [0; 25];
    stream.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(first.as_bytes()).unwrap();
    server.signal("TERM");
    eventually("it is stopping", Duration::from_secs(10), || {
        let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
        log.contains("stopping").then_some(())
    });
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    assert_eq!(server.wait(), Some(0));
    server.restart();
    assert_eq!(server.logged().len(), 1);
}
