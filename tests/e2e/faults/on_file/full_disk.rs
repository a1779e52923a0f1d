//! No room: 503, nothing corrupt, nothing lost, and well again when there is room.

use std::collections::HashSet;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Cli, Server, eventually, unlimited_on};

/// Files may grow to this many bytes.
const LIMIT: u64 = 6 << 20;

fn alert(number: usize) -> Value {
    json!({
        "title": "Disk is filling up",
        "service_id": "SER-00001",
        "dedup_key": format!("disk-{number}"),
        "note": "x".repeat(200 << 10),
    })
}

/// Sends until the server has no room; gives the ids that were answered 202 until then.
fn fill(server: &Server, url: &str) -> HashSet<String> {
    let mut answered = HashSet::new();
    for number in 0..500 {
        let reply = server.post(url, &alert(number));
        if reply.status == 202 {
            answered.insert(reply.data()["delivery_id"].as_str().unwrap().to_owned());
            continue;
        }
        assert_eq!(reply.status, 503, "{reply:?}");
        assert_eq!(reply.error()["code"], "unavailable");
        let wait: u32 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!(wait > 0);
        return answered;
    }
    panic!("the limit of {LIMIT} bytes was never reached");
}

fn wait_for_ready(server: &Server, status: u16) {
    let url = format!("{}/readyz", server.url);
    eventually("/readyz follows", Duration::from_secs(20), || {
        (server.client.get(&url, &[]).unwrap().status == status).then_some(())
    });
}

fn assert_all_there(server: &Server, answered: &HashSet<String>) {
    let logged = server.logged();
    let lost: Vec<_> = answered.difference(&logged).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

fn limited(cli: Cli) -> Server {
    Server::builder_for(cli).file_size_limit(LIMIT).start()
}

#[test]
fn a_full_disk_is_a_503_and_nothing_is_lost_after_a_restart() {
    let mut server = limited(unlimited_on(Cli::on_file()));
    let answered = fill(&server, &server.hook("custom"));
    assert!(answered.len() > 5, "only {} fitted", answered.len());
    // The process lives, says that it cannot work, and still shows what it has.
    assert_eq!(server.client.get(&format!("{}/healthz", server.url), &[]).unwrap().status, 200);
    assert_all_there(&server, &answered);
    server.cli.assert_sound();
    server.kill();

    server.cli.assert_sound();
    let server = Server::builder_for(server.cli.clone()).start();
    assert_all_there(&server, &answered);
    wait_for_ready(&server, 200);
    let reply = server.post(&server.hook("custom"), &alert(1_000));
    assert_eq!(reply.status, 202, "{reply:?}");
    server.cli.assert_sound();
}

#[test]
fn a_server_on_a_full_disk_is_not_ready_and_recovers_by_itself() {
    let mut server = limited(unlimited_on(Cli::on_file()));
    let url = server.hook("custom");
    let mut answered = HashSet::new();
    // The write-ahead log may find room once more when it is moved into the database.
    let ready = eventually("/readyz says so", Duration::from_secs(20), || {
        answered.extend(fill(&server, &url));
        let reply = server.client.get(&format!("{}/readyz", server.url), &[]).unwrap();
        (reply.status == 503).then_some(reply)
    });
    assert_eq!(ready.json()["status"], "not_ready");

    let room = Command::new("prlimit")
        .args([&format!("--pid={}", server.pid()), "--fsize=unlimited:"])
        .status()
        .unwrap();
    assert!(room.success());
    let again = eventually("it takes deliveries again", Duration::from_secs(20), || {
        let reply = server.post(&url, &alert(1_000));
        (reply.status == 202).then_some(reply)
    });
    wait_for_ready(&server, 200);
    let id = again.data()["delivery_id"].as_str().unwrap().to_owned();
    assert_all_there(&server, &answered);
    assert!(server.logged().contains(&id));
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    server.cli.assert_sound();
}
