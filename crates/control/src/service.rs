//! Services.

use watchbell_model::{
    Environment, LegacyKey, Service, ServiceId, ServiceKey, ServiceKind, ServiceSlug, Severity,
    Team, fold_service_reference,
};
use watchbell_provider::FieldProblem;
use watchbell_store::{ConfigChange, StoredConfig};
use watchbell_vault::random;

use crate::documents::{ServiceDocument, etag};
use crate::error::{problem, quoted};
use crate::{Control, ControlError, find};

/// The most characters of a name.
const MAX_NAME: usize = 200;
/// The most characters of a description.
pub(crate) const MAX_DESCRIPTION: usize = 2_000;
/// The greatest sequential key that may be brought along, so that there is always a next one.
const MAX_LEGACY: u32 = 9_999_999;
/// The most characters of a URL.
const MAX_URL: usize = 2_048;

/// A service to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceNew {
    /// What people call it: 1 to 200 characters.
    pub name: String,
    /// A key to bring along: a canonical `svc_…` becomes the key, `SER-…` the legacy key, anything
    /// else of 1 to 50 characters of `[A-Za-z0-9_-]` the slug. What it does not bring is new.
    pub key: Option<String>,
    /// What it does, up to 2,000 characters.
    pub description: Option<String>,
    /// Whether new incidents may be opened on it.
    pub active: bool,
    /// The severity of its incidents when nothing else names one.
    pub default_severity: Option<Severity>,
    /// Where it runs.
    pub environment: Environment,
    /// What it is.
    pub kind: ServiceKind,
    /// Its source code, `owner/repo`.
    pub repository: Option<String>,
    /// Its address.
    pub url: Option<String>,
    /// The team that owns it, by id or name.
    pub team: Option<String>,
}

/// What shall change about a service. What is none stays, and so do its keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceSet {
    /// What people call it.
    pub name: Option<String>,
    /// What it does, or `Some(None)` for nothing.
    pub description: Option<Option<String>>,
    /// Whether new incidents may be opened on it.
    pub active: Option<bool>,
    /// The severity of its incidents when nothing else names one, or `Some(None)` for none.
    pub default_severity: Option<Option<Severity>>,
    /// Where it runs.
    pub environment: Option<Environment>,
    /// What it is.
    pub kind: Option<ServiceKind>,
    /// Its source code, `owner/repo`, or `Some(None)` for none.
    pub repository: Option<Option<String>>,
    /// Its address, or `Some(None)` for none.
    pub url: Option<Option<String>>,
    /// The team that owns it, by id or name, or `Some(None)` for none.
    pub team: Option<Option<String>>,
}

impl ServiceNew {
    /// An active service with this name and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            key: None,
            description: None,
            active: true,
            default_severity: None,
            environment: Environment::default(),
            kind: ServiceKind::default(),
            repository: None,
            url: None,
            team: None,
        }
    }

    fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        problems.extend(name_problem(&self.name));
        let description = self.description.as_deref().unwrap_or("");
        if description.chars().count() > MAX_DESCRIPTION {
            let expected = format!("at most {MAX_DESCRIPTION} characters");
            problems.push(problem("description", expected, quoted(description)));
        }
        if let Some(key) = &self.key {
            problems.extend(key_problem("key", key));
        }
        if let Some(repository) = &self.repository
            && !is_repository(repository)
        {
            problems.push(problem("repository", "owner/repo", quoted(repository)));
        }
        if let Some(url) = &self.url
            && !is_url(url)
        {
            let expected = format!("http:// or https:// and at most {MAX_URL} characters");
            problems.push(problem("url", expected, quoted(url)));
        }
        problems
    }
}

impl Control {
    /// Adds a service; it gets the next legacy key, and a canonical key unless it brings one.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value; [`ControlError::Taken`] if the key it
    /// brings is used, as whatever kind of key.
    pub fn service_add(&self, new: &ServiceNew) -> Result<Service, ControlError> {
        self.change(|config| {
            let service = self.service_of(new, config)?;
            Ok((vec![ConfigChange::ServiceAdd(service.clone())], service))
        })
    }

