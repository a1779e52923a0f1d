//! The port for what operators configure: services, integrations, keys, people, settings.

use watchbell_model::{
    ApiKey, ApiKeyId, AuditEntry, Connection, ConnectionApp, ConnectionScope, InstanceSettings,
    Integration, IntegrationId, SecretId, Service, ServiceId, Subscription, Team, TeamId,
    Timestamp, User,
};

use crate::{DeployKeyKind, DeployKeyRecord, NewJob, StoreError};

/// A routing key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutingKeyRecord {
    /// The digest by which it is looked up. Unique.
    pub hash: [u8; 32],
    /// The integration.
    pub integration: IntegrationId,
    /// The sealed key.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it has been replaced.
    pub expires_at: Option<Timestamp>,
}

/// A signing secret as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningSecretRecord {
    /// Its id.
    pub id: SecretId,
    /// The integration.
    pub integration: IntegrationId,
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// When it was set.
    pub created_at: Timestamp,
}

/// A topic at the source as an integration knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionRecord {
    /// The integration.
    pub integration: IntegrationId,
    /// The topic and its state.
    pub subscription: Subscription,
    /// The sealed address that confirms it, while it waits.
    pub sealed: Option<Vec<u8>>,
}

/// A connection with an organization at the source as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// Everything but its tokens.
    pub connection: Connection,
    /// Its token and what the next one is got with, sealed together, since they change together;
    /// none if there is none any more.
    pub sealed: Option<Vec<u8>>,
}

/// An API key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyRecord {
    /// Everything but the key.
    pub key: ApiKey,
    /// The digest by which it is looked up. Unique.
    pub hash: [u8; 32],
}

/// The whole configuration at one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredConfig {
    /// Counts the changes; 0 = nothing was ever configured.
    pub revision: i64,
    /// Every service, in the order of their legacy keys.
    pub services: Vec<Service>,
    /// Every integration, in the order of their making.
    pub integrations: Vec<Integration>,
    /// Every routing key, ended ones included, in the order of their making.
    pub routing_keys: Vec<RoutingKeyRecord>,
    /// Every signing secret, in the order of their making.
    pub signing_secrets: Vec<SigningSecretRecord>,
    /// Every API key, ended ones included, in the order of their making.
    pub api_keys: Vec<ApiKeyRecord>,
    /// Every topic at a source, by integration and name.
    pub subscriptions: Vec<SubscriptionRecord>,
    /// Every connection with an organization at the source, in the order of their making.
    pub connections: Vec<ConnectionRecord>,
    /// Every app of an integration at the source.
    pub apps: Vec<ConnectionApp>,
    /// Every deploy token and GitHub secret, ended ones included, in the order of their making.
    pub deploy_keys: Vec<DeployKeyRecord>,
    /// Every team, by name.
    pub teams: Vec<Team>,
    /// Every user, by e-mail address.
    pub users: Vec<User>,
    /// What the instance has decided beside its configuration file.
    pub settings: InstanceSettings,
}

/// One change of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigChange {
    /// A new service. Its key, legacy key and slug must be unused, over all three kinds, without
    /// case.
    ServiceAdd(Service),
    /// A service as it shall be. Its key, legacy key and slug stay as they are, and so does when it
    /// was added.
    ServiceSet(Service),
    /// A new integration, links and projects included.
    IntegrationAdd(Integration),
    /// An integration as it shall be, links and projects included.
    IntegrationSet(Integration),
    /// A new routing key.
    RoutingKeyAdd(RoutingKeyRecord),
    /// Every routing key of an integration that lives on after `at` ends at `at`.
    RoutingKeysEnd {
        /// The integration.
        integration: IntegrationId,
        /// When they end.
        at: Timestamp,
    },
    /// The same routing key, sealed anew.
    RoutingKeyReseal {
        /// Its digest.
        hash: [u8; 32],
        /// As it is sealed now.
        sealed: Vec<u8>,
    },
    /// A new signing secret.
    SigningSecretAdd(SigningSecretRecord),
    /// The same signing secret, sealed anew.
    SigningSecretReseal {
        /// The secret.
        id: SecretId,
        /// As it is sealed now.
        sealed: Vec<u8>,
    },
    /// A signing secret goes.
    SigningSecretRemove(SecretId),
    /// A topic at a source as it shall be, new or not.
    SubscriptionSet(SubscriptionRecord),
    /// A connection as it shall be, new or not. An integration has one with an organization.
    ConnectionSet(ConnectionRecord),
    /// A connection goes, its tokens too.
    ConnectionRemove(ConnectionScope),
    /// The app of an integration at the source as it shall be, new or not.
    AppSet(ConnectionApp),
    /// The app of an integration goes.
    AppRemove(IntegrationId),
    /// A new API key.
    ApiKeyAdd(ApiKeyRecord),
    /// An API key ends.
    ApiKeyRevoke {
        /// The key.
        id: ApiKeyId,
        /// When it ends.
        at: Timestamp,
    },
    /// A new deploy token or GitHub secret.
    DeployKeyAdd(DeployKeyRecord),
    /// Every deploy key of a service and a kind that lives on after `at` ends at `at`.
    DeployKeysEnd {
        /// The service.
        service: ServiceId,
        /// Which kind.
        kind: DeployKeyKind,
        /// When they end.
        at: Timestamp,
    },
    /// The same GitHub secret, sealed anew.
    DeployKeyReseal {
        /// The secret.
        id: SecretId,
        /// As it is sealed now.
        sealed: Vec<u8>,
    },
    /// A new team. Its name must be unused, without case.
    TeamAdd(Team),
    /// A team as it shall be, members included.
    TeamSet(Team),
    /// A team goes. Its services have no team from then on.
    TeamRemove(TeamId),
    /// A new user. The e-mail address must be unused, without case.
    UserAdd(User),
    /// A user as they shall be. All sessions and links of one who is not active end.
    UserSet(User),
    /// The settings of the instance as they shall be.
    SettingsSet(InstanceSettings),
    /// Work that follows from the other changes. It is no configuration itself.
    JobAdd(NewJob),
}

/// Reads and changes the configuration.
pub trait ConfigStore {
    /// The present revision: one row, made to be asked every second.
    fn config_revision(&self) -> Result<i64, StoreError>;

    /// The whole configuration, consistent within itself.
    fn config_load(&self) -> Result<StoredConfig, StoreError>;

    /// Makes all of `changes`, or none, if the revision is still `expected`; gives the new revision,
    /// which is `expected + 1`. The audit log gets `audit` in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the revision has moved or a unique name is taken,
    /// [`StoreError::NotFound`] if something to be changed is not there.
    fn config_change(
        &self,
        expected: i64,
        changes: &[ConfigChange],
        audit: &[AuditEntry],
    ) -> Result<i64, StoreError>;
}
