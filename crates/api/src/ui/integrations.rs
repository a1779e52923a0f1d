//! The Integrations Hub.

pub(super) mod act;
pub(super) mod around;
mod day;
pub(super) mod detail;
pub(super) mod mapping;
pub(super) mod rule_form;
mod symptoms;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::{Control, IntegrationNew, IntegrationView};
use watchbell_ingest::Snapshot;
use watchbell_model::{IntegrationState, Scope};
use watchbell_providers::PROVIDERS;
use watchbell_web::page::{Card, Choice, HubPage};
use watchbell_web::{Notice, Section, StateWord, text};

use super::Shown;
use super::deliveries::minute;
use super::notice::CONNECTED;
use super::overview::sources::{Heard, heard, state};
use super::records::connections::trouble;
use super::sign_in::refused;
use super::typed::is_kept;
use super::visit::{Visit, html};
use crate::error::ApiError;

/// The most integrations whose last delivery is looked for.
const MOST_HEARD: usize = 200;

pub(super) async fn list(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let notice = Visit::done(&mut query);
    query.finish()?;
    shown(&visit, StatusCode::OK, notice).await
}

async fn shown(
    visit: &Visit,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<HttpResponse, ApiError> {
    let mut views = visit.call.control(Control::integration_list).await?;
    views.sort_by_cached_key(|view| view.integration.name.to_lowercase());
    let ids: Vec<_> = views.iter().take(MOST_HEARD).map(|view| view.integration.id).collect();
    let now = visit.call.request.at;
    let known = visit
        .call
        .store(move |store| {
            let looked = day::looked(store, &ids, now)?;
            let told = looked.iter().filter_map(|(id, looked)| Some((*id, looked.newest()?)));
            let heard = heard(store, ids, &told.collect())?;
            Ok((looked, heard, day::failed(store, now)?))
        })
        .await?;
    let (looked, heard, mut failed) = known;
    let mut frame = visit.frame(Section::Integrations, text::HUB);
    frame.notice = notice;
    let mut card = |view: &IntegrationView| {
        let known = heard.get(&view.integration.id).copied();
        let Heard { counts, last } = known.unwrap_or_default();
        Card {
            id: view.integration.id.to_string(),
            name: view.integration.name.clone(),
            provider: view.provider_name.clone(),
            state: state(view.integration.state, last, visit.call.request.at),
            proof: unproven(view),
            connection: trouble(view),
            last: last.map(|at| frame.moment(at)),
            received: counts.received,
            refused: counts.rejected.saturating_add(counts.failed),
            day: looked.get(&view.integration.id).map(|looked| day::day(looked, now)),
            failed: failed.remove(&view.integration.id),
        }
    };
    let who = visit.call.principal()?;
    let sees_log = who.may(Scope::DeliveriesRead).is_ok();
    let may = who.may(Scope::IntegrationsWrite).is_ok();
    let providers = PROVIDERS.iter().filter(|_| may).map(|provider| Choice {
        value: provider.slug().to_owned(),
        name: provider.name().to_owned(),
        is_chosen: false,
    });
    let mut page = HubPage {
        cards: views.iter().map(&mut card).collect(),
        providers: providers.collect(),
        services: active_services(&visit.call.snapshot()),
        name: String::new(),
        log_from: sees_log.then(|| minute(day::begin(now))),
        frame,
    };
    if is_kept(status) {
        visit.typed().choose("provider", &mut page.providers);
        visit.typed().choose("service", &mut page.services);
        visit.typed().put("name", &mut page.name);
    }
    Ok(html(status, &page))
}

/// Whether it takes deliveries.
pub(super) const fn stands(state: IntegrationState) -> StateWord {
    let kind = match state {
        IntegrationState::Connected => "good",
        IntegrationState::Disabled | IntegrationState::Disconnected => "quiet",
    };
    StateWord { kind, word: text::integration_state(state) }
}

/// What stands beside the state of a source whose senders can sign, and are not asked to: nothing shows
/// that a delivery is theirs.
pub(super) fn unproven(view: &IntegrationView) -> Option<StateWord> {
    let is_unproven = view.takes_secret && view.secrets.is_empty();
    is_unproven.then_some(StateWord { kind: "quiet", word: text::NOT_VERIFIED })
}

/// The services that take incidents, by name.
pub(super) fn active_services(snapshot: &Snapshot) -> Vec<Choice> {
    let active = snapshot.services.iter().filter(|service| service.active);
    let mut all: Vec<_> = active
        .map(|service| Choice {
            value: service.key.to_string(),
            name: format!("{} ({})", service.name, service.legacy_key),
            is_chosen: false,
        })
        .collect();
    all.sort_by_cached_key(|choice| choice.name.to_lowercase());
    all
}

/// How long a key or token lives on that another one replaces; `usual` seconds unless something else is
/// chosen.
pub(super) fn graces(usual: &str) -> Vec<Choice> {
    let all = [
        ("86400", text::GRACE_DAY),
        ("3600", text::GRACE_HOUR),
        ("604800", text::GRACE_WEEK),
        ("0", text::GRACE_NONE),
    ];
    let choice = |(value, name): (&str, &str)| Choice {
        value: value.to_owned(),
        name: name.to_owned(),
        is_chosen: value == usual,
    };
    all.into_iter().map(choice).collect()
}

pub(super) async fn connect(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let mut one = |name| form.one::<String>(name, text::WANT_TEXT).unwrap_or_default();
    let (provider, service, name) = (one("provider"), one("service"), one("name"));
    let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let new = IntegrationNew {
        provider,
        name: given(name),
        default_service: given(service),
        ..IntegrationNew::default()
    };
    let made = match form.finish() {
        Ok(()) => visit.call.control(move |control| control.integration_add(&new)).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => {
            let path = format!("/integrations/{}", made.view.integration.id);
            Ok(visit.on_to(&path, Some(CONNECTED)))
        }
        Err(error) => {
            let (status, notice) = refused(error)?;
            shown(&visit, status, Some(notice)).await
        }
    }
}
