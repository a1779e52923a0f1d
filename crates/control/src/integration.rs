//! Adding integrations and changing what they do. Their keys and secrets: `keys.rs`.

use std::collections::BTreeMap;

use watchbell_model::{
    Integration, IntegrationId, IntegrationState, LevelMapping, Link, Secret, ServiceId,
};
use watchbell_provider::{FieldProblem, Provider};
use watchbell_store::{ConfigChange, StoredConfig};

use crate::documents::IntegrationDocument;
use crate::error::{all, problem};
use crate::service::name_problem;
use crate::{Control, ControlError, IntegrationView, find, options};

/// The rate limit of an integration that sets none.
pub const DEFAULT_RATE_LIMIT: u32 = 100;
/// The greatest rate limit.
pub const MAX_RATE_LIMIT: u32 = 1_000_000;

/// An integration to be added.
#[derive(Debug, Clone, Default)]
pub struct IntegrationNew {
    /// The provider's slug or one of its aliases.
    pub provider: String,
    /// What people call it: 1 to 200 characters. None: the provider's name, numbered if used.
    pub name: Option<String>,
    /// A routing key to bring along: 20 to 200 characters of `[A-Za-z0-9_-]`. None: a new one.
    ///
    /// One of the form `c` and 24 of `[a-z0-9]` (a cuid) is an OpsKnight integration id, which that
    /// product shows openly. It was never secret, so it needs a signing secret beside it.
    pub routing_key: Option<Secret>,
    /// Services to link, by any of their keys.
    pub services: Vec<String>,
    /// The service of alerts that name none, by any of its keys. It is linked too.
    pub default_service: Option<String>,
    /// The most accepted deliveries in any 60 seconds; 0 = no limit. None: 100.
    pub rate_limit: Option<u32>,
    /// Over the limit: accept and mark, instead of 429.
    pub accept_over_limit: bool,
    /// Whether only linked services may be named.
    pub restricted_to_links: bool,
    /// Signing secrets to store: two at most, generated ones included.
    pub secrets: Vec<Secret>,
    /// Whether to generate a signing secret.
    pub generate_secret: bool,
    /// The provider's own settings.
    pub options: BTreeMap<String, String>,
}

/// What shall change about an integration. What is none stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntegrationSet {
    /// What people call it.
    pub name: Option<String>,
    /// The default service by any of its keys, or `Some(None)` for none. It is linked too.
    pub default_service: Option<Option<String>>,
    /// The most accepted deliveries in any 60 seconds; 0 = no limit.
    pub rate_limit: Option<u32>,
    /// Over the limit: accept and mark, instead of 429.
    pub accept_over_limit: Option<bool>,
    /// Whether only linked services may be named.
    pub restricted_to_links: Option<bool>,
    /// The provider's own settings; none as a value goes back to the default.
    pub options: BTreeMap<String, Option<String>>,
}

/// A move from one state to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Connected to disabled: deliveries get 403.
    Disable,
    /// Disabled to connected.
    Enable,
    /// To disconnected: the key is answered like an unknown one; history stays.
    Disconnect,
    /// Disconnected to connected, with the same key.
    Reconnect,
}

impl Move {
    /// The state after the move.
    pub const fn target(self) -> IntegrationState {
        match self {
            Self::Disable => IntegrationState::Disabled,
            Self::Enable | Self::Reconnect => IntegrationState::Connected,
            Self::Disconnect => IntegrationState::Disconnected,
        }
    }

    /// What to do instead, if the move is not possible from `state`.
    const fn obstacle(self, state: IntegrationState) -> Option<&'static str> {
        match (self, state) {
            (Self::Disable, IntegrationState::Disconnected) => {
                Some("deliveries are refused already; `reconnect` it first to only disable it")
            }
            (Self::Enable, IntegrationState::Disconnected) => Some("use `reconnect`"),
            (Self::Reconnect, IntegrationState::Disabled) => Some("use `enable`"),
            (Self::Disable | Self::Enable | Self::Disconnect | Self::Reconnect, _) => None,
        }
    }
}

