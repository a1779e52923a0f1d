//! Connections of an integration with organizations at the source.

pub(in crate::ui) mod app;
pub(in crate::ui) mod offers;
pub(in crate::ui) mod one;

use actix_web::HttpResponse;
use watchbell_control::{AppView, ConnectionNew, Control, ControlError, IntegrationView};
use watchbell_model::{Connection, ConnectionMode, ConnectionState, Scope, Secret};
use watchbell_web::page::{Cell, Field, Form, Kind};
use watchbell_web::{Frame, Section, StateWord, text as t};

use super::{As, answer, field, form, given, line, may, on, page, text, whole};
use crate::error::ApiError;
use crate::ui::Shown;
use crate::ui::integrations::act::tried;
use crate::ui::integrations::detail::id as integration;
use crate::ui::notice;
use crate::ui::sign_in::refused_or_down;
use crate::ui::visit::Visit;

/// The path of its connections, without what stands before every address.
fn place(visit: &Visit) -> Result<String, ApiError> {
    Ok(format!("/integrations/{}/connections", integration(visit)?))
}

/// What was refused, if whoever sent the form can mend it, or wait for the source.
fn refused(error: ApiError) -> Result<As, ApiError> {
    let (status, notice) = refused_or_down(error)?;
    Ok(As { status, notice: Some(notice), made: None })
}

fn state(state: ConnectionState) -> StateWord {
    let kind = match state {
        ConnectionState::Connected => "good",
        ConnectionState::Degraded => "busy",
        ConnectionState::Disconnected => "bad",
    };
    StateWord { kind, word: t::connection_state(state) }
}

pub(in crate::ui) async fn list(visit: Visit) -> Shown {
    shown(&visit, As::asked(&visit)?).await
}

async fn shown(visit: &Visit, mut shown: As) -> Result<HttpResponse, ApiError> {
    let reference = integration(visit)?.to_string();
    let found = visit.call.control(move |control| {
        let app = match control.app(&reference) {
            Ok(app) => Some(app),
            Err(ControlError::NotFound { what: "app", .. }) => None,
            Err(error) => return Err(error),
        };
        Ok((control.integration_show(&reference)?, app))
    });
    let (view, app) = found.await?;
    let provider = watchbell_providers::find(&view.integration.provider);
    if !provider.is_some_and(watchbell_provider::Provider::connects) {
        return Err(ApiError::nothing_here());
    }
    let (place, base) = (place(visit)?, visit.base());
    let mut page = page(visit, Section::Integrations, t::CONNECTIONS, &mut shown);
    page.above = Some((format!("{base}/integrations/{}", view.integration.id), t::TO_INTEGRATION));
    page.lead = t::CONNECTIONS_LEAD;
    page.facts = vec![(t::INTEGRATION, Cell::Text(view.integration.name.clone()))];
    let columns =
        [t::ORGANIZATION_AT, t::STATE, t::WHY, t::CONNECTED_BY, t::STATE_SINCE, t::TOKEN_ENDS];
    let rows = view.connections.iter().map(|one| row(one, &format!("{base}{place}"), &page.frame));
    page.table = Some(whole(&columns, rows.collect(), t::CONNECTIONS_NONE));
    if may(visit, Scope::IntegrationsWrite) {
        page.forms.extend(by_token(&view.connections, app.as_ref(), format!("{base}{place}")));
    }
    page.parts.push(app::part(visit, &view, app.as_ref())?);
    Ok(answer(visit, &shown, page))
}

fn row(one: &Connection, place: &str, frame: &Frame) -> Vec<Cell> {
    vec![
        Cell::Link(format!("{place}/{}", one.id), one.organization_name.clone()),
        Cell::Word(state(one.state)),
        text(one.reason.clone()),
        text(Some(t::connection_mode(one.mode))),
        Cell::When(frame.moment(one.state_at)),
        text(one.expires_at.map(|at| frame.moment(at).exact())),
    ]
}

/// The form for a token, unless an app is there.
fn by_token(connections: &[Connection], app: Option<&AppView>, action: String) -> Option<Form> {
    if app.is_some() || connections.iter().any(|one| one.mode == ConnectionMode::OAuth) {
        return None;
    }
    let has_one = !connections.is_empty();
    let title = if has_one { t::TOKEN_REPLACE } else { t::TOKEN_CONNECT };
    let fields = vec![
        Field { help: t::TOKEN_HELP, ..field("token", t::TOKEN, Kind::Secret) },
        Field {
            help: t::CLIENT_SECRET_HELP,
            ..field("client_secret", t::CLIENT_SECRET, Kind::Secret)
        },
        Field {
            help: t::ORGANIZATION_HELP,
            ..line("organization", t::ORGANIZATION_SLUG, "", false)
        },
        base_url(""),
    ];
    Some(form(title, action, fields, t::CONNECT_BUTTON))
}

fn base_url(value: &str) -> Field {
    Field { help: t::BASE_URL_HELP, ..line("base_url", t::BASE_URL, value, false) }
}

pub(in crate::ui) async fn add(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let mut secret = |name| given(&mut form, name).map(Secret::new);
    let (token, client_secret) = (secret("token"), secret("client_secret"));
    let (organization, base_url) = (given(&mut form, "organization"), given(&mut form, "base_url"));
    if token.is_none() {
        form.wrong("token", t::WANT_TOKEN, "");
    }
    let token = token.unwrap_or_else(|| Secret::new(""));
    let new = ConnectionNew { token, client_secret, organization, base_url };
    let client = visit.call.state.sentry.clone();
    let run =
        move |control: &Control, reference: &str| control.connection_add(&client, reference, &new);
    match tried(&visit, form, run).await {
        Ok(made) => {
            Ok(on(&visit, &format!("{}/{}", place(&visit)?, made.id), notice::CONNECTED_SOURCE))
        }
        Err(error) => shown(&visit, refused(error)?).await,
    }
}

/// What stands beside the state of an integration whose source cannot be asked as it should: the worst
/// of its connections.
pub(in crate::ui) fn trouble(view: &IntegrationView) -> Option<StateWord> {
    let worst = view.connections.iter().map(|one| one.state).max()?;
    let StateWord { kind, .. } = state(worst);
    t::connection_trouble(worst).map(|word| StateWord { kind, word })
}

/// What an integration's own page says of its connections; none, if its source is only listened to.
pub(in crate::ui) fn in_short(view: &IntegrationView) -> Option<String> {
    let provider = watchbell_providers::find(&view.integration.provider)?;
    let state =
        |one: &Connection| format!("{}: {}", one.organization_name, t::connection_state(one.state));
    let states: Vec<_> = view.connections.iter().map(state).collect();
    provider.connects().then(|| match states.as_slice() {
        [] => t::CONNECTIONS_NONE.to_owned(),
        states => states.join(", "),
    })
}
