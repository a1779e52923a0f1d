//! The thread that keeps the configuration fresh and the database in order.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use watchbell_ingest::Live;
use watchbell_model::{Clock, Timestamp, error_chain};
use watchbell_store::Store;

use crate::config::Retention;
use crate::stores::Opened;

/// How often it moves the write-ahead log into the database. Seldom means that the writer must wait
/// for the rest of a long log: once a second instead of this made the longest batch three times as
/// long.
const TURN: Duration = Duration::from_millis(100);
/// In which turns it looks whether the configuration has changed: every half second, well within the
/// second after which a revoked key must not work any more.
const TURNS_PER_LOOK: u32 = 5;
/// In which turns it forgets what has served its time: every minute.
const TURNS_PER_CLEANING: u32 = 600;

/// The running thread.
#[derive(Debug)]
pub(crate) struct Keeper {
    thread: JoinHandle<()>,
    stopping: Arc<(Mutex<bool>, Condvar)>,
}

impl Keeper {
    /// Starts it.
    pub(crate) fn start(
        live: Arc<Live>,
        opened: Opened,
        clock: Clock,
        retention: Retention,
    ) -> std::io::Result<Self> {
        let stopping = Arc::new((Mutex::new(false), Condvar::new()));
        let stop = Arc::clone(&stopping);
        let keeping = Keeping { live, store: opened.store(), opened, clock, retention };
        let thread = std::thread::Builder::new()
            .name("keeper".to_owned())
            .spawn(move || keeping.run(&stop))?;
        Ok(Self { thread, stopping })
    }

    /// Ends it.
    pub(crate) fn stop(self) {
        let (stopping, changed) = &*self.stopping;
        *stopping.lock().unwrap_or_else(PoisonError::into_inner) = true;
        changed.notify_all();
        if self.thread.join().is_err() {
            tracing::error!("the keeper had ended with a panic");
        }
    }
}

struct Keeping {
    live: Arc<Live>,
    store: Arc<dyn Store>,
    opened: Opened,
    clock: Clock,
    retention: Retention,
}

impl Keeping {
    fn run(&self, stop: &(Mutex<bool>, Condvar)) {
        let mut readable = true;
        let mut turn = 0_u32;
        while !wait(stop, TURN) {
            turn = turn.wrapping_add(1);
            if turn.is_multiple_of(TURNS_PER_LOOK) {
                readable = self.look(readable);
            }
            if let Err(error) = self.opened.checkpoint() {
                tracing::debug!(
                    error = error_chain(&error),
                    "the write-ahead log was not moved; later again"
                );
            }
            if turn.is_multiple_of(TURNS_PER_CLEANING) {
                let now = self.clock.now();
                self.clean(now - self.retention.remembered, now - self.retention.rejected);
            }
        }
    }

    /// Takes over a changed configuration. Tells once when it cannot be read, and once when it can
    /// again.
    fn look(&self, was_readable: bool) -> bool {
        match self.live.refresh(&*self.store) {
            Ok(changed) => {
                if !was_readable {
                    tracing::info!("the configuration can be read again");
                }
                if changed {
                    let revision = self.live.load().revision;
                    tracing::info!(revision, "the configuration has changed");
                }
                true
            }
            Err(error) => {
                if was_readable {
                    tracing::error!(
                        error = error_chain(&error),
                        "the configuration cannot be read; the last one stays in use"
                    );
                }
                false
            }
        }
    }

    fn clean(&self, remembered_before: Timestamp, rejected_before: Timestamp) {
        loop {
            match self.store.expire(remembered_before, rejected_before) {
                Ok(0) => return,
                Ok(forgotten) => tracing::debug!(forgotten, "forgot what had served its time"),
                Err(error) => {
                    tracing::warn!(
                        error = error_chain(&error),
                        "cleaning did not work; later again"
                    );
                    return;
                }
            }
        }
    }
}

/// Waits for `time` or the end, and says whether it is the end.
fn wait((stopping, changed): &(Mutex<bool>, Condvar), time: Duration) -> bool {
    let guard = stopping.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = changed.wait_timeout_while(guard, time, |stopping| !*stopping);
    *waited.map_or_else(|poisoned| poisoned.into_inner().0, |(guard, _)| guard)
}
