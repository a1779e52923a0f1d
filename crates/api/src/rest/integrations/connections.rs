//! Connections with organizations at the source, and the app that they install.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::{AppNew, ConnectionNew, ProjectChoice, ProjectOffer, redirect_url};
use watchbell_model::{Connection, ConnectionScope};

use super::{reference, shown};
use crate::envelope::time;
use crate::error::ApiError;
use crate::rest::call::Call;
use crate::rest::fields::Fields;
use crate::rest::{Answered, words};

/// A connection with an organization at the source. Its token is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct ConnectionView {
    connection_id: String,
    integration_id: String,
    /// `internal`: a token that was pasted. `oauth`: an installation of the integration's app.
    #[schema(schema_with = words::connection_mode)]
    mode: &'static str,
    base_url: String,
    organization: String,
    organization_name: String,
    /// What its deliveries name.
    installation_id: Option<String>,
    /// What the token may do, as far as the source tells.
    scopes: Vec<String>,
    #[schema(schema_with = words::connection_state)]
    state: &'static str,
    /// Why it does not work.
    reason: Option<String>,
    since: String,
    token_expires_at: Option<String>,
    retry_at: Option<String>,
    created_at: String,
}

impl ConnectionView {
    fn new(one: &Connection) -> Self {
        Self {
            connection_id: one.id.to_string(),
            integration_id: one.integration.to_string(),
            mode: one.mode.as_str(),
            base_url: one.base_url.clone(),
            organization: one.organization.clone(),
            organization_name: one.organization_name.clone(),
            installation_id: one.installation.map(|uuid| uuid.as_hyphenated().to_string()),
            scopes: one.scopes.clone(),
            state: one.state.as_str(),
            reason: one.reason.clone(),
            since: time(one.state_at),
            token_expires_at: one.expires_at.map(time),
            retry_at: one.retry_at.map(time),
            created_at: time(one.created_at),
        }
    }
}

/// The connection in the address.
fn connection(call: &Call) -> Result<ConnectionScope, ApiError> {
    call.named("connection_id", "connection", "scp_ and 32 hexadecimal digits")
}

pub(in crate::rest) async fn list(call: Call) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let all = call.control(move |control| control.connections(&reference)).await?;
    let views: Vec<_> = all.iter().map(ConnectionView::new).collect();
    Ok(call.ok(&views))
}

/// A connection to be made by a token.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct ConnectionCreate {
    /// The token of an internal integration at the source. It is checked before it is kept.
    #[schema(min_length = 8, max_length = 1000)]
    token: String,
    /// What its deliveries are signed with; left out: the signing secret as it is.
    #[schema(min_length = 8, max_length = 1000)]
    client_secret: Option<String>,
    /// The organization's name in addresses; left out: the token's only one.
    #[schema(min_length = 1, max_length = 200)]
    organization: Option<String>,
    /// The address of the server at the source; left out: the public one.
    #[schema(min_length = 1, max_length = 500)]
    base_url: Option<String>,
}

pub(in crate::rest) async fn create(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let token = fields.secret("token", 8..=1_000);
    let token = fields.required("token", token);
    let client_secret = fields.secret("client_secret", 8..=1_000);
    let organization = fields.text("organization", 1..=200);
    let base_url = fields.text("base_url", 1..=500);
    fields.finish()?;
    let token = token.unwrap_or_else(|| watchbell_model::Secret::new(""));
    let new = ConnectionNew { token, client_secret, organization, base_url };
    let client = call.state.sentry.clone();
    let made = call.control(move |control| control.connection_add(&client, &reference, &new));
    Ok(call.created(&ConnectionView::new(&made.await?)))
}

pub(in crate::rest) async fn detail(call: Call) -> Answered {
    call.no_query()?;
    let (reference, id) = (reference(&call)?, connection(&call)?);
    let found = call.control(move |control| control.connection(&reference, id)).await?;
    Ok(call.ok(&ConnectionView::new(&found)))
}

pub(in crate::rest) async fn check(call: Call) -> Answered {
    call.no_query()?;
    let (reference, id) = (reference(&call)?, connection(&call)?);
    let client = call.state.sentry.clone();
    let checked = call.control(move |control| control.connection_check(&client, &reference, id));
    Ok(call.ok(&ConnectionView::new(&checked.await?)))
}

pub(in crate::rest) async fn remove(call: Call) -> Answered {
    call.no_query()?;
    let (reference, id) = (reference(&call)?, connection(&call)?);
    let left = call.control(move |control| {
        control.connection_remove(&reference, id)?;
        control.connections(&reference)
    });
    let views: Vec<_> = left.await?.iter().map(ConnectionView::new).collect();
    Ok(call.ok(&views))
}

/// A project at the source.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectOfferView {
    /// Its name in addresses.
    project: String,
    name: String,
    /// Where its new incidents go.
    service_key: Option<String>,
    /// Whether that holds; null: it is not mapped.
    is_active: Option<bool>,
    /// A service that is called like it.
    proposed_service_key: Option<String>,
}

/// The projects at the source.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct ProjectOffersView {
    projects: Vec<ProjectOfferView>,
    /// Whether these are all.
    complete: bool,
}

