//! A database with two services and one integration, set up at random, and the way of a delivery through
//! it as a server goes it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use actix_web::rt::Runtime;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;
use watchbell_dedup::Policy;
use watchbell_ingest::{
    Asking, CertificateProof, Committer, CommitterSettings, Explainer, Intake, IntakeSettings,
    Live, NotReplayed, ProofSays, RateLimits, Refusal, Rehearsal, Rehearsed, Replayer, Snapshot,
    Source, prepare,
};
use watchbell_model::{
    AlertResult, Clock, ConnectionScope, Counts, Delivery, DeliveryId, Environment, Ids, Incident,
    IncidentId, Integration, IntegrationId, IntegrationState, LegacyKey, LevelMapping, Link,
    Outcome, ProjectMapping, Reason, ServerId, Service, ServiceId, ServiceKey, ServiceKind,
    Severity, SeverityAction, Timestamp, Trace,
};
use watchbell_provider::{Provider, SettingKind};
use watchbell_providers::PROVIDERS;
use watchbell_signature::Verified;
use watchbell_store::{ConfigChange, DeliveryRange, IncidentFilter, Page, Store};
use watchbell_vault::{MasterKey, Vault};

use crate::bodies::Post;
use crate::place::{Kind, Place};

pub(crate) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

/// One configuration.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) provider: &'static dyn Provider,
    active: [bool; 2],
    linked: [bool; 2],
    mapping: Option<(String, SeverityAction)>,
    default: Option<usize>,
    project: Option<(String, usize, bool)>,
    rate_limit: u32,
    accept_over_limit: bool,
    restricted: bool,
    options: BTreeMap<String, String>,
}

/// Everything linked, nothing restricted, every option as it is without a choice.
pub(crate) fn plain(provider: &'static dyn Provider) -> Setup {
    Setup {
        provider,
        active: [true; 2],
        linked: [true; 2],
        mapping: None,
        default: Some(0),
        project: None,
        rate_limit: 0,
        accept_over_limit: false,
        restricted: false,
        options: BTreeMap::new(),
    }
}

fn options(provider: &'static dyn Provider) -> impl Strategy<Value = BTreeMap<String, String>> {
    let one = provider.settings().iter().map(|setting| {
        let choices: Vec<&str> = match setting.kind {
            SettingKind::Choice(choices) => choices.to_vec(),
            _ => vec![setting.default],
        };
        (Just(setting.key.to_owned()), select(choices).prop_map(str::to_owned))
    });
    one.collect::<Vec<_>>().prop_map(|pairs| pairs.into_iter().collect())
}

/// Any configuration.
pub(crate) fn setups() -> impl Strategy<Value = Setup> {
    let action = prop_oneof![
        Just(SeverityAction::DoNotCreate),
        select(&Severity::ALL[..]).prop_map(SeverityAction::Severity)
    ];
    let level = select(vec!["critical", "error", "warning", "fatal", "p1"]);
    let mapping = prop::option::of((level.prop_map(str::to_owned), action));
    let project = select(vec!["web", "checkout", "checkout-api", "example-project"]);
    let project =
        prop::option::weighted(0.2, (project.prop_map(str::to_owned), 0..2_usize, any::<bool>()));
    select(PROVIDERS).prop_flat_map(move |provider| {
        let services = (
            prop::array::uniform2(prop::bool::weighted(0.8)),
            prop::array::uniform2(prop::bool::weighted(0.8)),
        );
        let limits = (prop_oneof![3 => Just(0), 1 => 1..4_u32], any::<bool>(), any::<bool>());
        let routes = (mapping.clone(), prop::option::of(0..2_usize), project.clone());
        (Just(provider), services, routes, limits, options(provider)).prop_map(
            |(provider, (active, linked), (mapping, default, project), limits, options)| Setup {
                provider,
                active,
                linked,
                mapping,
                default,
                project,
                rate_limit: limits.0,
                accept_over_limit: limits.1,
                restricted: limits.2,
                options,
            },
        )
    })
}

fn service_id(place: usize) -> ServiceId {
    ServiceId::from_uuid(Uuid::from_u128(u128::try_from(place).unwrap() + 1))
}

impl Setup {
    fn service(&self, place: usize) -> Service {
        let number = u8::try_from(place).unwrap() + 1;
        Service {
            id: service_id(place),
            key: ServiceKey::from_random([number; 10]),
            legacy_key: LegacyKey::new(number.into()),
            slug: None,
            name: format!("Service {number}"),
            description: None,
            team: None,
            active: self.active[place],
            default_severity: (place == 1).then_some(Severity::Sev3),
            environment: Environment::Production,
            kind: ServiceKind::Api,
            repository: None,
            url: None,
            created_at: now(),
        }
    }

