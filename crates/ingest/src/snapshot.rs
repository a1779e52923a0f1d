//! The configuration as the hot path reads it: one immutable value, replaced when it changes.

mod deploys;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use uuid::Uuid;
use watchbell_dedup::Policy;
use watchbell_model::{
    ApiKey, ApiKeyId, ConnectionApp, ConnectionMode, ConnectionScope, Email, Ids, InstanceSettings,
    Integration, IntegrationId, IntegrationState, JobId, ServiceId, Severity, SeverityAction,
    Subscription, SubscriptionState, Team, TeamId, Timestamp, User, UserId,
};
use watchbell_provider::{Options, Proof, Provider, ServicePolicy};
use watchbell_signature::{EmptySecret, HmacKey};
use watchbell_store::{
    ConfigStore, ConnectionRecord, NewJob, StoreError, StoredConfig, installation_job,
};
use watchbell_triage::{Rules, Services};
use watchbell_vault::{Vault, VaultError, purpose};

pub use deploys::{DeployProofs, Hook};

/// An integration with all that its deliveries need.
#[derive(Debug)]
pub struct Source {
    /// The integration.
    pub integration: Integration,
    /// Its provider.
    pub provider: &'static dyn Provider,
    /// How its deliveries are proven.
    pub proof: Proof,
    /// Its live signing secrets, in the order in which they were set.
    pub secrets: Vec<HmacKey>,
    /// The topics at the source that were offered to it.
    pub subscriptions: Vec<Subscription>,
    /// The connections by installation, if the integration has an app: then what belongs to no
    /// installation that is connected is nobody's. None: it has no app.
    pub installations: Option<HashMap<String, ConnectionScope>>,
    /// The connection by a pasted token, if there is one, with the installation that is written down
    /// for it: what its deliveries name is what the source wants to hear where links are made.
    pub internal: Option<(ConnectionScope, Option<Uuid>)>,
}

impl Source {
    /// The job that writes down an installation that a proven request names, where a pasted token is
    /// to know it and does not yet.
    pub(crate) fn met(&self, installation: &str, ids: &Ids) -> Option<NewJob> {
        let (connection, known) = self.internal?;
        let installation = Uuid::try_parse(installation).ok()?;
        // Without a secret anybody who knows the key could name one.
        let is_new = known != Some(installation) && !self.secrets.is_empty();
        let id = JobId::from_uuid(ids.next());
        is_new.then(|| installation_job(id, connection, installation))
    }

    /// Whether it has a connection with its source, by which that can be asked while it works.
    pub fn has_connection(&self) -> bool {
        let by_app = self.installations.as_ref().is_some_and(|all| !all.is_empty());
        self.internal.is_some() || by_app
    }

    /// Whether messages of `topic` are taken.
    pub fn has_let_in(&self, topic: &str) -> bool {
        let is_let_in =
            |one: &Subscription| one.topic == topic && one.state == SubscriptionState::Confirmed;
        self.subscriptions.iter().any(is_let_in)
    }
}

#[derive(Debug)]
struct Key {
    source: Arc<Source>,
    expires_at: Option<Timestamp>,
}

/// The whole configuration at one revision.
#[derive(Debug)]
pub struct Snapshot {
    /// Its revision.
    pub revision: i64,
    /// Every service.
    pub services: Services,
    /// The severity of what nothing else gives one.
    pub default_severity: Severity,
    /// Every user, by e-mail address.
    pub users: Vec<User>,
    /// Every team, by name.
    pub teams: Vec<Team>,
    /// What the instance has decided beside its configuration file.
    pub settings: InstanceSettings,
    /// What proves deploys.
    pub deploys: DeployProofs,
    sources: HashMap<IntegrationId, Arc<Source>>,
    keys: HashMap<[u8; 32], Key>,
    api_keys: HashMap<[u8; 32], ApiKey>,
}

