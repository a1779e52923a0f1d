//! The first run: name a service, connect a source, send a test alert, see the incident. What is done
//! is read from what is there, so it can be left and taken up again, by whoever may.

pub(super) mod act;

use std::str::FromStr;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::{DEMO_SERVICES, IntegrationView};
use watchbell_ingest::{Snapshot, Source};
use watchbell_model::{DeliveryRecord, IntegrationId, IntegrationState, RoutingKey};
use watchbell_provider::Proof;
use watchbell_providers::PROVIDERS;
use watchbell_store::{DeliveryFilter, Page, Store, StoreError};
use watchbell_web::page::{Arrival, Block, Choice, StepLine, WelcomePage, WelcomeStep};
use watchbell_web::{Frame, Notice, Section, text};

use super::Shown;
use super::incidents::detail::outcome;
use super::integrations::active_services;
use super::visit::{Visit, html};
use crate::error::ApiError;

/// One of the four steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Service,
    Source,
    Test,
    Incident,
}

impl Step {
    const ALL: [Self; 4] = [Self::Service, Self::Source, Self::Test, Self::Incident];

    const fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Source => "source",
            Self::Test => "test",
            Self::Incident => "incident",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Service => text::STEP_SERVICE,
            Self::Source => text::STEP_SOURCE,
            Self::Test => text::STEP_TEST,
            Self::Incident => text::STEP_INCIDENT,
        }
    }
}

impl FromStr for Step {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|step| step.word() == word).ok_or(())
    }
}

/// How the page is asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    step: Option<Step>,
    source: Option<IntegrationId>,
    service: Option<String>,
    status: StatusCode,
    notice: Option<Notice>,
    /// What was typed as a name.
    name: String,
    /// The key that is shown this once.
    key: Option<RoutingKey>,
}

/// What is there.
struct Journey {
    snapshot: Arc<Snapshot>,
    source: Option<Arc<Source>>,
    newest: Option<DeliveryRecord>,
    incident: Option<(String, String)>,
    chosen: Option<String>,
}

/// The address of a step.
pub(super) fn address(step: Step, source: Option<IntegrationId>, service: Option<&str>) -> String {
    let mut address = format!("/welcome?step={}", step.word());
    if let Some(source) = source {
        address.push_str(&format!("&source={source}"));
    }
    if let Some(service) = service {
        let service: String = form_urlencoded::byte_serialize(service.as_bytes()).collect();
        address.push_str(&format!("&service={service}"));
    }
    address
}

pub(super) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let asked = Asked {
        step: query.one("step", "service, source, test or incident"),
        source: query.one("source", "int_ and 32 hexadecimal digits"),
        service: query.one("service", "a service's key"),
        notice: Visit::done(&mut query),
        ..Asked::default()
    };
    query.finish()?;
    shown(&visit, asked).await
}

/// Whether nothing has come in yet, so that there are first steps to go.
pub(super) async fn is_ahead(visit: &Visit) -> Result<bool, ApiError> {
    let counts = visit.call.store(|store| store.counts()).await?;
    Ok(counts.iter().all(|(_, counts)| counts.received == 0))
}

async fn shown(visit: &Visit, asked: Asked) -> Result<HttpResponse, ApiError> {
    let journey = Journey::now(visit, &asked).await?;
    let base = visit.base();
    let step = asked.step.unwrap_or_else(|| journey.next());
    // Without a source there is nothing to test or to wait for.
    let step = if journey.source.is_none() { step.min(Step::Source) } else { step };
    let source = journey.source.as_ref().map(|source| source.integration.id);
    let line = |one: Step| StepLine {
        name: one.name(),
        address: format!("{base}{}", address(one, source, journey.chosen.as_deref())),
        is_here: one == step,
        is_done: journey.is_done(one),
    };
    let mut frame = visit.frame(Section::Overview, text::FIRST_STEPS);
    frame.notice = asked.notice;
    let content = match (step, &journey.source) {
        (Step::Service, _) => journey.service(asked.name),
        (Step::Source, Some(source)) if asked.source.is_some() => {
            connected(visit, &view(visit, source).await?, asked.key.as_ref())
        }
        (Step::Test, Some(source)) => test(visit, source, &view(visit, source).await?),
        (Step::Incident, Some(source)) => journey.incident(source, &frame, base),
        _ => journey.choose(),
    };
    let next = Step::ALL.into_iter().find(|one| *one > step);
    // What comes after choosing a source, a source must be there for.
    let next = next.filter(|next| *next <= Step::Source || source.is_some());
    let page = WelcomePage {
        steps: Step::ALL.into_iter().map(line).collect(),
        step: content,
        next: next.map(line),
        frame,
    };
    Ok(html(asked.status, &page))
}

async fn view(visit: &Visit, source: &Source) -> Result<IntegrationView, ApiError> {
    let reference = source.integration.id.to_string();
    visit.call.control(move |control| control.integration_show(&reference)).await
}

fn connected(visit: &Visit, view: &IntegrationView, key: Option<&RoutingKey>) -> WelcomeStep {
    let base = &visit.call.state.settings.public_url;
    let url = key.map(|key| watchbell_control::intake_url(base, key));
    let masked = view.keys.first().and_then(|key| key.masked.clone());
    WelcomeStep::Connected {
        id: view.integration.id.to_string(),
        name: view.integration.name.clone(),
        masked: masked.unwrap_or_else(|| text::KEY_SEALED.to_owned()),
        guide: Block::of_markdown(&view.guide(base, key).unwrap_or_default()),
        url: url.map(|url| url.expose().to_owned()),
        other: format!("{}{}", visit.base(), address(Step::Source, None, None)),
    }
}

