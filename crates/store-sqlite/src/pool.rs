//! The connections: one that writes, some that read.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{self, ConnectionManager, CustomizeConnection};
use diesel::sql_types::Text;
use watchbell_store::StoreError;

use crate::error::Failure;

/// How long a statement waits for another process before it gives up.
const BUSY: Duration = Duration::from_secs(5);

/// How soon it looks again whether the write lock is free. SQLite's own waiting looks ever more
/// seldom, at last ten times a second, and beside a committer that never rests it may find the lock
/// taken each time.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// How long the write-ahead log becomes (64 MiB) before the writer itself moves what is left of it
/// into the database, so that it starts anew. Much more than SQLite's 1,000 pages: nearly all of it
/// has been moved by then, by `checkpoint`, beside the writer.
const WAL_PAGES: i64 = 8_192;

/// The size of a page in a new database. A delivery takes about 2 KiB: half of SQLite's usual page, and
/// what does not fit is left empty.
const PAGE_BYTES: u32 = 8_192;

/// What the writer keeps of the database in memory. More only saves reading what the system has in
/// memory anyway, and each commit walks through it.
const WRITER_CACHE_KIB: u32 = 16_384;

/// The same for each connection that reads. What is sorted and does not fit goes to a temporary file: a
/// check of a million incidents must not take more memory than a full intake.
const READER_CACHE_KIB: u32 = 4_096;

/// Time for some commits, at the end of which the writer moves the rest of the log.
const LET_WRITE: Duration = Duration::from_millis(50);

/// Where a database is, and how it is used.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    path: PathBuf,
    readers: u32,
    wal_pages: i64,
    busy_timeout: Duration,
}

impl SqliteOptions {
    /// The database in this file, with four readers at most.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), readers: 4, wal_pages: WAL_PAGES, busy_timeout: BUSY }
    }

    /// The most connections that read at once.
    #[must_use]
    pub fn readers(mut self, readers: u32) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// How many pages the write-ahead log may have before the writer itself moves what is left of
    /// it into the database.
    #[must_use]
    pub fn wal_pages(mut self, pages: i64) -> Self {
        self.wal_pages = pages;
        self
    }

    /// How long to wait for another process that writes.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }
}

/// The connections of one process to one database.
pub(crate) struct Pool {
    options: SqliteOptions,
    url: String,
    /// Whoever wants to write waits here first. Without it the committer, which never rests under
    /// load, would take the writer again before a thread that waits for it has even woken up.
    turn: Mutex<()>,
    /// None after trouble, until the next use.
    writer: Mutex<Option<SqliteConnection>>,
    readers: r2d2::Pool<ConnectionManager<SqliteConnection>>,
    checkpointer: Mutex<Option<SqliteConnection>>,
    /// 0 = SQLite's own limit.
    max_page_count: AtomicI64,
}

