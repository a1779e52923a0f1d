//! A connection with a deadline: it lives in a thread of its own, so that whoever waits for it can
//! stop waiting.
//!
//! libpq waits for ever on a connection that is open and silent, and nothing from outside can
//! interrupt it. So its owner only sends it work, and gives it up when the answer does not come:
//! the thread ends when the connection does, and what it had not committed is rolled back.

use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz};
use watchbell_store::StoreError;

use crate::PostgresOptions;
use crate::error::Failure;

type Job = Box<dyn FnOnce(&mut PgConnection) + Send>;

/// How long connecting may take beyond libpq's own time-out, which it counts for each address that
/// a host name has.
const CONNECT: Duration = Duration::from_secs(20);

/// Settings that decide whether a committed transaction outlives a power cut, as the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Durability {
    /// `fsync`: must be `on`.
    pub fsync: String,
    /// `full_page_writes`: must be `on`, or the file system must write whole pages.
    pub full_page_writes: String,
    /// `synchronous_commit` of the committer's own connection: anything but `off`.
    pub synchronous_commit: String,
}

impl Durability {
    /// Whether a committed transaction is durable.
    pub fn is_durable(&self) -> bool {
        self.fsync == "on" && self.full_page_writes == "on" && self.synchronous_commit != "off"
    }
}

/// Which process of the server a session talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backend {
    pid: i32,
    started: DateTime<Utc>,
}

/// A connection in a thread of its own.
pub(crate) struct Session {
    jobs: Sender<Job>,
    backend: Backend,
    patience: Duration,
    lost: bool,
    in_transaction: bool,
}

impl Session {
    /// Connects.
    pub(crate) fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let (jobs, work) = mpsc::channel::<Job>();
        let (tell, told) = mpsc::sync_channel(1);
        let url = options.full_url();
        let patience = options.statement_time();
        let serve = move || {
            let mut connection = match connect(&url, patience) {
                Ok((connection, backend)) => {
                    drop(tell.send(Ok(backend)));
                    connection
                }
                Err(failure) => return drop(tell.send(Err(failure))),
            };
            while let Ok(job) = work.recv() {
                job(&mut connection);
            }
        };
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(serve)
            .map_err(StoreError::unavailable)?;
        let backend = told
            .recv_timeout(CONNECT)
            .unwrap_or(Err(Failure::Lost("the database did not answer while connecting")))?;
        Ok(Self { jobs, backend, patience, lost: false, in_transaction: false })
    }

    /// Does `work` on the connection, and waits for it as long as a statement may take.
    pub(crate) fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        // The server's own time-out comes first, if the server is there.
        let within = self.patience.saturating_add(Duration::from_millis(500));
        self.run_within(Some(within), work)
    }

    /// The same for work that may take long; without an end, if `within` is none.
    pub(crate) fn run_within<T: Send + 'static>(
        &mut self,
        within: Option<Duration>,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (tell, told) = mpsc::sync_channel(1);
        let job = move |connection: &mut PgConnection| drop(tell.send(work(connection)));
        let result = match (self.jobs.send(Box::new(job)), within) {
            (Err(_), _) => Err(Failure::Lost("the connection to the database has ended")),
            (Ok(()), Some(within)) => told
                .recv_timeout(within)
                .unwrap_or(Err(Failure::Lost("the database did not answer in time"))),
            (Ok(()), None) => {
                told.recv().unwrap_or(Err(Failure::Lost("the work on the database broke off")))
            }
        };
        if result.as_ref().is_err_and(Failure::is_of_connection) {
            self.lost = true;
        }
        result
    }

    /// Does `work`, which begins a transaction.
    pub(crate) fn begin_by<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.in_transaction = true;
        self.run(work)
    }

    /// Begins a transaction and does `work` in it.
    pub(crate) fn begin<T: Send + 'static>(
        &mut self,
        begin: &'static str,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.begin_by(move |connection| {
            connection.batch_execute(begin)?;
            work(connection)
        })
    }

    /// Does the last work of a transaction and commits it.
    pub(crate) fn commit<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let done = self.run(move |connection| {
            let value = match work(connection) {
                Ok(value) => value,
                Err(failure) => return Ok(Err(failure)),
            };
            connection.batch_execute("COMMIT")?;
            Ok(Ok(value))
        });
        match done {
            Ok(Ok(value)) => {
                self.in_transaction = false;
                Ok(value)
            }
            Ok(Err(failure)) => {
                self.lost |= failure.is_of_connection();
                Err(failure.into())
            }
            Err(failure) => Err(failure.of_commit()),
        }
    }

    /// Takes back an unfinished transaction. Where that fails, the connection is lost, and the
    /// transaction with it.
    pub(crate) fn roll_back(&mut self) {
        if self.in_transaction && !self.lost {
            let done = self.run(|connection| Ok(connection.batch_execute("ROLLBACK")?));
            self.lost |= done.is_err();
            self.in_transaction = !self.lost && done.is_err();
        }
    }

    /// Whether it can be used again.
    pub(crate) fn is_usable(&self) -> bool {
        !self.lost && !self.in_transaction
    }

    /// The server's process at the other end.
    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    /// What the server says about durability.
    pub(crate) fn durability(&mut self) -> Result<Durability, Failure> {
        self.run(|connection| {
            let (fsync, full_page_writes, synchronous_commit) =
                diesel::dsl::sql::<(Text, Text, Text)>(
                    "SELECT current_setting('fsync'), current_setting('full_page_writes'),
                            current_setting('synchronous_commit')",
                )
                .get_result(connection)?;
            Ok(Durability { fsync, full_page_writes, synchronous_commit })
        })
    }
}