fn test(visit: &Visit, source: &Source, view: &IntegrationView) -> WelcomeStep {
    let base = &visit.call.state.settings.public_url;
    WelcomeStep::Test {
        id: source.integration.id.to_string(),
        name: source.integration.name.clone(),
        can_test: source.proof != Proof::Sns,
        guide: Block::of_markdown(&view.guide(base, None).unwrap_or_default()),
    }
}

impl Journey {
    /// What is there now. The source is the one that the address names; else the one that was heard last;
    /// else the only one.
    async fn now(visit: &Visit, asked: &Asked) -> Result<Self, ApiError> {
        let snapshot = visit.call.snapshot();
        let named = asked.source;
        let (newest, title) = visit
            .call
            .store(move |store| {
                let newest = newest(store, named)?;
                let number = newest.iter().flat_map(|one| &one.results).find_map(|r| r.incident);
                let title = match number.map(|number| store.incident_get(number)) {
                    None | Some(Err(StoreError::NotFound { .. })) => None,
                    Some(found) => Some(found?.0),
                };
                Ok((newest, title.map(|one| (one.number.to_string(), one.title))))
            })
            .await?;
        let heard = newest.as_ref().map(|one| one.integration);
        let connected =
            |source: &&Arc<Source>| source.integration.state == IntegrationState::Connected;
        let source = match named.or(heard) {
            Some(id) => snapshot.source(id).cloned(),
            None => {
                let mut all = snapshot.sources().filter(connected);
                all.next().filter(|_| all.next().is_none()).cloned()
            }
        };
        if let (Some(id), None) = (named, &source) {
            return Err(crate::rest::call::unknown("integration", &id.to_string()));
        }
        Ok(Self { snapshot, source, newest, incident: title, chosen: asked.service.clone() })
    }

    fn is_done(&self, step: Step) -> bool {
        match step {
            Step::Service => {
                self.snapshot.services.iter().any(|one| one.active && is_named(&one.name))
            }
            Step::Source => self.source.is_some(),
            Step::Test => self.newest.is_some(),
            Step::Incident => self.incident.is_some(),
        }
    }

    /// The step after the last that is done: whoever left one out does not come back to it.
    fn next(&self) -> Step {
        let undone = Step::ALL.into_iter().rev().take_while(|step| !self.is_done(*step));
        undone.last().unwrap_or(Step::Incident)
    }

    fn service(&self, name: String) -> WelcomeStep {
        let mut services: Vec<_> = self.snapshot.services.iter().filter(|one| one.active).collect();
        services.sort_by_key(|one| one.legacy_key);
        let named = services.iter().filter(|one| is_named(&one.name));
        let unnamed = services.iter().filter(|one| !is_named(&one.name));
        let mut rename: Vec<_> = unnamed
            .map(|one| Choice {
                value: one.key.to_string(),
                name: format!("{} ({})", one.name, one.legacy_key),
                is_chosen: false,
            })
            .collect();
        let new = text::SERVICE_NEW.to_owned();
        if !rename.is_empty() {
            rename.push(Choice { value: String::new(), name: new, is_chosen: false });
        }
        WelcomeStep::Service { name, named: named.map(|one| one.name.clone()).collect(), rename }
    }

    /// What sends, and for which service: the one that was just named, else the first with a name.
    fn choose(&self) -> WelcomeStep {
        let mut services = active_services(&self.snapshot);
        let named = self.snapshot.services.iter().find(|one| one.active && is_named(&one.name));
        let wanted = self.chosen.clone().or_else(|| named.map(|one| one.key.to_string()));
        for one in &mut services {
            one.is_chosen = wanted.as_ref() == Some(&one.value);
        }
        let providers = PROVIDERS.iter().map(|one| (one.slug(), one.name()));
        WelcomeStep::Choose { services, providers: providers.collect() }
    }

    fn incident(&self, source: &Source, frame: &Frame, base: &str) -> WelcomeStep {
        let id = source.integration.id;
        let arrival = self.newest.as_ref().map(|newest| Arrival {
            delivery: newest.id.to_string(),
            at: frame.moment(newest.received_at),
            outcome: outcome(newest.outcome),
            reason: newest.reason.as_str(),
            advice: newest.reason.advice(),
            incident: self.incident.clone(),
        });
        WelcomeStep::Incident {
            id: id.to_string(),
            name: source.integration.name.clone(),
            arrival,
            here: format!("{base}{}", address(Step::Incident, Some(id), None)),
            again: format!("{base}{}", address(Step::Test, Some(id), None)),
        }
    }
}

/// Whether a person gave the name.
fn is_named(name: &str) -> bool {
    !DEMO_SERVICES.contains(&name)
}

fn newest(
    store: &dyn Store,
    integration: Option<IntegrationId>,
) -> Result<Option<DeliveryRecord>, StoreError> {
    let filter = DeliveryFilter { integration, ..DeliveryFilter::default() };
    Ok(store.delivery_list(&filter, Page::after(1, None))?.items.pop())
}
