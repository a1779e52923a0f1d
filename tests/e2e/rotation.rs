//! A new master key while deliveries come in, and while its process is killed again and again.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Cli, Load, Server, alert, eventually, hmac, now_s, unlimited};

const SECRET: &str = "the-signing-secret-of-this-test";
const ROUNDS: usize = 60;
const SENDERS: usize = 3;

/// The status, which must not show a key.
fn status(cli: &Cli) -> Value {
    cli.json(&["vault", "status"])
}

/// The routing keys of all these integrations.
fn revealed(cli: &Cli, names: &[String]) -> Vec<String> {
    names.iter().map(|name| cli.routing_key(name)).collect()
}

/// Every master key in the key file, as text.
fn master_keys(cli: &Cli) -> Vec<String> {
    let text = std::fs::read_to_string(cli.dir().join("data/master.key")).unwrap();
    text.lines().map(|line| line.rsplit(' ').next().unwrap().to_owned()).collect()
}

fn signed_headers(body: &str) -> [(&'static str, String); 2] {
    let now = now_s();
    let signature = format!("sha256={}", hmac(SECRET, &format!("{now}.{body}")));
    [("X-Watchbell-Signature", signature), ("X-Watchbell-Timestamp", now.to_string())]
}

/// Signed deliveries without a pause.
fn signed_load(hook: &str) -> Load {
    let body = alert("signed").to_string();
    let headers = signed_headers(&body);
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Load::start_with(hook, &headers, SENDERS, move |_, _| body.clone())
}

/// Ends a process at once after so many more deliveries, unless it has ended by itself. Gives what
/// it had printed.
fn kill_after(load: &Load, deliveries: usize, mut child: Child) -> String {
    let target = load.accepted() + deliveries;
    while load.accepted() < target && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    // It may have ended in between.
    drop(child.kill());
    let output = child.wait_with_output().unwrap();
    format!("{output:?}")
}

#[test]
fn kill_nine_of_a_rotation_loses_no_secret_and_refuses_no_delivery() {
    let cli = unlimited();
    let mut names = vec!["Signed".to_owned()];
    let flags = ["--rate-limit", "0", "--default-service", "SER-00001", "--secret", SECRET];
    cli.add("custom", "Signed", &flags);
    for number in 0..8 {
        let name = format!("Number {number}");
        cli.add("custom", &name, &["--generate-secret"]);
        names.push(name);
    }
    let before = revealed(&cli, &names);
    let first_key = master_keys(&cli);
    let server = Server::builder_for(cli).start();
    let cli = &server.cli;
    let hook = server.hook("Signed");
    let load = signed_load(&hook);
    let mut printed = String::new();
    for round in 0..ROUNDS {
        let mut command = cli.command(&["vault", "rotate"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Knuth's multiplicative hash: scattered, and the same in every run.
        let scattered = (round + 1).wrapping_mul(2_654_435_761) >> 7;
        printed += &kill_after(&load, scattered % 36, child);
        let status = status(cli);
        assert_eq!(status["unreadable"], serde_json::json!([]), "round {round}: {status}");
    }
    let last = cli.run(&["vault", "rotate"]);
    assert!(last.status.success(), "{last:?}");
    assert_eq!(revealed(cli, &names), before);
    let status = status(cli);
    assert_eq!((&status["behind"], &status["rotating"]), (&0.into(), &false.into()), "{status}");
    assert_eq!(status["keys"][0]["signing_secrets"], 9, "{status}");
    assert_eq!(status["keys"][0]["routing_keys"], 11, "{status}");
    assert_ne!(master_keys(cli)[0], first_key[0]);

    // The server that ran all the time, and one that starts now, accept what is signed.
    load.wait_for(load.accepted() + 20);
    let told = load.finish();
    assert!(told.refused.is_empty(), "{:?}", told.refused);
    assert!(told.broken.is_empty(), "{:?}", told.broken);
    let mut server = server;
    server.kill();
    server.restart();
    let hook = server.hook("Signed");
    let load = signed_load(&hook);
    load.wait_for(20);
    let told = load.finish();
    assert!(told.refused.is_empty() && told.broken.is_empty(), "{told:?}");

    let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
    let shown = format!("{printed}{last:?}{log}{status}{:?}", server.cli.run(&["doctor"]));
    for key in master_keys(&server.cli).iter().chain(&before).map(String::as_str).chain([SECRET]) {
        assert!(!shown.contains(key), "a secret was shown");
    }
    let folder = std::fs::read_dir(server.cli.dir().join("data")).unwrap();
    let names: Vec<_> = folder.map(|entry| entry.unwrap().file_name()).collect();
    let left_behind = names.iter().filter(|name| name.to_str().unwrap().contains(".tmp"));
    assert_eq!(left_behind.count(), 0, "{names:?}");
}

#[test]
fn the_doctor_tells_of_a_rotation_that_is_not_over() {
    let server = Server::start();
    let doctor = || {
        let output = server.cli.run(&["doctor"]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(doctor().contains("opens every routing key and signing secret"));
    let next = server.cli.json(&["vault", "prepare"])["next"].clone();
    assert!(doctor().contains("the next master key is ready"));
    let rotated = server.cli.json(&["vault", "rotate"]);
    assert_eq!(rotated["keys"][0]["id"], next, "{rotated}");
    assert_eq!(rotated["keys"][1]["use"], "old", "{rotated}");
    let old = rotated["keys"][1]["id"].as_str().unwrap();
    let forgotten = server.cli.json(&["vault", "forget", old]);
    assert_eq!(forgotten["forgotten"], old);
    let status = status(&server.cli);
    assert_eq!(status["keys"].as_array().unwrap().len(), 1, "{status}");
}

#[test]
fn keys_in_the_environment_are_rotated_in_stages() {
    let cli = unlimited();
    // What was in the file is in the environment from now on.
    let (first, second) = (master_keys(&cli).remove(0), "2c".repeat(32));
    let start = |cli: Cli, key: &str, previous: &str| {
        let builder = Server::builder_for(cli).set("vault.key", key);
        builder.set("vault.previous_keys", previous).start()
    };
    let server = start(cli, &first, "");
    let flags = ["--rate-limit", "0", "--default-service", "SER-00001", "--secret", SECRET];
    let key = server.cli.add("custom", "Signed", &flags)["routing_key"].clone();
    let accepts = |server: &Server| {
        let hook = format!("{}/webhooks/{}", server.url, key.as_str().unwrap());
        let body = alert("signed").to_string();
        let headers = signed_headers(&body);
        let headers: Vec<_> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        eventually("a signed delivery is accepted", Duration::from_secs(5), || {
            (server.post_bytes(&hook, &headers, body.as_bytes()).status == 202).then_some(())
        });
    };
    accepts(&server);
    let refused = server.cli.run(&["vault", "rotate"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    // Everywhere: both keys, the old one first; then the new one first.
    let mut server = start(server.cli.clone(), &first, &second);
    accepts(&server);
    server.kill();
    let mut server = start(server.cli.clone(), &second, &first);
    accepts(&server);
    let behind = status(&server.cli)["behind"].as_u64().unwrap();
    assert!(behind >= 2, "{behind}");
    let doctor = String::from_utf8(server.cli.run(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("sealed with an old master key"), "{doctor}");
    assert_eq!(server.cli.json(&["vault", "reseal"])["resealed"], behind);
    assert_eq!(server.cli.json(&["vault", "reseal"])["resealed"], 0);
    let printed = String::from_utf8(server.cli.run(&["config", "print"]).stdout).unwrap();
    assert!(!printed.contains(&first) && !printed.contains(&second), "{printed}");
    server.kill();
    let server = start(server.cli.clone(), &second, "");
    accepts(&server);
    assert_eq!(status(&server.cli)["behind"], 0);
}
