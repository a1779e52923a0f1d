//! A database with one integration that expects a heartbeat, and a clock that is moved by hand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use tempfile::TempDir;
use uuid::Uuid;
use watchbell_ingest::{HeartbeatWatch, Live};
use watchbell_model::{
    Clock, DedupKey, Delivery, Environment, Ids, Incident, Integration, IntegrationId,
    IntegrationState, JobId, LegacyKey, LevelMapping, Link, ServerId, Service, ServiceId,
    ServiceKey, ServiceKind, Severity, SeverityAction, Timestamp,
};
use watchbell_provider::{
    GuideContext, Heartbeat, Options, Proof, Provider, ReadError, Received, Sample, SampleContext,
    Setting, SettingKind,
};
use watchbell_store::{
    Attempt, ConfigChange, ConfigStore, IncidentFilter, IncidentStore, Job, JobError, JobFilter,
    JobHandler, JobState, JobStore, MaintenanceStore, Page, Store,
};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};
use watchbell_vault::{MasterKey, Vault};

const EXPECTED: Setting = Setting {
    key: "expected",
    label: "Expected",
    help: "Whether a pulse is expected every 15 minutes.",
    kind: SettingKind::Flag,
    default: "false",
};

/// Whose senders have a pulse.
#[derive(Debug)]
struct Alive;

impl Provider for Alive {
    fn slug(&self) -> &'static str {
        "alive"
    }

    fn name(&self) -> &'static str {
        "Alive"
    }

    fn key_prefix(&self) -> &'static str {
        "al_"
    }

    fn proof(&self, _: &Options) -> Proof {
        Proof::RoutingKey
    }

    fn levels(&self, _: &Options) -> &'static [(&'static str, SeverityAction)] {
        &[]
    }

    fn guide(&self, _: &GuideContext) -> String {
        String::new()
    }

    fn samples(&self, _: &SampleContext) -> Vec<Sample> {
        Vec::new()
    }

    fn heartbeat(&self, options: &Options<'_>) -> Option<Heartbeat> {
        let key = DedupKey::new("heartbeat-Pulse").unwrap();
        let heartbeat = Heartbeat { name: "Pulse", key, every: Duration::from_mins(15) };
        options.is_on(&EXPECTED).then_some(heartbeat)
    }

    fn read(&self, _: &Delivery, _: &Options) -> Result<Received, ReadError> {
        Ok(Received::default())
    }
}

static PROVIDERS: &[&dyn Provider] = &[&Alive];

fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn service() -> Service {
    Service {
        id: ServiceId::from_uuid(Uuid::from_u128(1)),
        key: ServiceKey::from_random([1; 10]),
        legacy_key: LegacyKey::new(1),
        slug: None,
        name: "API".into(),
        description: None,
        active: true,
        default_severity: None,
        environment: Environment::Production,
        kind: ServiceKind::Api,
        repository: None,
        url: None,
        team: None,
        created_at: noon(),
    }
}

fn integration() -> Integration {
    Integration {
        id: IntegrationId::from_uuid(Uuid::from_u128(2)),
        provider: "alive".into(),
        name: "Alive".into(),
        state: IntegrationState::Connected,
        rate_limit: 0,
        accept_over_limit: false,
        default_service: Some(service().id),
        links: vec![Link { service: service().id, mapping: LevelMapping::default() }],
        projects: Vec::new(),
        restricted_to_links: false,
        options: BTreeMap::from([("expected".to_owned(), "true".to_owned())]),
        created_at: noon(),
    }
}

pub(crate) struct World {
    pub(crate) watch: HeartbeatWatch,
    live: Arc<Live>,
    store: Arc<SqliteStore>,
    seconds: Arc<AtomicI64>,
    _folder: TempDir,
}

impl World {
    /// A server that started at noon.
    pub(crate) fn new() -> Self {
        Self::started_at(0)
    }

    /// One that started so many seconds after noon.
    pub(crate) fn started_at(second: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(SqliteOptions::new(folder.path().join("h.db"))).unwrap();
        store.migrate().unwrap();
        let changes =
            [ConfigChange::ServiceAdd(service()), ConfigChange::IntegrationAdd(integration())];
        store.config_change(0, &changes, &[]).unwrap();
        let store = Arc::new(store);
        let vault = Arc::new(Vault::new(MasterKey::generate().unwrap()).unwrap());
        let live = Arc::new(Live::start(&*store, PROVIDERS, vault, Severity::Sev2).unwrap());
        let seconds = Arc::new(AtomicI64::new(second));
        let shown = Arc::clone(&seconds);
        let clock = Clock::new(move || noon() + TimeDelta::seconds(shown.load(Ordering::SeqCst)));
        let last = AtomicU64::new(1_000);
        let ids = Ids::new(move || Uuid::from_u64_pair(7, last.fetch_add(1, Ordering::Relaxed)));
        let server = ServerId::from_uuid(ids.next());
        let ports: Arc<dyn Store> = Arc::<SqliteStore>::clone(&store);
        let watch = HeartbeatWatch::new(Arc::clone(&live), ports, clock, ids, server);
        Self { watch, live, store, seconds, _folder: folder }
    }

    /// It is so many seconds after noon.
    pub(crate) fn at(&self, second: i64) {
        self.seconds.store(second, Ordering::SeqCst);
    }

    /// Changes the integration.
    pub(crate) fn change(&self, edit: impl FnOnce(&mut Integration)) {
        let stored = self.store.config_load().unwrap();
        let mut integration = stored.integrations[0].clone();
        edit(&mut integration);
        let change = ConfigChange::IntegrationSet(integration);
        self.store.config_change(stored.revision, &[change], &[]).unwrap();
        self.live.refresh(&*self.store).unwrap();
    }

    /// Has looked for a heartbeat, the last of which was heard so many seconds after noon. Gives how
    /// many seconds to wait for the next one, and what is then known of the last.
    pub(crate) fn run(&self, heard: i64) -> Vec<(u64, i64)> {
        self.try_run(heard).unwrap()
    }

    pub(crate) fn try_run(&self, heard: i64) -> Result<Vec<(u64, i64)>, JobError> {
        let job = Job {
            id: JobId::from_uuid(Uuid::from_u128(9)),
            kind: self.watch.kind().to_owned(),
            subject: integration().id.to_string(),
            joins: true,
            payload: (noon() + TimeDelta::seconds(heard)).timestamp_micros().to_string(),
            state: JobState::Running,
            created_at: noon(),
            run_at: noon(),
            attempts: 1,
            holder: None,
            last_error: None,
        };
        let never = AtomicBool::new(false);
        let done = self.watch.run(&Attempt::new(&job, self.watch.limits(), &never))?;
        let then = done.then.iter();
        Ok(then.map(|job| (job.delay.as_secs(), since_noon(&job.payload))).collect())
    }

    /// When the heartbeats were heard that are waited for.
    pub(crate) fn waiting(&self) -> Vec<i64> {
        let jobs = self.store.job_list(&JobFilter::default(), Page::new(100, 0)).unwrap();
        jobs.items.iter().map(|job| since_noon(&job.payload)).collect()
    }

    pub(crate) fn incidents(&self) -> Vec<Incident> {
        self.store.incident_list(&IncidentFilter::default(), Page::new(100, 0)).unwrap().items
    }

    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.store.check().unwrap(), []);
    }
}

fn since_noon(payload: &str) -> i64 {
    (payload.parse::<i64>().unwrap() - noon().timestamp_micros()) / 1_000_000
}
