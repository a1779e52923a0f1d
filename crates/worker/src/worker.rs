//! The thread that takes jobs and has them done.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use watchbell_model::{ServerId, error_chain};
use watchbell_store::{Job, JobCount, JobError, JobHandler, Store};

use crate::attempt::{failed, give_back, work};
use crate::slots::Slots;

/// How often jobs are counted for whoever observes.
const COUNT: Duration = Duration::from_secs(5);

/// What came of an attempt: a closed set, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It did not work, and is tried again.
    Failed,
    /// It was told to wait.
    Deferred,
    /// It took longer than its kind may, and is tried again.
    TimedOut,
    /// It was given up.
    Dead,
    /// Another server shall do it.
    GivenBack,
    /// What came of it could not be written: it runs again.
    Lost,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 7] = [
        Self::Done,
        Self::Failed,
        Self::Deferred,
        Self::TimedOut,
        Self::Dead,
        Self::GivenBack,
        Self::Lost,
    ];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Deferred => "deferred",
            Self::TimedOut => "timed_out",
            Self::Dead => "dead",
            Self::GivenBack => "given_back",
            Self::Lost => "lost",
        }
    }
}

/// Who is told what the worker does.
pub trait Observer: Send + Sync {
    /// An attempt has ended.
    fn ended(&self, _kind: &'static str, _outcome: Outcome) {}

    /// So many jobs are in the database.
    fn counted(&self, _counts: &[JobCount]) {}
}

/// What the worker works with.
#[derive(Clone)]
pub struct WorkerSettings {
    /// Where the jobs are.
    pub store: Arc<dyn Store>,
    /// Who does them: one for each kind.
    pub handlers: Vec<Arc<dyn JobHandler>>,
    /// In whose name leases are taken.
    pub server: ServerId,
    /// How much longer than an attempt its lease is: for writing down what came of it.
    pub lease_beyond: Duration,
    /// How long to wait before looking for jobs that others have written or whose time has come.
    pub look: Duration,
    /// A random number, for spreading what failed together.
    pub chance: Arc<dyn Fn() -> u32 + Send + Sync>,
    /// Who is told.
    pub observer: Arc<dyn Observer>,
}

impl fmt::Debug for WorkerSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds: Vec<_> = self.handlers.iter().map(|handler| handler.kind()).collect();
        f.debug_struct("WorkerSettings").field("kinds", &kinds).finish_non_exhaustive()
    }
}

enum Message {
    /// There may be something to do.
    Wake,
    /// The attempt with this number has ended.
    Ended(u64, Outcome),
    /// No further jobs; those that run have so long.
    Stop(Duration),
}

/// The running worker.
#[derive(Debug)]
pub struct Worker {
    thread: JoinHandle<()>,
    inbox: Sender<Message>,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(settings: WorkerSettings) -> std::io::Result<Self> {
        let (inbox, messages) = mpsc::channel();
        let (wakes, woken) = (inbox.clone(), Arc::new(AtomicBool::new(false)));
        let rung = Arc::clone(&woken);
        settings.store.jobs_wake(Arc::new(move || {
            // One message is enough until it is read.
            if !rung.swap(true, Ordering::AcqRel) {
                drop(wakes.send(Message::Wake));
            }
        }));
        let handlers = settings.handlers.iter().map(|one| (one.kind(), Arc::clone(one))).collect();
        let run = Loop {
            settings: Arc::new(settings),
            handlers,
            slots: Slots::default(),
            inbox: inbox.clone(),
            messages,
            woken,
            stopping: Arc::new(AtomicBool::new(false)),
            counted: None,
        };
        let thread = thread::Builder::new().name("worker".to_owned()).spawn(move || run.run())?;
        Ok(Self { thread, inbox })
    }

    /// Takes no more jobs, waits for those that run at most so long, and gives the leases of the rest
    /// back.
    pub fn stop(self, patience: Duration) {
        drop(self.inbox.send(Message::Stop(patience)));
        if self.thread.join().is_err() {
            tracing::error!("the worker had ended with a panic");
        }
    }
}

