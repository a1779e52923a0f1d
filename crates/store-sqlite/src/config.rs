//! What operators configure.

use std::collections::{BTreeSet, HashMap};
use std::slice;

use diesel::prelude::*;
use watchbell_model::{
    AuditEntry, Integration, IntegrationId, Link, ProjectMapping, Service, fold_service_reference,
};
use watchbell_store::{ConfigChange, ConfigStore, StoreError, StoredConfig, SubscriptionRecord};

use crate::SqliteStore;
use crate::audit::append;
use crate::deploy_keys;
use crate::error::Failure;
use crate::jobs;
use crate::rows::{
    ApiKeyRow, IntegrationFields, IntegrationRow, LinkRow, NewApiKey, NewLink, NewProject,
    NewRoutingKey, NewService, NewSigningSecret, ProjectRow, RoutingKeyRow, ServiceRow,
    SigningSecretRow, SubscriptionFields, SubscriptionRow, micros,
};
use crate::schema::{
    api_keys, config_state, integrations, links, project_mappings, routing_keys,
    service_references, services, signing_secrets, subscriptions,
};
use crate::{connections, people};

impl ConfigStore for SqliteStore {
    fn config_revision(&self) -> Result<i64, StoreError> {
        self.pool.read(revision)
    }

    fn config_load(&self) -> Result<StoredConfig, StoreError> {
        self.pool.read(|reader| {
            Ok(StoredConfig {
                revision: revision(reader)?,
                services: collect(
                    services::table
                        .order((services::legacy_key, services::id))
                        .load::<ServiceRow>(reader)?,
                )?,
                integrations: load_integrations(reader)?,
                routing_keys: collect(
                    routing_keys::table.order(routing_keys::seq).load::<RoutingKeyRow>(reader)?,
                )?,
                signing_secrets: collect(
                    signing_secrets::table
                        .order(signing_secrets::seq)
                        .load::<SigningSecretRow>(reader)?,
                )?,
                subscriptions: collect(
                    subscriptions::table
                        .order((subscriptions::integration, subscriptions::topic))
                        .load::<SubscriptionRow>(reader)?,
                )?,
                api_keys: collect(api_keys::table.order(api_keys::seq).load::<ApiKeyRow>(reader)?)?,
                connections: connections::connections(reader)?,
                apps: connections::apps(reader)?,
                deploy_keys: deploy_keys::load(reader)?,
                teams: people::teams(reader)?,
                users: people::users(reader)?,
                settings: people::settings(reader)?,
            })
        })
    }

    fn config_change(
        &self,
        expected: i64,
        changes: &[ConfigChange],
        audit: &[AuditEntry],
    ) -> Result<i64, StoreError> {
        let next = self.pool.write(|writer| {
            if revision(writer)? != expected {
                return Err(StoreError::Conflict { what: "the configuration" }.into());
            }
            for change in changes {
                apply(writer, change)?;
            }
            append(writer, audit)?;
            let next = expected.saturating_add(1);
            diesel::update(config_state::table)
                .set(config_state::revision.eq(next))
                .execute(writer)?;
            Ok(next)
        })?;
        self.waker.wrote(changes.iter().any(|one| matches!(one, ConfigChange::JobAdd(_))));
        Ok(next)
    }
}

fn revision(connection: &mut SqliteConnection) -> Result<i64, Failure> {
    Ok(config_state::table.select(config_state::revision).first(connection)?)
}

fn collect<R, T>(rows: Vec<R>) -> Result<Vec<T>, StoreError>
where
    T: TryFrom<R, Error = StoreError>,
{
    rows.into_iter().map(T::try_from).collect()
}

fn load_integrations(reader: &mut SqliteConnection) -> Result<Vec<Integration>, Failure> {
    let mut by_integration: HashMap<Vec<u8>, Vec<Link>> = HashMap::new();
    for mut row in links::table.order(links::position).load::<LinkRow>(reader)? {
        let integration = std::mem::take(&mut row.integration);
        by_integration.entry(integration).or_default().push(row.try_into()?);
    }
    let mut projects: HashMap<Vec<u8>, Vec<ProjectMapping>> = HashMap::new();
    let in_order = project_mappings::table.order(project_mappings::project);
    for mut row in in_order.load::<ProjectRow>(reader)? {
        let integration = std::mem::take(&mut row.integration);
        projects.entry(integration).or_default().push(row.try_into()?);
    }
    let rows: Vec<IntegrationRow> = integrations::table.order(integrations::seq).load(reader)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let links = by_integration.remove(row.id()).unwrap_or_default();
        let projects = projects.remove(row.id()).unwrap_or_default();
        all.push(row.with(links, projects)?);
    }
    Ok(all)
}