/// Connects, and sets what every connection needs.
fn connect(url: &str, patience: Duration) -> Result<(PgConnection, Backend), Failure> {
    let mut connection = PgConnection::establish(url)?;
    let millis = patience.as_millis();
    // A database that was told to commit without flushing is not asked to here.
    connection.batch_execute(&format!(
        "SET statement_timeout = {millis};
         SET lock_timeout = {millis};
         SET idle_in_transaction_session_timeout = '60s';
         SET timezone = 'UTC';
         SELECT set_config('synchronous_commit', 'on', false)
         WHERE current_setting('synchronous_commit') = 'off';"
    ))?;
    let (pid, started, encoding, version): (i32, DateTime<Utc>, String, i64) =
        diesel::dsl::sql::<(Integer, Timestamptz, Text, BigInt)>(
            "SELECT pid, backend_start, current_setting('server_encoding'),
                    current_setting('server_version_num')::bigint
             FROM pg_stat_activity WHERE pid = pg_backend_pid()",
        )
        .get_result(&mut connection)?;
    if encoding != "UTF8" {
        let text = format!("the database's encoding is {encoding}; it must be UTF8");
        return Err(StoreError::unavailable(text).into());
    }
    if version < 130_000 {
        let text = "the server is older than PostgreSQL 13";
        return Err(StoreError::unavailable(text).into());
    }
    Ok((connection, Backend { pid, started }))
}

/// Ends the server's process of a connection that was given up, and waits until it is gone: a
/// COMMIT that it was told must not happen after we have looked whether it did.
pub(crate) fn end(connection: &mut PgConnection, old: Backend) -> Result<(), Failure> {
    let running = || {
        diesel::dsl::sql::<BigInt>(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = ",
        )
        .bind::<Integer, _>(old.pid)
        .sql(" AND backend_start = ")
        .bind::<Timestamptz, _>(old.started)
    };
    for _ in 0..400 {
        if running().get_result::<i64>(connection)? == 0 {
            return Ok(());
        }
        diesel::dsl::sql::<Text>("SELECT pg_sleep(0.005)::text")
            .get_result::<String>(connection)?;
    }
    Err(Failure::Lost("the database still works for a connection that was given up"))
}
