//! What people do on the pages of a source's issues: they look for an incident, link an issue with one,
//! or open one for it.
//!
//! None of it is a delivery: it tells nothing that happened, a person waits for the answer, and what
//! came of it stands in the incident's timeline. Like a delivery it is durable before it is answered.

use std::sync::Arc;

use chrono::Datelike;
use uuid::Uuid;
use watchbell_dedup::apply::{self, Moment, NewIncident};
use watchbell_model::{
    Actor, Alert, ConnectionScope, DeliveryId, Identity, Ids, Incident, IncidentId, IncidentNumber,
    Inquiry, IssueKey, IssueLink, IssueLinkId, JobId, LinkOrigin, LinkState, Reason, ServerId,
    ServiceId, Severity, Status, TimelineEntry, TimelineId, TimelineKind, Timestamp,
};
use watchbell_provider::{LinkRequest, LinkWith, Options, cannot_be_chosen};
use watchbell_store::{
    Changes, EnrichmentWanted, IncidentFilter, LinkChange, LinkWrite, NewJob, Page, Store,
    StoreError, Wanted, WantedKey, suspects_job,
};
use watchbell_triage::{assess, may_use};

use crate::{Snapshot, Source};

/// The most incidents that a search finds.
const FOUND: usize = 50;
/// How many open incidents a search looks at, the newest first. One whose whole number is asked for is
/// found beyond them.
const LOOKED_AT: usize = 2_000;
/// How many of them it reads at once.
const PAGE: i64 = 200;
/// How often a new incident is tried for again when another one of its issue ends meanwhile.
const ATTEMPTS: usize = 4;

