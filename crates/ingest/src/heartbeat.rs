//! Heartbeats that are expected: what waits for the next one, and opens an incident if it does not come.
//!
//! For each integration that expects heartbeats one job waits. A heartbeat leaves the moment at which
//! it was heard with that job, in its own transaction; when the job is due and another heartbeat has
//! come meanwhile, it waits on. So the last heartbeat outlives a restart, of several servers one looks,
//! and whoever expects none costs nothing.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta};
use watchbell_dedup::apply::{self, Moment, NewIncident};
use watchbell_model::{
    Action, Actor, Alert, Clock, ConnectionScope, DeliveryId, Identity, Ids, IncidentId,
    IntegrationId, IntegrationState, JobId, Reopen, RepeatText, ServerId, ServiceId, Severity,
    TimelineEntry, TimelineId, Timestamp, Trigger,
};
use watchbell_provider::{Heartbeat, Options};
use watchbell_store::{
    Attempt, Changes, Done, JobError, JobFilter, JobHandler, JobState, NewJob, Page, Store,
    StoreError, Wanted, WantedKey, suspects_job,
};
use watchbell_triage::may_use;

use crate::{Live, Snapshot, Source};

/// The kind of the jobs that wait for heartbeats. Their subject is the integration, their payload the
/// moment of the last heartbeat, in microseconds.
const KIND: &str = "heartbeat.watch";

/// The most integrations whose watches are looked through at once.
const MANY: i64 = 10_000;

/// How bad it is to hear nothing.
const SEVERITY: Severity = Severity::Sev1;

impl Source {
    /// What this integration expects to hear again and again.
    pub fn heartbeat(&self) -> Option<Heartbeat> {
        self.provider.heartbeat(&Options::new(&self.integration.options))
    }
}

/// A heartbeat was heard: the next one is waited for.
pub(crate) fn heard(
    ids: &Ids,
    integration: IntegrationId,
    heartbeat: &Heartbeat,
    at: Timestamp,
) -> NewJob {
    let (subject, payload) = (integration.to_string(), payload(at));
    NewJob::joining(JobId::from_uuid(ids.next()), KIND, subject, payload).after(heartbeat.every)
}

fn payload(heard_at: Timestamp) -> String {
    heard_at.timestamp_micros().to_string()
}

/// Waits for heartbeats.
#[derive(Debug)]
pub struct HeartbeatWatch {
    live: Arc<Live>,
    store: Arc<dyn Store>,
    clock: Clock,
    ids: Ids,
    server: ServerId,
    /// Since when this server hears anything.
    started: Timestamp,
}

impl HeartbeatWatch {
    /// A watch of a server that listens from now on.
    pub fn new(
        live: Arc<Live>,
        store: Arc<dyn Store>,
        clock: Clock,
        ids: Ids,
        server: ServerId,
    ) -> Self {
        let started = clock.now();
        Self { live, store, clock, ids, server, started }
    }

    /// Begins to wait for the heartbeats of every integration that expects them and for which nobody
    /// waits yet: from now on, as if one had just come.
    ///
    /// # Errors
    /// The store did not take it.
    pub fn begin(&self) -> Result<(), StoreError> {
        let snapshot = self.live.load();
        let now = self.clock.now();
        let watched = snapshot.sources().filter_map(expected);
        let jobs: Vec<_> = watched
            .map(|(integration, heartbeat)| self.wait(integration, now, heartbeat.every))
            .collect();
        if jobs.is_empty() { Ok(()) } else { self.store.jobs_add(&jobs) }
    }

    /// Waits for so long. Whoever waits already goes on, no longer than that.
    fn wait(&self, integration: IntegrationId, heard_at: Timestamp, time: Duration) -> NewJob {
        let id = JobId::from_uuid(self.ids.next());
        let (subject, payload) = (integration.to_string(), payload(heard_at));
        NewJob::unless_waiting(id, KIND, subject, payload).after(time)
    }

    /// Whether another heartbeat has come since this attempt began.
    fn is_heard_meanwhile(&self, subject: &str) -> Result<bool, StoreError> {
        let filter = JobFilter { state: Some(JobState::Waiting), kind: Some(KIND.to_owned()) };
        let waiting = self.store.job_list(&filter, Page::after(MANY, None))?;
        Ok(waiting.items.iter().any(|job| job.subject == subject))
    }

