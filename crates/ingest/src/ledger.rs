//! What is known while a batch is folded: the incidents that were read, those that it opens, and
//! what of all this must be written.

use std::collections::{HashMap, HashSet};

use watchbell_dedup::apply::Line;
use watchbell_model::{
    Actor, Counts, DeliveryId, DeliveryRecord, GroupHash, IdempotencyKey, Identity, Ids, Incident,
    IncidentId, IncidentNumber, IntegrationId, JobId, Remembered, TimelineEntry, TimelineId,
    Timestamp,
};
use watchbell_provider::Heartbeat;
use watchbell_store::{Changes, EnrichmentWanted, Known, suspects_job};

use crate::{Source, heartbeat};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Known,
    Changed,
    Opened,
}

/// The state that a batch works on.
#[derive(Debug)]
pub(crate) struct Ledger<'a> {
    incidents: Vec<(Incident, Mark)>,
    by_id: HashMap<IncidentId, usize>,
    by_identity: HashMap<Identity, Vec<usize>>,
    by_group: HashMap<(IntegrationId, GroupHash), Vec<usize>>,
    clocks: HashMap<Identity, Timestamp>,
    moved_clocks: HashSet<Identity>,
    remembered: HashMap<(IntegrationId, [u8; 32]), Remembered>,
    next_number: IncidentNumber,
    counts: HashMap<IntegrationId, Counts>,
    ids: &'a Ids,
    changes: Changes,
}

impl<'a> Ledger<'a> {
    pub(crate) fn new(known: Known, ids: &'a Ids) -> Self {
        let mut ledger = Self {
            incidents: Vec::with_capacity(known.incidents.len().saturating_add(16)),
            by_id: HashMap::new(),
            by_identity: HashMap::new(),
            by_group: HashMap::new(),
            clocks: known.clocks.into_iter().collect(),
            moved_clocks: HashSet::new(),
            remembered: known
                .remembered
                .into_iter()
                .map(|seen| ((seen.integration, seen.key.key), seen))
                .collect(),
            next_number: known.first_number,
            counts: HashMap::new(),
            ids,
            changes: Changes::default(),
        };
        let mut incidents = known.incidents;
        // Stores give them in any order, and the same delivery must always come to the same: the
        // oldest first, as those that are opened here follow.
        incidents.sort_unstable_by_key(|incident| incident.number);
        for incident in incidents {
            ledger.add(incident, Mark::Known);
        }
        ledger
    }

    fn add(&mut self, incident: Incident, mark: Mark) {
        let place = self.incidents.len();
        self.by_id.insert(incident.id, place);
        if let Some(identity) = incident.identity() {
            self.by_identity.entry(identity).or_default().push(place);
        }
        if let (Some(integration), Some(group)) = (incident.integration, incident.group) {
            self.by_group.entry((integration, group)).or_default().push(place);
        }
        self.incidents.push((incident, mark));
    }

    /// One incident, of those that the batch knows.
    pub(crate) fn of_id(&self, id: IncidentId) -> Option<&Incident> {
        self.incidents.get(*self.by_id.get(&id)?).map(|(incident, _)| incident)
    }

    /// The incidents of an identity.
    pub(crate) fn of_identity(&self, identity: &Identity) -> Vec<&Incident> {
        self.at(self.by_identity.get(identity)).collect()
    }

    /// The open incidents that were last seen in a group.
    pub(crate) fn open_in_group(
        &self,
        integration: IntegrationId,
        group: GroupHash,
    ) -> Vec<IncidentId> {
        self.at(self.by_group.get(&(integration, group)))
            .filter(|incident| incident.status.is_open() && incident.group == Some(group))
            .map(|incident| incident.id)
            .collect()
    }

    fn at<'b>(&'b self, places: Option<&'b Vec<usize>>) -> impl Iterator<Item = &'b Incident> {
        places
            .into_iter()
            .flatten()
            .filter_map(|place| self.incidents.get(*place))
            .map(|(incident, _)| incident)
    }

    /// The source clock of an identity.
    pub(crate) fn clock(&self, identity: &Identity) -> Option<Timestamp> {
        self.clocks.get(identity).copied()
    }

    /// Moves the source clock of an identity.
    pub(crate) fn set_clock(&mut self, identity: Identity, at: Timestamp) {
        self.clocks.insert(identity.clone(), at);
        self.moved_clocks.insert(identity);
    }

    /// The first delivery with this idempotency id.
    pub(crate) fn remembered(
        &self,
        integration: IntegrationId,
        key: &IdempotencyKey,
    ) -> Option<&Remembered> {
        self.remembered.get(&(integration, key.key))
    }

