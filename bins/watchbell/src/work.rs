//! The work that changes cause: who does it in this process, and what is told of it.

use std::sync::Arc;
use std::time::Duration;

use watchbell_api::Metrics;
use watchbell_control::{
    Control, EnrichmentHandler, EventCountHandler, InstallationHandler, IssueLinkHandler,
    IssueResolveHandler, RefreshHandler, SuspectsOfIncident, SuspectsSince,
};
use watchbell_ingest::HeartbeatWatch;
use watchbell_model::ServerId;
use watchbell_sentry_client::Client;
use watchbell_store::{JobCount, JobHandler, JobState, Store};
use watchbell_vault::random;
use watchbell_worker::{Observer, Outcome, Worker, WorkerSettings};

use crate::config::Config;

/// How much longer than an attempt its lease is: a database that is away for so long loses nothing.
const LEASE_BEYOND: Duration = Duration::from_secs(10);
/// How often to look for what other servers have written, and for what has become due.
const LOOK: Duration = Duration::from_secs(1);
/// How long jobs that run have to end when the server stops.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Who does the jobs: one for each kind.
pub(crate) fn handlers(
    control: &Control,
    heartbeats: &Arc<HeartbeatWatch>,
    sentry: &Client,
    config: &Config,
) -> Vec<Arc<dyn JobHandler>> {
    vec![
        Arc::<HeartbeatWatch>::clone(heartbeats),
        Arc::new(RefreshHandler::new(control.clone(), sentry.clone())),
        Arc::new(EnrichmentHandler::new(control.clone(), sentry.clone())),
        Arc::new(EventCountHandler::new(control.clone(), sentry.clone())),
        Arc::new(InstallationHandler(control.clone())),
        Arc::new(IssueLinkHandler::new(
            control.clone(),
            sentry.clone(),
            config.server.public_url(),
        )),
        Arc::new(IssueResolveHandler::new(control.clone(), sentry.clone())),
        Arc::new(SuspectsOfIncident(control.clone())),
        Arc::new(SuspectsSince(control.clone())),
    ]
}

/// Starts the worker.
pub(crate) fn start(
    store: &Arc<dyn Store>,
    server: ServerId,
    metrics: &Arc<Metrics>,
    handlers: Vec<Arc<dyn JobHandler>>,
) -> std::io::Result<Worker> {
    Worker::start(WorkerSettings {
        store: Arc::clone(store),
        handlers,
        server,
        lease_beyond: LEASE_BEYOND,
        look: LOOK,
        // Without random numbers what failed together comes again together.
        chance: Arc::new(|| random::<4>().map_or(0, u32::from_ne_bytes)),
        observer: Arc::new(Told(Arc::clone(metrics))),
    })
}

/// Tells the metrics.
struct Told(Arc<Metrics>);

impl Observer for Told {
    fn ended(&self, kind: &'static str, outcome: Outcome) {
        self.0.job_ended(kind, outcome.as_str());
    }

    fn counted(&self, counts: &[JobCount]) {
        let of = |state| -> i64 {
            counts.iter().filter(|count| count.state == state).map(|count| count.jobs).sum()
        };
        self.0.jobs_counted(of(JobState::Waiting), of(JobState::Dead));
    }
}