impl Pool {
    pub(crate) fn open(options: SqliteOptions) -> Result<Self, StoreError> {
        let url = options
            .path
            .to_str()
            .ok_or_else(|| StoreError::unavailable("the database's path is not valid UTF-8"))?
            .to_owned();
        if let Some(folder) = options.path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(StoreError::unavailable)?;
        }
        make_private(&options.path).map_err(StoreError::unavailable)?;
        let readers = r2d2::Pool::builder()
            .max_size(options.readers)
            .min_idle(Some(0))
            .connection_timeout(options.busy_timeout)
            .test_on_check_out(false)
            .connection_customizer(Box::new(PrepareReader { busy: options.busy_timeout }))
            .build_unchecked(ConnectionManager::new(url.clone()));
        let pool = Self {
            options,
            url,
            turn: Mutex::new(()),
            writer: Mutex::new(None),
            readers,
            checkpointer: Mutex::new(None),
            max_page_count: AtomicI64::new(0),
        };
        let mut writer = pool.connect_writer()?;
        set_wal(&mut writer)?;
        *pool.writer.lock().unwrap_or_else(PoisonError::into_inner) = Some(writer);
        Ok(pool)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.options.path
    }

    /// Reads in one transaction, so that all of it is from one moment.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let mut reader = self.readers.get().map_err(StoreError::unavailable)?;
        Ok(reader.transaction(|reader| work(reader))?)
    }

    /// Takes the write lock, does `work` and commits. The lock is taken before the first read, so
    /// that what was read is still true when it is written, for every process.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.with_writer(|writer| {
            self.begin(writer)?;
            match work(writer) {
                Ok(value) => {
                    writer.batch_execute("COMMIT").map_err(Failure::of_commit)?;
                    Ok(value)
                }
                Err(failure) => {
                    // Some errors have rolled back already; then this one fails, which is right.
                    // Where it fails otherwise, the connection is dropped, and the transaction
                    // with it.
                    let rolled_back = writer.batch_execute("ROLLBACK");
                    let error = StoreError::from(failure);
                    match rolled_back {
                        Err(rollback) if error.is_callers_fault() => {
                            Err(StoreError::unavailable(rollback))
                        }
                        _ => Err(error),
                    }
                }
            }
        })
    }

    /// The same in diesel's own transaction, for what makes transactions itself.
    pub(crate) fn write_nested<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.with_writer(|writer| {
            set_busy_timeout(writer, self.options.busy_timeout)?;
            let done = writer.immediate_transaction(work)?;
            set_busy_timeout(writer, Duration::ZERO)?;
            Ok(done)
        })
    }

    /// Takes the write lock, as soon as it is free.
    fn begin(&self, writer: &mut SqliteConnection) -> Result<(), StoreError> {
        let started = Instant::now();
        loop {
            match writer.batch_execute("BEGIN IMMEDIATE").map_err(Failure::from) {
                Ok(()) => return Ok(()),
                Err(busy) if busy.is_busy() && started.elapsed() < self.options.busy_timeout => {
                    thread::sleep(LOOK_AGAIN);
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    /// Hands out the writer. It goes back only if the work was done or was refused for the
    /// caller's own fault; after any other error, and after a panic, a new one is made next time.
    pub(crate) fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut slot = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        drop(turn);
        let mut writer = match slot.take() {
            Some(writer) => writer,
            None => self.connect_writer()?,
        };
        let result = work(&mut writer);
        if result.as_ref().err().is_none_or(StoreError::is_callers_fault) {
            *slot = Some(writer);
        }
        result
    }

    /// Hands out the connection that moves the WAL into the database.
    pub(crate) fn with_checkpointer<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut slot = self.checkpointer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => self.connect_checkpointer()?,
        };
        let result = work(&mut connection);
        if result.is_ok() {
            *slot = Some(connection);
        }
        result
    }

    /// Hands out a connection for reading everything there is: one of its own, so that no reader is
    /// taken for long, with little memory, and without a transaction around its statements.
    pub(crate) fn with_checker<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.with_copier(|connection| {
            connection.batch_execute("PRAGMA query_only = ON")?;
            work(connection)
        })
    }

    /// For whoever reads one thing after the other for long: waits a moment, if the write-ahead log
    /// has grown longer than it should be. It starts anew only while nobody reads.
    pub(crate) fn let_the_log_start_anew(&self) {
        let mut log = self.options.path.clone().into_os_string();
        log.push("-wal");
        let bytes = std::fs::metadata(log).map_or(0, |log| log.len());
        let pages = bytes / u64::from(PAGE_BYTES);
        if pages > u64::try_from(self.options.wal_pages.saturating_mul(5) / 4).unwrap_or(0) {
            thread::sleep(LET_WRITE);
        }
    }

    /// The same for copying: to SQLite a copy is a write, though not into this database.
    pub(crate) fn with_copier<T>(
        &self,
        work: impl FnOnce(&mut SqliteConnection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connect()?;
        set_busy_timeout(&mut connection, self.options.busy_timeout)?;
        connection
            .batch_execute(
                "PRAGMA temp_store = FILE;
                 PRAGMA cache_size = -8192;",
            )
            .map_err(Failure::from)?;
        Ok(work(&mut connection)?)
    }

    /// Bounds the file for what this process writes; 0 takes the bound away.
    pub(crate) fn set_max_page_count(&self, pages: i64) -> Result<(), StoreError> {
        self.max_page_count.store(pages, Ordering::SeqCst);
        self.with_writer(|writer| Ok(self.bound(writer).map_err(Failure::from)?))
    }

    fn bound(&self, writer: &mut SqliteConnection) -> QueryResult<()> {
        let pages = match self.max_page_count.load(Ordering::SeqCst) {
            0 => i64::from(u32::MAX - 1),
            pages => pages,
        };
        writer.batch_execute(&format!("PRAGMA max_page_count = {pages}"))
    }

    fn connect(&self) -> Result<SqliteConnection, StoreError> {
        SqliteConnection::establish(&self.url).map_err(StoreError::unavailable)
    }

    fn connect_writer(&self) -> Result<SqliteConnection, StoreError> {
        let mut writer = self.connect()?;
        let pages = self.options.wal_pages;
        set_busy_timeout(&mut writer, self.options.busy_timeout)?;
        writer
            .batch_execute(&format!(
                "PRAGMA page_size = {PAGE_BYTES};
                 PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA temp_store = MEMORY;
                 PRAGMA cache_size = -{WRITER_CACHE_KIB};
                 PRAGMA journal_size_limit = 67108864;
                 PRAGMA wal_autocheckpoint = {pages};"
            ))
            .and_then(|()| self.bound(&mut writer))
            .map_err(Failure::from)?;
        // From here on `begin` does the waiting.
        set_busy_timeout(&mut writer, Duration::ZERO)?;
        Ok(writer)
    }

    fn connect_checkpointer(&self) -> Result<SqliteConnection, StoreError> {
        let mut connection = self.connect()?;
        connection.batch_execute("PRAGMA synchronous = FULL").map_err(Failure::from)?;
        Ok(connection)
    }
}