    /// Every service, in the order of their legacy keys.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn service_list(&self) -> Result<Vec<Service>, ControlError> {
        Ok(self.store.config_load()?.services)
    }

    /// The service with this key of any kind.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn service_show(&self, reference: &str) -> Result<Service, ControlError> {
        Ok(find::service(&self.store.config_load()?, reference)?.clone())
    }

    /// The service with this key of any kind, and the [`etag`] of its document.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn service_seen(&self, reference: &str) -> Result<(Service, String), ControlError> {
        let config = self.store.config_load()?;
        let service = find::service(&config, reference)?;
        Ok((service.clone(), etag(&ServiceDocument::of(&config, service))))
    }

    /// Changes a service. False if nothing changed.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] with every wrong value; [`ControlError::NotFound`] for it or its
    /// team; [`ControlError::Changed`], see [`Control::if_match`].
    pub fn service_set(
        &self,
        reference: &str,
        set: &ServiceSet,
    ) -> Result<(Service, bool), ControlError> {
        self.change(|config| {
            let before = find::service(config, reference)?;
            self.must_match("service", &ServiceDocument::of(config, before))?;
            let mut service = before.clone();
            apply(config, &mut service, set)?;
            if service == *before {
                return Ok((Vec::new(), (service, false)));
            }
            Ok((vec![ConfigChange::ServiceSet(service.clone())], (service, true)))
        })
    }

    pub(crate) fn service_of(
        &self,
        new: &ServiceNew,
        config: &StoredConfig,
    ) -> Result<Service, ControlError> {
        let problems = new.problems();
        if !problems.is_empty() {
            return Err(ControlError::Invalid(problems));
        }
        self.service_with(new, new.key.as_deref().map(KeysBrought::of).unwrap_or_default(), config)
    }

    /// The service that `new` describes, with these keys in place of its own.
    pub(crate) fn service_with(
        &self,
        new: &ServiceNew,
        keys: KeysBrought,
        config: &StoredConfig,
    ) -> Result<Service, ControlError> {
        let team = team_of(config, new.team.as_deref())?;
        for key in keys.texts() {
            let folded = fold_service_reference(&key);
            let owner = folded.and_then(|folded| {
                config.services.iter().find(|service| find::answers_to(service, &folded))
            });
            if let Some(owner) = owner {
                return Err(ControlError::Taken {
                    what: format!("the key {}", quoted(&key)),
                    owner: format!("service {} {:?}", owner.legacy_key, owner.name),
                });
            }
        }
        let KeysBrought { canonical, legacy, slug } = keys;
        let last = config.services.iter().map(|s| s.legacy_key.number()).max().unwrap_or(0);
        let next = LegacyKey::new(last.saturating_add(1));
        Ok(Service {
            id: ServiceId::from_uuid(self.ids.next()),
            key: match canonical {
                Some(key) => key,
                None => ServiceKey::from_random(random()?),
            },
            legacy_key: legacy.unwrap_or(next),
            slug,
            name: new.name.trim().to_owned(),
            description: new.description.clone().filter(|text| !text.trim().is_empty()),
            active: new.active,
            default_severity: new.default_severity,
            environment: new.environment,
            kind: new.kind,
            repository: new.repository.clone(),
            url: new.url.clone(),
            team: team.map(|team| team.id),
            created_at: self.clock.now(),
        })
    }
}

/// Keys that a service brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct KeysBrought {
    pub(crate) canonical: Option<ServiceKey>,
    pub(crate) legacy: Option<LegacyKey>,
    pub(crate) slug: Option<ServiceSlug>,
}

impl KeysBrought {
    /// The key that `text` is, of whatever kind.
    pub(crate) fn of(text: &str) -> Self {
        let text = text.trim();
        let canonical = text.parse().ok();
        let legacy = text.parse().ok();
        let is_word = canonical.is_none() && legacy.is_none();
        Self { canonical, legacy, slug: text.parse().ok().filter(|_| is_word) }
    }

    /// All of them.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        let Self { canonical, legacy, slug } = self;
        let all = [
            canonical.as_ref().map(ServiceKey::to_string),
            legacy.as_ref().map(LegacyKey::to_string),
            slug.as_ref().map(ServiceSlug::to_string),
        ];
        all.into_iter().flatten()
    }
}

/// What is wrong with a key that is brought along, if anything.
pub(crate) fn key_problem(path: &str, key: &str) -> Option<FieldProblem> {
    if key.trim().parse::<ServiceSlug>().is_err() {
        let expected = "1 to 50 characters of A-Z, a-z, 0-9, _ and -";
        return Some(problem(path, expected, quoted(key)));
    }
    let legacy: LegacyKey = key.trim().parse().ok()?;
    let expected = || format!("{} to {}", LegacyKey::new(1), LegacyKey::new(MAX_LEGACY));
    let is_good = (1..=MAX_LEGACY).contains(&legacy.number());
    (!is_good).then(|| problem(path, expected(), quoted(key)))
}

/// Makes `service` what `set` says.
pub(crate) fn apply(
    config: &StoredConfig,
    service: &mut Service,
    set: &ServiceSet,
) -> Result<(), ControlError> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    if let Some(name) = &set.name {
        name.trim().clone_into(&mut service.name);
    }
    if let Some(description) = &set.description {
        service.description = given(description);
    }
    service.active = set.active.unwrap_or(service.active);
    service.default_severity = set.default_severity.unwrap_or(service.default_severity);
    service.environment = set.environment.unwrap_or(service.environment);
    service.kind = set.kind.unwrap_or(service.kind);
    if let Some(repository) = &set.repository {
        service.repository.clone_from(repository);
    }
    if let Some(url) = &set.url {
        service.url.clone_from(url);
    }
    if let Some(team) = &set.team {
        let team = team_of(config, team.as_deref())?;
        service.team = team.map(|team| team.id);
    }
    // The same rules as for a new one.
    let problems = ServiceNew {
        description: service.description.clone(),
        repository: service.repository.clone(),
        url: service.url.clone(),
        ..ServiceNew::named(&service.name)
    }
    .problems();
    if problems.is_empty() { Ok(()) } else { Err(ControlError::Invalid(problems)) }
}

/// The team of this name, if there is a name.
fn team_of<'a>(
    config: &'a StoredConfig,
    name: Option<&str>,
) -> Result<Option<&'a Team>, ControlError> {
    let found = name.map(|name| find::team(config, name)).transpose();
    found.map_err(|error| error.in_field("team"))
}

/// What is wrong with a name, if anything.
pub(crate) fn name_problem(name: &str) -> Option<FieldProblem> {
    let length = name.trim().chars().count();
    let is_good = (1..=MAX_NAME).contains(&length) && !name.chars().any(char::is_control);
    (!is_good).then(|| problem("name", format!("1 to {MAX_NAME} characters"), quoted(name)))
}

fn is_repository(text: &str) -> bool {
    let good = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    text.len() <= 200 && text.split_once('/').is_some_and(|(owner, name)| good(owner) && good(name))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    text.chars().count() <= MAX_URL
        && rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
