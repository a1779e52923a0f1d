//! A database with a service and an integration, and what can happen to it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tempfile::TempDir;
use watchbell_model::{
    Action, Actor, AlertResult, ConnectionScope, Counts, DedupKey, DeliveryId, DeliveryRecord,
    Environment, Headers, Identity, Incident, IncidentId, IncidentNumber, Integration,
    IntegrationId, IntegrationState, LegacyKey, LevelMapping, Link, Metadata, Outcome, Reason,
    ServerId, Service, ServiceId, ServiceKey, ServiceKind, Severity, SeverityAction, Stage, Status,
    TimelineEntry, TimelineId, TimelineKind, Timestamp, Trace,
};
use watchbell_store::{
    Changes, ConfigChange, ConfigStore, IntakeStore, StoreError, Wanted, WantedKey,
};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};

const FILE: &str = "watchbell.db";

pub(crate) struct Place {
    pub(crate) store: SqliteStore,
    pub(crate) folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::with(|options| options)
    }

    pub(crate) fn with(options: impl Fn(SqliteOptions) -> SqliteOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let store = SqliteStore::open(options(SqliteOptions::new(path))).unwrap();
        store.migrate().unwrap();
        let changes =
            [ConfigChange::ServiceAdd(service()), ConfigChange::IntegrationAdd(configured())];
        store.config_change(0, &changes, &[]).unwrap();
        Self { store, folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// A connection that keeps none of the store's rules.
    pub(crate) fn raw(&self) -> SqliteConnection {
        let mut raw = SqliteConnection::establish(self.path().to_str().unwrap()).unwrap();
        raw.batch_execute(
            "PRAGMA busy_timeout = 5000;
             PRAGMA ignore_check_constraints = ON;
             PRAGMA foreign_keys = OFF;
             PRAGMA writable_schema = ON;",
        )
        .unwrap();
        raw
    }

    /// Breaks the database behind the store's back.
    pub(crate) fn plant(&self, sql: &str) {
        self.raw().batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(crate) fn apply(&self, changes: &Changes) -> Result<(), StoreError> {
        self.store.batch_apply(&wanted(), &mut |_| changes.clone())
    }
}

pub(crate) fn id<T: std::str::FromStr>(prefix: &str, number: usize) -> T {
    format!("{prefix}_{number:032x}").parse().ok().unwrap()
}

pub(crate) fn noon() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn integration() -> IntegrationId {
    id("int", 1)
}

pub(crate) fn service() -> Service {
    Service {
        id: id::<ServiceId>("sid", 1),
        key: ServiceKey::from_random([1; 10]),
        legacy_key: LegacyKey::new(1),
        slug: Some("Checkout".parse().unwrap()),
        name: "Checkout".to_owned(),
        description: None,
        active: true,
        default_severity: Some(Severity::Sev3),
        environment: Environment::Production,
        kind: ServiceKind::Api,
        repository: None,
        url: None,
        team: None,
        created_at: noon(),
    }
}

fn configured() -> Integration {
    let mapping = LevelMapping::new([("info".to_owned(), SeverityAction::DoNotCreate)]);
    Integration {
        id: integration(),
        provider: "custom".to_owned(),
        name: "Scripts".to_owned(),
        state: IntegrationState::Connected,
        rate_limit: 100,
        accept_over_limit: false,
        default_service: Some(service().id),
        links: vec![Link { service: service().id, mapping }],
        projects: Vec::new(),
        restricted_to_links: false,
        options: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        created_at: noon(),
    }
}

pub(crate) fn identity() -> Identity {
    Identity {
        integration: integration(),
        scope: ConnectionScope::NONE,
        key: DedupKey::new("key").unwrap(),
    }
}

fn wanted() -> Wanted {
    let key = WantedKey {
        identity: identity(),
        clock: true,
        occurrences: Vec::new(),
        latest_ended: false,
    };
    let ago = std::time::Duration::from_mins(1);
    Wanted {
        keys: vec![key],
        groups: Vec::new(),
        idempotency: Vec::new(),
        ended_since: noon() - ago,
        remembered_since: noon() - ago,
        year: 2026,
        numbers: 2,
        server: id::<ServerId>("srv", 1),
        limited: vec![integration()],
        accepted_since: noon() - ago,
    }
}

/// A processed delivery with a body of so many bytes.
pub(crate) fn delivery(number: usize, body: usize) -> DeliveryRecord {
    let mut trace = Trace::new();
    trace.note(Stage::Proof, "no proof is asked for");
    DeliveryRecord {
        id: id::<DeliveryId>("dlv", number),
        integration: integration(),
        received_at: noon(),
        headers: Headers::new([("content-type", "application/json")]),
        body: Some(vec![b'x'; body]),
        outcome: Outcome::Processed,
        reason: Reason::Created,
        status: 202,
        duration_us: 1,
        trace,
        results: vec![AlertResult {
            action: Action::TRIGGER,
            reason: Reason::Created,
            incident: None,
            service: None,
            severity: None,
            dedup_key: Some(identity().key),
        }],
        repeats: None,
        revision: 1,
    }
}

/// A batch that keeps these deliveries and counts them.
pub(crate) fn logged(deliveries: Vec<DeliveryRecord>) -> Changes {
    let mut counts = Counts::default();
    for delivery in &deliveries {
        counts.add_stored(delivery.outcome);
    }
    Changes { deliveries, counts: vec![(integration(), counts)], at: noon(), ..Changes::default() }
}

/// An incident that a delivery has opened, and the line that says so.
pub(crate) fn opened(place: i64, by: &DeliveryRecord) -> (Incident, TimelineEntry) {
    let identity = identity();
    let number: usize = place.try_into().unwrap();
    let incident = Incident {
        id: id::<IncidentId>("inc", number),
        number: IncidentNumber { year: 2026, place },
        integration: Some(identity.integration),
        scope: identity.scope,
        dedup_key: Some(identity.key),
        occurrence: None,
        group: None,
        service: service().id,
        title: "title".to_owned(),
        description: None,
        severity: Severity::Sev1,
        worst_reported: Severity::Sev1,
        status: Status::New,
        acknowledged: None,
        assigned_to: None,
        also_affected: Vec::new(),
        source_name: None,
        source_url: None,
        metadata: Metadata::new(),
        test: false,
        occurrences: 1,
        detected_at: None,
        opened_at: noon(),
        last_seen_at: noon(),
        ended_at: None,
        resolved_by: None,
        version: 1,
    };
    let line = TimelineEntry {
        id: id::<TimelineId>("tml", number),
        incident: incident.id,
        at: noon(),
        kind: TimelineKind::Opened,
        actor: Actor::System,
        delivery: Some(by.id),
        text: "opened".to_owned(),
    };
    (incident, line)
}
