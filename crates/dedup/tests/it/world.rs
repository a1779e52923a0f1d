//! A world of incidents that alerts are folded into, as the committer does it.

use std::collections::BTreeMap;

use chrono::DateTime;
use uuid::Uuid;
use watchbell_dedup::apply::{self, Moment, NewIncident};
use watchbell_dedup::{Decision, Effect, Known, Policy, decide};
use watchbell_model::{
    Alert, Assessment, ConnectionScope, DedupKey, DeliveryId, Identity, Incident, IncidentId,
    IncidentNumber, IntegrationId, Reason, Reopen, Route, ServiceId, TimelineKind, Timestamp,
};

pub(crate) fn integration() -> IntegrationId {
    IntegrationId::from_uuid(Uuid::from_u128(7))
}

pub(crate) fn service_id(service: u8) -> ServiceId {
    ServiceId::from_uuid(Uuid::from_u128(u128::from(service)))
}

pub(crate) fn service_number(id: ServiceId) -> u8 {
    u8::try_from(id.as_uuid().as_u128()).unwrap()
}

/// So many seconds after the beginning of the test's time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}

pub(crate) fn seconds(at: Timestamp) -> i64 {
    at.timestamp() - 1_700_000_000
}

pub(crate) fn identity(key: &DedupKey) -> Identity {
    Identity { integration: integration(), scope: ConnectionScope::NONE, key: key.clone() }
}

/// Every incident in the order of opening, its timeline beside it, and the source clocks.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) incidents: Vec<Incident>,
    pub(crate) timelines: Vec<Vec<(TimelineKind, String)>>,
    pub(crate) clocks: BTreeMap<Identity, Timestamp>,
    pub(crate) policy: Policy,
}

/// What became of an alert: for each incident that it touched its place and the reason.
pub(crate) type Outcome = Vec<(Option<usize>, Reason)>;

impl World {
    pub(crate) fn with(incidents: Vec<Incident>) -> Self {
        let timelines = vec![Vec::new(); incidents.len()];
        Self { incidents, timelines, ..Self::default() }
    }

    pub(crate) fn hear(
        &mut self,
        alert: &Alert,
        route: Route,
        assess: &dyn Fn(ServiceId) -> Assessment,
        now: Timestamp,
    ) -> Outcome {
        let decision = self.decide(alert, route, assess, now);
        if let Some(clock) = decision.clock {
            let identity = identity(alert.dedup_key.as_ref().expect("a clock belongs to a key"));
            let before = self.clocks.insert(identity, clock);
            assert!(before.is_none_or(|before| before <= clock), "a clock went back");
        }
        assert!(!decision.effects.is_empty(), "every alert comes to something");
        let effects = decision.effects.into_iter();
        let mut outcome: Outcome = effects.map(|effect| self.apply(alert, effect, now)).collect();
        outcome.sort_by_key(|(place, _)| *place);
        outcome
    }

    /// Decides with all that there is to know of the identity, and checks that neither the order
    /// nor what a store leaves out makes a difference.
    fn decide(
        &self,
        alert: &Alert,
        route: Route,
        assess: &dyn Fn(ServiceId) -> Assessment,
        now: Timestamp,
    ) -> Decision {
        let key = alert.dedup_key.as_ref();
        let clock = key.and_then(|key| self.clocks.get(&identity(key)).copied());
        let all: Vec<&Incident> = self
            .incidents
            .iter()
            .filter(|incident| key.is_some() && incident.dedup_key.as_ref() == key)
            .collect();
        let ask = |incidents: Vec<&Incident>| {
            let mut asked = Vec::new();
            let mut assess_once = |service| {
                assert!(!asked.contains(&service), "asked twice about {service}");
                asked.push(service);
                assess(service)
            };
            let known = Known { incidents, clock };
            decide(alert, route, &known, &mut assess_once, &self.policy, now)
        };
        let sorted = |mut decision: Decision| {
            decision.effects.sort_by_key(|effect| match effect {
                Effect::Open { .. } | Effect::Ignore(_) => None,
                Effect::Reopen { incident, .. }
                | Effect::Update { incident, .. }
                | Effect::Acknowledge { incident }
                | Effect::Note { incident }
                | Effect::Resolve { incident } => Some(*incident),
            });
            decision
        };
        let decision = ask(all.clone());
        assert_eq!(ask(all.clone()), decision, "the same again");
        let decision = sorted(decision);
        let backwards = all.iter().rev().copied().collect();
        assert_eq!(sorted(ask(backwards)), decision, "in another order");
        let fetched = fetched(&all, alert, now - self.policy.reopen_within);
        assert_eq!(sorted(ask(fetched)), decision, "with what a store fetches");
        decision
    }

