//! A database that was damaged: the doctor says what and what next, and the server's metric shows it.

use std::time::Duration;

use crate::support::{Server, alert, eventually};

/// A running server's gauge.
fn gauge(server: &Server, name: &str) -> Option<i64> {
    let text = server.client.get(&format!("{}/metrics", server.url), &[]).unwrap().body;
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().ok()
}

/// What the server's own check found, as soon as it is over.
fn broken_promises(server: &Server) -> Option<i64> {
    eventually("the server has checked its database", Duration::from_secs(30), || {
        gauge(server, "watchbell_promises_checked_timestamp_seconds").filter(|at| *at > 0)
    });
    gauge(server, "watchbell_broken_promises")
}

#[test]
fn damage_is_told_by_the_doctor_and_by_the_metric() {
    let mut server = Server::start();
    assert_eq!(server.post(&server.hook("custom"), &alert("a")).status, 202);
    assert_eq!(broken_promises(&server), Some(0));
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    server.cli.assert_sound();

    // A delivery that was answered is gone.
    server.cli.damage("DELETE FROM deliveries");
    let output = server.cli.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let promise = "stored = the deliveries in the event log";
    let told = text.lines().find(|line| line.contains(promise));
    let told = told.unwrap_or_else(|| panic!("{text}"));
    assert!(told.starts_with("FAIL  content"), "{told}");
    assert!(told.contains("1 counted as stored, 0 in the event log"), "{told}");
    assert!(told.contains("restore the last backup"), "the next step: {told}");

    // The server still serves, and shows it.
    server.restart();
    let why = "less is in the event log than is counted there, and a key leads to nothing";
    assert_eq!(broken_promises(&server), Some(2), "{why}");
    assert_eq!(server.post(&server.hook("custom"), &alert("b")).status, 202);
    // It is written down a moment after the metric has it.
    eventually("the log says so", Duration::from_secs(5), || {
        let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
        (log.contains("a promise is broken") && log.contains(promise)).then_some(())
    });
}

#[test]
fn a_signing_secret_that_does_not_open_is_told() {
    let server = Server::start();
    server.add("custom", "Signed", &["--generate-secret"]);
    server.cli.assert_sound();
    server
        .cli
        .damage("UPDATE signing_secrets SET sealed = (SELECT hash FROM routing_keys LIMIT 1)");
    let output = server.cli.run(&["doctor"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let told = text.lines().find(|line| line.starts_with("FAIL  secrets"));
    assert!(told.is_some_and(|line| line.contains("Signed")), "{text}");
}

#[test]
fn no_check_is_made_where_none_is_wanted() {
    let server = Server::builder().set("maintenance.check_hours", "0").start();
    assert_eq!(server.post(&server.hook("custom"), &alert("a")).status, 202);
    assert_eq!(gauge(&server, "watchbell_promises_checked_timestamp_seconds"), Some(0));
    assert_eq!(gauge(&server, "watchbell_broken_promises"), Some(0));
}
