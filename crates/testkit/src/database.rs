//! One test's own database.

use std::process::Command;

use crate::{Postgres, install};

/// Names the maintenance database of a running cluster for all tests.
const SHARED: &str = "WATCHBELL_TEST_POSTGRES";

/// An empty database that nobody else uses. It goes with its cluster: to drop a database costs a
/// checkpoint, which is a second and more on a busy disk.
#[derive(Debug)]
pub struct Database {
    url: String,
    /// A cluster for this database alone.
    _own: Option<Postgres>,
}

impl Database {
    /// A database in the cluster that `WATCHBELL_TEST_POSTGRES` names, or in one of its own.
    #[expect(clippy::disallowed_methods, reason = "how ./scripts/test tells the tests its cluster")]
    pub fn fresh() -> Self {
        match std::env::var(SHARED) {
            Ok(maintenance) if !maintenance.is_empty() => {
                Self { url: create_at(&maintenance), _own: None }
            }
            _ => {
                let cluster = Postgres::start();
                Self { url: cluster.create_database(), _own: Some(cluster) }
            }
        }
    }

    /// Its address: `postgres://user@host:port/name`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What `psql` prints for `sql`: bare values, a row on each line, columns separated by `|`.
    pub fn psql(&self, sql: &str) -> String {
        psql_at(&self.url, sql)
    }
}

impl Postgres {
    /// Makes an empty database, and gives its address.
    pub fn create_database(&self) -> String {
        create_at(&self.url("postgres"))
    }

    /// What `psql` prints for `sql` in a database.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        psql_at(&self.url(database), sql)
    }
}

/// Makes a database with a name that no other test thinks of.
fn create_at(maintenance: &str) -> String {
    // A folder's random name, which the file system has proven to be new, and which goes at once.
    let unique = tempfile::Builder::new().prefix("").rand_bytes(12).tempfile().unwrap();
    let random = unique.path().file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = format!("test_{}_{random}", std::process::id());
    psql_at(maintenance, &format!("CREATE DATABASE {name}"));
    let (server, _) = maintenance.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

/// One of PostgreSQL's own programs at a database, like `psql` or `pg_dump`.
pub fn client_at(program: &str, url: &str) -> Command {
    let mut command = install::client(program);
    command.arg("--dbname").arg(url);
    command
}

/// What `psql` prints for `sql` at a database: bare values, a row on each line, columns separated by
/// `|`.
pub fn psql_at(url: &str, sql: &str) -> String {
    let mut psql = client_at("psql", url);
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]);
    let output = psql.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{sql}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
