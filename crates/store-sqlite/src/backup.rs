//! A copy of a database that is in use, and putting one in an empty place.
//!
//! The copy is made by `VACUUM INTO`. It reads one moment's state, without a lock that a writer
//! would wait for; it reads every row, so that a damaged page is an error and not copied along; and
//! it gives one file that needs no log beside it. SQLite's backup interface copies pages: it begins
//! anew whenever another process writes, so that beside a busy server it may never end.
//!
//! A copy gets its name only when it is checked and flushed. What is interrupted leaves a file whose
//! name ends in `.partial`, and nothing that could be taken for a backup.

mod files;

use std::path::{Path, PathBuf};

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use watchbell_store::checks::STORAGE;
use watchbell_store::{Finding, StoreError};

use crate::error::Failure;
use crate::maintenance::check_all;
use crate::{SqliteStore, migrate};

use files::Partial;

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is something where the copy should be. It is not touched.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// Another one is being made there, or was interrupted.
    #[error(
        "{} is there: another run is writing it, or was interrupted; if none is, delete it",
        .0.display()
    )]
    Partial(PathBuf),
    /// What belongs to a database in use lies beside the file.
    #[error(
        "{} lies beside it: this is not a backup but the file of a database in use, and part of \
         its content is in there",
        .0.display()
    )]
    InUse(PathBuf),
    /// It is a file, but not a database of this program.
    #[error("{} is not a database of Watchbell", .0.display())]
    NotOurs(PathBuf),
    /// The database was made by a newer version, which did more to its schema.
    #[error("it was made by a newer version of Watchbell (migrations {})", .0.join(", "))]
    Newer(Vec<String>),
    /// It is damaged.
    #[error("it is damaged: {}", .0.iter().map(|f| f.what.as_str()).collect::<Vec<_>>().join("; "))]
    Damaged(Vec<Finding>),
    /// The file system did not do it.
    #[error("{what} {}", .path.display())]
    File {
        /// What it did not do.
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database did not do it.
    #[error("the database did not do it")]
    Store(#[from] StoreError),
}

/// What a backup or a restore is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Writing the copy.
    Copying,
    /// Looking whether the copy is whole.
    Checking,
    /// Waiting until the disk has it.
    Flushing,
}

/// A copy that is whole and on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Its size.
    pub bytes: u64,
    /// Promises that its content breaks. What they say of a backup, they say of the database that
    /// it was made of.
    pub findings: Vec<Finding>,
}

impl SqliteStore {
    /// Writes a copy of the database, as it is at this moment, to `target`, where nothing may be.
    /// Other processes go on reading and writing. `on_step` is told what is being done.
    pub fn backup(
        &self,
        target: &Path,
        on_step: &mut dyn FnMut(Step),
    ) -> Result<Copied, BackupError> {
        let partial = Partial::make(target)?;
        on_step(Step::Copying);
        let into = partial.text()?;
        self.pool.with_copier(|connection| {
            sql_query("VACUUM INTO ?").bind::<Text, _>(into).execute(connection)?;
            Ok(())
        })?;
        finish(partial, on_step)
    }

    /// The size of the database, about which a copy has, too.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        self.pool.read(|reader| {
            let bytes: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>(
                "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
            )
            .get_result(reader)?;
            Ok(bytes.try_into().unwrap_or(0))
        })
    }
}

/// The file that a copy is written to until it is whole.
pub fn partial_of(target: &Path) -> PathBuf {
    files::with_end(target, ".partial")
}

/// Puts a backup where a database shall be and nothing is yet. `backup` stays as it is.
pub fn restore(
    backup: &Path,
    target: &Path,
    on_step: &mut dyn FnMut(Step),
) -> Result<Copied, BackupError> {
    // What is left of a former database would be taken for part of this one.
    for end in files::SIDE_FILES {
        let beside = files::with_end(target, end);
        if beside.exists() {
            return Err(BackupError::Exists(beside));
        }
        let beside = files::with_end(backup, end);
        if !end.is_empty() && beside.metadata().is_ok_and(|beside| beside.len() > 0) {
            return Err(BackupError::InUse(beside));
        }
    }
    files::make_folder(target)?;
    let partial = Partial::make(target)?;
    on_step(Step::Copying);
    partial.fill_from(backup)?;
    finish(partial, on_step)
}

/// Looks at a written copy, flushes it, and gives it its name.
fn finish(partial: Partial, on_step: &mut dyn FnMut(Step)) -> Result<Copied, BackupError> {
    on_step(Step::Checking);
    let findings = check(&partial)?;
    on_step(Step::Flushing);
    let bytes = partial.publish()?;
    Ok(Copied { bytes, findings })
}

/// A damaged copy is an error; one that breaks other promises is still the best there is.
fn check(partial: &Partial) -> Result<Vec<Finding>, BackupError> {
    let ours = || BackupError::NotOurs(partial.target().to_owned());
    let url = partial.text()?;
    let mut copy = SqliteConnection::establish(url).map_err(StoreError::unavailable)?;
    let done = migrate::done(&mut copy).map_err(|_| ours())?;
    if done.is_empty() {
        return Err(ours());
    }
    let newer = migrate::unknown(&done)?;
    if !newer.is_empty() {
        return Err(BackupError::Newer(newer));
    }
    let mut findings = check_all(&mut copy, &|| {}).map_err(StoreError::from)?;
    if findings.iter().any(|finding| finding.check == STORAGE.name) {
        findings.retain(|finding| finding.check == STORAGE.name);
        return Err(BackupError::Damaged(findings));
    }
    // A copy of before an upgrade is judged when its schema is this program's.
    if !migrate::missing(&done)?.is_empty() {
        findings.clear();
    }
    Ok(findings)
}

impl From<Failure> for BackupError {
    fn from(failure: Failure) -> Self {
        Self::Store(failure.into())
    }
}
