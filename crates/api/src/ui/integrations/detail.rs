//! One integration.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use watchbell_control::{IntegrationView, intake_url};
use watchbell_model::{IntegrationId, IntegrationState, RoutingKey, Scope, Secret};
use watchbell_provider::{Provider, ServicePolicy, Setting, SettingKind};
use watchbell_store::{DeliveryFilter, Page};
use watchbell_web::page::{
    Block, Choice, IntegrationForms, IntegrationPage, KeyRow, Offered, OptionField, SecretRow,
};
use watchbell_web::{Frame, Notice, Section, text};

use super::mapping::Draft;
use super::symptoms::{self, Look};
use super::{active_services, around, graces, mapping, rule_form, stands, unproven};
use crate::error::ApiError;
use crate::ui::Shown;
use crate::ui::incidents::detail::delivery;
use crate::ui::overview::sources::{Heard, heard, state};
use crate::ui::records::connections::in_short;
use crate::ui::typed::is_kept;
use crate::ui::visit::{Visit, html};

/// The deliveries that are shown with an integration.
const ROWS: i64 = 20;
/// What stands before a setting's name in the form.
pub(super) const OPTION: &str = "option.";

/// What is shown this once, because it was asked for, just made, or typed and not stored.
#[derive(Debug, Default)]
pub(super) struct Shows {
    pub(super) key: Option<RoutingKey>,
    pub(super) secret: Option<Secret>,
    pub(super) draft: Option<Draft>,
    /// The document of the form of alert rules.
    pub(super) document: Option<String>,
}

/// The integration in the address.
pub(in crate::ui) fn id(visit: &Visit) -> Result<IntegrationId, ApiError> {
    visit.call.named("id", "integration", text::WANT_INTEGRATION_ID)
}

pub(in crate::ui) async fn show(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let notice = Visit::done(&mut query);
    query.finish()?;
    shown(&visit, StatusCode::OK, notice, Shows::default()).await
}

pub(super) async fn shown(
    visit: &Visit,
    status: StatusCode,
    notice: Option<Notice>,
    shows: Shows,
) -> Result<HttpResponse, ApiError> {
    let id = id(visit)?;
    let reference = id.to_string();
    let view = visit.call.control(move |control| control.integration_show(&reference)).await?;
    let may = |scope| visit.call.principal().is_ok_and(|who| who.may(scope).is_ok());
    let (sees_log, may_change) = (may(Scope::DeliveriesRead), may(Scope::IntegrationsWrite));
    let may_reveal = may(Scope::IntegrationsSecrets);
    let (known, records) = visit
        .call
        .store(move |store| {
            let known = heard(store, vec![id], &HashMap::new())?.remove(&id).unwrap_or_default();
            let filter = DeliveryFilter { integration: Some(id), ..DeliveryFilter::default() };
            let rows = if sees_log { ROWS } else { 0 };
            Ok((known, store.delivery_list(&filter, Page::after(rows, None))?.items))
        })
        .await?;
    let provider = watchbell_providers::find(&view.integration.provider);
    let topics = if around::has_topics(&view, provider) {
        let reference = id.to_string();
        Some(visit.call.control(move |control| control.topics(&reference)).await?)
    } else {
        None
    };
    let snapshot = visit.call.snapshot();
    let mut frame = visit.frame(Section::Integrations, view.integration.name.clone());
    frame.notice = notice;
    let base = &visit.call.state.settings.public_url;
    let url = shows.key.as_ref().map(|key| intake_url(base, key));
    let Heard { counts, last } = known;
    let look = Look {
        view: &view,
        provider,
        counts,
        last,
        now: visit.call.request.at,
        newest: &records,
        public_url: base,
    };
    let help = symptoms::found(&look);
    let deliveries = records.iter().map(|one| delivery(one, &snapshot, &frame)).collect();
    let mut page = IntegrationPage {
        id: id.to_string(),
        etag: view.etag.clone(),
        name: view.integration.name.clone(),
        provider: view.provider_name.clone(),
        state: stands(view.integration.state),
        health: state(view.integration.state, last, visit.call.request.at),
        proof: unproven(&view),
        last: last.map(|at| frame.moment(at)),
        received: counts.received,
        keys: keys(&view, &frame),
        help,
        guide: Block::of_markdown(&view.guide(base, shows.key.as_ref()).unwrap_or_default()),
        connections: in_short(&view),
        rule_form: rule_form::part(&view, provider, shows.document, may_reveal),
        url: url.map(|url| url.expose().to_owned()),
        made_secret: shows.secret.map(|secret| secret.expose().to_owned()),
        takes_secret: view.takes_secret,
        secrets: secrets(&view, &frame),
        links: mapping::rows(&view, provider, may_change, shows.draft.as_ref()),
        projects: provider.and_then(|one| around::projects(&view, one, &snapshot)),
        topics: topics.map(|topics| around::topics(&topics, &frame)),
        settings: settings(&view, provider),
        deliveries: if sees_log { Offered::Here(deliveries) } else { Offered::Hidden },
        forms: may_change.then(|| forms(&view, provider, active_services(&snapshot))),
        frame,
    };
    if is_kept(status) {
        retype(visit, &mut page);
    }
    Ok(html(status, &page))
}

