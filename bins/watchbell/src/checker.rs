//! The thread that checks the database's promises now and then, so that damage is seen before
//! somebody needs what is damaged. Nothing waits for it.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use watchbell_api::Metrics;
use watchbell_model::{Clock, ServerId, error_chain};
use watchbell_store::checks::Check;
use watchbell_store::{Finding, Store, StoreError};

/// One server checks at a time.
const LEASE: &str = "check";
/// How long it may take before another one begins beside it: harmless, and a server that died while
/// it checked holds up the next one no longer than this.
const LEASE_TIME: Duration = Duration::from_mins(10);
/// How soon to look again where another server checks, or the database does not answer.
const LOOK_AGAIN: Duration = Duration::from_mins(1);
/// The most findings that are written into the log.
const MOST_LOGGED: usize = 20;

/// What the thread works with.
pub(crate) struct Checker {
    /// Only borrowed: a server that stops closes its database without waiting for a check.
    pub(crate) store: Weak<dyn Store>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: Clock,
    pub(crate) server: ServerId,
    /// The time between the end of a check and the next one.
    pub(crate) every: Duration,
}

impl Checker {
    /// Starts the thread. It ends with the process.
    pub(crate) fn start(self) -> std::io::Result<()> {
        thread::Builder::new().name("checker".to_owned()).spawn(move || self.run())?;
        Ok(())
    }

    fn run(&self) {
        while let Some(store) = self.store.upgrade() {
            let wait = match self.turn(&*store) {
                Ok(true) => self.every,
                Ok(false) => LOOK_AGAIN,
                Err(error) => {
                    let error = error_chain(&error);
                    tracing::warn!(error, "the database could not be checked; later again");
                    LOOK_AGAIN
                }
            };
            drop(store);
            let started = Instant::now();
            while let Some(left) = wait.checked_sub(started.elapsed()) {
                thread::park_timeout(left);
            }
        }
    }

    /// Checks, if no other server does.
    fn turn(&self, store: &dyn Store) -> Result<bool, StoreError> {
        if !store.lease_take(LEASE, self.server, LEASE_TIME)? {
            return Ok(false);
        }
        let started = Instant::now();
        let findings = store.check();
        if let Err(error) = store.lease_give_back(LEASE, self.server) {
            tracing::debug!(
                error = error_chain(&error),
                "the lease for checking runs out by itself"
            );
        }
        let findings = findings?;
        self.metrics.checked(findings.len(), self.clock.now());
        tell(&findings, started.elapsed());
        Ok(true)
    }
}

fn tell(findings: &[Finding], took: Duration) {
    let seconds = took.as_secs_f64();
    if findings.is_empty() {
        tracing::info!(seconds, "the database was checked: every promise holds");
        return;
    }
    for finding in findings.iter().take(MOST_LOGGED) {
        let next = Check::named(finding.check).map_or("", |check| check.advice);
        tracing::error!(check = finding.check, what = finding.what, next, "a promise is broken");
    }
    let broken = findings.len();
    tracing::error!(broken, seconds, "the database was checked; `watchbell doctor` says more");
}
