//! Services, integrations and their links.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{
    Environment, Integration, IntegrationId, IntegrationState, LegacyKey, Link, ProjectMapping,
    Service, ServiceId, ServiceKind, TeamId,
};
use watchbell_store::StoreError;
use watchbell_store::stored::{
    corrupt, mapping_from, mapping_to, options_from, options_to, severity, word,
};

use super::Document;
use crate::schema::{integrations, links, services};

/// A service as it is written.
#[derive(Insertable)]
#[diesel(table_name = services, treat_none_as_default_value = false)]
pub(crate) struct NewService<'a> {
    id: Uuid,
    key: &'a str,
    legacy_key: i64,
    slug: Option<&'a str>,
    name: &'a str,
    description: Option<&'a str>,
    active: bool,
    default_severity: Option<i16>,
    environment: &'static str,
    kind: &'static str,
    repository: Option<&'a str>,
    url: Option<&'a str>,
    created_at: DateTime<Utc>,
    team: Option<Uuid>,
}

impl<'a> NewService<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Self {
            id: service.id.as_uuid(),
            key: service.key.as_str(),
            legacy_key: service.legacy_key.number().into(),
            slug: service.slug.as_ref().map(watchbell_model::ServiceSlug::as_str),
            name: &service.name,
            description: service.description.as_deref(),
            active: service.active,
            default_severity: service.default_severity.map(|s| s.number().into()),
            environment: service.environment.as_str(),
            kind: service.kind.as_str(),
            repository: service.repository.as_deref(),
            url: service.url.as_deref(),
            created_at: service.created_at,
            team: service.team.map(|team| team.as_uuid()),
        }
    }
}

/// A service as it is read.
#[derive(Queryable)]
pub(crate) struct ServiceRow {
    id: Uuid,
    key: String,
    legacy_key: i64,
    slug: Option<String>,
    name: String,
    description: Option<String>,
    active: bool,
    default_severity: Option<i16>,
    environment: String,
    kind: String,
    repository: Option<String>,
    url: Option<String>,
    created_at: DateTime<Utc>,
    team: Option<Uuid>,
}

impl TryFrom<ServiceRow> for Service {
    type Error = StoreError;

    fn try_from(row: ServiceRow) -> Result<Self, StoreError> {
        let legacy = u32::try_from(row.legacy_key).map_err(|_| corrupt("services.legacy_key"))?;
        let slug = row.slug.map(|slug| slug.parse()).transpose();
        let default = row.default_severity;
        Ok(Self {
            id: ServiceId::from_uuid(row.id),
            key: row.key.parse().map_err(|_| corrupt("services.key"))?,
            legacy_key: LegacyKey::new(legacy),
            slug: slug.map_err(|_| corrupt("services.slug"))?,
            name: row.name,
            description: row.description,
            active: row.active,
            default_severity: default
                .map(|number| severity("services.default_severity", number.into()))
                .transpose()?,
            environment: row
                .environment
                .parse::<Environment>()
                .map_err(|_| corrupt("services.environment"))?,
            kind: row.kind.parse::<ServiceKind>().map_err(|_| corrupt("services.kind"))?,
            repository: row.repository,
            url: row.url,
            team: row.team.map(TeamId::from_uuid),
            created_at: row.created_at,
        })
    }
}

/// An integration as it is written, its links and projects apart.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = integrations, treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct IntegrationFields<'a> {
    id: Uuid,
    provider: &'a str,
    name: &'a str,
    state: &'static str,
    rate_limit: i64,
    accept_over_limit: bool,
    default_service: Option<Uuid>,
    restricted_to_links: bool,
    options: Document,
    created_at: DateTime<Utc>,
}

impl<'a> IntegrationFields<'a> {
    pub(crate) fn new(integration: &'a Integration) -> Result<Self, StoreError> {
        let Integration {
            id,
            provider,
            name,
            state,
            rate_limit,
            accept_over_limit,
            default_service,
            links: _,
            projects: _,
            restricted_to_links,
            options,
            created_at,
        } = integration;
        Ok(Self {
            id: id.as_uuid(),
            provider,
            name,
            state: state.as_str(),
            rate_limit: (*rate_limit).into(),
            accept_over_limit: *accept_over_limit,
            default_service: default_service.map(|id| id.as_uuid()),
            restricted_to_links: *restricted_to_links,
            options: Document(options_to(options)?),
            created_at: *created_at,
        })
    }
}

/// An integration as it is read, its links and projects apart.
#[derive(Queryable)]
pub(crate) struct IntegrationRow {
    _seq: i64,
    id: Uuid,
    provider: String,
    name: String,
    state: String,
    rate_limit: i64,
    accept_over_limit: bool,
    default_service: Option<Uuid>,
    restricted_to_links: bool,
    options: Document,
    created_at: DateTime<Utc>,
}

impl IntegrationRow {
    pub(crate) fn with(
        self,
        links: Vec<Link>,
        projects: Vec<ProjectMapping>,
    ) -> Result<Integration, StoreError> {
        let state = &self.state;
        Ok(Integration {
            id: IntegrationId::from_uuid(self.id),
            provider: self.provider,
            name: self.name,
            state: word(
                "integrations.state",
                &IntegrationState::ALL,
                IntegrationState::as_str,
                state,
            )?,
            rate_limit: u32::try_from(self.rate_limit)
                .map_err(|_| corrupt("integrations.rate_limit"))?,
            accept_over_limit: self.accept_over_limit,
            default_service: self.default_service.map(ServiceId::from_uuid),
            links,
            projects,
            restricted_to_links: self.restricted_to_links,
            options: options_from(&self.options.0)?,
            created_at: self.created_at,
        })
    }

    pub(crate) fn id(&self) -> Uuid {
        self.id
    }
}

/// A link as it is written.
#[derive(Insertable)]
#[diesel(table_name = links)]
pub(crate) struct NewLink {
    integration: Uuid,
    service: Uuid,
    position: i64,
    mapping: Document,
}

impl NewLink {
    pub(crate) fn new(
        integration: IntegrationId,
        position: usize,
        link: &Link,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            integration: integration.as_uuid(),
            service: link.service.as_uuid(),
            position: i64::try_from(position).unwrap_or(i64::MAX),
            mapping: Document(mapping_to(&link.mapping)?),
        })
    }
}

/// A link as it is read.
#[derive(Queryable)]
pub(crate) struct LinkRow {
    pub(crate) integration: Uuid,
    service: Uuid,
    _position: i64,
    mapping: Document,
}

impl TryFrom<LinkRow> for Link {
    type Error = StoreError;

    fn try_from(row: LinkRow) -> Result<Self, StoreError> {
        Ok(Self {
            service: ServiceId::from_uuid(row.service),
            mapping: mapping_from(&row.mapping.0)?,
        })
    }
}
