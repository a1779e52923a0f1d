//! A backup of a database in use, and what is restored from it in an empty place.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Cli, Load, Server, unlimited_on};

fn own_alert(sender: usize, request: usize) -> Value {
    json!({
        "title": "Checkout is down",
        "service_id": "SER-00001",
        "dedup_key": format!("{sender}-{}", request % 50),
        "status": if request % 7 == 6 { "resolved" } else { "new" },
    })
}

/// A command that must not succeed: its exit code, and what it says.
fn refused(cli: &Cli, arguments: &[&str]) -> (i32, String) {
    let output = cli.run(arguments);
    assert!(!output.status.success(), "{output:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The highest place of an incident's number.
fn highest(server: &Server) -> i64 {
    let numbers = server.all("/api/v1/incidents");
    let place = |incident: &Value| {
        let number = incident["incident_number"].as_str().unwrap();
        number.rsplit('-').next().unwrap().parse().unwrap()
    };
    numbers.iter().map(place).max().unwrap()
}

#[test]
fn a_backup_under_load_has_everything_that_was_answered_before_it() {
    let cli = unlimited_on(Cli::on_file());
    cli.add("custom", "Signed", &["--generate-secret"]);
    let mut server = Server::builder_for(cli).start();
    let load = Load::start(&server.hook("Custom webhook"), 4, own_alert);
    load.wait_for(200);
    let before: HashSet<String> = load.accepted_ids().into_iter().collect();
    let copy = server.cli.dir().join("copy.db");
    let made = server.cli.json(&["backup", text(&copy)]);
    let during = load.accepted();
    load.wait_for(during + 50);
    let told = load.finish();
    assert!(told.refused.is_empty() && told.broken.is_empty(), "nobody waited for it: {told:?}");
    assert_eq!(
        (made["ok"].clone(), made["master_key_included"].clone()),
        (true.into(), false.into())
    );
    assert_eq!(made["bytes"], fs::metadata(&copy).unwrap().len());
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let key = server.cli.routing_key("Signed");
    server.kill();

    // An empty place gets the copy and the key, and is whole.
    let place = Cli::on_file();
    fs::create_dir(place.dir().join("data")).unwrap();
    place.json(&["restore", text(&copy)]);
    fs::copy(server.cli.dir().join("data/master.key"), place.dir().join("data/master.key"))
        .unwrap();
    place.assert_sound();
    assert_eq!(place.routing_key("Signed"), key, "secrets open");
    let again = Server::builder_for(place).start();
    let logged = again.logged();
    let lost: Vec<_> = before.difference(&logged).collect();
    assert!(lost.is_empty(), "lost {lost:?}");
    let all_answered: HashSet<String> = told.accepted.into_iter().collect();
    let unknown = logged.difference(&all_answered).count();
    assert!(unknown <= 4, "{unknown} that nobody was answered for: one for each sender at most");
    let highest_before = highest(&again);
    let fresh = json!({"title": "New", "service_id": "SER-00001", "dedup_key": "after"});
    let reply = again.post(&again.hook("Custom webhook"), &fresh);
    assert_eq!(reply.status, 202, "{reply:?}");
    assert_eq!(highest(&again), highest_before + 1, "it goes on numbering");
    again.assert_one_open_each();
    again.cli.assert_sound();
}

#[test]
fn a_backup_never_takes_the_place_of_something() {
    let cli = unlimited_on(Cli::on_file());
    let there = cli.dir().join("there.db");
    fs::write(&there, "mine").unwrap();
    let (code, said) = refused(&cli, &["backup", text(&there)]);
    assert_eq!(code, 1);
    assert!(said.contains("there.db is there already") && said.contains("move it away"), "{said}");
    assert_eq!(fs::read_to_string(&there).unwrap(), "mine");
    // Itself least of all.
    assert_eq!(refused(&cli, &["backup", "data/watchbell.db"]).0, 1);
    // Another one is at work there, or was interrupted.
    fs::write(cli.dir().join("new.db.partial"), "half").unwrap();
    let (code, said) = refused(&cli, &["backup", "new.db"]);
    assert!(code == 1 && said.contains("new.db.partial is there"), "{said}");
    let (code, said) = refused(&cli, &["backup", "no/such/folder/new.db"]);
    assert!(code == 1 && said.contains("no/such/folder"), "{said}");
    assert!(!cli.dir().join("new.db").exists());
    cli.assert_sound();

    let empty = Cli::on_file();
    let (code, said) = refused(&empty, &["backup", "new.db"]);
    assert!(code == 1 && said.contains("no database"), "{said}");
    assert!(!empty.database().exists(), "looking for it has not made it");
}

#[test]
fn a_backup_says_what_it_is_and_what_is_not_in_it() {
    let cli = unlimited_on(Cli::on_file());
    let output = cli.run(&["backup", "copy.db"]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    for words in
        ["every promise holds", "does NOT hold the master key", "data/master.key", "restore"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!cli.dir().join("copy.db.partial").exists());
}

#[test]
fn what_is_damaged_is_not_taken_for_a_backup() {
    let cli = unlimited_on(Cli::on_file());
    cli.damage("UPDATE integrations SET rate_limit = -5");
    let (code, said) = refused(&cli, &["backup", "copy.db"]);
    assert!(said.contains("damaged") && said.contains("take an earlier backup"), "{code} {said}");
    // A broken promise is told, and the copy is kept: there is no better one.
    cli.damage("UPDATE integrations SET rate_limit = 5; DELETE FROM service_references");
    let output = cli.run(&["backup", "kept.db"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("every service answers to its names"), "{said}");
    assert!(cli.dir().join("kept.db").exists() && !cli.dir().join("copy.db").exists());
}

#[test]
fn only_a_whole_backup_is_restored_and_only_into_an_empty_place() {
    let cli = unlimited_on(Cli::on_file());
    cli.json(&["backup", "copy.db"]);
    let copy = cli.dir().join("copy.db");
    let (code, said) = refused(&cli, &["restore", "copy.db"]);
    assert!(code == 1 && said.contains("data/watchbell.db is there already"), "{said}");

    let place = Cli::on_file();
    let refuses = |file: &Path, words: &str| {
        let (code, said) = refused(&place, &["restore", text(file)]);
        assert!(code == 1 && said.contains(words), "{words}: {said}");
        assert!(!place.database().exists());
    };
    // What is left of another database would be taken for part of this one.
    fs::create_dir(place.dir().join("data")).unwrap();
    let log = place.dir().join("data/watchbell.db-wal");
    fs::write(&log, "old").unwrap();
    refuses(&copy, "watchbell.db-wal is there already");
    fs::remove_file(&log).unwrap();
    // A file of a database in use is only half of it.
    fs::write(cli.dir().join("copy.db-wal"), "the other half").unwrap();
    refuses(&copy, "lies beside it");
    fs::remove_file(cli.dir().join("copy.db-wal")).unwrap();
    let nonsense = cli.dir().join("nonsense.db");
    fs::write(&nonsense, vec![b'x'; 10_000]).unwrap();
    refuses(&nonsense, "not a database of Watchbell");
    refuses(&cli.dir().join("missing.db"), "cannot read");
    // One page of nonsense in the middle.
    let mut bytes = fs::read(&copy).unwrap();
    // The size of a page stands in the file's head.
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    bytes[page * 9..page * 10].fill(0x5a);
    let damaged = cli.dir().join("damaged.db");
    fs::write(&damaged, bytes).unwrap();
    refuses(&damaged, "damaged");

    place.json(&["restore", text(&copy)]);
    assert_eq!(fs::metadata(place.database()).unwrap().permissions().mode() & 0o777, 0o600);
    // Without its key it does not start, and says why.
    let (code, said) = refused(&place, &["serve"]);
    assert!(code == 1 && said.contains("master key"), "{said}");
}
