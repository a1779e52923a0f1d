//! A real store that gets into trouble on command.

mod deploys;
mod enrichments;
mod issue_links;
mod jobs;
mod people;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use watchbell_model::{
    AuditEntry, Counts, DeliveryId, DeliveryRecord, Incident, IncidentNumber, IntegrationId,
    Outcome, ServerId, TimelineEntry, Timestamp,
};
use watchbell_store::{
    Accepted, Arrival, Changes, ConfigChange, ConfigStore, DeliveryCursor, DeliveryFilter,
    DeliveryRange, Expired, Expiry, Finding, IncidentChange, IncidentCursor, IncidentFilter,
    IncidentStore, IntakeStore, Known, LeaseStore, Listed, LogStore, MaintenanceStore, NewIncident,
    Opened, Opening, Page, ReplayStore, StoreError, StoredConfig, Wanted,
};
use watchbell_store_sqlite::SqliteStore;

/// What the next batch meets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trouble {
    Unavailable,
    UnknownButWritten,
    UnknownAndNotWritten,
}

#[derive(Debug, Default)]
struct Gate {
    holding: bool,
    held: usize,
}

/// SQLite, with trouble. A delivery whose body is `poison` is refused, one that is `panic` panics,
/// both unless they are kept as failed. Where one is `lost`, its batch is never written.
#[derive(Debug)]
pub(crate) struct Troubled {
    inner: SqliteStore,
    committers: usize,
    troubles: Mutex<VecDeque<Trouble>>,
    /// Whoever looks whether it takes writes is told that it does not.
    pub(crate) is_away: AtomicBool,
    gate: Mutex<Gate>,
    moved: Condvar,
    pub(crate) batches: AtomicUsize,
}

impl Troubled {
    pub(crate) fn new(inner: SqliteStore, committers: usize) -> Self {
        Self {
            inner,
            committers,
            troubles: Mutex::default(),
            is_away: AtomicBool::new(false),
            gate: Mutex::default(),
            moved: Condvar::new(),
            batches: AtomicUsize::new(0),
        }
    }

    pub(crate) fn next(&self, troubles: &[Trouble]) {
        self.troubles.lock().unwrap().extend(troubles);
    }

    /// The next batches stop before their transaction until `release`.
    pub(crate) fn hold(&self) {
        self.gate.lock().unwrap().holding = true;
    }

    pub(crate) fn wait_until_held(&self) {
        self.wait_until_held_are(1);
    }

    /// Waits until so many batches are held.
    pub(crate) fn wait_until_held_are(&self, batches: usize) {
        let (gate, within) = (self.gate.lock().unwrap(), Duration::from_secs(20));
        let waits = |gate: &mut Gate| gate.held < batches;
        let (_gate, waited) = self.moved.wait_timeout_while(gate, within, waits).unwrap();
        assert!(!waited.timed_out(), "never: {batches} batches at the same time");
    }

    pub(crate) fn release(&self) {
        self.gate.lock().unwrap().holding = false;
        self.moved.notify_all();
    }

    fn pass_the_gate(&self) {
        let mut gate = self.gate.lock().unwrap();
        gate.held += 1;
        self.moved.notify_all();
        let mut gate = self.moved.wait_while(gate, |gate| gate.holding).unwrap();
        gate.held -= 1;
    }
}

fn has(changes: &Changes, body: &[u8]) -> bool {
    changes
        .deliveries
        .iter()
        .any(|d| d.outcome != Outcome::Failed && d.body.as_deref() == Some(body))
}

impl IntakeStore for Troubled {
    fn batch_apply(
        &self,
        wanted: &Wanted,
        decide: &mut dyn FnMut(Known) -> Changes,
    ) -> Result<(), StoreError> {
        self.batches.fetch_add(1, Ordering::SeqCst);
        self.pass_the_gate();
        let trouble = self.troubles.lock().unwrap().pop_front();
        match trouble {
            Some(Trouble::Unavailable) => return Err(StoreError::unavailable("on command")),
            Some(Trouble::UnknownAndNotWritten) => {
                return Err(StoreError::CommitUnknown { source: "on command".into() });
            }
            Some(Trouble::UnknownButWritten) | None => {}
        }
        let (mut poison, mut lost) = (false, false);
        self.inner.batch_apply(wanted, &mut |known| {
            let mut changes = decide(known);
            assert!(!has(&changes, b"panic"), "on command");
            if has(&changes, b"poison") {
                poison = true;
                // The same incident twice: a constraint says no.
                let twice = changes.opened.clone();
                changes.opened.extend(twice);
            }
            if has(&changes, b"lost") {
                lost = true;
                return Changes::default();
            }
            changes
        })?;
        if lost {
            return Err(StoreError::unavailable("on command"));
        }
        assert!(!poison, "the store took poison");
        match trouble {
            Some(_) => Err(StoreError::CommitUnknown { source: "on command".into() }),
            None => Ok(()),
        }
    }

