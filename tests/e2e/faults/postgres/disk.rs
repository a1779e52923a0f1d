//! PostgreSQL's disk: full, or with flushes that fail.

use serde_json::json;
use watchbell_testkit::Postgres;

use super::server;
use crate::support::{Chance, Fault, FaultyDisk, Fire, Server};

/// More than a segment of the write-ahead log, so that only tables and their indexes hit it.
const LIMIT: u64 = 18 << 20;

/// A body of half a mebibyte that cannot be compressed much.
fn large(chance: &mut Chance, number: usize) -> String {
    let note: Vec<_> =
        (0..35_000).map(|_| format!("{:015x}", chance.between(0, 1 << 60))).collect();
    json!({
        "title": "Disk is filling up",
        "service_id": "SER-00001",
        "dedup_key": format!("disk-{number}"),
        "note": note.concat(),
    })
    .to_string()
}

/// Sends until the database has no room.
fn fill(fire: &mut Fire, server: &Server) {
    let mut chance = Chance::new();
    for number in 0..200 {
        let reply = server.post_bytes(fire.url(), &[], large(&mut chance, number).as_bytes());
        fire.told(&reply);
        if reply.status == 503 {
            assert!(number > 5, "only {number} fitted");
            return;
        }
    }
    panic!("the limit of {LIMIT} bytes was never reached");
}

#[test]
fn a_full_disk_is_a_503_until_there_is_room() {
    let cluster = Postgres::start();
    let server = server(&cluster);
    let mut fire = Fire::at(&server);
    cluster.limit_file_size(Some(LIMIT));
    fire.takes_deliveries(&server);
    fill(&mut fire, &server);
    assert!(cluster.log().contains("File too large"), "{}", cluster.log());
    fire.holds(&server);

    cluster.limit_file_size(None);
    Fire::is_ready(&server);
    fire.takes_deliveries(&server);
    let mut chance = Chance::new();
    let reply = server.post_bytes(fire.url(), &[], large(&mut chance, 1_000).as_bytes());
    fire.told(&reply);
    assert_eq!(reply.status, 202, "{reply:?}");
    fire.holds(&server);
}

#[test]
fn a_failing_flush_of_the_database_is_a_503_and_never_a_202() {
    let disk = FaultyDisk::new();
    let mut builder = Postgres::builder();
    for (name, value) in disk.env() {
        builder = builder.env(name, &value);
    }
    let mut cluster = builder.start();
    let server = server(&cluster);
    let mut fire = Fire::at(&server);
    for round in 1..=2 {
        fire.takes_deliveries(&server);
        disk.fail(Fault::Flush);
        // The first one makes PostgreSQL give up: it cannot know what the disk has.
        fire.refuses_all(&server, 10);
        assert!(disk.hits() > 0, "the library is not in the database");
        assert_eq!(cluster.log().matches("PANIC").count().min(round), round, "{}", cluster.log());
        Fire::is_not_ready(&server);
        disk.work();
        // It may not have come up again by itself.
        cluster.kill();
        cluster.start_again();
        Fire::is_ready(&server);
        fire.holds(&server);
    }
    fire.takes_deliveries(&server);
    fire.holds(&server);
}
