//! The first run: name a service, connect a source, send a test alert, see the incident. What is done
//! is read from what is there, so it can be left and taken up again, by whoever may.

pub(super) mod act;
mod journey;

use std::str::FromStr;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::IntegrationView;
use watchbell_ingest::Source;
use watchbell_model::{IntegrationId, RoutingKey};
use watchbell_provider::Proof;
use watchbell_web::page::{Block, StepLine, WelcomePage, WelcomeStep};
use watchbell_web::{Notice, Section, text};

use self::journey::Journey;
use super::Shown;
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
    /// Which service was to have the name; empty: a new one.
    rename: Option<String>,
    /// The key that is shown this once.
    key: Option<RoutingKey>,
}

/// The address of a step.
pub(super) fn address(step: Step, source: Option<IntegrationId>, service: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("step", step.word());
    if let Some(source) = source {
        query.append_pair("source", &source.to_string());
    }
    if let Some(service) = service {
        query.append_pair("service", service);
    }
    format!("/welcome?{}", query.finish())
}

pub(super) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let asked = Asked {
        step: query.one("step", text::WANT_STEP),
        source: query.one("source", text::WANT_INTEGRATION_ID),
        service: query.one("service", text::WANT_SERVICE),
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
        (Step::Service, _) => journey.service(asked.name, asked.rename.as_deref()),
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
