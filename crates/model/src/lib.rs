#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod access;
mod alert;
mod audit;
mod connection;
mod decision;
mod delivery;
mod deploy;
mod ids;
mod incident;
mod inquiry;
mod integration;
mod issue_link;
mod metadata;
mod person;
mod reason;
mod secret;
mod service;
mod session;
mod settings;
mod severity;
mod status;
mod text;
mod time;
mod trace;

pub use access::{ApiKey, Role, Scope};
pub use alert::{
    Action, Alert, DedupKey, GroupHash, Reopen, RepeatText, ServiceReference, Trigger,
};
pub use audit::{AuditAction, AuditEntry, AuditSubject, SubjectKind, UnknownWord};
pub use connection::{Connection, ConnectionApp, ConnectionMode, ConnectionState};
pub use decision::{Assessment, Route};
pub use delivery::{
    AlertResult, Counts, Delivery, DeliveryRecord, Headers, IdempotencyKey, Outcome, REDACTED,
    Remembered,
};
pub use deploy::{Commit, Deploy, DeploySource, Told};
pub use ids::{
    ApiKeyId, AuditId, ConnectionScope, DeliveryId, DeployId, IncidentId, IntegrationId,
    IssueLinkId, JobId, ParseIdError, RequestId, SecretId, ServerId, ServiceId, TeamId, TimelineId,
    UserId,
};
pub use incident::{
    Acknowledgement, Actor, Identity, Incident, IncidentNumber, ParseIncidentNumberError,
    TimelineEntry, TimelineKind,
};
pub use inquiry::{Auto, AutoChosen, Inquiry};
pub use integration::{
    Integration, IntegrationState, LevelMapping, Link, ProjectMapping, RoutingKey, Subscription,
    SubscriptionState,
};
pub use issue_link::{IssueKey, IssueLink, LinkOrigin, LinkState};
pub use metadata::{MAX_METADATA_KEYS, Metadata};
pub use person::{Email, InvalidEmail, Team, User, fold_name};
pub use reason::Reason;
pub use secret::Secret;
pub use service::{
    Environment, InvalidServiceKey, LegacyKey, Service, ServiceKey, ServiceKind, ServiceSlug,
    fold_service_reference,
};
pub use session::{LinkPurpose, OneTimeLink, Session};
pub use settings::InstanceSettings;
pub use severity::{ParseSeverityError, Severity, SeverityAction};
pub use status::{ParseStatusError, Status, TransitionRefused};
pub use text::{clean, clean_opt, cut, error_chain, is_http_url, one_line, trim};
pub use time::{Clock, Ids, Timestamp, to_micros};
pub use trace::{Stage, Step, Trace};