impl Control {
    /// Moves an integration to another state. False if it was there already.
    ///
    /// # Errors
    /// [`ControlError::Refused`] for a move that is not possible, with what to do instead.
    pub fn integration_move(
        &self,
        reference: &str,
        to: Move,
    ) -> Result<(IntegrationView, bool), ControlError> {
        self.integration_change(reference, |_, integration| {
            if let Some(advice) = to.obstacle(integration.state) {
                let (name, state) = (&integration.name, integration.state);
                return Err(ControlError::refused(format!("{name:?} is {state}: {advice}")));
            }
            integration.state = to.target();
            Ok(())
        })
    }

    /// Links a service, or gives its link another mapping of levels. False if nothing changed.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for either of them.
    pub fn integration_link(
        &self,
        reference: &str,
        service: &str,
        mapping: Option<&LevelMapping>,
    ) -> Result<(IntegrationView, bool), ControlError> {
        self.integration_change(reference, |config, integration| {
            let service = find::service(config, service)?.id;
            link(integration, service);
            let link = integration.links.iter_mut().find(|link| link.service == service);
            if let (Some(link), Some(mapping)) = (link, mapping) {
                link.mapping = mapping.clone();
            }
            Ok(())
        })
    }

    /// Gives the link of a service another mapping of levels. False if nothing changed.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for either of them; [`ControlError::Refused`] if it is not linked.
    pub fn integration_map(
        &self,
        reference: &str,
        service: &str,
        mapping: &LevelMapping,
    ) -> Result<(IntegrationView, bool), ControlError> {
        self.integration_change(reference, |config, integration| {
            let service = find::service(config, service)?;
            let link = integration.links.iter_mut().find(|link| link.service == service.id);
            let Some(link) = link else {
                return Err(ControlError::refused(format!(
                    "{} is not linked with {:?} any more: link it first",
                    service.legacy_key, integration.name
                )));
            };
            link.mapping = mapping.clone();
            Ok(())
        })
    }

    /// Takes the link to a service away. False if there was none.
    ///
    /// # Errors
    /// [`ControlError::Refused`] if it is the default service.
    pub fn integration_unlink(
        &self,
        reference: &str,
        service: &str,
    ) -> Result<(IntegrationView, bool), ControlError> {
        self.integration_change(reference, |config, integration| {
            let service = find::service(config, service)?;
            if integration.default_service == Some(service.id) {
                return Err(ControlError::refused(format!(
                    "{} is the default service of {:?}: choose another default or none first",
                    service.legacy_key, integration.name
                )));
            }
            integration.links.retain(|link| link.service != service.id);
            Ok(())
        })
    }

    /// Changes settings of an integration. False if nothing changed.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value.
    pub fn integration_set(
        &self,
        reference: &str,
        set: &IntegrationSet,
    ) -> Result<(IntegrationView, bool), ControlError> {
        let IntegrationSet {
            name,
            default_service,
            rate_limit,
            accept_over_limit,
            restricted_to_links,
            options,
        } = set;
        self.integration_change(reference, |config, integration| {
            if let Some(name) = name {
                name.trim().clone_into(&mut integration.name);
            }
            if let Some(default) = default_service {
                integration.default_service = match default {
                    Some(service) => Some(named(config, service, "default_service_key")?),
                    None => None,
                };
            }
            integration.rate_limit = rate_limit.unwrap_or(integration.rate_limit);
            integration.accept_over_limit =
                accept_over_limit.unwrap_or(integration.accept_over_limit);
            integration.restricted_to_links =
                restricted_to_links.unwrap_or(integration.restricted_to_links);
            for (key, value) in options {
                match value {
                    Some(value) => integration.options.insert(key.clone(), value.clone()),
                    None => integration.options.remove(key),
                };
            }
            if let Some(default) = integration.default_service {
                link(integration, default);
            }
            let problems = problems(integration, find::provider_of(integration)?);
            if problems.is_empty() { Ok(()) } else { Err(ControlError::Invalid(problems)) }
        })
    }

