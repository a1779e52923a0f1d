//! The schema: there and back, as written down, as SQLite has it, and made by many at once.

#![cfg(test)]

use std::collections::BTreeMap;
use std::thread;

use watchbell_store::MaintenanceStore;
use watchbell_store_postgres::{PostgresOptions, PostgresStore};
use watchbell_testkit::Database;

fn open(database: &Database) -> PostgresStore {
    PostgresStore::open(PostgresOptions::new(database.url())).unwrap()
}

/// Every column, constraint and index of the database.
fn dump(database: &Database) -> String {
    database.psql(
        "SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable
           FROM information_schema.columns WHERE table_schema = 'public'
            AND table_name NOT LIKE '\\_\\_diesel%'
         UNION ALL
         SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            AND conrelid::regclass::text NOT LIKE '\\_\\_diesel%'
         UNION ALL
         SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
            AND tablename NOT LIKE '\\_\\_diesel%'
         ORDER BY 1",
    )
}

/// How many migrations there are.
fn versions() -> usize {
    std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres"))
        .unwrap()
        .count()
}

#[test]
fn up_down_up_gives_the_same_schema() {
    let database = Database::fresh();
    let store = open(&database);
    let versions = versions();
    assert_eq!(store.migrations_pending().unwrap().len(), versions);
    assert!(store.ping().is_err(), "a database without its schema is not ready");
    assert_eq!(store.migrate().unwrap(), versions);
    assert_eq!(store.migrations_pending().unwrap(), Vec::<String>::new());
    store.ping().unwrap();
    let first = dump(&database);
    assert!(first.lines().count() > 100, "{first}");
    assert_eq!(store.migrate().unwrap(), 0);
    assert_eq!(store.migrate_down_all().unwrap(), versions);
    assert_eq!(dump(&database), "");
    assert!(store.ping().is_err());
    assert_eq!(store.migrate().unwrap(), versions);
    assert_eq!(dump(&database), first);
    assert_eq!(store.check().unwrap(), []);
}

/// The tables of a `schema.rs`: each with its columns, and diesel's type of each.
fn written_down(schema: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let mut tables = BTreeMap::new();
    let mut table = String::new();
    for line in schema.lines().map(str::trim) {
        if let Some((column, kind)) = line.split_once(" -> ") {
            let columns: &mut Vec<_> = tables.get_mut(&table).unwrap();
            columns.push((column.to_owned(), kind.trim_end_matches(',').to_owned()));
        } else if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            name.clone_into(&mut table);
            tables.insert(table.clone(), Vec::new());
        }
    }
    tables
}

fn ours() -> BTreeMap<String, Vec<(String, String)>> {
    written_down(include_str!("../src/schema.rs"))
}

#[test]
fn the_written_schema_is_the_real_one() {
    let database = Database::fresh();
    open(&database).migrate().unwrap();
    let written = ours();
    for (table, columns) in &written {
        let real = database.psql(&format!(
            "SELECT column_name || ' ' || data_type || iif.n
             FROM information_schema.columns,
                  LATERAL (SELECT CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS n) AS iif
             WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
        ));
        let columns: Vec<_> = columns
            .iter()
            .map(|(column, kind)| {
                let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
                let null = if inner.is_some() { " null" } else { "" };
                let sql = match inner.unwrap_or(kind) {
                    "BigInt" => "bigint",
                    "Binary" => "bytea",
                    "Bool" => "boolean",
                    "Integer" => "integer",
                    "Json" => "json",
                    "SmallInt" => "smallint",
                    "Text" => "text",
                    "Timestamptz" => "timestamp with time zone",
                    "Uuid" => "uuid",
                    other => panic!("{other} is no type of ours"),
                };
                format!("{column} {sql}{null}")
            })
            .collect();
        assert_eq!(columns.join("\n"), real.trim(), "{table}");
    }
    let mut names: Vec<_> = written.into_keys().collect();
    names.sort();
    let real = database.psql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
         AND table_name NOT LIKE '\\_\\_diesel%' ORDER BY 1",
    );
    assert_eq!(names.join("\n"), real.trim());
}

/// SQLite's type for what PostgreSQL keeps as `kind`.
fn in_sqlite(kind: &str) -> String {
    if let Some(inner) = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>')) {
        return format!("Nullable<{}>", in_sqlite(inner));
    }
    match kind {
        "Uuid" | "Binary" => "Binary",
        "BigInt" | "Bool" | "Integer" | "SmallInt" | "Timestamptz" => "BigInt",
        "Json" | "Text" => "Text",
        other => panic!("{other} is no type of ours"),
    }
    .to_owned()
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let mut sqlite = written_down(include_str!("../../store-sqlite/src/schema.rs"));
    // The number that SQLite gives every row anyway: there it is the primary key.
    let deliveries = sqlite.get_mut("deliveries").unwrap();
    assert_eq!(deliveries.remove(0), ("seq".to_owned(), "BigInt".to_owned()));
    let mut here = ours();
    for columns in here.values_mut() {
        for (_, kind) in columns {
            *kind = in_sqlite(kind);
        }
    }
    assert_eq!(here, sqlite);
}

#[test]
fn both_databases_have_the_same_versions() {
    let of = |database: &str| {
        let folder = format!("{}/../../migrations/{database}", env!("CARGO_MANIFEST_DIR"));
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(of("postgres"), of("sqlite"));
    assert!(!of("sqlite").is_empty());
}

#[test]
fn many_may_migrate_at_once() {
    for _ in 0..3 {
        let database = Database::fresh();
        let ran: Vec<usize> = thread::scope(|scope| {
            let store = || open(&database).migrate().unwrap();
            let threads: Vec<_> = (0..6).map(|_| scope.spawn(store)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ran.iter().sum::<usize>(), versions(), "one of them did it: {ran:?}");
        assert_eq!(open(&database).check().unwrap(), []);
    }
}

#[test]
fn a_newer_schema_does_not_stop_this_program() {
    let database = Database::fresh();
    let store = open(&database);
    store.migrate().unwrap();
    database.psql(
        "ALTER TABLE incidents ADD COLUMN later text;
         INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')",
    );
    store.ping().unwrap();
    assert_eq!(store.migrations_pending().unwrap(), Vec::<String>::new());
    assert_eq!(open(&database).migrate().unwrap(), 0);
}
