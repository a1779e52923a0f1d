//! The thread that keeps the configuration fresh and the database in order.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use watchbell_api::{Metrics, Updates};
use watchbell_control::SESSION_IDLE;
use watchbell_dedup::Policy;
use watchbell_ingest::{HeartbeatWatch, Live};
use watchbell_model::{Clock, ServerId, error_chain};
use watchbell_store::{SessionExpiry, Store, StoreError};

use crate::retention::Retention;
use crate::stores::Opened;

/// How often it moves the write-ahead log into the database. Seldom means that the writer must wait
/// for the rest of a long log: once a second instead of this made the longest batch three times as
/// long.
const TURN: Duration = Duration::from_millis(100);
/// How often it looks whether the configuration has changed: well within the second after which a
/// revoked key must not work any more.
const LOOK: Duration = Duration::from_millis(500);
/// How often it looks what has changed, while pages are open that want to know.
const NEWS: Duration = Duration::from_secs(1);
/// In which turns it begins to forget what has served its time: every minute. It takes a turn for
/// each little step, so that a long past keeps it from nothing else.
const TURNS_PER_CLEANING: u32 = 600;
/// Of several servers the one with this lease cleans.
const CLEANING: &str = "cleaning";
/// How long it keeps the lease: over some of its next cleanings, so that the same one goes on, and
/// short enough that another one soon cleans when it is gone.
const CLEANING_LEASE: Duration = Duration::from_mins(3);

/// The running thread.
#[derive(Debug)]
pub(crate) struct Keeper {
    thread: JoinHandle<()>,
    stopping: Arc<(Mutex<bool>, Condvar)>,
}

impl Keeper {
    /// Starts it.
    pub(crate) fn start(keeping: Keeping) -> std::io::Result<Self> {
        let stopping = Arc::new((Mutex::new(false), Condvar::new()));
        let stop = Arc::clone(&stopping);
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

/// What it works with.
pub(crate) struct Keeping {
    pub(crate) live: Arc<Live>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) opened: Opened,
    pub(crate) clock: Clock,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) retention: Retention,
    pub(crate) heartbeats: Arc<HeartbeatWatch>,
    pub(crate) updates: Arc<Updates>,
    /// What the configuration file says of reopening; the instance's settings win.
    pub(crate) policy: Policy,
    pub(crate) server: ServerId,
}

impl Keeping {
    fn run(&self, stop: &(Mutex<bool>, Condvar)) {
        let mut readable = true;
        let mut turn = 0_u32;
        let mut cleaning = false;
        let mut looked = Instant::now();
        let mut told = Instant::now();
        let mut waits_for = None;
        while !wait(stop, TURN) {
            turn = turn.wrapping_add(1);
            // By the clock: where flushes are slow, a turn takes much longer than its pause.
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                readable = self.look(readable);
                let revision = self.live.load().revision;
                if waits_for != Some(revision) && self.wait_for_heartbeats() {
                    waits_for = Some(revision);
                }
            }
            if told.elapsed() >= NEWS {
                told = Instant::now();
                self.tell_pages();
            }
            if let Err(error) = self.opened.checkpoint() {
                tracing::debug!(
                    error = error_chain(&error),
                    "the write-ahead log was not moved; later again"
                );
            }
            if cleaning || turn.is_multiple_of(TURNS_PER_CLEANING) {
                cleaning = self.clean();
            }
        }
        if let Err(error) = self.store.lease_give_back(CLEANING, self.server) {
            tracing::debug!(
                error = error_chain(&error),
                "the lease for cleaning runs out by itself"
            );
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

    /// Tells open pages what has changed, whichever server changed it.
    fn tell_pages(&self) {
        if let Err(error) = self.updates.look(&*self.store) {
            tracing::debug!(
                error = error_chain(&error),
                "what has changed could not be read; open pages ask by themselves"
            );
        }
    }

    /// Waits for the heartbeats that integrations expect. Gives whether that is so now.
    fn wait_for_heartbeats(&self) -> bool {
        let begun = self.heartbeats.begin();
        if let Err(error) = &begun {
            tracing::warn!(error = error_chain(error), "nobody waits for heartbeats; later again");
        }
        begun.is_ok()
    }

    /// Cleans a little. Gives whether there may be more to do.
    fn clean(&self) -> bool {
        match self.clean_a_little() {
            Ok(more) => more,
            Err(error) => {
                tracing::warn!(error = error_chain(&error), "cleaning did not work; later again");
                false
            }
        }
    }

    /// One step, if it is this server's turn. The lease is taken for each step: a cleaning after a
    /// long pause may be longer than the lease.
    fn clean_a_little(&self) -> Result<bool, StoreError> {
        if !self.store.lease_take(CLEANING, self.server, CLEANING_LEASE)? {
            return Ok(false);
        }
        let now = self.clock.now();
        let policy = self.live.load().policy(&self.policy);
        let expired = self.store.expire(&self.retention.expiry(policy.reopen_within, now))?;
        for (class, rows) in expired.iter() {
            tracing::debug!(class = class.as_str(), rows, "forgot what had served its time");
        }
        self.metrics.expired(&expired);
        let expiry = SessionExpiry { now, idle_since: now - SESSION_IDLE };
        Ok(self.store.sessions_expire(expiry)? > 0 || !expired.is_empty())
    }
}

/// Waits for `time` or the end, and says whether it is the end.
fn wait((stopping, changed): &(Mutex<bool>, Condvar), time: Duration) -> bool {
    let guard = stopping.lock().unwrap_or_else(PoisonError::into_inner);
    let waited = changed.wait_timeout_while(guard, time, |stopping| !*stopping);
    *waited.map_or_else(|poisoned| poisoned.into_inner().0, |(guard, _)| guard)
}
