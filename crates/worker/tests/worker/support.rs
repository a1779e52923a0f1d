//! A database, a handler that does as it is told, and waiting for what must come.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use uuid::Uuid;
use watchbell_model::{JobId, ServerId};
use watchbell_store::{
    Attempt, Done, Job, JobError, JobFilter, JobHandler, JobStore, Limits, NewJob, Page, Store,
};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};
use watchbell_worker::{Observer, Outcome, Worker, WorkerSettings};

/// A fresh id, also among those of another process.
pub(crate) fn fresh() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u64_pair(std::process::id().into(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn job(kind: &'static str, payload: &str) -> NewJob {
    NewJob::alone(JobId::from_uuid(fresh()), kind, "a subject", payload)
}

/// Waits until `condition` holds.
pub(crate) fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(30), "never: {what}");
        thread::yield_now();
    }
}

type Work = dyn Fn(&Attempt<'_>) -> Result<Done, JobError> + Send + Sync;

/// Does what it is made with.
pub(crate) struct Told {
    kind: &'static str,
    limits: Limits,
    work: Box<Work>,
    pub(crate) given_up: Mutex<Vec<String>>,
}

/// Limits under which nothing waits for long.
pub(crate) const QUICK: Limits = Limits {
    at_once: 2,
    attempts: 3,
    time: Duration::from_mins(1),
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(1),
};

impl Told {
    pub(crate) fn new(
        kind: &'static str,
        limits: Limits,
        work: impl Fn(&Attempt<'_>) -> Result<Done, JobError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { kind, limits, work: Box::new(work), given_up: Mutex::default() })
    }
}

impl JobHandler for Told {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        (self.work)(attempt)
    }

    fn given_up(&self, _job: &Job, why: &str) {
        self.given_up.lock().unwrap().push(why.to_owned());
    }
}

/// How often each outcome was told.
#[derive(Default)]
pub(crate) struct Seen(Mutex<BTreeMap<Outcome, usize>>);

impl Seen {
    pub(crate) fn of(&self, outcome: Outcome) -> usize {
        self.0.lock().unwrap().get(&outcome).copied().unwrap_or_default()
    }
}

impl Observer for Seen {
    fn ended(&self, _kind: &'static str, outcome: Outcome) {
        *self.0.lock().unwrap().entry(outcome).or_default() += 1;
    }
}

pub(crate) struct World {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) seen: Arc<Seen>,
    lease_beyond: Duration,
    _folder: Option<TempDir>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = Self::at(folder.path());
        let lease_beyond = Duration::from_mins(1);
        Self { _folder: Some(folder), lease_beyond, ..world }
    }

    /// The world of a folder that somebody else cares for, where leases are soon over.
    pub(crate) fn at(folder: &Path) -> Self {
        let store = SqliteStore::open(SqliteOptions::new(folder.join("jobs.db"))).unwrap();
        store.migrate().unwrap();
        let lease_beyond = Duration::from_millis(200);
        Self { store: Arc::new(store), seen: Arc::default(), lease_beyond, _folder: None }
    }

    /// A worker with these handlers that looks at once when its time has come.
    pub(crate) fn worker(&self, handlers: Vec<Arc<dyn JobHandler>>) -> Worker {
        self.worker_that_looks(handlers, Duration::from_millis(1))
    }

    pub(crate) fn worker_that_looks(
        &self,
        handlers: Vec<Arc<dyn JobHandler>>,
        look: Duration,
    ) -> Worker {
        let store: Arc<dyn Store> = Arc::<SqliteStore>::clone(&self.store);
        let settings = WorkerSettings {
            store,
            handlers,
            server: ServerId::from_uuid(fresh()),
            lease_beyond: self.lease_beyond,
            look,
            chance: Arc::new(|| 0),
            observer: Arc::<Seen>::clone(&self.seen),
        };
        Worker::start(settings).unwrap()
    }

    /// All jobs, the newest first.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        self.store.job_list(&JobFilter::default(), Page::new(100, 0)).unwrap().items
    }
}
