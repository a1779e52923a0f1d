//! A batch of prepared deliveries over what is known, to changes and answers. Pure.

use std::collections::HashSet;

use watchbell_dedup::apply::{self, Line, Moment, NewIncident};
use watchbell_dedup::{Decision, Effect, Known as KnownOfKey, Policy, decide};
use watchbell_model::{
    Action, Actor, Alert, AlertResult, Assessment, AutoChosen, Counts, DeliveryId, DeliveryRecord,
    Identity, Ids, Incident, IncidentId, IncidentNumber, IntegrationId, Outcome, Reason,
    Remembered, Route, ServiceId, Severity, Stage, Timestamp, Trace,
};
use watchbell_provider::Installation;
use watchbell_store::{Changes, EnrichmentWanted, Known};
use watchbell_triage::assess;

use crate::ledger::Ledger;
use crate::wanted::identity;
use crate::{Prepared, PreparedItem, Rejected};

/// What became of a delivery, once it is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The delivery; for a duplicate the first one.
    pub delivery: DeliveryId,
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// What became of each alert.
    pub results: Vec<AlertResult>,
}

/// Deliveries that are applied together.
#[derive(Debug, Default)]
pub struct Batch<'a> {
    /// Proven and readable ones, in the order of arrival.
    pub prepared: Vec<&'a Prepared>,
    /// Refused ones, for the event log.
    pub rejected: Vec<&'a Rejected>,
    /// Refused ones that are only counted.
    pub counted: Vec<(IntegrationId, Counts)>,
}

/// Folds a batch, in order, over what is known. Gives the changes, and an answer for each prepared
/// delivery.
pub(crate) fn fold(
    batch: &Batch<'_>,
    known: Known,
    policy: &Policy,
    ids: &Ids,
    at: Timestamp,
) -> (Changes, Vec<Answer>) {
    let mut ledger = Ledger::new(known, ids);
    let answers = batch
        .prepared
        .iter()
        .map(|prepared| Folding::new(prepared, policy, &mut ledger).run())
        .collect();
    for rejected in &batch.rejected {
        ledger.log(rejected.record.clone());
    }
    for (integration, counts) in &batch.counted {
        ledger.count(*integration, counts);
    }
    (ledger.into_changes(at), answers)
}

/// The changes that keep a delivery which alone broke its transaction, and its answer.
pub(crate) fn failed(prepared: &Prepared, known: Known, ids: &Ids) -> (Changes, Answer) {
    let mut ledger = Ledger::new(known, ids);
    let mut trace = prepared.trace.clone();
    trace.note(Stage::Decision, "it could not be applied; kept whole, can be replayed");
    let record = record(prepared, Outcome::Failed, Reason::Internal, trace, Vec::new(), None);
    ledger.log(record);
    let answer = Answer {
        delivery: prepared.delivery.id,
        outcome: Outcome::Failed,
        reason: Reason::Internal,
        results: Vec::new(),
    };
    (ledger.into_changes(prepared.delivery.received_at), answer)
}

fn record(
    prepared: &Prepared,
    outcome: Outcome,
    reason: Reason,
    trace: Trace,
    results: Vec<AlertResult>,
    first: Option<DeliveryId>,
) -> DeliveryRecord {
    DeliveryRecord {
        id: prepared.delivery.id,
        integration: prepared.source.integration.id,
        received_at: prepared.delivery.received_at,
        headers: prepared.delivery.headers.clone(),
        body: Some(prepared.delivery.body.clone()),
        outcome,
        reason,
        status: if outcome == Outcome::Rejected { 409 } else { 202 },
        duration_us: i64::try_from(prepared.started.elapsed().as_micros()).unwrap_or(i64::MAX),
        trace,
        results,
        repeats: first.or(prepared.again.map(|again| again.delivery)),
        revision: prepared.snapshot.revision,
    }
}

/// One delivery on its way through the ledger.
struct Folding<'a, 'l, 'i> {
    prepared: &'a Prepared,
    policy: Policy,
    ledger: &'l mut Ledger<'i>,
    moment: Moment,
    trace: Trace,
    results: Vec<AlertResult>,
    touched: HashSet<IncidentId>,
}

