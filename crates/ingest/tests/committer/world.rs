//! A committer with one integration, whose every body is the title of an alert, and its first word the
//! key.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use uuid::Uuid;
use watchbell_dedup::Policy;
use watchbell_ingest::{
    Answer, Committer, CommitterSettings, Intake, IntakeSettings, Live, Prepared, RateLimits,
    Rejected, Source, SubmitError, prepare,
};
use watchbell_model::{
    Action, Alert, Clock, Counts, DedupKey, Delivery, DeliveryId, DeliveryRecord, Environment,
    Headers, Ids, Incident, Integration, IntegrationId, IntegrationState, LegacyKey, LevelMapping,
    Link, Outcome, Reason, RepeatText, ServerId, Service, ServiceId, ServiceKey, ServiceKind,
    Severity, SeverityAction, Timestamp, Trace, Trigger,
};
use watchbell_provider::{
    GuideContext, Item, Options, Proof, Provider, ReadError, Received, Sample, SampleContext,
};
use watchbell_signature::verify;
use watchbell_store::{
    ConfigChange, ConfigStore, IncidentFilter, IncidentStore, LogStore, MaintenanceStore, Page,
    Store,
};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};
use watchbell_vault::{MasterKey, Vault};

use crate::troubled::Troubled;

/// Every body is the title of an alert, and what stands before a colon is its key.
#[derive(Debug)]
struct Plain;

impl Provider for Plain {
    fn slug(&self) -> &'static str {
        "plain"
    }

    fn name(&self) -> &'static str {
        "Plain"
    }

    fn key_prefix(&self) -> &'static str {
        "pl_"
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

    fn read(&self, delivery: &Delivery, _: &Options) -> Result<Received, ReadError> {
        let text = String::from_utf8_lossy(&delivery.body);
        let trigger = Trigger { repeat_text: RepeatText::Replace, ..Trigger::default() };
        let mut alert = Alert::new(Action::Trigger(trigger), &*text);
        alert.dedup_key = DedupKey::new(text.split(':').next().unwrap_or_default());
        Ok(Received { items: vec![Item::Alert(Box::new(alert))], ..Received::default() })
    }
}

static PROVIDERS: &[&dyn Provider] = &[&Plain];

pub(crate) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn ids() -> Ids {
    let last = AtomicU64::new(1_000);
    Ids::new(move || Uuid::from_u64_pair(7, last.fetch_add(1, Ordering::Relaxed)))
}

fn service() -> Service {
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
        created_at: now(),
    }
}

fn integration(rate_limit: u32) -> Integration {
    Integration {
        id: IntegrationId::from_uuid(Uuid::from_u128(2)),
        provider: "plain".into(),
        name: "Plain".into(),
        state: IntegrationState::Connected,
        rate_limit,
        accept_over_limit: false,
        default_service: Some(service().id),
        links: vec![Link { service: service().id, mapping: LevelMapping::default() }],
        projects: Vec::new(),
        restricted_to_links: false,
        options: BTreeMap::new(),
        created_at: now(),
    }
}

