//! `watchbell backup` and `watchbell restore`: a copy of the database while it is in use, and a
//! copy in an empty place.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use watchbell_model::error_chain;
use watchbell_store::Finding;
use watchbell_store_sqlite::{
    BackupError, Copied, SqliteOptions, SqliteStore, Step, partial_of, restore,
};

use super::Failure;
use crate::config::{Config, DatabaseUrl};
use crate::out::{self, Out};

/// How often it says how far it is.
const TELL: Duration = Duration::from_secs(2);
/// The most broken promises that are listed.
const MOST_TOLD: usize = 20;

#[derive(Debug, Args)]
pub(super) struct BackupArgs {
    /// The file to write. Nothing may be there.
    path: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// A file that `watchbell backup` has written. It stays as it is.
    file: PathBuf,
}

pub(super) fn backup(args: &BackupArgs, config: &Config, out: Out) -> Result<(), Failure> {
    let target = &args.path;
    match &config.database.url {
        DatabaseUrl::Sqlite(path) if !path.exists() => {
            // Opening would make it.
            let path = path.display();
            Err(Failure::Failed(format!("there is no database at {path}: nothing to back up")))
        }
        DatabaseUrl::Sqlite(path) => {
            let store = SqliteStore::open(SqliteOptions::new(path))?;
            let whole = store.bytes()?;
            let copied = tell_how_far(target, whole, out, |step| store.backup(target, step));
            let copied = copied.map_err(|error| refused(&error))?;
            told(&copied, target, config, out, &after_backup(config))
        }
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(_) => Err(Failure::Failed(format!(
            "PostgreSQL is backed up by its own tools, also while servers run:\n  \
             pg_dump --format=custom --file={} \"$WATCHBELL__DATABASE__URL\"\n  \
             What else belongs to a backup, and how to restore it: docs/operations.md, \"Backup and \
             restore\"",
            target.display()
        ))),
    }
}

pub(super) fn bring_back(args: &RestoreArgs, config: &Config, out: Out) -> Result<(), Failure> {
    let backup = &args.file;
    match &config.database.url {
        DatabaseUrl::Sqlite(target) => {
            let whole = std::fs::metadata(backup).map(|found| found.len());
            let whole = whole.map_err(|error| {
                Failure::Failed(format!("cannot read {}: {error}", backup.display()))
            })?;
            let copied = tell_how_far(target, whole, out, |step| restore(backup, target, step));
            let copied = copied.map_err(|error| refused(&error))?;
            told(&copied, target, config, out, &after_restore(config))
        }
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(_) => Err(Failure::Failed(format!(
            "PostgreSQL is restored by its own tools, into an empty database, before a server is \
             started on it:\n  \
             pg_restore --exit-on-error --single-transaction --no-owner \
             --dbname=\"$WATCHBELL__DATABASE__URL\" {}\n  \
             What else belongs to it: docs/operations.md, \"Backup and restore\"",
            backup.display()
        ))),
    }
}

/// Works in a thread of its own, and says now and then what it is doing.
fn tell_how_far(
    target: &Path,
    whole: u64,
    out: Out,
    work: impl FnOnce(&mut dyn FnMut(Step)) -> Result<Copied, BackupError> + Send,
) -> Result<Copied, BackupError> {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        let working = scope.spawn(move || {
            let sender: Sender<Step> = sender;
            // Somebody listens until this thread is over.
            work(&mut |step| sender.send(step).unwrap_or_default())
        });
        let mut doing = Step::Copying;
        loop {
            match receiver.recv_timeout(TELL) {
                Ok(step) => doing = step,
                Err(RecvTimeoutError::Timeout) if out == Out::People => {
                    out::note(&how_far(doing, target, whole));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        working.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn how_far(doing: Step, target: &Path, whole: u64) -> String {
    match doing {
        Step::Copying => {
            let there = std::fs::metadata(partial_of(target)).map_or(0, |found| found.len());
            // The copy may be smaller than the original, never larger by much.
            let percent = there.saturating_mul(100).checked_div(whole).unwrap_or(0).min(99);
            format!("copying: {percent} %")
        }
        Step::Checking => "copied; looking whether the copy is whole".to_owned(),
        Step::Flushing => "checked; waiting until the disk has it".to_owned(),
    }
}

fn refused(error: &BackupError) -> Failure {
    let text = error_chain(error);
    match error {
        BackupError::Store(_) => Failure::Unavailable(text),
        BackupError::Exists(_) => {
            Failure::Failed(format!("{text}, and stays as it is: move it away, or name another"))
        }
        BackupError::InUse(_) => Failure::Failed(format!(
            "{text}; make a backup with `watchbell backup` where it is used"
        )),
        BackupError::Damaged(_) => Failure::Failed(format!(
            "{text}; nothing was written: take an earlier backup, and let `watchbell doctor` look \
             at the database"
        )),
        _ => Failure::Failed(text),
    }
}

fn told(
    copied: &Copied,
    target: &Path,
    config: &Config,
    out: Out,
    next: &str,
) -> Result<(), Failure> {
    let Copied { bytes, findings } = copied;
    let shown = target.display();
    let broken: Vec<_> = findings
        .iter()
        .map(|Finding { check, what }| json!({"check": check, "what": what}))
        .collect();
    let key_file = match &config.vault.key {
        Some(_) => Value::Null,
        None => config.vault.key_file.display().to_string().into(),
    };
    let result = json!({
        "file": shown.to_string(),
        "bytes": bytes,
        "ok": findings.is_empty(),
        "broken_promises": broken,
        "master_key_included": false,
        "master_key_file": key_file,
    });
    out.result(&result, || {
        let mut text = format!("{shown}: {bytes} bytes, on the disk");
        if findings.is_empty() {
            text.push_str(", whole, and every promise holds");
        }
        for Finding { check, what } in findings.iter().take(MOST_TOLD) {
            let _ = write!(text, "\nFAIL  {check}: {what}");
        }
        if !findings.is_empty() {
            text.push_str(
                "\nIt is a true copy of a database that breaks promises: keep it, and see what \
                 `watchbell doctor` says.",
            );
        }
        format!("{text}\n{next}")
    });
    if findings.is_empty() { Ok(()) } else { Err(Failure::Told) }
}

/// Where the master key is, for people.
fn master_key(config: &Config) -> String {
    match &config.vault.key {
        Some(_) => "the master key (vault.key)".to_owned(),
        None => format!("the master key ({})", config.vault.key_file.display()),
    }
}

fn after_backup(config: &Config) -> String {
    let key = master_key(config);
    format!(
        "It holds what senders sent: keep it as private as the database.\n\
         It does NOT hold {key}. Keep a copy of that apart from the backups: without it no routing \
         key and no signing secret opens, and whoever has both reads them all.\n\
         To restore: in an empty place put the key back, run `watchbell restore FILE`, and start."
    )
}

fn after_restore(config: &Config) -> String {
    let key = master_key(config);
    format!(
        "Now put {key} back, if it is not there; `watchbell doctor` says whether it opens every \
         secret. Then start the server.\n\
         What was accepted after the backup was made is not in it, and incident numbers that were \
         given after it will be given again."
    )
}
