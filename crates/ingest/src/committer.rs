//! The threads that make deliveries durable, many with one flush, and only then answer. How many
//! there are is the store's to say.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use watchbell_dedup::Policy;
use watchbell_model::{Clock, DeliveryId, Ids, ServerId, error_chain};
use watchbell_store::{Known, Store, StoreError, Wanted};

use crate::fold::{Batch, failed, fold};
use crate::queue::{Appetite, Entry, Intake, Taken};
use crate::wanted::{Asking, wanted, wanted_for_failed};
use crate::{Answer, RateLimits, SubmitError};

/// How long an idle committer waits before it looks around; also how often bulk counts are written.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most refused deliveries in a batch: a stranger must not slow down the authentic.
const REJECTED_PER_BATCH: usize = 64;
/// The most alerts in a batch, one delivery's excess apart.
const ALERTS_PER_BATCH: usize = 1_024;

/// What became of a batch, for metrics.
#[derive(Debug, Clone, Copy)]
pub struct BatchReport {
    /// Deliveries in it, refused ones apart.
    pub deliveries: usize,
    /// Refused deliveries in it.
    pub rejected: usize,
    /// How long it took.
    pub took: Duration,
    /// Whether it was written.
    pub written: bool,
}

/// What a committer needs besides the queue and the store.
pub struct CommitterSettings {
    /// The most deliveries in a batch.
    pub deliveries: usize,
    /// What an instance decides for itself.
    pub policy: Policy,
    /// How long senders' delivery ids and source clocks are remembered.
    pub remember_for: Duration,
    /// The server that it commits for.
    pub server: ServerId,
    /// Told by each batch what other servers accepted.
    pub rates: RateLimits,
    /// Only for how far back to look: decisions use each delivery's own time.
    pub clock: Clock,
    /// Ids for incidents and lines of timelines.
    pub ids: Ids,
    /// Told of every batch.
    pub on_batch: Box<dyn Fn(BatchReport) + Send + Sync>,
}

impl fmt::Debug for CommitterSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitterSettings")
            .field("deliveries", &self.deliveries)
            .finish_non_exhaustive()
    }
}

/// The running committers of a server.
#[derive(Debug)]
pub struct Committer {
    threads: Vec<JoinHandle<()>>,
    healthy: Arc<AtomicBool>,
}

impl Committer {
    /// Starts as many threads as the store has use for.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(
        intake: &Arc<Intake>,
        store: &Arc<dyn Store>,
        settings: CommitterSettings,
    ) -> std::io::Result<Self> {
        let healthy = Arc::new(AtomicBool::new(true));
        let settings = Arc::new(settings);
        let start = |_| {
            let (intake, store) = (Arc::clone(intake), Arc::clone(store));
            let (settings, health) = (Arc::clone(&settings), Arc::clone(&healthy));
            std::thread::Builder::new().name("committer".into()).spawn(move || {
                Working { store: &*store, settings: &settings, health: &health }.run(&intake);
            })
        };
        let threads = (0..store.committers().max(1)).map(start).collect::<Result<_, _>>()?;
        Ok(Self { threads, healthy })
    }

    /// Whether the last batch was written: what `/readyz` asks.
    pub fn health(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.healthy)
    }

    /// Waits until everything that was taken is committed. Close the queue before.
    pub fn join(self) {
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a committer had stopped with a panic");
            }
        }
    }
}

struct Working<'a> {
    store: &'a dyn Store,
    settings: &'a CommitterSettings,
    health: &'a AtomicBool,
}