impl<'a, 'l, 'i> Folding<'a, 'l, 'i> {
    fn new(prepared: &'a Prepared, policy: &Policy, ledger: &'l mut Ledger<'i>) -> Self {
        Self {
            prepared,
            policy: prepared.snapshot.policy(policy),
            ledger,
            moment: Moment {
                now: prepared.delivery.received_at,
                integration: prepared.source.integration.id,
                delivery: prepared.delivery.id,
            },
            trace: prepared.trace.clone(),
            results: Vec::with_capacity(prepared.items.len()),
            touched: HashSet::new(),
        }
    }

    fn run(mut self) -> Answer {
        if let Some(answer) = self.repeat_of_a_delivery() {
            return answer;
        }
        for (index, item) in self.prepared.items.iter().enumerate() {
            match item {
                PreparedItem::Alert(alert, route) => self.alert(index, alert, *route),
                PreparedItem::Ignored(reason) => self.results.push(AlertResult {
                    action: AlertResult::IGNORE,
                    reason: *reason,
                    incident: None,
                    service: None,
                    severity: None,
                    dedup_key: None,
                }),
            }
        }
        self.resolve_group();
        self.heartbeat();
        self.installation();
        let reasons: Vec<_> = self.results.iter().map(|result| result.reason).collect();
        let effect = reasons.iter().any(|reason| reason.is_effect());
        let outcome = if effect { Outcome::Processed } else { Outcome::Ignored };
        let reason = Reason::of_delivery(&reasons);
        if reason == Reason::Empty {
            self.trace.note(Stage::Decision, "the delivery holds no alert");
        }
        if let Some((key, _)) = self.prepared.idempotency {
            self.ledger.remember(Remembered {
                integration: self.moment.integration,
                key,
                delivery: self.moment.delivery,
                results: self.results.clone(),
            });
        }
        self.finish(outcome, reason)
    }

    /// The next one is waited for. One that is run again says nothing of now.
    fn heartbeat(&mut self) {
        let prepared = self.prepared;
        if let Some(heartbeat) = prepared.heartbeat.as_ref().filter(|_| prepared.again.is_none()) {
            self.ledger.heard(self.moment.integration, heartbeat, self.moment.now);
        }
    }

    /// The installation that it names is written down where it is not known yet, for what is asked of
    /// the source later.
    fn installation(&mut self) {
        let prepared = self.prepared;
        let installation = prepared.installation.as_ref().filter(|_| prepared.again.is_none());
        if let Some(Installation { id, ended: false }) = installation {
            self.ledger.met(&prepared.source, id);
        }
    }

    fn finish(self, outcome: Outcome, reason: Reason) -> Answer {
        let results = self.results.clone();
        self.ledger.log(record(self.prepared, outcome, reason, self.trace, self.results, None));
        Answer { delivery: self.moment.delivery, outcome, reason, results }
    }

    /// The answer, if a delivery with the same idempotency id was handled before.
    fn repeat_of_a_delivery(&mut self) -> Option<Answer> {
        let (key, same_body) = self.prepared.idempotency?;
        let first = self.ledger.remembered(self.moment.integration, &key)?;
        let (first_id, results) = (first.delivery, first.results.clone());
        let conflict = same_body && first.key.body != key.body;
        let mut trace = std::mem::take(&mut self.trace);
        let reason = Reason::DuplicateDelivery;
        if conflict {
            trace.note(
                Stage::Decision,
                format!("its idempotency id was used by {first_id} with another body: refused"),
            );
            let rejected = Outcome::Rejected;
            self.ledger.log(record(self.prepared, rejected, reason, trace, Vec::new(), None));
            let delivery = self.moment.delivery;
            return Some(Answer { delivery, outcome: rejected, reason, results: Vec::new() });
        }
        trace.note(
            Stage::Decision,
            format!("the same delivery as {first_id}: nothing was done again"),
        );
        let outcome = Outcome::Duplicate;
        let copy = results.clone();
        self.ledger.log(record(self.prepared, outcome, reason, trace, copy, Some(first_id)));
        Some(Answer { delivery: first_id, outcome, reason, results })
    }