fn apply(writer: &mut SqliteConnection, change: &ConfigChange) -> Result<(), Failure> {
    match change {
        ConfigChange::ServiceAdd(service) => service_add(writer, service),
        ConfigChange::ServiceSet(service) => people::service_set(writer, service),
        ConfigChange::DeployKeyAdd(record) => deploy_keys::add(writer, record),
        ConfigChange::DeployKeysEnd { service, kind, at } => {
            deploy_keys::end(writer, *service, *kind, *at)
        }
        ConfigChange::DeployKeyReseal { id, sealed } => deploy_keys::reseal(writer, *id, sealed),
        ConfigChange::TeamAdd(team) => people::team_add(writer, team),
        ConfigChange::TeamSet(team) => people::team_set(writer, team),
        ConfigChange::TeamRemove(team) => people::team_remove(writer, *team),
        ConfigChange::UserAdd(user) => people::user_add(writer, user),
        ConfigChange::UserSet(user) => people::user_set(writer, user),
        ConfigChange::SettingsSet(settings) => people::settings_set(writer, settings),
        ConfigChange::JobAdd(job) => jobs::add(writer, slice::from_ref(job)),
        ConfigChange::IntegrationAdd(integration) => integration_add(writer, integration),
        ConfigChange::IntegrationSet(integration) => integration_set(writer, integration),
        ConfigChange::RoutingKeyAdd(record) => added(
            diesel::insert_into(routing_keys::table)
                .values(&NewRoutingKey::new(record))
                .execute(writer),
            "the routing key",
        ),
        ConfigChange::RoutingKeysEnd { integration, at } => {
            must_exist(writer, integration)?;
            diesel::update(routing_keys::table)
                .filter(routing_keys::integration.eq(&integration.as_bytes()[..]))
                .filter(
                    routing_keys::expires_at.is_null().or(routing_keys::expires_at.gt(micros(*at))),
                )
                .set(routing_keys::expires_at.eq(micros(*at)))
                .execute(writer)?;
            Ok(())
        }
        ConfigChange::RoutingKeyReseal { hash, sealed } => found(
            diesel::update(routing_keys::table)
                .filter(routing_keys::hash.eq(&hash[..]))
                .set(routing_keys::sealed.eq(sealed))
                .execute(writer)?,
            "routing key",
        ),
        ConfigChange::SigningSecretAdd(record) => added(
            diesel::insert_into(signing_secrets::table)
                .values(&NewSigningSecret::new(record))
                .execute(writer),
            "the signing secret's id",
        ),
        ConfigChange::SigningSecretReseal { id, sealed } => found(
            diesel::update(signing_secrets::table)
                .filter(signing_secrets::id.eq(&id.as_bytes()[..]))
                .set(signing_secrets::sealed.eq(sealed))
                .execute(writer)?,
            "signing secret",
        ),
        ConfigChange::SigningSecretRemove(id) => found(
            diesel::delete(signing_secrets::table)
                .filter(signing_secrets::id.eq(&id.as_bytes()[..]))
                .execute(writer)?,
            "signing secret",
        ),
        ConfigChange::SubscriptionSet(record) => subscription_set(writer, record),
        ConfigChange::ConnectionSet(record) => connections::connection_set(writer, record),
        ConfigChange::ConnectionRemove(id) => connections::connection_remove(writer, *id),
        ConfigChange::AppSet(app) => connections::app_set(writer, app),
        ConfigChange::AppRemove(integration) => connections::app_remove(writer, *integration),
        ConfigChange::ApiKeyAdd(record) => added(
            diesel::insert_into(api_keys::table).values(&NewApiKey::new(record)).execute(writer),
            "the API key",
        ),
        ConfigChange::ApiKeyRevoke { id, at } => found(
            diesel::update(api_keys::table)
                .filter(api_keys::id.eq(&id.as_bytes()[..]))
                .set(api_keys::revoked_at.eq(micros(*at)))
                .execute(writer)?,
            "API key",
        ),
    }
}