/// Why a stored configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The store did not give it.
    #[error("the configuration could not be read")]
    Store(#[from] StoreError),
    /// A secret does not open.
    #[error("a secret of integration {integration} does not open")]
    Secret {
        /// The integration.
        integration: IntegrationId,
        /// What the vault says.
        #[source]
        source: VaultError,
    },
    /// A secret is empty, so that everybody could sign with it.
    #[error("a secret of integration {integration} is empty")]
    EmptySecret {
        /// The integration.
        integration: IntegrationId,
        /// What the signature check says.
        #[source]
        source: EmptySecret,
    },
}

impl Snapshot {
    /// The snapshot of `stored`. Integrations of providers that this program does not have are left
    /// out: their keys are unknown to it.
    ///
    /// # Errors
    /// A signing secret does not open: leaving it out would switch the proof off.
    pub fn build(
        stored: StoredConfig,
        providers: &[&'static dyn Provider],
        vault: &Vault,
        default_severity: Severity,
    ) -> Result<Self, SnapshotError> {
        let mut secrets: HashMap<IntegrationId, Vec<HmacKey>> = HashMap::new();
        for record in &stored.signing_secrets {
            let context = purpose::signing_secret(record.id);
            let integration = record.integration;
            let secret = vault
                .open(&context, &record.sealed)
                .map_err(|source| SnapshotError::Secret { integration, source })?;
            let key = HmacKey::new(&secret)
                .map_err(|source| SnapshotError::EmptySecret { integration, source })?;
            secrets.entry(record.integration).or_default().push(key);
        }
        let mut subscriptions: HashMap<IntegrationId, Vec<Subscription>> = HashMap::new();
        for record in stored.subscriptions {
            subscriptions.entry(record.integration).or_default().push(record.subscription);
        }
        let mut installations = installations(&stored.apps, &stored.connections);
        let mut sources = HashMap::with_capacity(stored.integrations.len());
        for integration in stored.integrations {
            let Some(provider) =
                providers.iter().copied().find(|p| p.slug() == integration.provider)
            else {
                tracing::warn!(
                    integration.id = %integration.id,
                    provider = integration.provider,
                    "an integration's provider is not built in; its deliveries are answered 404"
                );
                continue;
            };
            let id = integration.id;
            let secrets = secrets.remove(&id).unwrap_or_default();
            let subscriptions = subscriptions.remove(&id).unwrap_or_default();
            let proof = provider.proof(&Options::new(&integration.options));
            let installations = installations.remove(&id);
            let internal = stored.connections.iter().map(|record| &record.connection);
            let internal = internal
                .filter(|one| one.integration == id && one.mode == ConnectionMode::Internal)
                .map(|one| (one.id, one.installation))
                .next();
            let source = Source {
                integration,
                provider,
                proof,
                secrets,
                subscriptions,
                installations,
                internal,
            };
            sources.insert(id, Arc::new(source));
        }
        let keys = stored
            .routing_keys
            .into_iter()
            .filter_map(|record| {
                let source = Arc::clone(sources.get(&record.integration)?);
                Some((record.hash, Key { source, expires_at: record.expires_at }))
            })
            .collect();
        let api_keys =
            stored.api_keys.into_iter().map(|record| (record.hash, record.key)).collect();
        let deploys = DeployProofs::new(&stored.deploy_keys, &stored.services, vault);
        Ok(Self {
            revision: stored.revision,
            deploys,
            services: Services::new(stored.services),
            default_severity: stored.settings.default_severity.unwrap_or(default_severity),
            users: stored.users,
            teams: stored.teams,
            settings: stored.settings,
            sources,
            keys,
            api_keys,
        })
    }

    /// What decides, where the configuration file says `file`: the settings of the instance win.
    pub fn policy(&self, file: &Policy) -> Policy {
        let days = self.settings.reopen_days.map(|days| Duration::from_hours(24 * u64::from(days)));
        Policy { reopen_within: days.unwrap_or(file.reopen_within) }
    }

    /// The source with this routing key, unless the key has ended or the integration is
    /// disconnected. A disabled one is found.
    pub fn source_by_key(&self, key: &str, now: Timestamp) -> Option<&Arc<Source>> {
        let key = self.keys.get(&watchbell_vault::token_hash(purpose::ROUTING_KEY, key))?;
        let live = key.expires_at.is_none_or(|end| now < end)
            && key.source.integration.state != IntegrationState::Disconnected;
        live.then_some(&key.source)
    }

    /// The source of this integration.
    pub fn source(&self, integration: IntegrationId) -> Option<&Arc<Source>> {
        self.sources.get(&integration)
    }

    /// Every source, in no order.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.sources.values()
    }