    fn integration(&self) -> Integration {
        let link = |place: usize| Link {
            service: service_id(place),
            mapping: LevelMapping::new(self.mapping.clone()),
        };
        let project = self.project.clone().map(|(project, place, active)| ProjectMapping {
            scope: ConnectionScope::NONE,
            project,
            service: service_id(place),
            active,
        });
        Integration {
            id: IntegrationId::from_uuid(Uuid::from_u128(9)),
            provider: self.provider.slug().to_owned(),
            name: "Any".to_owned(),
            state: IntegrationState::Connected,
            rate_limit: self.rate_limit,
            accept_over_limit: self.accept_over_limit,
            default_service: self.default.map(service_id),
            links: (0..2).filter(|place| self.linked[*place]).map(link).collect(),
            projects: project.into_iter().collect(),
            restricted_to_links: self.restricted,
            options: self.options.clone(),
            created_at: now(),
        }
    }
}

/// How a delivery ended, without what is made anew each time: ids.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ended {
    pub(crate) status: u16,
    pub(crate) outcome: Outcome,
    pub(crate) reason: Reason,
    pub(crate) results: Vec<AlertResult>,
    pub(crate) incidents: Vec<Incident>,
    pub(crate) lines: Vec<String>,
}

/// The incident without its id, which is made anew each time; its number tells it.
pub(crate) fn nameless(incident: &Incident) -> Incident {
    Incident { id: IncidentId::from_uuid(Uuid::nil()), ..incident.clone() }
}

/// Says nothing against any proof, as what is ingested here is taken for proven.
struct Unlooked;

impl CertificateProof for Unlooked {
    fn look(&self, _: Delivery, _: Timestamp) -> ProofSays {
        ProofSays::WithoutCertificate { url: String::new() }
    }
}

pub(crate) struct World {
    store: Arc<dyn Store>,
    snapshot: Arc<Snapshot>,
    pub(crate) source: Arc<Source>,
    intake: Arc<Intake>,
    committer: Option<Committer>,
    rates: RateLimits,
    policy: Policy,
    server: ServerId,
    ids: Ids,
    runtime: Runtime,
    _place: Place,
}

const REMEMBER: Duration = Duration::from_hours(7 * 24);

impl World {
    pub(crate) fn new(kind: Kind, setup: &Setup) -> Self {
        let (store, place) = kind.open();
        let integration = setup.integration();
        let changes = [
            ConfigChange::ServiceAdd(setup.service(0)),
            ConfigChange::ServiceAdd(setup.service(1)),
            ConfigChange::IntegrationAdd(integration.clone()),
        ];
        store.config_change(0, &changes, &[]).unwrap();
        let vault = Arc::new(Vault::new(MasterKey::generate().unwrap()).unwrap());
        let live = Live::start(&*store, PROVIDERS, vault, Severity::Sev2).unwrap();
        let snapshot = live.load();
        let source = Arc::clone(snapshot.source(integration.id).unwrap());
        let last = AtomicU64::new(1_000);
        let ids = Ids::new(move || Uuid::from_u64_pair(7, last.fetch_add(1, Ordering::Relaxed)));
        let intake = Arc::new(Intake::new(IntakeSettings {
            entries: 64,
            bytes: 64 << 20,
            largest: 10 << 20,
            wait: Duration::from_secs(5),
            answer_within: Duration::from_secs(20),
        }));
        let (server, rates) = (ServerId::from_uuid(ids.next()), RateLimits::default());
        let settings = CommitterSettings {
            deliveries: 1,
            policy: Policy::default(),
            remember_for: REMEMBER,
            server,
            rates: rates.clone(),
            clock: Clock::fixed(now()),
            ids: ids.clone(),
            on_batch: Box::new(|_| {}),
        };
        let committer = Some(Committer::start(&intake, &store, settings).unwrap());
        let policy = Policy::default();
        Self {
            store,
            snapshot,
            source,
            intake,
            committer,
            rates,
            policy,
            server,
            ids,
            runtime: Runtime::new().unwrap(),
            _place: place,
        }
    }

