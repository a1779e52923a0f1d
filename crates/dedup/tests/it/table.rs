//! The table of decisions, cell by cell. Unless a line says otherwise, an incident stands on service
//! A with SEV2, new, seen once with occurrence o1, and an alert names no service, reports SEV2 and
//! occurrence o1; a new incident would go to A.

mod late;
mod none_open;
mod open;
mod services;
mod texts;

use std::borrow::Borrow;

use uuid::Uuid;
use watchbell_dedup::apply::{self, Moment, NewIncident};
use watchbell_model::{
    Acknowledgement, Action, Actor, Alert, ApiKeyId, Assessment, ConnectionScope, DedupKey,
    DeliveryId, Incident, IncidentId, IncidentNumber, Reason, Reopen, Route, ServiceId, Severity,
    Status, TimelineKind, Timestamp, Trigger,
};

use crate::reference::WINDOW;
use crate::world::{World, at, integration, service_id, service_number};

const NOW: i64 = 10 * WINDOW;
const HOUR: i64 = 3_600;
const A: u8 = 0;
const B: u8 = 1;
const C: u8 = 2;

/// An incident that is there before the alert.
fn incident() -> Given {
    let alert = trigger().alert;
    let new = NewIncident {
        id: IncidentId::from_uuid(Uuid::nil()),
        number: IncidentNumber { year: 2026, place: 0 },
        service: service_id(A),
        severity: Severity::Sev2,
        scope: ConnectionScope::NONE,
    };
    Given(apply::open(&alert, new, &moment(at(1))).0)
}

struct Given(Incident);

impl Given {
    fn on(mut self, service: u8) -> Self {
        self.0.service = service_id(service);
        self
    }

    fn status(mut self, status: Status) -> Self {
        self.0.status = status;
        self
    }

    fn occurrence(mut self, occurrence: &str) -> Self {
        self.0.occurrence = Some(occurrence.to_owned());
        self
    }

    fn taken_at_the_source(mut self) -> Self {
        let by = Actor::Integration(integration());
        self.0.acknowledged = Some(Acknowledgement { at: at(2), by });
        self.status(Status::Investigating)
    }

    fn taken_by_a_person(mut self) -> Self {
        let by = Actor::ApiKey(ApiKeyId::from_uuid(Uuid::nil()));
        self.0.acknowledged = Some(Acknowledgement { at: at(2), by });
        self.status(Status::Investigating)
    }

    /// A person says that it is this bad.
    fn rated(mut self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    fn resolved(mut self, seconds_ago: i64) -> Self {
        self.0.ended_at = Some(at(NOW - seconds_ago));
        self.0.resolved_by = Some(Actor::System);
        self.status(Status::Resolved)
    }

    fn closed(self, seconds_ago: i64) -> Self {
        self.resolved(seconds_ago).status(Status::Closed)
    }
}

/// What triage says about an alert on a service: its severity there, and whether it may open.
type Assess = fn(u8) -> (Option<Severity>, Result<(), Reason>);

/// An alert and what triage says about it.
#[derive(Clone)]
struct Told {
    alert: Alert,
    route: Route,
    assess: Assess,
}

fn alert(action: Action) -> Told {
    let mut alert = Alert::new(action, "Disk is full");
    alert.dedup_key = DedupKey::new("disk");
    alert.occurrence = Some("o1".to_owned());
    Told {
        alert,
        route: Route::Unnamed(Ok(service_id(A))),
        assess: |_| (Some(Severity::Sev2), Ok(())),
    }
}

fn trigger() -> Told {
    alert(Action::Trigger(Trigger::default()))
}

fn trigger_that(trigger: Trigger) -> Told {
    alert(Action::Trigger(trigger))
}

fn trigger_as(severity: Severity) -> Told {
    let assess = match severity {
        Severity::Sev0 => |_| (Some(Severity::Sev0), Ok(())),
        Severity::Sev1 => |_| (Some(Severity::Sev1), Ok(())),
        Severity::Sev2 => |_| (Some(Severity::Sev2), Ok(())),
        Severity::Sev3 => |_| (Some(Severity::Sev3), Ok(())),
        Severity::Sev4 => |_| (Some(Severity::Sev4), Ok(())),
    };
    Told { assess, ..trigger() }
}

fn investigating() -> Told {
    trigger_that(Trigger { investigating: true, ..Trigger::default() })
}

/// As Sentry's `unresolved`: it opens the latest incident of the key again.
fn unresolved() -> Told {
    trigger_that(Trigger { reopen: Reopen::LatestOfKey, ..Trigger::default() })
}

/// As Datadog's `Renotify`: it opens nothing again.
fn reminder() -> Told {
    trigger_that(Trigger { reopen: Reopen::Never, ..Trigger::default() })
}

/// As Sentry's escalating and regressed.
fn escalating() -> Told {
    trigger_that(Trigger { clears_source_acknowledgement: true, ..Trigger::default() })
}

fn acknowledge() -> Told {
    alert(Action::Acknowledge)
}

fn note() -> Told {
    alert(Action::Note { investigating: false })
}

fn note_that_investigates() -> Told {
    alert(Action::Note { investigating: true })
}

fn resolve() -> Told {
    alert(Action::Resolve)
}

impl Told {
    fn naming(mut self, service: u8) -> Self {
        self.route = Route::Named(service_id(service));
        self
    }

