//! The integration's app at the source, which organizations install.

use watchbell_control::{AppNew, AppView, Control, IntegrationView, redirect_url};
use watchbell_model::{ConnectionMode, Scope, Secret};
use watchbell_web::page::{Cell, Field, Form, Kind, RecordsPart};
use watchbell_web::text as t;

use super::super::{field, form, given, line, may, on};
use super::{base_url, place, refused, shown, tried};
use crate::error::ApiError;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::visit::Visit;

/// What the page of connections says of the app.
pub(super) fn part(
    visit: &Visit,
    view: &IntegrationView,
    app: Option<&AppView>,
) -> Result<RecordsPart, ApiError> {
    let place = format!("{}{}", visit.base(), place(visit)?);
    let public_url = &visit.call.state.settings.public_url;
    let redirect = redirect_url(public_url, &view.integration.provider, view.integration.id);
    let mut facts = vec![(t::REDIRECT_URL, Cell::Code(redirect))];
    if let Some(AppView { app, install_url }) = app {
        let install = Cell::Link(install_url.clone(), t::INSTALL.to_owned());
        facts.extend([
            (t::INSTALL_LINK, install),
            (t::APP_SLUG, Cell::Code(app.slug.clone())),
            (t::CLIENT_ID, Cell::Code(app.client_id.clone())),
            (t::SERVER_AT, Cell::Code(app.base_url.clone())),
        ]);
    }
    let by_token = view.connections.iter().any(|one| one.mode == ConnectionMode::Internal);
    let can_change = may(visit, Scope::IntegrationsWrite) && !by_token;
    let mut forms = Vec::new();
    if can_change {
        forms.push(set_form(&place, app));
        if app.is_some() && view.connections.is_empty() {
            let action = format!("{place}/app/remove");
            let removal = form(t::APP_REMOVE, action, Vec::new(), t::REMOVE);
            forms.push(Form { is_dangerous: true, ..removal });
        }
    }
    let lead = if by_token { t::APP_NOT_BESIDE_TOKEN } else { t::APP_LEAD };
    Ok(RecordsPart {
        id: "app",
        title: t::APP,
        lead: lead.to_owned(),
        facts,
        forms,
        pastes: Vec::new(),
    })
}

fn set_form(place: &str, app: Option<&AppView>) -> Form {
    let is = |get: fn(&AppView) -> &str| app.map_or(String::new(), |app| get(app).to_owned());
    let fields = vec![
        line("slug", t::APP_SLUG, is(|view| &view.app.slug), true),
        line("client_id", t::CLIENT_ID, is(|view| &view.app.client_id), true),
        Field {
            help: t::APP_SECRET_HELP,
            ..field("client_secret", t::CLIENT_SECRET, Kind::Secret)
        },
        base_url(&is(|view| &view.app.base_url)),
    ];
    let title = if app.is_some() { t::APP_CHANGE } else { t::APP_SET };
    form(title, format!("{place}/app"), fields, t::SAVE)
}

pub(in crate::ui) async fn set(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let mut text = |name| given(&mut form, name);
    let new = AppNew {
        slug: text("slug").unwrap_or_default(),
        client_id: text("client_id").unwrap_or_default(),
        client_secret: text("client_secret").map(Secret::new),
        base_url: text("base_url"),
    };
    let run = move |control: &Control, reference: &str| control.app_set(reference, &new);
    match tried(&visit, form, run).await {
        Ok(_) => Ok(on(&visit, &place(&visit)?, notice::APP_SET)),
        Err(error) => shown(&visit, refused(error)?).await,
    }
}

pub(in crate::ui) async fn remove(mut visit: Visit) -> Shown {
    let form = visit.form();
    match tried(&visit, form, Control::app_remove).await {
        Ok(()) => Ok(on(&visit, &place(&visit)?, notice::APP_GONE)),
        Err(error) => shown(&visit, refused(error)?).await,
    }
}
