//! The schema: there and back, as written down, and made by many processes at once.

#![cfg(test)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use tempfile::TempDir;
use watchbell_store::MaintenanceStore;
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};

const FILE: &str = "watchbell.db";

/// Names the folder in which a child of this test migrates.
const FOLDER: &str = "WATCHBELL_TEST_MIGRATE_IN";

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(SqliteOptions::new(folder.join(FILE))).unwrap()
}

fn raw(folder: &TempDir) -> SqliteConnection {
    SqliteConnection::establish(folder.path().join(FILE).to_str().unwrap()).unwrap()
}

fn texts(connection: &mut SqliteConnection, query: &str) -> Vec<String> {
    diesel::dsl::sql::<Text>(query).load(connection).unwrap()
}

fn dump(connection: &mut SqliteConnection) -> Vec<String> {
    texts(
        connection,
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema
         WHERE name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND tbl_name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'
         ORDER BY 1",
    )
}

/// How many migrations there are.
fn versions() -> usize {
    fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite")).unwrap().count()
}

#[test]
fn up_down_up_gives_the_same_schema() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let versions = versions();
    assert_eq!(store.migrations_pending().unwrap().len(), versions);
    assert!(store.ping().is_err(), "a database without its schema is not ready");
    assert_eq!(store.migrate().unwrap(), versions);
    assert_eq!(store.migrations_pending().unwrap(), Vec::<String>::new());
    store.ping().unwrap();
    let mut connection = raw(&folder);
    let first = dump(&mut connection);
    assert!(first.len() > 20);
    assert_eq!(store.migrate().unwrap(), 0);
    assert_eq!(store.migrate_down_all().unwrap(), versions);
    assert_eq!(dump(&mut connection), Vec::<String>::new());
    assert!(store.ping().is_err());
    assert_eq!(store.migrate().unwrap(), versions);
    assert_eq!(dump(&mut connection), first);
    assert_eq!(store.check().unwrap(), []);
}

/// The tables of `schema.rs`, each with its columns as `name type null?`.
fn written_down() -> Vec<(String, Vec<String>)> {
    let mut tables: Vec<(String, Vec<String>)> = Vec::new();
    for line in include_str!("../src/schema.rs").lines().map(str::trim) {
        if let Some((column, kind)) = line.split_once(" -> ") {
            let kind = kind.trim_end_matches(',');
            let inner = kind.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
            let null = if inner.is_some() { "null" } else { "not null" };
            let sql = match inner.unwrap_or(kind) {
                "BigInt" => "INTEGER",
                "Text" => "TEXT",
                "Binary" => "BLOB",
                other => panic!("{other} is no type of ours"),
            };
            tables.last_mut().unwrap().1.push(format!("{column} {sql} {null}"));
        } else if let Some((table, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            tables.push((table.to_owned(), Vec::new()));
        }
    }
    tables
}

#[test]
fn the_written_schema_is_the_real_one() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).migrate().unwrap();
    let mut connection = raw(&folder);
    let written = written_down();
    for (table, columns) in &written {
        // A primary key of one INTEGER is the row's own number and never null.
        let real = texts(
            &mut connection,
            &format!(
                "SELECT name || ' ' || type || iif(\"notnull\" OR (pk AND type = 'INTEGER'),
                     ' not null', ' null')
                 FROM pragma_table_info('{table}') ORDER BY cid"
            ),
        );
        assert_eq!(*columns, real, "{table}");
    }
    let mut names: Vec<_> = written.iter().map(|(table, _)| table.clone()).collect();
    names.sort();
    let real = texts(
        &mut connection,
        "SELECT name FROM sqlite_schema WHERE type = 'table'
         AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name",
    );
    assert_eq!(names, real);
    let loose: i64 = diesel::dsl::sql::<BigInt>(
        "SELECT count(*) FROM pragma_table_list
         WHERE schema = 'main' AND NOT strict AND name NOT LIKE '\\_\\_diesel%' ESCAPE '\\'
           AND name NOT LIKE 'sqlite%'",
    )
    .get_result(&mut connection)
    .unwrap();
    assert_eq!(loose, 0, "every table is STRICT");
}

/// One process alone; and what each of the four processes below does, in the folder that the parent
/// names.
#[test]
fn a_process_migrates() {
    #[expect(clippy::disallowed_methods, reason = "how the parent test tells its children where")]
    let shared = std::env::var(FOLDER);
    let own = tempfile::tempdir().unwrap();
    let folder = shared.as_ref().map_or(own.path(), Path::new);
    if shared.is_ok() {
        // A barrier of files: without it they would come one after the other.
        fs::write(folder.join(format!("ready-{}", std::process::id())), "").unwrap();
        wait_until(|| folder.join("go").exists());
    }
    let store = open(folder);
    store.migrate().unwrap();
    store.ping().unwrap();
    assert_eq!(store.migrations_pending().unwrap(), Vec::<String>::new());
}

/// Waits, but not for ever, so that nothing hangs when a process has died.
fn wait_until(done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_mins(1), "somebody never came");
        thread::yield_now();
    }
}

fn child(folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_process_migrates", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn four_processes_may_migrate_one_file_at_once() {
    for round in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let children: Vec<_> = (0..4).map(|_| child(folder.path())).collect();
        wait_until(|| fs::read_dir(folder.path()).unwrap().count() == children.len());
        fs::write(folder.path().join("go"), "").unwrap();
        for child in children {
            let ended = child.wait_with_output().unwrap();
            let words = String::from_utf8_lossy(&ended.stderr);
            assert!(ended.status.success(), "round {round}: {words}");
        }
        let store = open(folder.path());
        assert_eq!(store.migrations_pending().unwrap(), Vec::<String>::new());
        assert_eq!(store.check().unwrap(), []);
    }
}

#[test]
fn the_folder_is_made_and_a_wrong_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("not/yet/there");
    open(&deep).migrate().unwrap();
    assert!(deep.join(FILE).exists());
    let inside_a_file = deep.join(FILE).join("database.db");
    assert!(SqliteStore::open(SqliteOptions::new(inside_a_file)).is_err());
}

#[test]
fn the_files_are_their_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.migrate().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&entry.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
    }
}
