//! What people and programs do with incidents.

mod change;

use std::time::Duration;

use chrono::TimeDelta;
use watchbell_model::{
    Actor, AutoChosen, ConnectionScope, IdempotencyKey, Incident, IncidentId, IncidentNumber,
    JobId, Metadata, ServiceId, Severity, Status, TimelineEntry, TimelineId, TimelineKind, User,
};
use watchbell_provider::FieldProblem;
use watchbell_store::{
    ApiRequest, ChangeError, IncidentChange, NewIncident, Opened, Opening, StoredConfig,
    change_or_refuse, issue_resolve_job, suspects_job,
};

use crate::error::{problem, quoted};
use crate::issues::resolving;
use crate::{Control, ControlError, find};
use change::Owner;

/// The most characters of a title that people give.
pub const MAX_TITLE: usize = 200;
/// The most characters of a description that people give.
pub const MAX_DESCRIPTION: usize = 10_000;
/// The most characters of what goes with a new status.
pub const MAX_STATUS_COMMENT: usize = 500;
/// The most characters of a comment.
pub const MAX_COMMENT: usize = 5_000;
/// The most services of an incident.
pub const MAX_SERVICES: usize = Incident::ALSO_AFFECTED + 1;

/// An incident to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentNew {
    /// In short: 1 to 200 characters.
    pub title: String,
    /// In full, up to 10,000 characters.
    pub description: Option<String>,
    /// How bad it is. None: as the first service says, else the instance.
    pub severity: Option<Severity>,
    /// 1 to 50 active services, by any of their keys: the first is the incident's, the rest suffer
    /// too.
    pub services: Vec<String>,
}

/// What shall change about an incident. What is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentSet {
    /// In short.
    pub title: Option<String>,
    /// In full; `Some(None)` for nothing.
    pub description: Option<Option<String>>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// Whose it is: an active user, by id or e-mail address; `Some(None)` for nobody.
    pub assigned_to: Option<Option<String>>,
}

/// What came of opening an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncidentOpened {
    /// It is open; this is the answer.
    New(Vec<u8>),
    /// The same request was made before; this was the answer.
    Before(Vec<u8>),
}

/// The defaults that an instance has for new incidents.
#[derive(Debug, Clone, Copy)]
pub struct OpeningRules {
    /// The severity of what nothing else gives one.
    pub default_severity: Severity,
    /// How long a request's own id is remembered.
    pub remember_for: Duration,
}

impl Control {
    /// Opens an incident. A request with an id of its own opens one only once, however often it is
    /// made: `answer` makes what is answered, this time and then again.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value; [`ControlError::OpenedBefore`] if the id was
    /// used with another body.
    pub fn incident_open(
        &self,
        new: &IncidentNew,
        key: Option<IdempotencyKey>,
        rules: OpeningRules,
        mut answer: impl FnMut(&Incident, &[TimelineEntry]) -> Vec<u8>,
    ) -> Result<IncidentOpened, ControlError> {
        let config = self.store.config_load()?;
        let services = services_of(new, &config)?;
        let severity = new.severity.or(services.default_severity).unwrap_or(rules.default_severity);
        let at = self.clock.now();
        let remember_for = TimeDelta::from_std(rules.remember_for).unwrap_or(TimeDelta::MAX);
        let opening = Opening {
            at,
            request: key.map(|key| ApiRequest { by: self.actor, key }),
            remembered_since: at.checked_sub_signed(remember_for).unwrap_or(at),
        };
        let opened = self.store.incident_open(&opening, &mut |number| {
            let incident = Incident {
                id: IncidentId::from_uuid(self.ids.next()),
                number,
                integration: None,
                scope: ConnectionScope::NONE,
                dedup_key: None,
                occurrence: None,
                group: None,
                service: services.main,
                also_affected: services.also_affected.clone(),
                title: new.title.trim().to_owned(),
                description: new.description.clone().filter(|text| !text.trim().is_empty()),
                severity,
                worst_reported: severity,
                status: Status::New,
                acknowledged: None,
                assigned_to: None,
                source_name: None,
                source_url: None,
                metadata: Metadata::default(),
                test: false,
                occurrences: 1,
                detected_at: None,
                opened_at: at,
                last_seen_at: at,
                ended_at: None,
                resolved_by: None,
                version: 1,
            };
            let text = format!("opened with {severity}");
            let timeline = vec![self.line(&incident, TimelineKind::Opened, text)];
            let response = answer(&incident, &timeline);
            let jobs = vec![suspects_job(JobId::from_uuid(self.ids.next()), number)];
            NewIncident { incident, timeline, jobs, response }
        })?;
        match opened {
            Opened::New(new) => Ok(IncidentOpened::New(new.response)),
            Opened::Before { response, .. } => Ok(IncidentOpened::Before(response)),
            Opened::OtherBody { number } => Err(ControlError::OpenedBefore { number }),
        }
    }