impl Working<'_> {
    fn run(&self, intake: &Intake) {
        let appetite = Appetite {
            deliveries: self.settings.deliveries,
            alerts: ALERTS_PER_BATCH,
            rejected: REJECTED_PER_BATCH,
        };
        while let Some(taken) = intake.take(appetite, PATIENCE) {
            if taken.is_empty() {
                self.recover();
            } else {
                self.commit(taken);
            }
        }
    }

    /// Nothing to do after a failure: look whether the store is back.
    fn recover(&self) {
        if !self.health.load(Ordering::Relaxed) && self.store.probe().is_ok() {
            self.health.store(true, Ordering::Relaxed);
            tracing::info!("the store takes writes again");
        }
    }

    fn commit(&self, taken: Taken<'_>) {
        let started = Instant::now();
        let (deliveries, rejected) = (taken.entries.len(), taken.rejected.len());
        let batch = Batch {
            prepared: taken.entries.iter().map(|entry| &entry.prepared).collect(),
            rejected: taken.rejected.iter().collect(),
            counted: taken.counted.clone(),
        };
        let result = self.apply_with_retry(&batch);
        drop(batch);
        let written = match result {
            Ok(answers) => {
                // Whoever waits for this batch need not wait for its answers.
                drop(taken.claim);
                self.health.store(true, Ordering::Relaxed);
                for (entry, answer) in taken.entries.into_iter().zip(answers) {
                    // A sender that has left does not want it; the delivery is durable all the same.
                    drop(entry.answer.send(Ok(answer)));
                }
                true
            }
            Err(error) if error.is_callers_fault() => {
                let error = error_chain(&error);
                tracing::warn!(error, deliveries, "a batch was refused; one by one now");
                self.health.store(false, Ordering::Relaxed);
                let written = self.one_by_one(taken);
                self.health.store(written, Ordering::Relaxed);
                written
            }
            Err(error) => {
                self.report(&error);
                for entry in taken.entries {
                    drop(entry.answer.send(Err(SubmitError::NotStored)));
                }
                false
            }
        };
        let took = started.elapsed();
        (self.settings.on_batch)(BatchReport { deliveries, rejected, took, written });
    }

    /// The batch holds something that cannot be stored: find it, keep it as failed, and let its
    /// neighbours through.
    fn one_by_one(&self, taken: Taken<'_>) -> bool {
        let mut all_written = true;
        for entry in taken.entries {
            all_written &= self.alone(entry);
        }
        let rest = Batch {
            prepared: Vec::new(),
            rejected: taken.rejected.iter().collect(),
            counted: taken.counted,
        };
        if let Err(error) = self.apply_with_retry(&rest) {
            self.report(&error);
        }
        all_written
    }

    fn alone(&self, entry: Entry) -> bool {
        let batch = Batch { prepared: vec![&entry.prepared], ..Batch::default() };
        let result = match self.apply_with_retry(&batch) {
            Err(error) if error.is_callers_fault() => {
                let (delivery, error) = (entry.prepared.delivery.id, error_chain(&error));
                tracing::error!(delivery.id = %delivery, error, "a delivery is kept as failed");
                self.keep_failed(&entry)
            }
            other => other.and_then(|mut answers| answers.pop().ok_or_else(no_answer)),
        };
        let written = result.is_ok();
        let answer = result.map_err(|error| {
            self.report(&error);
            SubmitError::NotStored
        });
        drop(entry.answer.send(answer));
        written
    }

    fn keep_failed(&self, entry: &Entry) -> Result<Answer, StoreError> {
        let wanted = wanted_for_failed(&entry.prepared, self.asking());
        let mut answer = None;
        self.store.batch_apply(&wanted, &mut |known| {
            self.limit(&wanted, &known);
            let (changes, failed) = failed(&entry.prepared, known, &self.settings.ids);
            answer = Some(failed);
            changes
        })?;
        answer.ok_or_else(no_answer)
    }

    /// Applies a batch; once more if it certainly was not written.
    fn apply_with_retry(&self, batch: &Batch<'_>) -> Result<Vec<Answer>, StoreError> {
        let mut answers = Vec::new();
        match self.apply(batch, &mut answers) {
            Ok(()) => return Ok(answers),
            Err(error) if error.is_callers_fault() => return Err(error),
            Err(error @ StoreError::CommitUnknown { .. }) => {
                self.report(&error);
                if self.was_written(batch)? {
                    return Ok(answers);
                }
            }
            Err(error) => self.report(&error),
        }
        self.apply(batch, &mut answers)?;
        Ok(answers)
    }

    /// After a commit whose outcome is unknown: all of the batch's deliveries are there, or none.
    fn was_written(&self, batch: &Batch<'_>) -> Result<bool, StoreError> {
        let prepared = batch.prepared.iter().map(|prepared| prepared.delivery.id);
        let rejected = batch.rejected.iter().map(|rejected| rejected.record.id);
        let ids: Vec<DeliveryId> = prepared.chain(rejected).collect();
        // Bulk counts alone leave no trace to look for. Better lost, from both sides of the sum, than
        // counted twice.
        Ok(ids.is_empty() || self.store.deliveries_stored(&ids)?.len() == ids.len())
    }

    fn apply(&self, batch: &Batch<'_>, answers: &mut Vec<Answer>) -> Result<(), StoreError> {
        let asking = self.asking();
        let wanted = wanted(batch, asking);
        let mut decide = |known: Known| {
            self.limit(&wanted, &known);
            let (changes, folded) =
                fold(batch, known, asking.policy, &self.settings.ids, asking.at);
            *answers = folded;
            changes
        };
        // A panic is somebody's bug about some delivery: it is found one by one like a refusal.
        catch_unwind(AssertUnwindSafe(|| self.store.batch_apply(&wanted, &mut decide)))
            .unwrap_or_else(|_| Err(StoreError::Refused { source: "a panic in the batch".into() }))
    }

    fn asking(&self) -> Asking<'_> {
        let CommitterSettings { server, policy, remember_for, clock, .. } = self.settings;
        Asking { server: *server, policy, remember_for: *remember_for, at: clock.now() }
    }

    /// What other servers accepted takes places here from now on, whatever becomes of the batch.
    fn limit(&self, wanted: &Wanted, known: &Known) {
        self.settings.rates.elsewhere(&wanted.limited, &known.accepted);
    }

    fn report(&self, error: &StoreError) {
        self.health.store(false, Ordering::Relaxed);
        tracing::error!(error = error_chain(error), "a batch was not written");
    }
}

fn no_answer() -> StoreError {
    StoreError::unavailable("the store wrote a batch without deciding it")
}
