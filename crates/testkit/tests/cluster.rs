//! The cluster keeps what it promises: it is durable, can be hurt, and leaves nothing behind.

#![cfg(test)]

use std::fs;
use std::path::Path;

use watchbell_testkit::{Database, Postgres};

/// The command lines that name `folder`.
fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let lines = fs::read_dir("/proc").unwrap().flatten();
    let lines = lines.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines.filter(|line| line.contains(folder)).collect()
}

#[test]
fn the_settings_are_those_of_a_durable_server() {
    let cluster = Postgres::start();
    for name in ["fsync", "synchronous_commit", "full_page_writes"] {
        assert_eq!(cluster.psql("postgres", &format!("SHOW {name}")), "on", "{name}");
    }
}

#[test]
fn what_was_committed_is_there_after_a_kill() {
    let mut cluster = Postgres::start();
    let (address, url) = (cluster.address(), cluster.create_database());
    let name = url.rsplit('/').next().unwrap();
    cluster.psql(name, "CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2)");
    cluster.kill();
    assert_eq!(processes_of(cluster.folder()), Vec::<String>::new());

    cluster.start_again();
    assert_eq!(cluster.address(), address);
    assert_eq!(cluster.psql(name, "SELECT count(*) FROM t"), "2");
    assert!(cluster.log().contains("was not properly shut down"), "{}", cluster.log());
}

#[test]
fn a_stop_is_in_good_order_and_a_restart_is_another_process() {
    let mut cluster = Postgres::start();
    let pid = cluster.pid();
    cluster.restart();
    assert_ne!(cluster.pid(), pid);
    assert_eq!(cluster.psql("postgres", "SELECT 1"), "1");
    assert!(!cluster.log().contains("was not properly shut down"), "{}", cluster.log());
}

#[test]
fn a_setting_can_be_changed_while_it_runs() {
    let cluster = Postgres::start();
    cluster.set("default_transaction_read_only", "on");
    let shown = || cluster.psql("postgres", "SHOW default_transaction_read_only");
    // The server takes the new settings in its own time.
    let seen = (0..1_000).map(|_| shown()).find(|value| value == "on");
    assert_eq!(seen.as_deref(), Some("on"));
}

#[test]
fn nothing_is_left_when_it_is_dropped_also_by_a_panic() {
    let cluster = Postgres::start();
    let folder = cluster.folder().to_owned();
    assert!(!processes_of(&folder).is_empty());
    let panicked = std::thread::spawn(move || {
        assert_eq!(cluster.psql("postgres", "SELECT 1"), "2", "this test panics on purpose");
    });
    assert!(panicked.join().is_err());
    assert_eq!(processes_of(&folder), Vec::<String>::new());
    assert!(!folder.exists());
}

#[test]
fn fresh_databases_are_empty_and_apart() {
    let (one, other) = (Database::fresh(), Database::fresh());
    assert_ne!(one.url(), other.url());
    one.psql("CREATE TABLE t ()");
    let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(one.psql(tables), "1");
    assert_eq!(other.psql(tables), "0");
}