    /// The user with this id.
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    /// The user with this e-mail address, compared without case.
    pub fn user_by_email(&self, email: &str) -> Option<&User> {
        let email: Email = email.parse().ok()?;
        self.users.iter().find(|user| user.email.is_same(&email))
    }

    /// The team with this id.
    pub fn team(&self, id: TeamId) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    /// The team that owns this service.
    pub fn team_of(&self, service: ServiceId) -> Option<&Team> {
        self.team(self.services.get(service)?.team?)
    }

    /// The API key with this id, ended or not.
    pub fn api_key_by_id(&self, id: ApiKeyId) -> Option<&ApiKey> {
        self.api_keys.values().find(|key| key.id == id)
    }

    /// The live API key with this token, prefix included or not.
    pub fn api_key(&self, token: &str, now: Timestamp) -> Option<&ApiKey> {
        let bare = purpose::bare_api_key(token)?;
        let hash = watchbell_vault::token_hash(purpose::API_KEY, bare);
        self.api_keys.get(&hash).filter(|key| key.is_live(now))
    }

    /// Runs `run` with the rules for alerts of `source` that came by the connection `scope`.
    pub fn with_rules<T>(
        &self,
        source: &Source,
        scope: ConnectionScope,
        run: impl FnOnce(&Rules<'_>) -> T,
    ) -> T {
        let options = Options::new(&source.integration.options);
        let level_action = |level: &str| -> Option<SeverityAction> {
            source.provider.level_action(level, &options)
        };
        let needs_link = source.integration.restricted_to_links
            || source.provider.service_policy() == ServicePolicy::NeedsLink;
        run(&Rules {
            integration: &source.integration,
            scope,
            services: &self.services,
            level_action: &level_action,
            needs_link,
            default_severity: self.default_severity,
        })
    }
}

/// The connections of every integration with an app, by installation.
fn installations(
    apps: &[ConnectionApp],
    connections: &[ConnectionRecord],
) -> HashMap<IntegrationId, HashMap<String, ConnectionScope>> {
    let mut all: HashMap<_, HashMap<_, _>> =
        apps.iter().map(|app| (app.integration, HashMap::new())).collect();
    for ConnectionRecord { connection, .. } in connections {
        let Some(uuid) = connection.installation else { continue };
        if let Some(its) = all.get_mut(&connection.integration) {
            its.insert(uuid.as_hyphenated().to_string(), connection.scope());
        }
    }
    all
}

/// The snapshot in use, and how to get a newer one.
#[derive(Debug)]
pub struct Live {
    current: RwLock<Arc<Snapshot>>,
    providers: &'static [&'static dyn Provider],
    vault: Arc<Vault>,
    default_severity: Severity,
}

impl Live {
    /// Reads the configuration for the first time.
    ///
    /// # Errors
    /// It cannot be read or used.
    pub fn start(
        store: &dyn ConfigStore,
        providers: &'static [&'static dyn Provider],
        vault: Arc<Vault>,
        default_severity: Severity,
    ) -> Result<Self, SnapshotError> {
        let first = Snapshot::build(store.config_load()?, providers, &vault, default_severity)?;
        let current = RwLock::new(Arc::new(first));
        Ok(Self { current, providers, vault, default_severity })
    }

    /// The snapshot in use.
    pub fn load(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the configuration again if its revision has moved; says whether it had.
    ///
    /// # Errors
    /// It cannot be read or used. The old snapshot stays in use.
    pub fn refresh(&self, store: &dyn ConfigStore) -> Result<bool, SnapshotError> {
        if store.config_revision()? == self.load().revision {
            return Ok(false);
        }
        let stored = store.config_load()?;
        let newer =
            Arc::new(Snapshot::build(stored, self.providers, &self.vault, self.default_severity)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = newer;
        Ok(true)
    }
}