    pub(crate) fn explainer(&self) -> Explainer<'_> {
        let Self { snapshot, rates, ids, policy, server, .. } = self;
        let asking = Asking { server: *server, policy, remember_for: REMEMBER, at: now() };
        Explainer {
            store: &*self.store,
            snapshot,
            asking,
            certificates: &Unlooked,
            rates,
            max_body_bytes: 10 << 20,
            ids,
        }
    }

    pub(crate) fn delivery(&self, post: &Post, place: usize) -> Delivery {
        let later = Duration::from_secs(u64::try_from(place).unwrap());
        Delivery {
            id: DeliveryId::from_uuid(self.ids.next()),
            received_at: now() + later,
            headers: post.headers.clone(),
            body: post.body.clone(),
        }
    }

    /// What a server does with a delivery whose proof holds.
    pub(crate) fn ingest(&self, delivery: Delivery) -> Ended {
        let (id, at) = (delivery.id, delivery.received_at);
        let bytes = delivery.body.len();
        let refused = |refusal: Refusal| Ended {
            status: refusal.status,
            outcome: Outcome::Rejected,
            reason: refusal.reason,
            results: Vec::new(),
            incidents: Vec::new(),
            lines: Vec::new(),
        };
        if let Some(refusal) = Refusal::of_encoding(&delivery.headers) {
            return refused(refusal);
        }
        let mut trace = Trace::new();
        let slot = match self.rates.admit(&self.source.integration, at, &mut trace) {
            Ok(slot) => slot,
            Err(rate) => return refused(Refusal::of_limit(rate)),
        };
        let verified = Verified::from_store(delivery);
        let prepared = prepare(verified, &self.source, &self.snapshot, trace, Instant::now());
        let prepared = match prepared {
            Ok(prepared) => prepared,
            Err(unreadable) => return refused(Refusal::of_reading(&unreadable.error)),
        };
        let topic = prepared.topic.as_ref();
        if let Some(refusal) = topic.and_then(|topic| Refusal::of_topic(&self.source, topic)) {
            return refused(refusal);
        }
        let integration = self.source.integration.id;
        let before = self.incidents();
        let answer = self.runtime.block_on(async {
            let admission = self.intake.admit(integration, bytes).await.unwrap();
            self.intake.submit(prepared, admission).await.unwrap()
        });
        if answer.outcome != Outcome::Rejected {
            slot.accepted(at);
        }
        self.ended(id, &before)
    }

    /// How a stored delivery ended, and what it changed since `before`.
    fn ended(&self, id: DeliveryId, before: &[Incident]) -> Ended {
        let record = self.store.delivery_get(id).unwrap();
        let mut incidents = self.incidents();
        incidents.retain(|incident| !before.contains(incident));
        let incidents = incidents.iter().map(nameless).collect();
        let mut lines = Vec::new();
        for incident in self.incidents() {
            let (_, timeline) = self.store.incident_get(incident.number).unwrap();
            lines.extend(timeline.into_iter().filter(|entry| entry.delivery == Some(id)));
        }
        lines.sort_by_key(|entry| entry.id);
        Ended {
            status: record.status,
            outcome: record.outcome,
            reason: record.reason,
            results: record.results,
            incidents,
            lines: lines.into_iter().map(|entry| entry.text).collect(),
        }
    }

    /// Every incident, by number.
    pub(crate) fn incidents(&self) -> Vec<Incident> {
        let all = self.store.incident_list(&IncidentFilter::default(), Page::new(10_000, 0));
        let mut all = all.unwrap().items;
        all.sort_by_key(|incident| incident.number);
        all
    }

    /// Everything that could be written by mistake.
    pub(crate) fn rows(&self) -> (Vec<(IntegrationId, Counts)>, usize, Vec<Incident>) {
        let stored = self.stored().len();
        (self.store.counts().unwrap(), stored, self.incidents())
    }

    /// The ids of all that is in the event log.
    pub(crate) fn stored(&self) -> Vec<DeliveryId> {
        self.store.deliveries_in(&DeliveryRange::default(), 10_000).unwrap()
    }

    pub(crate) fn rehearse(&self, ids: &[DeliveryId]) -> Vec<Rehearsed> {
        let mut rehearsal = Rehearsal::new(self.explainer(), &*self.store);
        ids.iter()
            .map(|id| rehearsal.next(self.store.delivery_get(*id).unwrap()).unwrap())
            .collect()
    }

    /// Runs a stored delivery again; none if it is not run.
    pub(crate) fn replay(&self, id: DeliveryId) -> Option<Ended> {
        let record = self.store.delivery_get(id).unwrap();
        let before = self.incidents();
        let replayer = Replayer { snapshot: &self.snapshot, intake: &self.intake, ids: &self.ids };
        match self.runtime.block_on(replayer.run(&record, now())) {
            Ok(answer) => Some(self.ended(answer.delivery, &before)),
            Err(NotReplayed::Not(_) | NotReplayed::Refused(..)) => None,
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.store.check().unwrap(), []);
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.intake.close();
        if let Some(committer) = self.committer.take() {
            committer.join();
        }
    }
}
