//! One test's own database.

use std::process::Command;

use crate::{Postgres, install};

/// Names the maintenance database of a running cluster for all tests.
const SHARED: &str = "WATCHBELL_TEST_POSTGRES";
/// Names a database of that cluster in which the tables are, and to which nobody connects.
const TEMPLATE: &str = "WATCHBELL_TEST_TEMPLATE";

/// A database that nobody else uses. It goes with its cluster: to drop a database costs a
/// checkpoint, which is a second and more on a busy disk.
#[derive(Debug)]
pub struct Database {
    url: String,
    /// A cluster for this database alone.
    _own: Option<Postgres>,
}

impl Database {
    /// An empty database in the cluster that `WATCHBELL_TEST_POSTGRES` names, or in one of its own.
    pub fn fresh() -> Self {
        if let Some(maintenance) = told(SHARED) {
            return Self { url: create_at(&maintenance, None), _own: None };
        }
        let cluster = Postgres::start();
        Self { url: cluster.create_database(), _own: Some(cluster) }
    }

    /// A database without rows, for a test that is not about how tables come to be: with its tables if
    /// `WATCHBELL_TEST_TEMPLATE` names a database to copy, which takes a fifth of the time of making
    /// them; else empty.
    pub fn with_tables() -> Self {
        match (told(SHARED), told(TEMPLATE)) {
            (Some(maintenance), Some(template)) => {
                Self { url: create_at(&maintenance, Some(&template)), _own: None }
            }
            _ => Self::fresh(),
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
        create_at(&self.url("postgres"), None)
    }

    /// What `psql` prints for `sql` in a database.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        psql_at(&self.url(database), sql)
    }
}

/// What ./scripts/test tells the tests.
#[expect(clippy::disallowed_methods, reason = "how ./scripts/test tells the tests its cluster")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Makes a database with a name that no other test thinks of.
fn create_at(maintenance: &str, template: Option<&str>) -> String {
    // A folder's random name, which the file system has proven to be new, and which goes at once.
    let unique = tempfile::Builder::new().prefix("").rand_bytes(12).tempfile().unwrap();
    let random = unique.path().file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = format!("test_{}_{random}", std::process::id());
    let copied = template.map_or_else(String::new, |template| format!(" TEMPLATE {template}"));
    psql_at(maintenance, &format!("CREATE DATABASE {name}{copied}"));
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
