//! A backup of PostgreSQL by its own tools, while a server writes, as docs/operations.md says it; and
//! what is restored from it in an empty database.

use std::collections::HashSet;
use std::fs;

use watchbell_testkit::{Database, client_at};

use crate::support::{Cli, Load, NOTICED, Server, alert, distinct_and_repeated, eventually};

#[test]
fn a_dump_under_load_has_everything_that_was_answered_before_it() {
    let database = Database::fresh();
    let mut server = Server::builder().set("database.url", database.url()).start();
    server.cli.json(&["integration", "set", "custom", "--rate-limit", "0"]);
    let key = server.cli.routing_key("custom");
    let hook = server.hook("custom");
    eventually("the limit is off", NOTICED, || {
        let reply = server.post_bytes(&hook, &[], b"no JSON");
        (reply.header("x-ratelimit-limit") == Some("0")).then_some(())
    });
    let load = Load::start(&hook, 4, distinct_and_repeated);
    load.wait_for(200);
    let before: HashSet<String> = load.accepted_ids().into_iter().collect();
    let dump = server.cli.dir().join("watchbell.dump");
    let file = format!("--file={}", dump.display());
    let dumped =
        client_at("pg_dump", database.url()).args(["--format=custom", &file]).output().unwrap();
    assert!(dumped.status.success(), "{dumped:?}");
    load.wait_for(load.accepted() + 50);
    let told = load.finish();
    assert!(told.refused.is_empty() && told.broken.is_empty(), "nobody waited for it: {told:?}");
    server.kill();

    let empty = Database::fresh();
    let restored = client_at("pg_restore", empty.url())
        .args(["--exit-on-error", "--single-transaction", "--no-owner"])
        .arg(&dump)
        .output()
        .unwrap();
    assert!(restored.status.success(), "{restored:?}");
    let place = Cli::new();
    fs::create_dir(place.dir().join("data")).unwrap();
    fs::copy(server.cli.dir().join("data/master.key"), place.dir().join("data/master.key"))
        .unwrap();
    let again = Server::builder_for(place).set("database.url", empty.url()).start();
    assert_eq!(again.cli.routing_key("custom"), key, "secrets open");
    let logged = again.logged();
    let lost: Vec<_> = before.difference(&logged).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
    let fresh = again.post(&again.hook("custom"), &alert("after the restore"));
    assert_eq!((fresh.status, fresh.data()["reason"].as_str()), (202, Some("created")));
    again.assert_one_open_each();
    again.cli.assert_sound();
}