    fn alert(&mut self, index: usize, alert: &Alert, route: Route) {
        let identity = identity(self.prepared, alert);
        let decision = self.decide(index, alert, route, identity.as_ref());
        if let (Some(identity), Some(clock)) = (identity, decision.clock) {
            self.ledger.set_clock(identity, clock);
        }
        for effect in decision.effects {
            self.apply(index, alert, effect);
        }
    }

    fn decide(
        &mut self,
        index: usize,
        alert: &Alert,
        route: Route,
        identity: Option<&Identity>,
    ) -> Decision {
        let known = identity.map_or_else(KnownOfKey::default, |identity| KnownOfKey {
            incidents: self.ledger.of_identity(identity),
            clock: self.ledger.clock(identity),
        });
        let prepared = self.prepared;
        let trace = &mut self.trace;
        let mut assess = |service: ServiceId| -> Assessment {
            let assessment =
                prepared.snapshot.with_rules(&prepared.source, prepared.scope, |rules| {
                    assess(rules, alert, service)
                });
            let shown = assessment.severity.map_or("do not create", |s| s.as_str());
            trace.note_alert(index, Stage::Severity, format!("{shown}: {}", assessment.because));
            assessment
        };
        decide(alert, route, &known, &mut assess, &self.policy, self.moment.now)
    }

    fn apply(&mut self, index: usize, alert: &Alert, effect: Effect) {
        let moment = self.moment;
        match effect {
            Effect::Open { service, severity } => {
                let (id, number) = self.ledger.next_incident();
                let scope = self.prepared.scope;
                let new = NewIncident { id, number, service, severity, scope };
                let (incident, line) = apply::open(alert, new, &moment);
                self.result(index, alert, Reason::Created, Some(&incident));
                self.suspects(&incident);
                self.ask_source(alert, number, severity);
                self.ledger.open(incident);
                self.touched.insert(id);
                self.lines(id, [line]);
            }
            Effect::Reopen { incident, severity } => {
                self.change(index, alert, incident, |i| {
                    (Reason::Reopened, apply::reopen(i, alert, severity, &moment))
                });
                self.ask_source_again(alert, incident, severity);
            }
            Effect::Update { incident, severity } => {
                self.change(index, alert, incident, |i| apply::update(i, alert, severity, &moment));
                self.count_events(alert, incident, severity);
            }
            Effect::Acknowledge { incident } => self.change(index, alert, incident, |i| {
                (Reason::Acknowledged, apply::acknowledge(i, &moment))
            }),
            Effect::Note { incident } => {
                self.change(index, alert, incident, |i| (Reason::Noted, apply::note(i, alert)));
            }
            Effect::Resolve { incident } => self.change(index, alert, incident, |i| {
                (Reason::Resolved, apply::resolve(i, "the source says that it is over", &moment))
            }),
            Effect::Ignore(reason) => self.result(index, alert, reason, None),
        }
    }

    fn change(
        &mut self,
        index: usize,
        alert: &Alert,
        id: IncidentId,
        change: impl FnOnce(&mut Incident) -> (Reason, Vec<Line>),
    ) {
        let Some(((reason, lines), incident)) = self.ledger.change(id, change) else {
            return;
        };
        let incident = incident.clone();
        self.touched.insert(id);
        self.result(index, alert, reason, Some(&incident));
        if reason == Reason::Reopened {
            self.suspects(&incident);
        }
        self.lines(id, lines);
    }

    /// Has the suspects of what has just begun worked out, where deploys are told at all.
    fn suspects(&mut self, incident: &Incident) {
        if self.prepared.snapshot.deploys.has(incident.service) {
            self.ledger.work_out_suspects(incident.number);
        }
    }