/// Puts what was typed back into the form that was refused.
fn retype(visit: &Visit, page: &mut IntegrationPage) {
    let typed = visit.typed();
    typed.keep_seen(&mut page.etag);
    if let Some(forms) = &mut page.forms {
        if let Some(typed) = typed.to("/settings") {
            typed.put("name", &mut forms.name);
            typed.choose("default_service", &mut forms.defaults);
            typed.put("rate_limit", &mut forms.rate_limit);
            forms.accept_over_limit = typed.text("accept_over_limit").is_some();
            forms.is_restricted = typed.text("restricted_to_links").is_some();
            for option in &mut forms.options {
                typed.put(&option.field, &mut option.value);
                typed.choose(&option.field, &mut option.choices);
            }
        }
        if let Some(typed) = typed.to("/link") {
            typed.choose("service", &mut forms.unlinked);
        }
        if let Some(typed) = typed.to("/rotate") {
            typed.choose("grace", &mut forms.graces);
        }
    }
    if let (Some(typed), Some(projects)) = (typed.to("/projects"), &mut page.projects) {
        let is_new = |project: &str| !projects.rows.iter().any(|row| row.project == project);
        projects.typed = typed.text("project").filter(|one| is_new(one)).map(ToOwned::to_owned);
        typed.choose("service", &mut projects.services);
    }
}

fn keys(view: &IntegrationView, frame: &Frame) -> Vec<KeyRow> {
    let row = |key: &watchbell_control::KeyView| KeyRow {
        masked: key.masked.clone().unwrap_or_else(|| text::KEY_SEALED.to_owned()),
        made: frame.moment(key.created_at),
        ends: key.expires_at.map(|at| frame.moment(at).exact()),
    };
    view.keys.iter().map(row).collect()
}

fn secrets(view: &IntegrationView, frame: &Frame) -> Vec<SecretRow> {
    let row = |secret: &watchbell_control::SecretView| SecretRow {
        id: secret.id.to_string(),
        set: frame.moment(secret.created_at),
    };
    view.secrets.iter().map(row).collect()
}

/// What is set, in words.
fn settings(view: &IntegrationView, provider: Option<&dyn Provider>) -> Vec<(String, String)> {
    let default = view.default_service.as_ref().map(|service| service.name.clone());
    let rate = view.integration.rate_limit.to_string();
    let mut all = vec![
        (text::DEFAULT_SERVICE.to_owned(), default.unwrap_or_else(|| text::NONE.to_owned())),
        (text::RATE_LIMIT.to_owned(), rate),
    ];
    let described = provider.map(Provider::settings).unwrap_or_default();
    for (key, value) in &view.integration.options {
        let setting = described.iter().find(|setting| setting.key == key);
        all.push((setting.map_or(key.clone(), |one| one.label.to_owned()), value.clone()));
    }
    all
}

fn forms(
    view: &IntegrationView,
    provider: Option<&dyn Provider>,
    services: Vec<Choice>,
) -> IntegrationForms {
    let integration = &view.integration;
    let is_linked = |choice: &Choice| {
        view.links.iter().any(|link| link.service.key.to_string() == choice.value)
    };
    let defaults = view.links.iter().map(|link| Choice {
        value: link.service.key.to_string(),
        name: link.service.name.clone(),
        is_chosen: integration.default_service == Some(link.service.id),
    });
    let described = provider.map(Provider::settings).unwrap_or_default();
    let is_sns = around::has_topics(view, provider);
    IntegrationForms {
        moves: match integration.state {
            IntegrationState::Connected => {
                vec![("disable", text::DISABLE), ("disconnect", text::DISCONNECT)]
            }
            IntegrationState::Disabled => {
                vec![("enable", text::ENABLE), ("disconnect", text::DISCONNECT)]
            }
            IntegrationState::Disconnected => vec![("reconnect", text::RECONNECT)],
        },
        can_test: integration.state == IntegrationState::Connected && !is_sns,
        unlinked: services.into_iter().filter(|choice| !is_linked(choice)).collect(),
        defaults: defaults.collect(),
        default_help: match provider.map(Provider::service_policy) {
            Some(ServicePolicy::AnyActive) => text::DEFAULT_SERVICE_HELP_NAMED,
            _ => text::DEFAULT_SERVICE_HELP,
        },
        name: integration.name.clone(),
        rate_limit: integration.rate_limit.to_string(),
        graces: graces("86400"),
        accept_over_limit: integration.accept_over_limit,
        is_restricted: integration.restricted_to_links,
        options: described.iter().map(|setting| option(setting, view)).collect(),
    }
}

fn option(setting: &Setting, view: &IntegrationView) -> OptionField {
    let value = view.integration.options.get(setting.key).cloned().unwrap_or_default();
    let words: &[&str] = match setting.kind {
        SettingKind::Flag => &["true", "false"],
        SettingKind::Choice(words) => words,
        SettingKind::Seconds | SettingKind::Count | SettingKind::Text | SettingKind::Header => &[],
    };
    let choice = |word: &&str| Choice {
        value: (*word).to_owned(),
        name: (*word).to_owned(),
        is_chosen: *word == value,
    };
    OptionField {
        field: format!("{OPTION}{}", setting.key),
        label: setting.label,
        help: setting.help,
        default: setting.default,
        choices: words.iter().map(choice).collect(),
        is_number: matches!(setting.kind, SettingKind::Seconds | SettingKind::Count),
        value,
    }
}
