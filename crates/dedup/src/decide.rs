//! What an alert does to the incidents of its identity.

use std::time::Duration;

use watchbell_model::{
    Action, Alert, Assessment, Incident, IncidentId, Reason, Reopen, Route, ServiceId, Severity,
    Status, Timestamp, Trigger,
};

/// What an instance decides for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long after its end the same occurrence opens an incident again.
    pub reopen_within: Duration,
}

impl Default for Policy {
    /// Seven days.
    fn default() -> Self {
        Self { reopen_within: Duration::from_hours(7 * 24) }
    }
}

/// What is known of an alert's identity.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Its open incidents, and the latest ended ones per service and per occurrence.
    pub incidents: Vec<&'a Incident>,
    /// The source clock of the last alert applied to it.
    pub clock: Option<Timestamp>,
}

/// One thing that an alert does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Opens an incident.
    Open {
        /// On this service.
        service: ServiceId,
        /// This bad.
        severity: Severity,
    },
    /// Opens an ended incident again.
    Reopen {
        /// This one.
        incident: IncidentId,
        /// As bad as the alert says; none if its level says "do not create".
        severity: Option<Severity>,
    },
    /// Counts as a repeat of an open incident, which may raise it.
    Update {
        /// This one.
        incident: IncidentId,
        /// As bad as the alert says; none if its level says "do not create".
        severity: Option<Severity>,
    },
    /// Acknowledges an open incident.
    Acknowledge {
        /// This one.
        incident: IncidentId,
    },
    /// Writes a line into an open incident's timeline.
    Note {
        /// This one.
        incident: IncidentId,
    },
    /// Ends an open incident.
    Resolve {
        /// This one.
        incident: IncidentId,
    },
    /// Changes nothing, for this reason.
    Ignore(Reason),
}

/// What an alert does, in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// At least one; more than one where an alert without a service touches several incidents.
    pub effects: Vec<Effect>,
    /// The identity's source clock afterwards, where the alert moves it.
    pub clock: Option<Timestamp>,
}

/// What `alert` does to the incidents of its identity. `known` must hold nothing for an alert
/// without a key. `assess` says what the alert would be on a service; it is asked at most once for
/// each.
pub fn decide(
    alert: &Alert,
    route: Route,
    known: &Known<'_>,
    assess: &mut dyn FnMut(ServiceId) -> Assessment,
    policy: &Policy,
    now: Timestamp,
) -> Decision {
    if let (Some(at), Some(last)) = (alert.source_clock, known.clock)
        && at < last
    {
        return Decision { effects: vec![Effect::Ignore(Reason::Stale)], clock: None };
    }
    let effects = match (alert.action, route) {
        (_, Route::Unknown) => vec![Effect::Ignore(Reason::UnknownService)],
        (Action::Trigger(trigger), _) => {
            Opening { alert, trigger, known, policy, now }.decide(route, assess)
        }
        (Action::Acknowledge, _) => {
            on_each_open(known, route, |incident| Effect::Acknowledge { incident })
        }
        (Action::Note { .. }, _) => {
            on_each_open(known, route, |incident| Effect::Note { incident })
        }
        (Action::Resolve, _) => on_each_open(known, route, |incident| Effect::Resolve { incident }),
    };
    let moved = alert.dedup_key.is_some() && route != Route::Unknown;
    Decision { effects, clock: alert.source_clock.filter(|_| moved) }
}

/// The open incidents that an alert on `route` belongs to.
fn open<'a>(known: &'a Known<'_>, route: Route) -> impl Iterator<Item = &'a Incident> {
    known.incidents.iter().copied().filter(move |incident| {
        incident.status.is_open()
            && match route {
                Route::Named(service) => incident.service == service,
                Route::Unknown => false,
                Route::Unnamed(_) => true,
            }
    })
}

fn on_each_open(
    known: &Known<'_>,
    route: Route,
    effect: impl Fn(IncidentId) -> Effect,
) -> Vec<Effect> {
    let effects: Vec<_> = open(known, route).map(|incident| effect(incident.id)).collect();
    if effects.is_empty() { vec![Effect::Ignore(Reason::NothingOpen)] } else { effects }
}

/// A trigger on its way to an incident.
struct Opening<'a> {
    alert: &'a Alert,
    trigger: Trigger,
    known: &'a Known<'a>,
    policy: &'a Policy,
    now: Timestamp,
}

impl Opening<'_> {
    fn decide(&self, route: Route, assess: &mut dyn FnMut(ServiceId) -> Assessment) -> Vec<Effect> {
        let updates: Vec<_> = open(self.known, route)
            .map(|incident| Effect::Update {
                incident: incident.id,
                severity: assess(incident.service).severity,
            })
            .collect();
        if !updates.is_empty() {
            return updates;
        }
        vec![self.decide_none_open(route, assess)]
    }

    fn decide_none_open(
        &self,
        route: Route,
        assess: &mut dyn FnMut(ServiceId) -> Assessment,
    ) -> Effect {
        if let Some(ended) = self.latest_ended(route) {
            if self.trigger.reopen == Reopen::Never {
                return Effect::Ignore(Reason::AlreadyResolved);
            }
            // Closed is for good: what comes later is a new incident.
            if ended.status == Status::Resolved {
                let assessment = assess(ended.service);
                return match assessment.may_open {
                    Ok(()) => Effect::Reopen { incident: ended.id, severity: assessment.severity },
                    Err(reason) => Effect::Ignore(reason),
                };
            }
        }
        let service = match route {
            Route::Named(service) | Route::Unnamed(Ok(service)) => service,
            Route::Unnamed(Err(reason)) => return Effect::Ignore(reason),
            Route::Unknown => return Effect::Ignore(Reason::UnknownService),
        };
        match assess(service) {
            Assessment { may_open: Err(reason), .. } => Effect::Ignore(reason),
            Assessment { severity: Some(severity), .. } => Effect::Open { service, severity },
            Assessment { severity: None, .. } => Effect::Ignore(Reason::SeverityDoNotCreate),
        }
    }

    /// The ended incident that this trigger would open again, or is a reminder of.
    fn latest_ended(&self, route: Route) -> Option<&Incident> {
        let same_occurrence = |incident: &Incident| {
            self.alert.occurrence.is_some() && incident.occurrence == self.alert.occurrence
        };
        self.known
            .incidents
            .iter()
            .copied()
            .filter(|incident| !incident.status.is_open())
            .filter(|incident| match route {
                Route::Named(service) => incident.service == service,
                Route::Unknown => false,
                Route::Unnamed(_) => true,
            })
            .filter(|incident| match self.trigger.reopen {
                Reopen::SameOccurrence | Reopen::Never => same_occurrence(incident),
                Reopen::LatestOfKey => true,
            })
            .filter(|incident| self.is_recent(incident))
            .max_by_key(|incident| (incident.ended_at, incident.number))
    }

    fn is_recent(&self, incident: &Incident) -> bool {
        let Some(ended_at) = incident.ended_at else {
            return false;
        };
        let within = chrono_seconds(self.policy.reopen_within);
        self.now
            .signed_duration_since(ended_at)
            .num_microseconds()
            .is_none_or(|age| age <= within.saturating_mul(1_000_000))
    }
}

fn chrono_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