    /// Has the source asked about what has just begun, where it can tell more.
    fn ask_source(&mut self, alert: &Alert, incident: IncidentNumber, severity: Severity) {
        if let Some(wanted) = self.inquiry(alert, incident, severity) {
            self.ledger.ask_source(&wanted);
        }
    }

    fn inquiry(
        &self,
        alert: &Alert,
        incident: IncidentNumber,
        severity: Severity,
    ) -> Option<EnrichmentWanted> {
        let inquiry = alert.inquiry.clone()?;
        let auto = alert.auto.map(|auto| AutoChosen { severity, auto });
        Some(EnrichmentWanted { incident, delivery: self.moment.delivery, inquiry, auto })
    }

    /// Has the source asked later for the number of events of what goes on, where the severity is left
    /// to a number that was not delivered and that could still make it worse.
    fn count_events(&mut self, alert: &Alert, incident: IncidentId, severity: Option<Severity>) {
        let Some(auto) = alert.auto.filter(|auto| auto.events.is_none()) else { return };
        let (Some(severity), Some(found)) = (severity, self.ledger.of_id(incident)) else { return };
        let most = AutoChosen { severity, auto }.with(u64::MAX);
        if most.is_worse_than(found.worst_reported)
            && let Some(wanted) = self.inquiry(alert, found.number, severity)
        {
            self.ledger.count_events(&wanted);
        }
    }

    fn ask_source_again(
        &mut self,
        alert: &Alert,
        incident: IncidentId,
        severity: Option<Severity>,
    ) {
        if let Some(found) = self.ledger.of_id(incident) {
            let (number, before) = (found.number, found.severity);
            self.ask_source(alert, number, severity.unwrap_or(before));
        }
    }

    fn lines(&mut self, incident: IncidentId, lines: impl IntoIterator<Item = Line>) {
        let Moment { now, integration, delivery } = self.moment;
        let again = self.prepared.again;
        let lines = lines.into_iter().map(|line| match again {
            Some(again) => Line { text: format!("{} ({again})", line.text), ..line },
            None => line,
        });
        self.ledger.lines(incident, lines, now, Actor::Integration(integration), delivery);
    }

    fn result(&mut self, index: usize, alert: &Alert, reason: Reason, incident: Option<&Incident>) {
        let text = match incident {
            Some(incident) => format!("{reason}: {}", incident.number),
            None => reason.to_string(),
        };
        self.trace.note_alert(index, Stage::Decision, text);
        let service = incident.and_then(|i| self.prepared.snapshot.services.get(i.service));
        self.results.push(AlertResult {
            action: alert.action.as_str(),
            reason,
            incident: incident.map(|incident| incident.number),
            service: service.map(|service| service.key.clone()),
            severity: incident.map(|incident| incident.severity),
            dedup_key: alert.dedup_key.clone(),
        });
    }

    /// A group that is wholly over takes with it what is open under it and was not listed: this
    /// repairs resolves that never arrived.
    fn resolve_group(&mut self) {
        let Some(group) = self.prepared.resolved_group else {
            return;
        };
        let moment = self.moment;
        let mut open = self.ledger.open_in_group(moment.integration, group);
        open.retain(|id| !self.touched.contains(id));
        open.sort_unstable();
        open.dedup();
        for id in open {
            let because = "the source says that its whole group is over";
            let change = |incident: &mut Incident| apply::resolve(incident, because, &moment);
            let Some((lines, incident)) = self.ledger.change(id, change) else {
                continue;
            };
            let incident = incident.clone();
            let text = format!("{}: {}", Reason::GroupResolved, incident.number);
            self.trace.note(Stage::Decision, text);
            let service = self.prepared.snapshot.services.get(incident.service);
            self.results.push(AlertResult {
                action: Action::Resolve.as_str(),
                reason: Reason::GroupResolved,
                incident: Some(incident.number),
                service: service.map(|service| service.key.clone()),
                severity: Some(incident.severity),
                dedup_key: incident.dedup_key.clone(),
            });
            self.lines(id, lines);
        }
    }
}