    /// Remembers a delivery by its idempotency id.
    pub(crate) fn remember(&mut self, seen: Remembered) {
        self.changes.remembered.push((seen.integration, seen.key, seen.delivery));
        self.remembered.insert((seen.integration, seen.key.key), seen);
    }

    /// An id and a number for a new incident.
    pub(crate) fn next_incident(&mut self) -> (IncidentId, IncidentNumber) {
        let number = self.next_number;
        self.next_number.place = number.place.saturating_add(1);
        self.changes.numbers_used = self.changes.numbers_used.saturating_add(1);
        (IncidentId::from_uuid(self.ids.next()), number)
    }

    /// Adds a new incident.
    pub(crate) fn open(&mut self, incident: Incident) {
        self.add(incident, Mark::Opened);
    }

    /// Changes an incident. One whose version stays is as it was, and not written.
    pub(crate) fn change<T>(
        &mut self,
        id: IncidentId,
        change: impl FnOnce(&mut Incident) -> T,
    ) -> Option<(T, &Incident)> {
        let place = *self.by_id.get(&id)?;
        let (incident, mark) = self.incidents.get_mut(place)?;
        let (group_before, version_before) = (incident.group, incident.version);
        let result = change(incident);
        if *mark == Mark::Known && incident.version != version_before {
            *mark = Mark::Changed;
        }
        if let (Some(integration), Some(group)) = (incident.integration, incident.group)
            && incident.group != group_before
        {
            self.by_group.entry((integration, group)).or_default().push(place);
        }
        Some((result, incident))
    }

    /// Adds lines to an incident's timeline.
    pub(crate) fn lines(
        &mut self,
        incident: IncidentId,
        lines: impl IntoIterator<Item = Line>,
        at: Timestamp,
        actor: Actor,
        delivery: DeliveryId,
    ) {
        for line in lines {
            self.changes.timeline.push(TimelineEntry {
                id: TimelineId::from_uuid(self.ids.next()),
                incident,
                at,
                kind: line.kind,
                actor,
                delivery: Some(delivery),
                text: line.text,
            });
        }
    }

    /// An integration's heartbeat was heard.
    pub(crate) fn heard(&mut self, integration: IntegrationId, what: &Heartbeat, at: Timestamp) {
        self.changes.jobs.push(heartbeat::heard(self.ids, integration, what, at));
    }

    /// A proven delivery of `source` names an installation.
    pub(crate) fn met(&mut self, source: &Source, installation: &str) {
        self.changes.jobs.extend(source.met(installation, self.ids));
    }

    /// Keeps a delivery in the event log and counts it.
    pub(crate) fn log(&mut self, record: DeliveryRecord) {
        self.counts.entry(record.integration).or_default().add_stored(record.outcome);
        self.changes.deliveries.push(record);
    }

    /// Counts deliveries that are not kept.
    pub(crate) fn count(&mut self, integration: IntegrationId, counts: &Counts) {
        self.counts.entry(integration).or_default().add(counts);
    }

    /// Has the suspects of an incident worked out after the batch.
    pub(crate) fn work_out_suspects(&mut self, number: IncidentNumber) {
        let id = JobId::from_uuid(self.ids.next());
        self.changes.jobs.push(suspects_job(id, number));
    }

    /// Has the source asked about an incident after the batch.
    pub(crate) fn ask_source(&mut self, wanted: &EnrichmentWanted) {
        self.changes.jobs.push(wanted.job(JobId::from_uuid(self.ids.next())));
    }

    /// Has the source asked some minutes later how many events there are by then.
    pub(crate) fn count_events(&mut self, wanted: &EnrichmentWanted) {
        self.changes.jobs.push(wanted.count_job(JobId::from_uuid(self.ids.next())));
    }

    /// All that must be written.
    pub(crate) fn into_changes(self, at: Timestamp) -> Changes {
        let mut changes = self.changes;
        for (incident, mark) in self.incidents {
            match mark {
                Mark::Known => {}
                Mark::Changed => changes.changed.push(incident),
                Mark::Opened => changes.opened.push(incident),
            }
        }
        let clocks = self.clocks;
        changes.clocks = self
            .moved_clocks
            .into_iter()
            .filter_map(|identity| clocks.get(&identity).map(|at| (identity.clone(), *at)))
            .collect();
        changes.counts = self.counts.into_iter().collect();
        changes.at = at;
        changes
    }
}