    fn committers(&self) -> usize {
        self.committers
    }

    fn deliveries_stored(&self, ids: &[DeliveryId]) -> Result<Vec<DeliveryId>, StoreError> {
        self.inner.deliveries_stored(ids)
    }

    fn accepted_since(&self, since: Timestamp) -> Result<Vec<Accepted>, StoreError> {
        self.inner.accepted_since(since)
    }

    fn batch_look(&self, wanted: &Wanted) -> Result<Known, StoreError> {
        self.inner.batch_look(wanted)
    }
}

impl ReplayStore for Troubled {
    fn deliveries_in(
        &self,
        range: &DeliveryRange,
        limit: i64,
    ) -> Result<Vec<DeliveryId>, StoreError> {
        self.inner.deliveries_in(range, limit)
    }

    fn replays_of(&self, delivery: DeliveryId) -> Result<Vec<DeliveryId>, StoreError> {
        self.inner.replays_of(delivery)
    }
}

impl ConfigStore for Troubled {
    fn config_revision(&self) -> Result<i64, StoreError> {
        self.inner.config_revision()
    }

    fn config_load(&self) -> Result<StoredConfig, StoreError> {
        self.inner.config_load()
    }

    fn config_change(
        &self,
        expected: i64,
        changes: &[ConfigChange],
        audit: &[AuditEntry],
    ) -> Result<i64, StoreError> {
        self.inner.config_change(expected, changes, audit)
    }
}

impl IncidentStore for Troubled {
    fn incident_list(
        &self,
        filter: &IncidentFilter,
        page: Page<IncidentCursor>,
    ) -> Result<Listed<Incident, IncidentCursor>, StoreError> {
        self.inner.incident_list(filter, page)
    }

    fn incident_versions(
        &self,
        newest: i64,
        also: &[IncidentNumber],
    ) -> Result<Vec<(IncidentNumber, i64)>, StoreError> {
        self.inner.incident_versions(newest, also)
    }

    fn incident_get(
        &self,
        number: IncidentNumber,
    ) -> Result<(Incident, Vec<TimelineEntry>), StoreError> {
        self.inner.incident_get(number)
    }

    fn incident_open(
        &self,
        opening: &Opening,
        make: &mut dyn FnMut(IncidentNumber) -> NewIncident,
    ) -> Result<Opened, StoreError> {
        self.inner.incident_open(opening, make)
    }

    fn incident_change(
        &self,
        number: IncidentNumber,
        decide: &mut dyn FnMut(Incident) -> Option<IncidentChange>,
    ) -> Result<Incident, StoreError> {
        self.inner.incident_change(number, decide)
    }
}

impl LogStore for Troubled {
    fn delivery_list(
        &self,
        filter: &DeliveryFilter,
        page: Page<DeliveryCursor>,
    ) -> Result<Listed<DeliveryRecord, DeliveryCursor>, StoreError> {
        self.inner.delivery_list(filter, page)
    }

    fn delivery_arrivals(
        &self,
        integrations: &[IntegrationId],
        after: Option<Timestamp>,
        most: i64,
    ) -> Result<Vec<Arrival>, StoreError> {
        self.inner.delivery_arrivals(integrations, after, most)
    }

    fn delivery_get(&self, id: DeliveryId) -> Result<DeliveryRecord, StoreError> {
        self.inner.delivery_get(id)
    }

    fn counts(&self) -> Result<Vec<(IntegrationId, Counts)>, StoreError> {
        self.inner.counts()
    }
}

impl LeaseStore for Troubled {
    fn lease_take(&self, name: &str, holder: ServerId, time: Duration) -> Result<bool, StoreError> {
        self.inner.lease_take(name, holder, time)
    }

    fn lease_give_back(&self, name: &str, holder: ServerId) -> Result<(), StoreError> {
        self.inner.lease_give_back(name, holder)
    }
}

impl MaintenanceStore for Troubled {
    fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping()
    }

    fn probe(&self) -> Result<(), StoreError> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("on command"));
        }
        self.inner.probe()
    }

    fn expire(&self, expiry: &Expiry) -> Result<Expired, StoreError> {
        self.inner.expire(expiry)
    }

    fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.inner.check()
    }
}