    fn apply(&mut self, alert: &Alert, effect: Effect, now: Timestamp) -> (Option<usize>, Reason) {
        let moment = Moment {
            now,
            integration: integration(),
            delivery: DeliveryId::from_uuid(Uuid::from_u128(9)),
        };
        let touched = match effect {
            Effect::Ignore(reason) => return (None, reason),
            Effect::Open { service, severity } => {
                let place = i64::try_from(self.incidents.len() + 1).unwrap();
                let new = NewIncident {
                    id: IncidentId::from_uuid(Uuid::from_u128(u128::try_from(place).unwrap())),
                    number: IncidentNumber { year: 2026, place },
                    service,
                    severity,
                    scope: ConnectionScope::NONE,
                };
                let (incident, line) = apply::open(alert, new, &moment);
                self.incidents.push(incident);
                self.timelines.push(vec![(line.kind, line.text)]);
                return (Some(self.incidents.len() - 1), Reason::Created);
            }
            Effect::Reopen { incident, .. }
            | Effect::Update { incident, .. }
            | Effect::Acknowledge { incident }
            | Effect::Note { incident }
            | Effect::Resolve { incident } => incident,
        };
        let is_it = |incident: &Incident| incident.id == touched;
        let place = self.incidents.iter().position(is_it).unwrap();
        let incident = &mut self.incidents[place];
        let before = incident.clone();
        let (reason, lines) = match effect {
            Effect::Open { .. } | Effect::Ignore(_) => unreachable!(),
            Effect::Reopen { severity, .. } => {
                (Reason::Reopened, apply::reopen(incident, alert, severity, &moment))
            }
            Effect::Update { severity, .. } => apply::update(incident, alert, severity, &moment),
            Effect::Acknowledge { .. } => {
                (Reason::Acknowledged, apply::acknowledge(incident, &moment))
            }
            Effect::Note { .. } => (Reason::Noted, apply::note(incident, alert)),
            Effect::Resolve { .. } => {
                (Reason::Resolved, apply::resolve(incident, "resolved at the source", &moment))
            }
        };
        let changed = *incident != before;
        assert_eq!(incident.version > before.version, changed, "a change has its own version");
        assert!(changed || lines.is_empty(), "a line without a change: {lines:?}");
        assert!(lines.iter().all(|line| !line.text.is_empty()));
        let lines = lines.into_iter().map(|line| (line.kind, line.text));
        self.timelines[place].extend(lines);
        (Some(place), reason)
    }

    /// Promise 2: among open incidents, (identity, service) is unique.
    pub(crate) fn check_uniqueness(&self) {
        let mut seen = Vec::new();
        for incident in &self.incidents {
            if let (true, Some(identity)) = (incident.status.is_open(), incident.identity()) {
                let place = (identity, incident.service);
                assert!(!seen.contains(&place), "two open incidents of {place:?}");
                seen.push(place);
            }
        }
    }
}

/// What a store gives for one alert: the open incidents and, per service, the latest ended one of
/// the occurrence (or of the key), unless it ended too long ago to matter.
fn fetched<'a>(all: &[&'a Incident], alert: &Alert, oldest: Timestamp) -> Vec<&'a Incident> {
    let latest_of_key = matches!(
        alert.action,
        watchbell_model::Action::Trigger(trigger) if trigger.reopen == Reopen::LatestOfKey
    );
    let mut latest: BTreeMap<ServiceId, &Incident> = BTreeMap::new();
    let mut fetched = Vec::new();
    for &incident in all {
        if incident.status.is_open() {
            fetched.push(incident);
            continue;
        }
        let wanted = latest_of_key
            || (alert.occurrence.is_some() && incident.occurrence == alert.occurrence);
        if wanted && incident.ended_at.is_some_and(|ended_at| ended_at >= oldest) {
            let best = latest.entry(incident.service).or_insert(incident);
            if (best.ended_at, best.number) < (incident.ended_at, incident.number) {
                *best = incident;
            }
        }
    }
    fetched.extend(latest.into_values());
    fetched
}
