//! The app of an integration at the source, which organizations install.

use watchbell_model::{ConnectionApp, ConnectionMode, Integration, IntegrationId, Secret};
use watchbell_sentry_client::Base;
use watchbell_store::{ConfigChange, StoredConfig};

use super::{base, base_of, must_connect, of};
use crate::error::quoted;
use crate::keys::secrets_of;
use crate::{Control, ControlError, find};

/// The most characters of a slug or client id.
const MAX_NAME: usize = 200;

/// The app as somebody registered it at the source.
#[derive(Debug, Clone)]
pub struct AppNew {
    /// Its name in addresses.
    pub slug: String,
    /// What the source calls it.
    pub client_id: String,
    /// What it shows the source, and what its deliveries are signed with; none: the integration's
    /// newest signing secret.
    pub client_secret: Option<Secret>,
    /// The address of the server; none: the public one.
    pub base_url: Option<String>,
}

/// The app, and where people go to install it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppView {
    /// The app.
    pub app: ConnectionApp,
    /// Where a browser goes to install it in an organization.
    pub install_url: String,
}

/// What is entered at the source as the app's redirect address.
pub fn redirect_url(public_url: &str, provider: &str, integration: IntegrationId) -> String {
    let base = public_url.trim_end_matches('/');
    format!("{base}/oauth/{provider}/callback?integration={integration}")
}

impl Control {
    /// The app of an integration, if it has one.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] if there is no such integration, or it has none.
    pub fn app(&self, reference: &str) -> Result<AppView, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        view(app_of(&config, integration)?)
    }

    /// The integrations that have an app, and are of this provider: where an installation may
    /// belong.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn apps_of(&self, provider: &str) -> Result<Vec<(Integration, AppView)>, ControlError> {
        let config = self.store.config_load()?;
        let mut found = Vec::new();
        for integration in config.integrations.iter().filter(|one| one.provider == provider) {
            if let Ok(app) = app_of(&config, integration) {
                found.push((integration.clone(), view(app)?));
            }
        }
        Ok(found)
    }

    /// Gives an integration its app. From then on what it takes belongs to organizations that have
    /// installed it.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with the wrong values; [`ControlError::Refused`] if the integration
    /// is connected by a token, has no secret, or moves to another server under its connections.
    pub fn app_set(&self, reference: &str, new: &AppNew) -> Result<AppView, ControlError> {
        let base = base(new.base_url.as_deref())?;
        let name = |path: &str, text: &str, is_allowed: fn(char) -> bool| {
            let text = text.trim();
            let fits =
                (1..=MAX_NAME).contains(&text.chars().count()) && text.chars().all(is_allowed);
            if fits {
                return Ok(text.to_owned());
            }
            let expected = format!("1 to {MAX_NAME} letters, digits and dashes");
            Err(ControlError::invalid(path, expected, quoted(text)))
        };
        let slug = name("slug", &new.slug, |c| c.is_ascii_alphanumeric() || c == '-' || c == '_')?;
        let client_id = name("client_id", &new.client_id, |c| c.is_ascii_graphic())?;
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            let provider = must_connect(integration)?;
            let mut connections = of(config, integration.id).map(|one| &one.connection);
            let by_token = of(config, integration.id).map(|one| &one.connection);
            if by_token.into_iter().any(|one| one.mode == ConnectionMode::Internal) {
                return Err(ControlError::refused(format!(
                    "{:?} is connected by a token: remove that connection first",
                    integration.name
                )));
            }
            if let Some(other) = connections.find(|one| one.base_url != base.as_str()) {
                return Err(ControlError::refused(format!(
                    "{} is connected at {}: remove that connection first",
                    other.organization, other.base_url
                )));
            }
            let mut changes = Vec::new();
            match &new.client_secret {
                Some(secret) => {
                    changes.extend(self.secret_change(config, integration, provider, secret)?);
                }
                None if secrets_of(config, integration).next().is_none() => {
                    let expected = "the app's client secret: none is stored yet";
                    return Err(ControlError::invalid("client_secret", expected, "nothing"));
                }
                None => {}
            }
            let app = ConnectionApp {
                integration: integration.id,
                slug: slug.clone(),
                client_id: client_id.clone(),
                base_url: base.to_string(),
            };
            let shown = view(&app)?;
            if !config.apps.contains(&app) {
                changes.push(ConfigChange::AppSet(app));
            }
            Ok((changes, shown))
        })
    }

    /// Takes the app of an integration away.
    ///
    /// # Errors
    /// [`ControlError::Refused`] while organizations are connected by it.
    pub fn app_remove(&self, reference: &str) -> Result<(), ControlError> {
        self.change(|config| {
            let integration = find::integration(config, reference)?;
            app_of(config, integration)?;
            let connections = of(config, integration.id).count();
            if connections > 0 {
                return Err(ControlError::refused(format!(
                    "{connections} organizations are connected by it: remove their connections first"
                )));
            }
            Ok((vec![ConfigChange::AppRemove(integration.id)], ()))
        })
    }

    /// What the app shows the source: the newest signing secret.
    pub(super) fn app_secret(
        &self,
        config: &StoredConfig,
        integration: &Integration,
    ) -> Result<Secret, ControlError> {
        let newest = secrets_of(config, integration).next_back().ok_or_else(|| {
            ControlError::refused(format!(
                "{:?} has no client secret any more: set the app again",
                integration.name
            ))
        })?;
        self.vault.refresh()?;
        self.open_secret(newest)
    }
}

pub(super) fn app_of<'a>(
    config: &'a StoredConfig,
    integration: &Integration,
) -> Result<&'a ConnectionApp, ControlError> {
    let found = config.apps.iter().find(|app| app.integration == integration.id);
    found.ok_or_else(|| ControlError::NotFound {
        what: "app",
        reference: integration.name.clone(),
        hint: ": set it first".to_owned(),
    })
}

fn view(app: &ConnectionApp) -> Result<AppView, ControlError> {
    let base: Base = base_of(&app.base_url)?;
    Ok(AppView { install_url: base.install_url(&app.slug), app: app.clone() })
}