    /// Opens the incident, unless it is open.
    fn open(
        &self,
        snapshot: &Snapshot,
        source: &Source,
        heartbeat: &Heartbeat,
        heard_at: Timestamp,
    ) -> Result<(), JobError> {
        let service = service_of(snapshot, source, heartbeat)?;
        let now = self.clock.now();
        let integration = source.integration.id;
        let scope = ConnectionScope::NONE;
        let identity = Identity { integration, scope, key: heartbeat.key.clone() };
        let key =
            WantedKey { identity, clock: false, occurrences: Vec::new(), latest_ended: false };
        let wanted = Wanted {
            keys: vec![key],
            groups: Vec::new(),
            idempotency: Vec::new(),
            ended_since: now,
            remembered_since: now,
            year: now.year(),
            numbers: 1,
            server: self.server,
            limited: Vec::new(),
            accepted_since: now,
        };
        let alert = alert(source, heartbeat, heard_at);
        let id = IncidentId::from_uuid(self.ids.next());
        let line = TimelineId::from_uuid(self.ids.next());
        let job = JobId::from_uuid(self.ids.next());
        let mut opened = None;
        self.store.batch_apply(&wanted, &mut |known| {
            opened = None;
            if known.incidents.iter().any(|incident| incident.status.is_open()) {
                return Changes { at: now, ..Changes::default() };
            }
            let number = known.first_number;
            let new = NewIncident { id, number, service, severity: SEVERITY, scope };
            let delivery = DeliveryId::from_uuid(id.as_uuid());
            let (incident, opening) =
                apply::open(&alert, new, &Moment { now, integration, delivery });
            opened = Some(number);
            let opening = TimelineEntry {
                id: line,
                incident: id,
                at: now,
                kind: opening.kind,
                actor: Actor::System,
                delivery: None,
                text: format!("{}: the heartbeat is missing", opening.text),
            };
            let suspects = snapshot.deploys.has(service).then(|| suspects_job(job, number));
            Changes {
                opened: vec![incident],
                timeline: vec![opening],
                jobs: suspects.into_iter().collect(),
                numbers_used: 1,
                at: now,
                ..Changes::default()
            }
        })?;
        if let Some(number) = opened {
            tracing::warn!(
                integration.id = %integration, incident = %number,
                "a heartbeat is missing: opened an incident"
            );
        }
        Ok(())
    }
}

impl JobHandler for HeartbeatWatch {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let subject = attempt.job().subject.as_str();
        let wrong = |what: &str| JobError::give_up(format!("the job's {what} is not one of ours"));
        let integration: IntegrationId = subject.parse().map_err(|_| wrong("subject"))?;
        let heard_at = DateTime::from_timestamp_micros(attempt.payload::<i64>()?);
        let heard_at = heard_at.ok_or_else(|| wrong("payload"))?;
        let snapshot = self.live.load();
        let Some(source) = snapshot.source(integration) else { return Ok(Done::default()) };
        // Nobody expects it any more.
        let Some((_, heartbeat)) = expected(source) else { return Ok(Done::default()) };
        // A server that has just started has not heard what came while there was none.
        let silent = self.clock.now() - heard_at.max(self.started);
        let every = TimeDelta::from_std(heartbeat.every).unwrap_or(TimeDelta::MAX);
        if let Ok(left) = (every - silent).to_std()
            && !left.is_zero()
        {
            return Ok(Done::then(vec![self.wait(integration, heard_at, left)]));
        }
        // Who has heard one at this very moment waits already; and the next one ends what this opens
        // all the same.
        if self.is_heard_meanwhile(subject)? {
            return Ok(Done::default());
        }
        self.open(&snapshot, source, &heartbeat, heard_at)?;
        Ok(Done::then(vec![self.wait(integration, heard_at, heartbeat.every)]))
    }
}

/// What is expected of a source at present. One that is not connected is not listened to.
fn expected(source: &Arc<Source>) -> Option<(IntegrationId, Heartbeat)> {
    let integration = &source.integration;
    let connected = integration.state == IntegrationState::Connected;
    connected.then(|| source.heartbeat()).flatten().map(|heartbeat| (integration.id, heartbeat))
}

/// The service of the incident: heartbeats name none.
fn service_of(
    snapshot: &Snapshot,
    source: &Source,
    heartbeat: &Heartbeat,
) -> Result<ServiceId, JobError> {
    let cannot = |why: &str| {
        let (name, every) = (heartbeat.name, heartbeat.every.as_secs());
        JobError::give_up(format!("no {name} for {every} s, and no incident can open: {why}"))
    };
    let service = source.integration.default_service;
    let service = service.ok_or_else(|| cannot("the integration has no default service"))?;
    snapshot
        .with_rules(source, ConnectionScope::NONE, |rules| may_use(rules, service))
        .map_err(|reason| cannot(&format!("{reason} (the default service)")))?;
    Ok(service)
}

/// What the incident says.
fn alert(source: &Source, heartbeat: &Heartbeat, heard_at: Timestamp) -> Alert {
    let Heartbeat { name, key, every } = heartbeat;
    let trigger = Trigger {
        investigating: false,
        reopen: Reopen::SameOccurrence,
        repeat_text: RepeatText::Keep,
        clears_source_acknowledgement: false,
    };
    let title = format!("{name} is missing: no heartbeat for {} s", every.as_secs());
    let mut alert = Alert::new(Action::Trigger(trigger), title);
    alert.description = Some(format!(
        "Nothing was heard of {name} through the integration \"{}\" since {}. Either its sender does not \
         work, or the way from there to here: other alerts may not arrive either. The next {name} \
         resolves this incident.",
        source.integration.name,
        heard_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
    ));
    alert.dedup_key = Some(key.clone());
    alert.source_name = Some(source.provider.name().to_owned());
    alert.detected_at = Some(heard_at);
    alert
}
