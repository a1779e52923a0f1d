//! Between rows and the model's types. Whatever stands in a row and was never written by this
//! program is `Corrupt`, not a panic.

#![expect(
    clippy::ref_option_ref,
    reason = "diesel derives implementations for references to the fields' types"
)]

mod audit;
mod config;
mod connection;
mod delivery;
mod deploy;
mod document;
mod enrichment;
mod incident;
mod issue_link;
mod job;
mod keys;
mod people;
mod project;
mod session;
mod subscription;
mod timeline;

pub(crate) use audit::{AuditRow, NewAudit};
pub(crate) use config::{
    IntegrationFields, IntegrationRow, LinkRow, NewLink, NewService, ServiceRow,
};
pub(crate) use connection::{AppFields, AppRow, ConnectionFields, ConnectionRow};
pub(crate) use delivery::{
    CounterRow, DeliveryRow, DeliverySummaryRow, InsertDeliveries, InsertKeys,
};
pub(crate) use deploy::{
    DeployKeyRow, DeployRow, NewDeploy, NewDeployKey, NewPushedCommit, PushedCommitRow,
    SuspectsFields, SuspectsRow,
};
pub(crate) use document::Document;
pub(crate) use enrichment::{EnrichmentFields, EnrichmentRow};
pub(crate) use incident::{IncidentRow, InsertIncidents, UpdateIncidents};
pub(crate) use issue_link::{IssueLinkFields, IssueLinkRow};
pub(crate) use job::JobRow;
pub(crate) use keys::{
    ApiKeyRow, NewApiKey, NewRoutingKey, NewSigningSecret, RoutingKeyRow, SigningSecretRow,
};
pub(crate) use people::{
    MemberRow, ServiceFields, SettingsFields, SettingsRow, TeamFields, TeamRow, UserFields, UserRow,
};
pub(crate) use project::{NewProject, ProjectRow};
pub(crate) use session::{NewOneTimeLink, NewSession, OneTimeLinkRow, SessionRow};
pub(crate) use subscription::{SubscriptionFields, SubscriptionRow};
pub(crate) use timeline::{InsertLines, TimelineRow};