/// Why an issue was not linked.
#[derive(Debug, thiserror::Error)]
pub enum NotLinked {
    /// What was asked for cannot be done; the text is for the person who asked.
    #[error("{0}")]
    Refused(String),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn refused(why: impl Into<String>) -> NotLinked {
    NotLinked::Refused(why.into())
}

/// Serves the pages of one source's issues, at one moment.
#[derive(Debug)]
pub struct IssueDesk {
    /// Where incidents are.
    pub store: Arc<dyn Store>,
    /// Ids for what is new.
    pub ids: Ids,
    /// This server.
    pub server: ServerId,
    /// The configuration that decides.
    pub snapshot: Arc<Snapshot>,
    /// Whose issues they are.
    pub source: Arc<Source>,
    /// Now.
    pub at: Timestamp,
}

impl IssueDesk {
    /// Open incidents of the linked services whose number or title holds `text`, without case; the
    /// newest first, numbers and titles only.
    ///
    /// # Errors
    /// The store did not give them.
    pub fn search(&self, text: &str) -> Result<Vec<(IncidentNumber, String)>, StoreError> {
        let text = text.trim().to_lowercase();
        let services = self.linked();
        let mut found = Vec::new();
        if let Ok(number) = text.parse::<IncidentNumber>() {
            match self.store.incident_get(number) {
                Ok((incident, _)) if self.is_choice(&incident) => found.push(incident),
                Ok(_) | Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let filter = IncidentFilter {
            status: Status::ALL.into_iter().filter(|status| status.is_open()).collect(),
            services: Some(services),
            ..IncidentFilter::default()
        };
        let (mut after, mut looked_at) = (None, 0_usize);
        loop {
            let listed = self.store.incident_list(&filter, Page::after(PAGE, after))?;
            looked_at = looked_at.saturating_add(listed.items.len());
            let fits = |incident: &Incident| {
                incident.title.to_lowercase().contains(&text)
                    || incident.number.to_string().to_lowercase().contains(&text)
            };
            for incident in listed.items.into_iter().filter(fits) {
                if found.iter().all(|known| known.id != incident.id) {
                    found.push(incident);
                }
            }
            after = listed.next;
            if found.len() >= FOUND || after.is_none() || looked_at >= LOOKED_AT {
                break;
            }
        }
        found.truncate(FOUND);
        Ok(found.into_iter().map(|incident| (incident.number, incident.title)).collect())
    }

    /// Does what somebody asks for. Asking twice is as good as once: the same incident comes back.
    ///
    /// # Errors
    /// [`NotLinked::Refused`] with a text for that person; [`NotLinked::Store`].
    pub fn link(&self, request: &LinkRequest) -> Result<IncidentNumber, NotLinked> {
        let scope = self.scope(request.installation.as_deref())?;
        match &request.with {
            LinkWith::Incident(chosen) => {
                let gone = || {
                    let shown = watchbell_model::cut(chosen, 60);
                    refused(format!(
                        "Watchbell has no incident {shown}. Please choose one from the list."
                    ))
                };
                let number: IncidentNumber = chosen.parse().map_err(|_| gone())?;
                let linked = self.link_with(number, request, scope, |incident| {
                    if !incident.status.is_open() {
                        return Err(format!(
                            "{number} is {} already. Please choose an open incident.",
                            incident.status
                        ));
                    }
                    if !self.linked().contains(&incident.service) {
                        return Err(format!(
                            "{number} is on a service that is not linked to this integration in \
                             Watchbell. Please choose another incident."
                        ));
                    }
                    Ok(())
                });
                match linked {
                    Err(NotLinked::Store(StoreError::NotFound { .. })) => Err(gone()),
                    linked => linked.map(|()| number),
                }
            }
            LinkWith::New { service, alert } => self.open(request, scope, service, alert),
        }
    }

    /// The services whose incidents may be chosen.
    fn linked(&self) -> Vec<ServiceId> {
        self.source.integration.links.iter().map(|link| link.service).collect()
    }

    fn is_choice(&self, incident: &Incident) -> bool {
        incident.status.is_open() && self.linked().contains(&incident.service)
    }

    /// The connection whose issues are meant.
    fn scope(&self, installation: Option<&str>) -> Result<ConnectionScope, NotLinked> {
        let Some(known) = &self.source.installations else { return Ok(ConnectionScope::NONE) };
        let found = installation.and_then(|installation| known.get(installation));
        found.copied().ok_or_else(|| {
            refused("This organization is not connected in Watchbell. Connect it there first.")
        })
    }

    /// Links an incident that is there, unless `check` has something against it.
    fn link_with(
        &self,
        number: IncidentNumber,
        request: &LinkRequest,
        scope: ConnectionScope,
        check: impl Fn(&Incident) -> Result<(), String>,
    ) -> Result<(), NotLinked> {
        let new = self.new_link(number, request, scope);
        let mut problem = None;
        self.store.issue_links_change(number, &mut |incident, links, _| {
            problem = None;
            let before = links.iter().find(|link| link.key == new.key);
            let asked = match before {
                // What it was linked with stays linked, whatever became of it.
                Some(link) if link.state == LinkState::Linked => return None,
                Some(_) => Ok(()),
                None if links.len() >= IssueLink::MOST => {
                    Err(format!("{number} is linked with {} issues already.", IssueLink::MOST))
                }
                None => check(incident),
            };
            if let Err(why) = asked {
                problem = Some(why);
                return None;
            }
            // The source keeps a link of its own from now on, under an id that is not told.
            let link = match before {
                Some(link) => IssueLink {
                    state: LinkState::Linked,
                    reason: None,
                    external: None,
                    installation: new.installation,
                    changed_at: self.at,
                    ..link.clone()
                },
                None => new.clone(),
            };
            Some(LinkChange {
                timeline: vec![self.line(incident, request)],
                links: vec![LinkWrite::set(link)],
                jobs: self.met(request).into_iter().collect(),
            })
        })?;
        problem.map_or(Ok(()), |why| Err(NotLinked::Refused(why)))
    }

    /// Opens an incident, or links the one that is open for the issue already.
    fn open(
        &self,
        request: &LinkRequest,
        scope: ConnectionScope,
        service: &str,
        alert: &Alert,
    ) -> Result<IncidentNumber, NotLinked> {
        let (service, severity) = self.place(service, scope, alert)?;
        for _ in 0..ATTEMPTS {
            let Some(number) = self.open_unless_open(request, scope, service, severity, alert)?
            else {
                return Err(refused("Watchbell could not read the issue's number."));
            };
            let (number, is_new) = number;
            if is_new {
                tracing::info!(incident = %number, "an incident was opened on an issue's page");
                return Ok(number);
            }
            let is_open = |incident: &Incident| {
                if incident.status.is_open() { Ok(()) } else { Err(String::new()) }
            };
            match self.link_with(number, request, scope, is_open) {
                // It has ended in between: then there is none.
                Err(NotLinked::Refused(why)) if why.is_empty() => {}
                linked => return linked.map(|()| number),
            }
        }
        Err(refused("Watchbell is busy with this issue. Please try again."))
    }

    /// Where a new incident goes and how bad it is.
    fn place(
        &self,
        key: &str,
        scope: ConnectionScope,
        alert: &Alert,
    ) -> Result<(ServiceId, Severity), NotLinked> {
        self.snapshot.with_rules(&self.source, scope, |rules| {
            let cannot = |reason| refused(cannot_be_chosen(key, reason));
            let service = rules.services.find(key).ok_or(Reason::UnknownService);
            let service = service.map_err(cannot)?.id;
            may_use(rules, service).map_err(cannot)?;
            // Nobody has said how bad it is: as the service says, else the instance.
            let severity = assess(rules, alert, service).severity;
            Ok((service, severity.unwrap_or(rules.default_severity)))
        })
    }

    /// One transaction: opens the incident with its link, unless one is open; gives it, and whether it
    /// is new. None, if the alert has no key.
    fn open_unless_open(
        &self,
        request: &LinkRequest,
        scope: ConnectionScope,
        service: ServiceId,
        severity: Severity,
        alert: &Alert,
    ) -> Result<Option<(IncidentNumber, bool)>, NotLinked> {
        let Some(key) = alert.dedup_key.clone() else { return Ok(None) };
        let integration = self.source.integration.id;
        let identity = Identity { integration, scope, key };
        let key =
            WantedKey { identity, clock: false, occurrences: Vec::new(), latest_ended: false };
        let wanted = Wanted {
            keys: vec![key],
            groups: Vec::new(),
            idempotency: Vec::new(),
            ended_since: self.at,
            remembered_since: self.at,
            year: self.at.year(),
            numbers: 1,
            server: self.server,
            limited: Vec::new(),
            accepted_since: self.at,
        };
        let id = IncidentId::from_uuid(self.ids.next());
        let line = TimelineId::from_uuid(self.ids.next());
        let (job, question) = (self.ids.next(), JobId::from_uuid(self.ids.next()));
        let mut done = None;
        self.store.batch_apply(&wanted, &mut |known| {
            let open = known.incidents.iter().filter(|incident| incident.status.is_open());
            // Of several, the one on the chosen service.
            let open = open.min_by_key(|incident| (incident.service != service, incident.number));
            if let Some(incident) = open {
                done = Some((incident.number, false));
                return Changes { at: self.at, ..Changes::default() };
            }
            let number = known.first_number;
            done = Some((number, true));
            let new = NewIncident { id, number, service, severity, scope };
            let delivery = DeliveryId::from_uuid(id.as_uuid());
            let (incident, opening) =
                apply::open(alert, new, &Moment { now: self.at, integration, delivery });
            let opening = TimelineEntry {
                id: line,
                incident: id,
                at: self.at,
                kind: opening.kind,
                actor: Actor::Integration(integration),
                delivery: None,
                text: format!("{}: {}", opening.text, self.line(&incident, request).text),
            };
            let suspects = || suspects_job(JobId::from_uuid(job), number);
            let suspects = self.snapshot.deploys.has(service).then(suspects);
            let asked = self.asked(number, delivery, request).map(|wanted| wanted.job(question));
            Changes {
                opened: vec![incident],
                timeline: vec![opening],
                links: vec![self.new_link(number, request, scope)],
                jobs: suspects.into_iter().chain(asked).chain(self.met(request)).collect(),
                numbers_used: 1,
                at: self.at,
                ..Changes::default()
            }
        })?;
        Ok(done)
    }

    fn new_link(
        &self,
        incident: IncidentNumber,
        request: &LinkRequest,
        scope: ConnectionScope,
    ) -> IssueLink {
        let integration = self.source.integration.id;
        IssueLink {
            id: IssueLinkId::from_uuid(self.ids.next()),
            incident,
            key: IssueKey { integration, scope, issue: request.issue.clone() },
            short_id: None,
            url: request.url.clone(),
            project: request.project.clone(),
            origin: LinkOrigin::Source,
            state: LinkState::Linked,
            reason: None,
            external: None,
            installation: installation(request),
            created_by: Actor::Integration(integration),
            created_by_name: request.person.clone(),
            created_at: self.at,
            changed_at: self.at,
        }
    }

    fn line(&self, incident: &Incident, request: &LinkRequest) -> TimelineEntry {
        let source = self.source.provider.name();
        let who = request.person.as_deref().unwrap_or("somebody");
        TimelineEntry {
            id: TimelineId::from_uuid(self.ids.next()),
            incident: incident.id,
            at: self.at,
            kind: TimelineKind::Updated,
            actor: Actor::Integration(self.source.integration.id),
            delivery: None,
            text: format!("linked with {source} issue {} by {who} in {source}", request.issue),
        }
    }

    /// What the source is asked about a new incident, if it may be.
    fn asked(
        &self,
        incident: IncidentNumber,
        delivery: DeliveryId,
        request: &LinkRequest,
    ) -> Option<EnrichmentWanted> {
        let options = Options::new(&self.source.integration.options);
        self.source.provider.enrichment(&options)?;
        let inquiry = Inquiry { issue: Some(request.issue.clone()) };
        Some(EnrichmentWanted { incident, delivery, inquiry, auto: None })
    }

    /// What writes down the installation, if it is not known yet.
    fn met(&self, request: &LinkRequest) -> Option<NewJob> {
        self.source.met(request.installation.as_deref()?, &self.ids)
    }
}

fn installation(request: &LinkRequest) -> Option<Uuid> {
    Uuid::try_parse(request.installation.as_deref()?).ok()
}