/// Makes the file, for its owner alone, if it is not there: the event log holds what people sent.
/// SQLite gives its side files the same mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// Has SQLite wait for so long where something is locked.
fn set_busy_timeout(writer: &mut SqliteConnection, timeout: Duration) -> Result<(), Failure> {
    let millis = timeout.as_millis();
    Ok(writer.batch_execute(&format!("PRAGMA busy_timeout = {millis}"))?)
}

/// Turns on the write-ahead log. The file remembers it. SQLite does not wait by itself here when
/// another process does the same at this moment.
fn set_wal(writer: &mut SqliteConnection) -> Result<(), StoreError> {
    let started = Instant::now();
    loop {
        let set = diesel::dsl::sql::<Text>("PRAGMA journal_mode = WAL").get_result(writer);
        match set {
            Ok::<String, _>(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let text = format!("the file system cannot do a write-ahead log, only {mode}");
                return Err(StoreError::unavailable(text));
            }
            Err(error) if started.elapsed() > BUSY => return Err(Failure::from(error).into()),
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Prepares connections that read.
#[derive(Debug)]
struct PrepareReader {
    busy: Duration,
}

impl CustomizeConnection<SqliteConnection, r2d2::Error> for PrepareReader {
    fn on_acquire(&self, reader: &mut SqliteConnection) -> Result<(), r2d2::Error> {
        reader
            .batch_execute(&format!(
                "PRAGMA busy_timeout = {};
                 PRAGMA query_only = ON;
                 PRAGMA temp_store = FILE;
                 PRAGMA cache_size = -{READER_CACHE_KIB};",
                self.busy.as_millis(),
            ))
            .map_err(r2d2::Error::QueryError)
    }
}
