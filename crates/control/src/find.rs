//! Finding what people mean by a name.

use watchbell_model::{Email, Integration, Service, Team, User, fold_name, fold_service_reference};
use watchbell_provider::Provider;
use watchbell_providers::{PROVIDERS, find as find_provider};
use watchbell_store::StoredConfig;

use crate::ControlError;
use crate::error::quoted;

/// Whether `folded` (see [`fold_service_reference`]) names `service`.
pub(crate) fn answers_to(service: &Service, folded: &str) -> bool {
    let is = |name: &str| name.eq_ignore_ascii_case(folded);
    is(service.key.as_str())
        || is(&service.legacy_key.to_string())
        || service.slug.as_ref().is_some_and(|slug| is(slug.as_str()))
}

/// The service with this key of any kind.
pub(crate) fn service<'a>(
    config: &'a StoredConfig,
    reference: &str,
) -> Result<&'a Service, ControlError> {
    fold_service_reference(reference)
        .and_then(|folded| config.services.iter().find(|s| answers_to(s, &folded)))
        .ok_or_else(|| ControlError::NotFound {
            what: "service",
            reference: reference.to_owned(),
            hint: " (`watchbell service list` shows their keys)".to_owned(),
        })
}

/// The integration with this id or name, or the only one of this provider.
pub(crate) fn integration<'a>(
    config: &'a StoredConfig,
    reference: &str,
) -> Result<&'a Integration, ControlError> {
    let reference = reference.trim();
    let all = &config.integrations;
    if let Some(found) = reference.parse().ok().and_then(|id| all.iter().find(|i| i.id == id)) {
        return Ok(found);
    }
    let folded = reference.to_lowercase();
    let named: Vec<_> = all.iter().filter(|i| i.name.to_lowercase() == folded).collect();
    let slug = find_provider(&folded).map(Provider::slug);
    let of_provider: Vec<_> = all.iter().filter(|i| Some(i.provider.as_str()) == slug).collect();
    let found = if named.is_empty() { of_provider } else { named };
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(ControlError::NotFound {
            what: "integration",
            reference: reference.to_owned(),
            hint: " (`watchbell integration list` shows their names)".to_owned(),
        }),
        several => Err(ControlError::Ambiguous {
            what: "integration",
            reference: reference.to_owned(),
            candidates: several.iter().map(|i| format!("{} ({})", i.id, i.name)).collect(),
        }),
    }
}

/// The user with this id or e-mail address.
pub(crate) fn user<'a>(
    config: &'a StoredConfig,
    reference: &str,
) -> Result<&'a User, ControlError> {
    let (id, email) = (reference.trim().parse().ok(), reference.parse::<Email>().ok());
    let is = |user: &&User| {
        Some(user.id) == id || email.as_ref().is_some_and(|email| user.email.is_same(email))
    };
    config.users.iter().find(is).ok_or_else(|| ControlError::NotFound {
        what: "user",
        reference: reference.to_owned(),
        hint: " (`watchbell user list` shows their addresses)".to_owned(),
    })
}

/// The team with this id or name.
pub(crate) fn team<'a>(
    config: &'a StoredConfig,
    reference: &str,
) -> Result<&'a Team, ControlError> {
    let (id, folded) = (reference.trim().parse().ok(), fold_name(reference));
    let is = |team: &&Team| Some(team.id) == id || fold_name(&team.name) == folded;
    config.teams.iter().find(is).ok_or_else(|| ControlError::NotFound {
        what: "team",
        reference: reference.to_owned(),
        hint: " (`watchbell team list` shows their names)".to_owned(),
    })
}

/// The provider with this slug or alias.
pub(crate) fn provider(name: &str) -> Result<&'static dyn Provider, ControlError> {
    find_provider(name.trim().to_lowercase().as_str()).ok_or_else(|| {
        let slugs: Vec<_> = PROVIDERS.iter().map(|p| p.slug()).collect();
        ControlError::invalid("provider", format!("one of {}", slugs.join(", ")), quoted(name))
    })
}

/// The provider of a stored integration.
pub(crate) fn provider_of(
    integration: &Integration,
) -> Result<&'static dyn Provider, ControlError> {
    find_provider(&integration.provider).ok_or_else(|| {
        ControlError::refused(format!(
            "integration {:?} has the provider {:?}, which this version of Watchbell does not know",
            integration.name, integration.provider
        ))
    })
}
