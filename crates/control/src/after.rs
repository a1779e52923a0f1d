//! The configuration as it will be: what the audit log and the plan of a file tell about.

use watchbell_store::{
    ConfigChange, ConnectionRecord, DeployKeyRecord, RoutingKeyRecord, StoredConfig,
};

/// Makes a change to a configuration in memory. What only seals anew stays out: nobody tells what is
/// in it.
pub(crate) fn apply(config: &mut StoredConfig, change: &ConfigChange) {
    match change {
        ConfigChange::ServiceAdd(service) => config.services.push(service.clone()),
        ConfigChange::ServiceSet(service) => {
            set(&mut config.services, service, |a, b| a.id == b.id);
        }
        ConfigChange::IntegrationAdd(integration) => config.integrations.push(integration.clone()),
        ConfigChange::IntegrationSet(integration) => {
            set(&mut config.integrations, integration, |a, b| a.id == b.id);
        }
        ConfigChange::TeamAdd(team) => config.teams.push(team.clone()),
        ConfigChange::TeamSet(team) => set(&mut config.teams, team, |a, b| a.id == b.id),
        ConfigChange::TeamRemove(id) => {
            config.teams.retain(|team| team.id != *id);
            let owned = config.services.iter_mut().filter(|service| service.team == Some(*id));
            owned.for_each(|service| service.team = None);
        }
        ConfigChange::UserAdd(user) => config.users.push(user.clone()),
        ConfigChange::UserSet(user) => set(&mut config.users, user, |a, b| a.id == b.id),
        ConfigChange::SettingsSet(settings) => config.settings.clone_from(settings),
        ConfigChange::ApiKeyAdd(record) => config.api_keys.push(record.clone()),
        ConfigChange::SigningSecretAdd(record) => config.signing_secrets.push(record.clone()),
        ConfigChange::SigningSecretRemove(id) => {
            config.signing_secrets.retain(|record| record.id != *id);
        }
        ConfigChange::RoutingKeyAdd(record) => config.routing_keys.push(record.clone()),
        ConfigChange::RoutingKeysEnd { integration, at } => {
            let outlives = |record: &&mut RoutingKeyRecord| {
                record.integration == *integration && record.expires_at.is_none_or(|end| *at < end)
            };
            for record in config.routing_keys.iter_mut().filter(outlives) {
                record.expires_at = Some(*at);
            }
        }
        ConfigChange::ConnectionSet(record) => {
            let id = record.connection.id;
            if config.connections.iter().any(|one| one.connection.id == id) {
                let is_same = |a: &ConnectionRecord, _: &_| a.connection.id == id;
                set(&mut config.connections, record, is_same);
            } else {
                config.connections.push(record.clone());
            }
        }
        ConfigChange::ConnectionRemove(id) => {
            config.connections.retain(|one| one.connection.id != *id);
        }
        ConfigChange::AppSet(app) => {
            config.apps.retain(|one| one.integration != app.integration);
            config.apps.push(app.clone());
        }
        ConfigChange::AppRemove(id) => config.apps.retain(|one| one.integration != *id),
        ConfigChange::DeployKeyAdd(record) => config.deploy_keys.push(record.clone()),
        ConfigChange::DeployKeysEnd { service, kind, at } => {
            let outlives = |record: &&mut DeployKeyRecord| {
                record.service == *service && record.proof.kind() == *kind && record.is_live(*at)
            };
            for record in config.deploy_keys.iter_mut().filter(outlives) {
                record.expires_at = Some(*at);
            }
        }
        ConfigChange::DeployKeyReseal { .. }
        | ConfigChange::RoutingKeyReseal { .. }
        | ConfigChange::SigningSecretReseal { .. }
        | ConfigChange::SubscriptionSet(_)
        | ConfigChange::ApiKeyRevoke { .. }
        | ConfigChange::JobAdd(_) => {}
    }
}

fn set<T: Clone>(all: &mut [T], new: &T, is_same: impl Fn(&T, &T) -> bool) {
    for one in all.iter_mut().filter(|one| is_same(one, new)) {
        one.clone_from(new);
    }
}