    /// The integration that `new` describes, links included, for `config`.
    pub(crate) fn integration_of(
        &self,
        new: &IntegrationNew,
        provider: &dyn Provider,
        config: &StoredConfig,
    ) -> Result<Integration, ControlError> {
        let mut integration = Integration {
            id: IntegrationId::from_uuid(self.ids.next()),
            provider: provider.slug().to_owned(),
            name: match &new.name {
                Some(name) => name.trim().to_owned(),
                None => free_name(provider.name(), config),
            },
            state: IntegrationState::Connected,
            rate_limit: new.rate_limit.unwrap_or(DEFAULT_RATE_LIMIT),
            accept_over_limit: new.accept_over_limit,
            default_service: None,
            links: Vec::new(),
            projects: Vec::new(),
            restricted_to_links: new.restricted_to_links,
            options: new.options.clone(),
            created_at: self.clock.now(),
        };
        let places = new.services.iter().enumerate();
        let links = places.map(|(place, s)| named(config, s, &format!("service_keys[{place}]")));
        let default = new.default_service.iter();
        let default = default.map(|service| named(config, service, "default_service_key"));
        let mut wrong = Vec::new();
        match all(links.chain(default)) {
            Ok(services) => {
                for service in services {
                    link(&mut integration, service);
                    // The last one, if there is a default.
                    integration.default_service = new.default_service.as_ref().map(|_| service);
                }
            }
            Err(ControlError::Invalid(problems)) => wrong = problems,
            Err(other) => return Err(other),
        }
        let mut problems = problems(&integration, provider);
        problems.append(&mut wrong);
        if problems.is_empty() { Ok(integration) } else { Err(ControlError::Invalid(problems)) }
    }

    /// Changes an integration as `edit` does; writes nothing if it does nothing.
    pub(crate) fn integration_change(
        &self,
        reference: &str,
        edit: impl Fn(&StoredConfig, &mut Integration) -> Result<(), ControlError>,
    ) -> Result<(IntegrationView, bool), ControlError> {
        self.change(|config| {
            let before = find::integration(config, reference)?;
            let mut integration = before.clone();
            self.must_match("integration", &IntegrationDocument::of(config, before))?;
            edit(config, &mut integration)?;
            let is_changed = integration != *before;
            let view = self.view(config, &integration);
            let change = is_changed.then_some(ConfigChange::IntegrationSet(integration));
            Ok((change.into_iter().collect(), (view, is_changed)))
        })
    }
}

pub(crate) fn link(integration: &mut Integration, service: ServiceId) {
    if integration.link(service).is_none() {
        integration.links.push(Link { service, mapping: LevelMapping::default() });
    }
}

/// The service that the field at `path` names.
fn named(config: &StoredConfig, service: &str, path: &str) -> Result<ServiceId, ControlError> {
    let found = find::service(config, service).map(|service| service.id);
    found.map_err(|error| error.in_field(path))
}

/// What is wrong with an integration of `provider`.
pub(crate) fn problems(integration: &Integration, provider: &dyn Provider) -> Vec<FieldProblem> {
    let mut problems: Vec<_> = name_problem(&integration.name).into_iter().collect();
    if integration.rate_limit > MAX_RATE_LIMIT {
        let expected = format!("0 (no limit) to {MAX_RATE_LIMIT}");
        problems.push(problem("rate_limit", expected, integration.rate_limit.to_string()));
    }
    problems.extend(options::problems(provider, &integration.options));
    problems
}

/// `wanted`, or with the first number that makes it a new name.
fn free_name(wanted: &str, config: &StoredConfig) -> String {
    let is_free = |name: &str| {
        let folded = name.to_lowercase();
        config.integrations.iter().all(|i| i.name.to_lowercase() != folded)
    };
    if is_free(wanted) {
        return wanted.to_owned();
    }
    // One more candidate than there are integrations, so one of them is free.
    let last = config.integrations.len().saturating_add(2);
    let mut candidates = (2..=last).map(|number| format!("{wanted} {number}"));
    candidates.find(|name| is_free(name)).unwrap_or_else(|| wanted.to_owned())
}
