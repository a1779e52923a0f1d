//! A PostgreSQL that was told not to care.

use watchbell_testkit::Postgres;

use super::database;
use crate::support::{Fire, Server};

#[test]
fn a_database_without_flushes_is_told_by_the_log_and_the_doctor() {
    for name in ["fsync", "full_page_writes"] {
        let cluster = Postgres::builder().set(name, "off").start();
        let server = Server::builder_for(database(&cluster)).start();
        let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
        assert!(log.contains("can be lost in a power cut"), "{log}");
        assert!(log.contains(&format!("{name} is off")), "{log}");
        let doctor = server.cli.run(&["doctor"]);
        assert_eq!(doctor.status.code(), Some(1), "{doctor:?}");
        let text = String::from_utf8(doctor.stdout).unwrap();
        assert!(text.contains(&format!("{name} is off")), "{text}");
    }
}

#[test]
fn commits_are_flushed_even_where_the_database_says_they_need_not() {
    let cluster = Postgres::builder().set("synchronous_commit", "off").start();
    let mut server = super::server(&cluster);
    let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
    assert!(!log.contains("can be lost in a power cut"), "{log}");
    let mut fire = Fire::at(&server);
    fire.takes_deliveries(&server);
    // Without it the write-ahead log's last part would still be in the killed server's memory.
    let mut cluster = cluster;
    cluster.kill();
    cluster.start_again();
    server.kill();
    server.restart();
    fire.moved_to(&server);
    fire.holds(&server);
}
