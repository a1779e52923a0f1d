//! Where a server under test keeps everything: a file, or a PostgreSQL database when
//! `WATCHBELL_TEST_STORE` is `postgres`, so that every story is told on both.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use watchbell_testkit::{Database, client_at, psql_at};

/// A database, seen from outside.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// SQLite's file.
    File(PathBuf),
    /// An address. The database goes with this, if it is a test's own.
    Postgres { url: String, _own: Option<Arc<Database>> },
}

impl Place {
    /// A fresh database of the kind that this run is about. Whether its tables are there is the same to
    /// whoever opens it.
    pub(crate) fn of_this_run(folder: &Path) -> Self {
        Self::made(folder, Database::with_tables)
    }

    /// A fresh database of that kind in which no table is.
    pub(crate) fn empty_of_this_run(folder: &Path) -> Self {
        Self::made(folder, Database::fresh)
    }

    fn made(folder: &Path, database: impl FnOnce() -> Database) -> Self {
        match store_of_this_run().as_deref() {
            None | Some("" | "sqlite") => Self::file(folder),
            Some("postgres") => {
                let database = database();
                Self::Postgres { url: database.url().to_owned(), _own: Some(Arc::new(database)) }
            }
            Some(other) => panic!("WATCHBELL_TEST_STORE={other}: sqlite or postgres"),
        }
    }

    /// The file that the server makes without being told.
    pub(crate) fn file(folder: &Path) -> Self {
        Self::File(folder.join("data/watchbell.db"))
    }

    /// A PostgreSQL database that is there.
    #[cfg(feature = "postgres")]
    pub(crate) fn at(url: &str) -> Self {
        Self::Postgres { url: url.to_owned(), _own: None }
    }

    /// What `database.url` must be for it, if anything.
    pub(crate) fn setting(&self) -> Option<&str> {
        match self {
            Self::File(_) => None,
            Self::Postgres { url, .. } => Some(url),
        }
    }

    /// What another program than ours gets for `sql`, which no rule of ours holds back: a row on each line, columns separated by `|`.
    pub(crate) fn sql(&self, sql: &str) -> String {
        match self {
            Self::Postgres { url, .. } => psql_at(url, sql),
            Self::File(path) => {
                let script = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30)
db.execute('PRAGMA ignore_check_constraints = ON')
sql = sys.argv[2]
several = ';' in sql.rstrip('; ')
rows = db.executescript(sql) if several else db.execute(sql)
for row in rows.fetchall():
    print('|'.join('' if value is None else str(value) for value in row))
db.commit()
";
                let mut python = Command::new("python3");
                let output = python.args(["-c", script]).arg(path).arg(sql).output().unwrap();
                assert!(output.status.success(), "{output:?}");
                String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
            }
        }
    }

    /// A file in `folder` with everything that the database holds, as bytes.
    pub(crate) fn content(&self, folder: &Path) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Postgres { url, .. } => {
                let file = folder.join("database.sql");
                let output = client_at("pg_dump", url).arg("-f").arg(&file).output().unwrap();
                assert!(output.status.success(), "{output:?}");
                file
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how ./scripts/test says which store a run is about")]
fn store_of_this_run() -> Option<String> {
    std::env::var("WATCHBELL_TEST_STORE").ok()
}

/// Another process that lets nobody write until this is dropped.
#[derive(Debug)]
pub(crate) struct WriteLock(Child);

impl WriteLock {
    pub(crate) fn take(place: &Place) -> Self {
        let mut command = match place {
            Place::File(path) => {
                let script = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
db.execute('BEGIN IMMEDIATE')
print('locked', flush=True)
sys.stdin.read()
db.execute('ROLLBACK')
";
                let mut python = Command::new("python3");
                python.args(["-c", script]).arg(path);
                python
            }
            Place::Postgres { url, .. } => {
                let mut psql = client_at("psql", url);
                psql.args(["-X", "-q", "-A", "-t"]);
                psql
            }
        };
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        if matches!(place, Place::Postgres { .. }) {
            let lock = b"BEGIN; LOCK TABLE deliveries IN SHARE MODE; SELECT 'locked';\n";
            child.stdin.as_mut().unwrap().write_all(lock).unwrap();
        }
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self(child)
    }
}

impl Drop for WriteLock {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        drop(self.0.wait());
    }
}