    /// Changes texts, severity and whose it is.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value, or if nothing is to be changed.
    pub fn incident_set(
        &self,
        number: IncidentNumber,
        set: &IncidentSet,
    ) -> Result<Incident, ControlError> {
        let owner = match &set.assigned_to {
            Some(Some(who)) => Some(Owner::User(self.assignee(who)?)),
            Some(None) => Some(Owner::Nobody),
            None => None,
        };
        self.incident_change(number, |incident| Ok(change::set(incident, set, owner.clone())))
    }

    /// Moves it to another status. The same one again changes nothing.
    ///
    /// # Errors
    /// [`ControlError::Refused`] for a move that is not possible, naming those that are;
    /// [`ControlError::Store`] with a conflict if it would make two open incidents of one identity.
    pub fn incident_move(
        &self,
        number: IncidentNumber,
        to: Status,
        comment: Option<&str>,
    ) -> Result<Incident, ControlError> {
        self.moved(number, to, comment, false)
    }

    /// The same for somebody before a page: where somebody else was faster, so that it has this status
    /// already, the comment is noted all the same. Nobody sends it twice, as programs do.
    ///
    /// # Errors
    /// As [`Control::incident_move`].
    pub fn incident_move_or_note(
        &self,
        number: IncidentNumber,
        to: Status,
        comment: Option<&str>,
    ) -> Result<Incident, ControlError> {
        self.moved(number, to, comment, true)
    }

    /// Moves it. Where it has this status already, the comment is noted if that is wanted.
    fn moved(
        &self,
        number: IncidentNumber,
        to: Status,
        comment: Option<&str>,
        notes: bool,
    ) -> Result<Incident, ControlError> {
        let (at, by) = (self.clock.now(), self.actor);
        let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
        let resolves = !to.is_open() && self.some_issues_are_resolved()?;
        self.incident_change_with(number, resolves, |incident| {
            let lines =
                change::status(incident, to, comment, at, by).map_err(ControlError::refused)?;
            let alone = comment.filter(|_| notes && lines.is_empty());
            let alone = alone.map(|text| (TimelineKind::Noted, text.to_owned()));
            Ok(lines.into_iter().chain(alone).collect())
        })
    }

    /// Takes it: stamps who and when, moves a new one on, and makes it the person's own.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if it is taken already, or over.
    pub fn incident_acknowledge(&self, number: IncidentNumber) -> Result<Incident, ControlError> {
        let (at, by) = (self.clock.now(), self.actor);
        self.incident_change(number, |incident| {
            change::acknowledge(incident, at, by).map_err(ControlError::refused)
        })
    }

    /// Raises it, if so many events make it worse than it was ever reported: where its severity was left
    /// to their number. It never undoes what a person set, and leaves alone what is over.
    pub(crate) fn incident_events(
        &self,
        number: IncidentNumber,
        chosen: AutoChosen,
        events: u64,
    ) -> Result<Incident, ControlError> {
        self.incident_change(number, |incident| Ok(change::events(incident, chosen, events)))
    }