pub(crate) struct World {
    pub(crate) store: Arc<Troubled>,
    intake: Arc<Intake>,
    pub(crate) live: Live,
    source: Arc<Source>,
    ids: Ids,
    healthy: Arc<AtomicBool>,
    pub(crate) rates: RateLimits,
    committer: RefCell<Option<Committer>>,
    _folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(0, 1)
    }

    /// With a rate limit.
    pub(crate) fn limited(rate_limit: u32) -> Self {
        Self::with(rate_limit, 1)
    }

    /// With a store that has use for two committers.
    pub(crate) fn of_two() -> Self {
        Self::with(0, 2)
    }

    pub(crate) fn with(rate_limit: u32, committers: usize) -> Self {
        let integration = integration(rate_limit);
        let folder = tempfile::tempdir().unwrap();
        let sqlite = SqliteStore::open(SqliteOptions::new(folder.path().join("w.db"))).unwrap();
        sqlite.migrate().unwrap();
        let changes = [
            ConfigChange::ServiceAdd(service()),
            ConfigChange::IntegrationAdd(integration.clone()),
        ];
        sqlite.config_change(0, &changes, &[]).unwrap();
        let store = Arc::new(Troubled::new(sqlite, committers));
        let vault = Arc::new(Vault::new(MasterKey::generate().unwrap()).unwrap());
        let live = Live::start(&*store, PROVIDERS, vault, Severity::Sev2).unwrap();
        let source = Arc::clone(live.load().source(integration.id).unwrap());
        let intake = Arc::new(Intake::new(IntakeSettings {
            entries: 1_024,
            bytes: 64 << 20,
            largest: 10 << 20,
            wait: Duration::from_millis(500),
            answer_within: Duration::from_secs(20),
        }));
        let ids = ids();
        let (server, rates) = (ServerId::from_uuid(ids.next()), RateLimits::default());
        let settings = CommitterSettings {
            deliveries: 256,
            policy: Policy::default(),
            remember_for: Duration::from_hours(7 * 24),
            server,
            rates: rates.clone(),
            clock: Clock::fixed(now()),
            ids: ids.clone(),
            on_batch: Box::new(|_| {}),
        };
        let ports: Arc<dyn Store> = Arc::<Troubled>::clone(&store);
        let committer = Committer::start(&intake, &ports, settings).unwrap();
        let healthy = committer.health();
        let committer = RefCell::new(Some(committer));
        Self { store, intake, live, source, ids, healthy, rates, committer, _folder: folder }
    }

    fn prepared(&self, body: &str) -> Prepared {
        let delivery = Delivery {
            id: DeliveryId::from_uuid(self.ids.next()),
            received_at: now(),
            headers: Headers::default(),
            body: body.as_bytes().to_vec(),
        };
        let verified = verify(&Proof::RoutingKey, delivery, &[], now()).unwrap();
        prepare(verified, &self.source, &self.live.load(), Trace::new(), Instant::now()).unwrap()
    }

    /// Submits a delivery from a thread of its own, which gives the answer.
    pub(crate) fn submit(&self, body: &str) -> JoinHandle<Result<Answer, SubmitError>> {
        let (prepared, intake) = (self.prepared(body), Arc::clone(&self.intake));
        let integration = self.source.integration.id;
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            runtime.unwrap().block_on(async {
                let admission =
                    intake.admit(integration, prepared.delivery.body.len()).await.unwrap();
                intake.submit(prepared, admission).await
            })
        })
    }

    /// Submits deliveries that arrive in this order, and waits for their answers.
    pub(crate) fn submit_in_order<'a>(
        &self,
        bodies: impl IntoIterator<Item = &'a str>,
    ) -> Vec<Result<Answer, SubmitError>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let integration = self.source.integration.id;
        let tasks: Vec<_> = bodies
            .into_iter()
            .map(|body| {
                let (prepared, intake) = (self.prepared(body), Arc::clone(&self.intake));
                runtime.spawn(async move {
                    let bytes = prepared.delivery.body.len();
                    let admission = intake.admit(integration, bytes).await.unwrap();
                    intake.submit(prepared, admission).await
                })
            })
            .collect();
        tasks.into_iter().map(|task| runtime.block_on(task).unwrap()).collect()
    }

    /// Refuses a delivery.
    pub(crate) fn reject(&self, number: u64) {
        self.intake.reject(Rejected { record: self.record(number) });
    }

    /// A refused delivery.
    pub(crate) fn record(&self, number: u64) -> DeliveryRecord {
        DeliveryRecord {
            id: DeliveryId::from_uuid(Uuid::from_u64_pair(9, number)),
            integration: self.integration().id,
            received_at: now(),
            headers: Headers::default(),
            body: None,
            outcome: Outcome::Rejected,
            reason: Reason::Malformed,
            status: 400,
            duration_us: 1,
            trace: Trace::new(),
            results: Vec::new(),
            repeats: None,
            revision: 1,
        }
    }

    fn wait(what: &str, mut until: impl FnMut() -> bool) {
        let started = Instant::now();
        while !until() {
            assert!(started.elapsed() < Duration::from_secs(20), "never: {what}");
            thread::yield_now();
        }
    }

    /// Waits until this many deliveries queue up behind the batch that is held.
    pub(crate) fn wait_for_queue(&self, deliveries: usize) {
        Self::wait("the queue fills", || self.intake.depth() == deliveries);
    }

    pub(crate) fn is_healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    pub(crate) fn wait_until_healthy(&self) {
        Self::wait("healthy again", || self.is_healthy());
    }

    pub(crate) fn incidents(&self) -> Vec<Incident> {
        let page = Page::new(100, 0);
        self.store.incident_list(&IncidentFilter::default(), page).unwrap().items
    }

    pub(crate) fn integration(&self) -> &Integration {
        &self.source.integration
    }

    pub(crate) fn body_of(&self, id: DeliveryId) -> Vec<u8> {
        self.store.delivery_get(id).unwrap().body.unwrap()
    }

    fn counts(&self) -> Counts {
        self.store.counts().unwrap().first().map_or_else(Counts::default, |(_, counts)| *counts)
    }

    /// How many deliveries are in the event log.
    pub(crate) fn stored(&self) -> i64 {
        self.counts().stored
    }

    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.store.check().unwrap(), []);
    }

    pub(crate) fn close(&self) {
        self.intake.close();
    }

    /// Stops as a server does, and gives the durable numbers and the incidents.
    pub(crate) fn finish(&self) -> (Counts, Vec<Incident>) {
        self.intake.close();
        if let Some(committer) = self.committer.take() {
            committer.join();
        }
        self.assert_sound();
        (self.counts(), self.incidents())
    }
}