fn service_add(writer: &mut SqliteConnection, service: &Service) -> Result<(), Failure> {
    diesel::insert_into(services::table)
        .values(&NewService::new(service))
        .execute(writer)
        .map_err(|error| {
            Failure::from(error)
                .on_unique(StoreError::Conflict { what: "the service's id" })
                .on_missing(people::NO_TEAM)
        })?;
    // A service may well be called the same twice: it is not its own rival.
    let slug = service.slug.as_ref().map(ToString::to_string);
    let names: BTreeSet<String> =
        [Some(service.key.to_string()), Some(service.legacy_key.to_string()), slug]
            .into_iter()
            .flatten()
            .filter_map(|name| fold_service_reference(&name))
            .collect();
    for name in names {
        diesel::insert_into(service_references::table)
            .values((
                service_references::reference.eq(name),
                service_references::service.eq(&service.id.as_bytes()[..]),
            ))
            .execute(writer)
            .map_err(|error| {
                Failure::from(error).on_unique(StoreError::Conflict { what: "the service's key" })
            })?;
    }
    Ok(())
}

fn integration_add(
    writer: &mut SqliteConnection,
    integration: &Integration,
) -> Result<(), Failure> {
    diesel::insert_into(integrations::table)
        .values(&IntegrationFields::new(integration)?)
        .execute(writer)
        .map_err(|error| {
            Failure::from(error)
                .on_unique(StoreError::Conflict { what: "the integration's id" })
                .on_missing(StoreError::NotFound { what: "service" })
        })?;
    link_all(writer, integration)?;
    map_all(writer, integration)
}

fn integration_set(
    writer: &mut SqliteConnection,
    integration: &Integration,
) -> Result<(), Failure> {
    let id = &integration.id.as_bytes()[..];
    let changed = diesel::update(integrations::table)
        .filter(integrations::id.eq(id))
        .set(&IntegrationFields::new(integration)?)
        .execute(writer)
        .map_err(|error| {
            Failure::from(error).on_missing(StoreError::NotFound { what: "service" })
        })?;
    found(changed, "integration")?;
    diesel::delete(links::table).filter(links::integration.eq(id)).execute(writer)?;
    link_all(writer, integration)?;
    let old = project_mappings::table.filter(project_mappings::integration.eq(id));
    diesel::delete(old).execute(writer)?;
    map_all(writer, integration)
}

fn link_all(writer: &mut SqliteConnection, integration: &Integration) -> Result<(), Failure> {
    for (position, link) in integration.links.iter().enumerate() {
        diesel::insert_into(links::table)
            .values(&NewLink::new(&integration.id, position, link)?)
            .execute(writer)
            .map_err(|error| {
                Failure::from(error)
                    .on_unique(StoreError::Conflict { what: "the link to the service" })
                    .on_missing(StoreError::NotFound { what: "service" })
            })?;
    }
    Ok(())
}

fn map_all(writer: &mut SqliteConnection, integration: &Integration) -> Result<(), Failure> {
    for mapping in &integration.projects {
        diesel::insert_into(project_mappings::table)
            .values(&NewProject::new(&integration.id, mapping))
            .execute(writer)
            .map_err(|error| {
                Failure::from(error)
                    .on_unique(StoreError::Conflict { what: "the mapping of the project" })
                    .on_missing(StoreError::NotFound { what: "service" })
            })?;
    }
    Ok(())
}

fn subscription_set(
    writer: &mut SqliteConnection,
    record: &SubscriptionRecord,
) -> Result<(), Failure> {
    let fields = SubscriptionFields::new(record);
    let set = diesel::insert_into(subscriptions::table)
        .values(&fields)
        .on_conflict((subscriptions::integration, subscriptions::topic))
        .do_update()
        .set(&fields);
    added(set.execute(writer), "the topic")
}

fn must_exist(writer: &mut SqliteConnection, id: &IntegrationId) -> Result<(), Failure> {
    let there: i64 = integrations::table
        .filter(integrations::id.eq(&id.as_bytes()[..]))
        .count()
        .get_result(writer)?;
    found(usize::from(there > 0), "integration")
}

/// Something that belongs to an integration and is unique was added.
fn added(result: QueryResult<usize>, what: &'static str) -> Result<(), Failure> {
    result.map(drop).map_err(|error| {
        Failure::from(error)
            .on_unique(StoreError::Conflict { what })
            .on_missing(StoreError::NotFound { what: "integration" })
    })
}

/// Something that must be there was changed.
pub(crate) fn found(rows: usize, what: &'static str) -> Result<(), Failure> {
    if rows == 0 { Err(StoreError::NotFound { what }.into()) } else { Ok(()) }
}