struct Loop {
    settings: Arc<WorkerSettings>,
    handlers: BTreeMap<&'static str, Arc<dyn JobHandler>>,
    slots: Slots,
    inbox: Sender<Message>,
    messages: Receiver<Message>,
    woken: Arc<AtomicBool>,
    stopping: Arc<AtomicBool>,
    counted: Option<Instant>,
}

impl Loop {
    fn run(mut self) {
        let mut end: Option<Instant> = None;
        loop {
            if end.is_none() {
                self.take();
                self.count();
            }
            self.look_for_overdue();
            let over = end.is_some_and(|end| end <= Instant::now());
            if end.is_some() && (over || self.slots.is_empty()) {
                break;
            }
            let mut wait = self.settings.look;
            for sooner in [
                self.slots.next_end(),
                end.map(|end| end.saturating_duration_since(Instant::now())),
            ] {
                wait = sooner.map_or(wait, |sooner| wait.min(sooner));
            }
            match self.messages.recv_timeout(wait) {
                Ok(Message::Wake) => self.woken.store(false, Ordering::Release),
                Ok(Message::Ended(number, outcome)) => self.ended(number, outcome),
                Ok(Message::Stop(patience)) => {
                    self.stopping.store(true, Ordering::Relaxed);
                    end = Instant::now().checked_add(patience).or(end);
                }
                // The loop itself keeps a sender.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
            }
        }
        for running in self.slots.left() {
            let outcome = give_back(&*self.settings.store, &running.job);
            self.settings.observer.ended(running.kind, outcome);
        }
    }

    /// Takes what there is room for.
    fn take(&mut self) {
        let handlers = self.handlers.values().map(|handler| &**handler);
        let claims = self.slots.claims(handlers, self.settings.lease_beyond);
        if claims.is_empty() {
            return;
        }
        match self.settings.store.jobs_claim(self.settings.server, &claims) {
            Ok(jobs) => jobs.into_iter().for_each(|job| self.begin(job)),
            Err(error) => {
                tracing::warn!(
                    error = error_chain(&error),
                    "jobs cannot be looked for; later again"
                );
            }
        }
    }

    /// Has a job done in a thread of its own.
    fn begin(&mut self, job: Job) {
        let Some(handler) = self.handlers.get(job.kind.as_str()).map(Arc::clone) else { return };
        let number = self.slots.begin(job.clone(), &*handler);
        let (settings, inbox) = (Arc::clone(&self.settings), self.inbox.clone());
        let stopping = Arc::clone(&self.stopping);
        let run = move || {
            let outcome = work(&settings, &*handler, &job, &stopping);
            drop(inbox.send(Message::Ended(number, outcome)));
        };
        if let Err(error) = thread::Builder::new().name("job".to_owned()).spawn(run) {
            tracing::error!(error = error_chain(&error), "no thread for a job");
            if let Some(running) = self.slots.end(number) {
                give_back(&*self.settings.store, &running.job);
            }
        }
    }

    fn ended(&mut self, number: u64, outcome: Outcome) {
        // One whose time was over was told already.
        if let Some(running) = self.slots.end(number).filter(|running| !running.overdue) {
            self.settings.observer.ended(running.kind, outcome);
        }
    }

    /// Has what takes too long tried again. Its thread cannot be ended, and keeps its place until it
    /// ends by itself; what it says then does not count any more.
    fn look_for_overdue(&mut self) {
        for running in self.slots.overdue() {
            let Some(handler) = self.handlers.get(running.kind) else { continue };
            let limit = handler.limits().time;
            let error = JobError::retry(format!("it took longer than {limit:?}"));
            let outcome = match failed(&self.settings, &**handler, &running.job, &error) {
                Outcome::Failed => Outcome::TimedOut,
                other => other,
            };
            self.settings.observer.ended(running.kind, outcome);
        }
    }

    fn count(&mut self) {
        if self.counted.is_some_and(|at| at.elapsed() < COUNT) {
            return;
        }
        self.counted = Some(Instant::now());
        match self.settings.store.job_counts() {
            Ok(counts) => self.settings.observer.counted(&counts),
            Err(error) => tracing::debug!(error = error_chain(&error), "jobs were not counted"),
        }
    }
}