    fn naming_nothing_known(mut self) -> Self {
        self.route = Route::Unknown;
        self
    }

    fn nowhere_to_go(mut self, reason: Reason) -> Self {
        self.route = Route::Unnamed(Err(reason));
        self
    }

    fn by_default_to(mut self, service: u8) -> Self {
        self.route = Route::Unnamed(Ok(service_id(service)));
        self
    }

    fn assessed(mut self, assess: Assess) -> Self {
        self.assess = assess;
        self
    }

    fn of(mut self, occurrence: Option<&str>) -> Self {
        self.alert.occurrence = occurrence.map(str::to_owned);
        self
    }

    fn without_key(mut self) -> Self {
        self.alert.dedup_key = None;
        self
    }

    fn dated(mut self, seconds: i64) -> Self {
        self.alert.source_clock = Some(at(seconds));
        self
    }
}

fn moment(now: Timestamp) -> Moment {
    Moment { now, integration: integration(), delivery: DeliveryId::from_uuid(Uuid::nil()) }
}

fn world(given: Vec<Given>) -> World {
    let mut incidents: Vec<_> = given.into_iter().map(|given| given.0).collect();
    for (place, incident) in (1_i64..).zip(&mut incidents) {
        incident.number.place = place;
        incident.id = IncidentId::from_uuid(Uuid::from_u128(u128::try_from(place).unwrap()));
    }
    World::with(incidents)
}

/// Tells `told` to `world`: why, and for each incident that it touched, joined by "; ", where it
/// stands, how bad, seen how often, taken by whom, and after each + a new line of its timeline.
fn hear(world: &mut World, told: &Told) -> String {
    let before = (world.incidents.clone(), world.timelines.clone());
    let assess = |service: ServiceId| {
        let (severity, may_open) = (told.assess)(service_number(service));
        Assessment { severity, because: "".into(), may_open }
    };
    let outcome = world.hear(&told.alert, told.route, &assess, at(NOW));
    for (i, incident) in before.0.iter().enumerate() {
        let touched = outcome.iter().any(|(place, _)| *place == Some(i));
        assert!(touched || *incident == world.incidents[i], "changed in silence: {incident:?}");
    }
    world.check_uniqueness();
    let show = |(place, reason): &(Option<usize>, Reason)| {
        let Some(i) = *place else {
            return reason.to_string();
        };
        let known_lines = before.1.get(i).map_or(0, Vec::len);
        let lines = &world.timelines[i][known_lines..];
        format!("{reason}: {}", show(&world.incidents[i], lines))
    };
    outcome.iter().map(show).collect::<Vec<_>>().join("; ")
}

fn show(incident: &Incident, lines: &[(TimelineKind, String)]) -> String {
    let service = ["A", "B", "C"][usize::from(service_number(incident.service))];
    let (status, severity) = (incident.status, incident.severity);
    let mut text = format!("{service} {status} {severity} x{}", incident.occurrences);
    match incident.acknowledged.map(|acknowledged| acknowledged.by) {
        Some(Actor::Integration(_)) => text.push_str(" taken-at-source"),
        Some(_) => text.push_str(" taken-by-person"),
        None => {}
    }
    assert_eq!(incident.ended_at.is_some(), !incident.status.is_open());
    assert_eq!(incident.resolved_by.is_some(), !incident.status.is_open());
    for (kind, _) in lines {
        text.push_str(" +");
        text.push_str(kind.as_str());
    }
    text
}

#[track_caller]
fn check(given: impl IntoIterator<Item = Given>, told: impl Borrow<Told>, expected: &str) {
    let mut world = world(given.into_iter().collect());
    assert_eq!(hear(&mut world, told.borrow()), expected);
}
