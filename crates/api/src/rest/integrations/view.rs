//! Integrations and providers as the API shows them: names instead of ids, and no secret.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_control::{IntegrationCreated, intake_url};
use watchbell_model::{ConnectionScope, IntegrationState, Secret};
use watchbell_provider::{Options, Provider, SettingKind};

use crate::envelope::time;
use crate::rest::words;

/// A kind of sender.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct ProviderView {
    provider: &'static str,
    name: &'static str,
    aliases: &'static [&'static str],
    /// What its routing keys begin with.
    key_prefix: &'static str,
    /// Whether its senders can sign.
    takes_signing_secret: bool,
    /// Its levels, and what each does unless a linked service says otherwise.
    #[schema(value_type = BTreeMap<String, String>)]
    levels: BTreeMap<&'static str, String>,
    settings: Vec<SettingView>,
}

/// One of a provider's own settings.
#[derive(Debug, Serialize, ToSchema)]
struct SettingView {
    key: &'static str,
    label: &'static str,
    help: &'static str,
    /// What it takes: `flag`, `choice`, `seconds`, `count`, `text` or `header`.
    kind: &'static str,
    /// The words of a choice.
    choices: &'static [&'static str],
    default: &'static str,
}

impl ProviderView {
    pub(super) fn new(provider: &dyn Provider) -> Self {
        let options = Options::none();
        let levels = provider.levels(&options).iter();
        let settings = provider.settings().iter().map(|setting| {
            let (kind, choices): (_, &[&str]) = match setting.kind {
                SettingKind::Flag => ("flag", &[]),
                SettingKind::Choice(words) => ("choice", words),
                SettingKind::Seconds => ("seconds", &[]),
                SettingKind::Count => ("count", &[]),
                SettingKind::Text => ("text", &[]),
                SettingKind::Header => ("header", &[]),
            };
            SettingView {
                key: setting.key,
                label: setting.label,
                help: setting.help,
                kind,
                choices,
                default: setting.default,
            }
        });
        Self {
            provider: provider.slug(),
            name: provider.name(),
            aliases: provider.aliases(),
            key_prefix: provider.key_prefix(),
            takes_signing_secret: provider.proof(&options).takes_secret(),
            levels: levels.map(|(level, action)| (*level, action.to_string())).collect(),
            settings: settings.collect(),
        }
    }
}

/// A state in a query.
pub(super) struct StateText(pub(super) IntegrationState);

impl std::str::FromStr for StateText {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut all = IntegrationState::ALL.into_iter();
        all.find(|state| state.as_str() == text).map(Self).ok_or(())
    }
}

/// A routing key, masked.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    /// Null: the master key here does not open it.
    masked: Option<String>,
    created_at: String,
    /// When it ends, if it has been replaced.
    expires_at: Option<String>,
}

/// A signing secret, without the secret.
#[derive(Debug, Serialize, ToSchema)]
struct SecretView {
    secret_id: String,
    set_at: String,
}

/// A linked service.
#[derive(Debug, Serialize, ToSchema)]
struct LinkView {
    service_key: String,
    name: String,
    is_active: bool,
    /// How it reads levels, above the provider's table: a severity, or `do_not_create`.
    severity_mapping: BTreeMap<String, String>,
}

/// A project at the source and its service.
#[derive(Debug, Serialize, ToSchema)]
struct ProjectView {
    project: String,
    service_key: Option<String>,
    is_active: bool,
    /// The connection whose project it is; null: the integration's own.
    connection_id: Option<String>,
}

/// An integration.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct IntegrationView {
    integration_id: String,
    provider: String,
    provider_name: String,
    name: String,
    #[schema(schema_with = words::integration_state)]
    state: &'static str,
    rate_limit: u32,
    accept_over_limit: bool,
    restricted_to_links: bool,
    default_service_key: Option<String>,
    services: Vec<LinkView>,
    projects: Vec<ProjectView>,
    options: BTreeMap<String, String>,
    /// The keys that live, the newest first.
    routing_keys: Vec<KeyView>,
    /// The newest first.
    signing_secrets: Vec<SecretView>,
    /// Whether its senders can sign.
    takes_signing_secret: bool,
    created_at: String,
}

impl IntegrationView {
    pub(super) fn new(view: &watchbell_control::IntegrationView) -> Self {
        let integration = &view.integration;
        let service_key = |id| {
            let link = view.links.iter().find(|link| link.service.id == id);
            link.map(|link| link.service.key.to_string())
        };
        let services = view.links.iter().map(|link| LinkView {
            service_key: link.service.key.to_string(),
            name: link.service.name.clone(),
            is_active: link.service.active,
            severity_mapping: link
                .mapping
                .iter()
                .map(|(level, action)| (level.to_owned(), action.to_string()))
                .collect(),
        });
        let projects = integration.projects.iter().map(|mapping| ProjectView {
            project: mapping.project.clone(),
            service_key: service_key(mapping.service),
            is_active: mapping.active,
            connection_id: (mapping.scope != ConnectionScope::NONE)
                .then(|| mapping.scope.to_string()),
        });
        let keys = view.keys.iter().map(|key| KeyView {
            masked: key.masked.clone(),
            created_at: time(key.created_at),
            expires_at: key.expires_at.map(time),
        });
        let secrets = view.secrets.iter().map(|secret| SecretView {
            secret_id: secret.id.to_string(),
            set_at: time(secret.created_at),
        });
        Self {
            integration_id: integration.id.to_string(),
            provider: integration.provider.clone(),
            provider_name: view.provider_name.clone(),
            name: integration.name.clone(),
            state: integration.state.as_str(),
            rate_limit: integration.rate_limit,
            accept_over_limit: integration.accept_over_limit,
            restricted_to_links: integration.restricted_to_links,
            default_service_key: view.default_service.as_ref().map(|s| s.key.to_string()),
            services: services.collect(),
            projects: projects.collect(),
            options: integration.options.clone(),
            routing_keys: keys.collect(),
            signing_secrets: secrets.collect(),
            takes_signing_secret: view.takes_secret,
            created_at: time(integration.created_at),
        }
    }
}

/// An integration with what is shown once, or only to somebody who asked for it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct IntegrationCreatedView {
    #[serde(flatten)]
    integration: IntegrationView,
    /// A password: whoever knows it can open incidents.
    routing_key: String,
    /// The intake address. It holds the key.
    webhook_url: String,
    /// The signing secret, if one was made: not shown again.
    signing_secret: Option<String>,
}

impl IntegrationCreatedView {
    pub(super) fn new(created: &IntegrationCreated, public_url: &str) -> Self {
        let key = &created.routing_key;
        Self {
            integration: IntegrationView::new(&created.view),
            routing_key: key.expose().to_owned(),
            webhook_url: intake_url(public_url, key).expose().to_owned(),
            signing_secret: created.generated_secret.as_ref().map(Secret::expose).map(Into::into),
        }
    }
}