    /// Writes something down in its timeline; gives the line.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn incident_note(
        &self,
        number: IncidentNumber,
        comment: &str,
    ) -> Result<TimelineEntry, ControlError> {
        let mut written = None;
        let changed = self.store.incident_change(number, &mut |mut incident| {
            incident.version = incident.version.saturating_add(1);
            let line = self.line(&incident, TimelineKind::Noted, comment.trim().to_owned());
            written = Some(line.clone());
            Some(IncidentChange { incident, timeline: vec![line], jobs: Vec::new() })
        });
        changed?;
        written.ok_or(ControlError::Busy)
    }

    /// Whether the issues of some integration are resolved with its incidents.
    fn some_issues_are_resolved(&self) -> Result<bool, ControlError> {
        let config = self.store.config_load()?;
        Ok(config.integrations.iter().any(|one| resolving(&config, one.id).is_some()))
    }

    fn incident_change(
        &self,
        number: IncidentNumber,
        decide: impl Fn(&mut Incident) -> Result<Vec<change::Line>, ControlError>,
    ) -> Result<Incident, ControlError> {
        self.incident_change_with(number, false, decide)
    }

    /// Changes it. With `resolves`, its issues are resolved at their source if it ends thereby.
    fn incident_change_with(
        &self,
        number: IncidentNumber,
        resolves: bool,
        decide: impl Fn(&mut Incident) -> Result<Vec<change::Line>, ControlError>,
    ) -> Result<Incident, ControlError> {
        let changed = change_or_refuse(&*self.store, number, |mut incident| {
            let lines = decide(&mut incident)?;
            if lines.is_empty() {
                return Ok(None);
            }
            incident.version = incident.version.saturating_add(1);
            let lines = lines.into_iter().map(|(kind, text)| self.line(&incident, kind, text));
            let timeline: Vec<_> = lines.collect();
            let again = timeline.iter().any(|line| line.kind == TimelineKind::Reopened);
            let ends = timeline.iter().any(|line| line.kind == TimelineKind::Resolved);
            let id = || JobId::from_uuid(self.ids.next());
            let suspects = again.then(|| suspects_job(id(), number));
            let issues = (ends && resolves).then(|| issue_resolve_job(id(), number));
            let jobs = suspects.into_iter().chain(issues).collect();
            Ok(Some(IncidentChange { incident, timeline, jobs }))
        });
        changed.map_err(|error| match error {
            ChangeError::Refused(error) => error,
            ChangeError::Store(error) => error.into(),
        })
    }

    pub(crate) fn line(
        &self,
        incident: &Incident,
        kind: TimelineKind,
        text: String,
    ) -> TimelineEntry {
        TimelineEntry {
            id: TimelineId::from_uuid(self.ids.next()),
            incident: incident.id,
            at: self.clock.now(),
            kind,
            actor: self.actor,
            delivery: None,
            text,
        }
    }

    fn assignee(&self, who: &str) -> Result<User, ControlError> {
        let config = self.store.config_load()?;
        let user = find::user(&config, who).ok().filter(|user| user.active);
        user.cloned().ok_or_else(|| {
            ControlError::invalid(
                "assigned_to",
                "the e-mail address of an active user",
                quoted(who),
            )
        })
    }
}

struct Services {
    main: ServiceId,
    also_affected: Vec<ServiceId>,
    default_severity: Option<Severity>,
}

/// The services of a new incident, each once.
fn services_of(new: &IncidentNew, config: &StoredConfig) -> Result<Services, ControlError> {
    let mut problems: Vec<FieldProblem> = Vec::new();
    if !(1..=MAX_SERVICES).contains(&new.services.len()) {
        let expected = format!("1 to {MAX_SERVICES} services");
        problems.push(problem("service_ids", expected, new.services.len().to_string()));
    }
    let mut found: Vec<&watchbell_model::Service> = Vec::new();
    for (place, reference) in new.services.iter().enumerate() {
        let path = format!("service_ids[{place}]");
        match find::service(config, reference) {
            Ok(service) if service.active => {
                if found.iter().all(|known| known.id != service.id) {
                    found.push(service);
                }
            }
            Ok(_) => problems.push(problem(&path, "an active service", quoted(reference))),
            Err(_) => problems.push(problem(&path, "a service's key", quoted(reference))),
        }
    }
    match found.as_slice() {
        [main, rest @ ..] if problems.is_empty() => Ok(Services {
            main: main.id,
            also_affected: rest.iter().map(|service| service.id).collect(),
            default_severity: main.default_severity,
        }),
        _ => Err(ControlError::Invalid(problems)),
    }
}

/// Whether an actor is a person who can own something.
const fn person(actor: Actor) -> Option<watchbell_model::UserId> {
    match actor {
        Actor::User(id) => Some(id),
        Actor::ApiKey(_) | Actor::Integration(_) | Actor::System => None,
    }
}