impl ProjectOfferView {
    fn new(offer: &ProjectOffer) -> Self {
        let mapped = offer.mapped.as_ref();
        Self {
            project: offer.project.clone(),
            name: offer.name.clone(),
            service_key: mapped.map(|(service, _)| service.key.to_string()),
            is_active: mapped.map(|(_, active)| *active),
            proposed_service_key: offer.proposed.as_ref().map(|service| service.key.to_string()),
        }
    }
}

pub(in crate::rest) async fn projects(call: Call) -> Answered {
    call.no_query()?;
    let (reference, id) = (reference(&call)?, connection(&call)?);
    let client = call.state.sentry.clone();
    let offers = call.control(move |control| control.connection_projects(&client, &reference, id));
    let offers = offers.await?;
    let projects = offers.list.iter().map(ProjectOfferView::new).collect();
    Ok(call.ok(&ProjectOffersView { projects, complete: offers.complete }))
}

/// Which projects go where.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct ProjectsImport {
    /// By project: the service of its new incidents, by any of its keys. At most 1,000.
    projects: std::collections::BTreeMap<String, String>,
}

pub(in crate::rest) async fn import(call: Call, mut fields: Fields) -> Answered {
    const MOST: usize = 1_000;
    call.no_query()?;
    let (reference, id) = (reference(&call)?, connection(&call)?);
    let texts = fields.texts("projects");
    let texts = fields.required("projects", texts).unwrap_or_default();
    if texts.len() > MOST {
        fields.wrong("projects", format!("at most {MOST} projects"), texts.len());
    }
    let mut choices = Vec::with_capacity(texts.len());
    for (project, service) in texts {
        if let Some(service) = service {
            choices.push(ProjectChoice { project, service });
        } else {
            let path = format!("projects.{}", watchbell_model::cut(project, 60));
            fields.wrong(&path, "the key of a service", "null");
        }
    }
    fields.finish()?;
    let imported =
        call.control(move |control| control.connection_import(&reference, id, &choices)).await?;
    Ok(shown(&call, &imported))
}

pub(in crate::rest) async fn map_project(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let (reference, id) = (reference(&call)?, connection(&call)?);
    let project = call.part("project");
    let service = fields.text("service_key", 1..=50);
    let service = fields.required("service_key", service).unwrap_or_default();
    let active = fields.flag("is_active").unwrap_or(true);
    fields.finish()?;
    let mapped = call.control(move |control| {
        let scope = control.connection_scope(&reference, id)?;
        control.project_map_in(&reference, scope, &project, &service, active)
    });
    let (view, _) = mapped.await?;
    Ok(shown(&call, &view))
}

pub(in crate::rest) async fn unmap_project(call: Call) -> Answered {
    call.no_query()?;
    let (reference, id) = (reference(&call)?, connection(&call)?);
    let project = call.part("project");
    let unmapped = call.control(move |control| {
        let scope = control.connection_scope(&reference, id)?;
        control.project_unmap_in(&reference, scope, &project)
    });
    let (view, _) = unmapped.await?;
    Ok(shown(&call, &view))
}

/// The integration's app at the source. Its secret is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct AppView {
    slug: String,
    client_id: String,
    base_url: String,
    /// Where a browser goes to install it in an organization.
    install_url: String,
    /// What to enter at the source as the app's redirect address.
    redirect_url: String,
}

impl AppView {
    fn new(call: &Call, provider: &str, view: &watchbell_control::AppView) -> Self {
        let app = &view.app;
        Self {
            slug: app.slug.clone(),
            client_id: app.client_id.clone(),
            base_url: app.base_url.clone(),
            install_url: view.install_url.clone(),
            redirect_url: redirect_url(&call.state.settings.public_url, provider, app.integration),
        }
    }
}

/// The app as it was registered at the source.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct AppSet {
    /// Its name in addresses.
    #[schema(min_length = 1, max_length = 200)]
    slug: String,
    #[schema(min_length = 1, max_length = 200)]
    client_id: String,
    /// Also what its deliveries are signed with; left out: the newest signing secret.
    #[schema(min_length = 8, max_length = 1000)]
    client_secret: Option<String>,
    /// The address of the server at the source; left out: the public one.
    #[schema(min_length = 1, max_length = 500)]
    base_url: Option<String>,
}

pub(in crate::rest) async fn app(call: Call) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let found = call.control(move |control| {
        Ok((control.integration_show(&reference)?, control.app(&reference)?))
    });
    let (view, app) = found.await?;
    Ok(call.ok(&AppView::new(&call, &view.integration.provider, &app)))
}

pub(in crate::rest) async fn app_set(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let slug = fields.text("slug", 1..=200);
    let client_id = fields.text("client_id", 1..=200);
    let new = AppNew {
        slug: fields.required("slug", slug).unwrap_or_default(),
        client_id: fields.required("client_id", client_id).unwrap_or_default(),
        client_secret: fields.secret("client_secret", 8..=1_000),
        base_url: fields.text("base_url", 1..=500),
    };
    fields.finish()?;
    let set = call.control(move |control| {
        let app = control.app_set(&reference, &new)?;
        Ok((control.integration_show(&reference)?, app))
    });
    let (view, app) = set.await?;
    Ok(call.ok(&AppView::new(&call, &view.integration.provider, &app)))
}

pub(in crate::rest) async fn app_remove(call: Call) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let id = reference.clone();
    let removed = call.control(move |control| {
        control.app_remove(&reference)?;
        control.integration_show(&id)
    });
    Ok(shown(&call, &removed.await?))
}
