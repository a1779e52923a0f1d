//! What is there of the first run: services, a source, what came of it.

use std::sync::Arc;

use watchbell_control::DEMO_SERVICES;
use watchbell_ingest::{Snapshot, Source};
use watchbell_model::{DeliveryRecord, IntegrationId, IntegrationState, Outcome};
use watchbell_providers::PROVIDERS;
use watchbell_store::{DeliveryFilter, Page, Store, StoreError};
use watchbell_web::page::{Arrival, Choice, WelcomeStep};
use watchbell_web::{Frame, text};

use super::{Asked, Step, address};
use crate::error::ApiError;
use crate::rest::call::unknown;
use crate::ui::incidents::detail::outcome;
use crate::ui::integrations::active_services;
use crate::ui::typed::choose;
use crate::ui::visit::Visit;

/// How many of the newest deliveries that did something are looked at for an incident.
const LOOKED_AT: i64 = 20;

/// What is there.
pub(super) struct Journey {
    snapshot: Arc<Snapshot>,
    pub(super) source: Option<Arc<Source>>,
    newest: Option<DeliveryRecord>,
    /// Whether anything was taken that came in.
    is_heard: bool,
    /// The newest delivery that touched an incident, with its number and title.
    incident: Option<(DeliveryRecord, String, String)>,
    pub(super) chosen: Option<String>,
}

impl Journey {
    /// What is there now. The source is the one that the address names; else the one that was heard last;
    /// else the only one.
    pub(super) async fn now(visit: &Visit, asked: &Asked) -> Result<Self, ApiError> {
        let snapshot = visit.call.snapshot();
        let named = asked.source;
        let came = visit.call.store(move |store| came(store, named)).await?;
        let Came { newest, is_heard, incident } = came;
        let heard = newest.as_ref().map(|one| one.integration);
        let source = match named.or(heard) {
            Some(id) => snapshot.source(id),
            None => only(&snapshot),
        };
        let source = source.cloned();
        if let (Some(id), None) = (named, &source) {
            return Err(unknown("integration", &id.to_string()));
        }
        let chosen = asked.service.clone();
        Ok(Self { snapshot, source, newest, is_heard, incident, chosen })
    }

    pub(super) fn is_done(&self, step: Step) -> bool {
        match step {
            Step::Service => {
                self.snapshot.services.iter().any(|one| one.active && is_named(&one.name))
            }
            Step::Source => self.source.is_some(),
            Step::Test => self.is_heard,
            Step::Incident => self.incident.is_some(),
        }
    }

    /// The step after the last that is done: whoever left one out does not come back to it.
    pub(super) fn next(&self) -> Step {
        let undone = Step::ALL.into_iter().rev().take_while(|step| !self.is_done(*step));
        undone.last().unwrap_or(Step::Incident)
    }

    /// What gets the name: as it was chosen before. What cannot get one any more is not asked for again,
    /// and nothing else in its place: then a new service is.
    pub(super) fn service(&self, name: String, chosen: Option<&str>) -> WelcomeStep {
        let mut services: Vec<_> = self.snapshot.services.iter().filter(|one| one.active).collect();
        services.sort_by_key(|one| one.legacy_key);
        let named = services.iter().filter(|one| is_named(&one.name));
        let unnamed = services.iter().filter(|one| !is_named(&one.name));
        let mut rename: Vec<_> = unnamed
            .map(|one| Choice {
                value: one.key.to_string(),
                name: format!("{} ({})", one.name, one.legacy_key),
                is_chosen: chosen == Some(one.key.to_string().as_str()),
            })
            .collect();
        let new = text::SERVICE_NEW.to_owned();
        if !rename.is_empty() {
            let is_chosen = chosen.is_some() && !rename.iter().any(|one| one.is_chosen);
            rename.push(Choice { value: String::new(), name: new, is_chosen });
        }
        WelcomeStep::Service { name, named: named.map(|one| one.name.clone()).collect(), rename }
    }

    /// What sends, and for which service: the one that was just named, else the first with a name.
    pub(super) fn choose(&self) -> WelcomeStep {
        let mut services = active_services(&self.snapshot);
        let named = self.snapshot.services.iter().find(|one| one.active && is_named(&one.name));
        let wanted = self.chosen.clone().or_else(|| named.map(|one| one.key.to_string()));
        if let Some(wanted) = wanted {
            choose(&mut services, &wanted);
        }
        let providers = PROVIDERS.iter().map(|one| (one.slug(), one.name()));
        WelcomeStep::Choose { services, providers: providers.collect() }
    }

    pub(super) fn incident(&self, source: &Source, frame: &Frame, base: &str) -> WelcomeStep {
        let id = source.integration.id;
        let arrival = |one: &DeliveryRecord| Arrival {
            delivery: one.id.to_string(),
            at: frame.moment(one.received_at),
            outcome: outcome(one.outcome),
            reason: one.reason.as_str(),
            advice: one.reason.advice(),
        };
        let found = self.incident.as_ref();
        let is_other =
            |one: &&DeliveryRecord| found.is_none_or(|(delivery, ..)| delivery.id != one.id);
        WelcomeStep::Incident {
            id: id.to_string(),
            name: source.integration.name.clone(),
            besides: self.newest.as_ref().filter(is_other).map(arrival).map(Box::new),
            arrival: found.map(|(one, number, title)| {
                Box::new((arrival(one), number.clone(), title.clone()))
            }),
            here: format!("{base}{}", address(Step::Incident, Some(id), None)),
            again: format!("{base}{}", address(Step::Test, Some(id), None)),
        }
    }
}

/// The source that is connected, if there is no other.
fn only(snapshot: &Snapshot) -> Option<&Arc<Source>> {
    let is_connected =
        |source: &&Arc<Source>| source.integration.state == IntegrationState::Connected;
    let mut connected = snapshot.sources().filter(is_connected);
    connected.next().filter(|_| connected.next().is_none())
}

/// Whether a person gave the name.
pub(super) fn is_named(name: &str) -> bool {
    !DEMO_SERVICES.contains(&name)
}

/// What came in from a source.
struct Came {
    newest: Option<DeliveryRecord>,
    is_heard: bool,
    incident: Option<(DeliveryRecord, String, String)>,
}

/// What came in from this source, else from the one that was heard last. What came besides alerts,
/// before them or after them, is not what is waited for: so the newest that did something are looked
/// at, too, however many others there are.
fn came(store: &dyn Store, named: Option<IntegrationId>) -> Result<Came, StoreError> {
    let newest = |integration, outcome, many| {
        let filter = DeliveryFilter { integration, outcome, ..DeliveryFilter::default() };
        Ok::<_, StoreError>(store.delivery_list(&filter, Page::after(many, None))?.items)
    };
    let last = newest(named, None, 1)?.pop();
    let source = named.or(last.as_ref().map(|one| one.integration));
    let mut came = Came { newest: last, is_heard: false, incident: None };
    if came.newest.is_none() {
        return Ok(came);
    }
    for one in newest(source, Some(Outcome::Processed), LOOKED_AT)? {
        came.is_heard = true;
        let Some(number) = one.results.iter().find_map(|result| result.incident) else { continue };
        match store.incident_get(number) {
            Ok((incident, _)) => {
                came.incident = Some((one, number.to_string(), incident.title));
                return Ok(came);
            }
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    if !came.is_heard {
        // What asks for nothing was taken, too: a topic's question, an alert that always fires.
        came.is_heard = !newest(source, Some(Outcome::Ignored), 1)?.is_empty();
    }
    Ok(came)
}
