//! The closed lists of words, for the API's description.

use utoipa::openapi::schema::{ArrayBuilder, SchemaType, Type};
use utoipa::openapi::{Array, Object, ObjectBuilder};
use watchbell_control::KnownFrom;
use watchbell_model::{
    AuditAction, ConnectionMode, ConnectionState, DeploySource, Environment, IntegrationState,
    LinkOrigin, LinkState, Outcome, Reason, Role, Scope, ServiceKind, Severity, Status,
    SubjectKind, SubscriptionState, TimelineKind,
};
use watchbell_sentry_event::LeftOut;
use watchbell_store::{EnrichmentState, JobState};
use watchbell_suspects::{Band, Signal};

fn one_of(words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}

fn one_of_or_null(words: impl IntoIterator<Item = &'static str>) -> Object {
    let words = words.into_iter().map(Some).chain([None]);
    let types = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new().schema_type(types).enum_values(Some(words)).build()
}

fn list_of(words: Object) -> Array {
    ArrayBuilder::new().items(words).build()
}

pub(crate) fn severity() -> Object {
    one_of(Severity::ALL.into_iter().map(Severity::as_str))
}

pub(crate) fn severity_or_null() -> Object {
    one_of_or_null(Severity::ALL.into_iter().map(Severity::as_str))
}

pub(crate) fn severities() -> Array {
    list_of(severity())
}

pub(crate) fn status() -> Object {
    one_of(Status::ALL.into_iter().map(Status::as_str))
}

pub(crate) fn statuses() -> Array {
    list_of(status())
}

pub(crate) fn outcome() -> Object {
    one_of(Outcome::ALL.into_iter().map(Outcome::as_str))
}

pub(crate) fn job_state() -> Object {
    one_of(JobState::ALL.into_iter().map(JobState::as_str))
}

pub(crate) fn reason() -> Object {
    one_of(Reason::ALL.iter().map(|reason| reason.as_str()))
}

pub(crate) fn outcome_or_null() -> Object {
    one_of_or_null(Outcome::ALL.into_iter().map(Outcome::as_str))
}

pub(crate) fn reason_or_null() -> Object {
    one_of_or_null(Reason::ALL.iter().map(|reason| reason.as_str()))
}

pub(crate) fn environment() -> Object {
    one_of(Environment::ALL.iter().map(|one| one.as_str()))
}

pub(crate) fn service_kind() -> Object {
    one_of(ServiceKind::ALL.iter().map(|one| one.as_str()))
}

pub(crate) fn integration_state() -> Object {
    one_of(IntegrationState::ALL.into_iter().map(IntegrationState::as_str))
}

pub(crate) fn subscription_state() -> Object {
    one_of(SubscriptionState::ALL.into_iter().map(SubscriptionState::as_str))
}

pub(crate) fn connection_mode() -> Object {
    one_of(ConnectionMode::ALL.into_iter().map(ConnectionMode::as_str))
}

pub(crate) fn connection_state() -> Object {
    one_of(ConnectionState::ALL.into_iter().map(ConnectionState::as_str))
}

pub(crate) fn link_state() -> Object {
    one_of(LinkState::ALL.into_iter().map(LinkState::as_str))
}

pub(crate) fn link_origin() -> Object {
    one_of(LinkOrigin::ALL.into_iter().map(LinkOrigin::as_str))
}

pub(crate) fn timeline_kind() -> Object {
    one_of(TimelineKind::ALL.into_iter().map(TimelineKind::as_str))
}

pub(crate) fn role() -> Object {
    one_of(Role::ALL.into_iter().map(Role::as_str))
}

pub(crate) fn role_or_null() -> Object {
    one_of_or_null(Role::ALL.into_iter().map(Role::as_str))
}

pub(crate) fn deploy_source() -> Object {
    one_of(DeploySource::ALL.into_iter().map(DeploySource::as_str))
}

pub(crate) fn band() -> Object {
    one_of(Band::ALL.into_iter().map(Band::as_str))
}

pub(crate) fn signal() -> Object {
    one_of(Signal::ALL.into_iter().map(Signal::as_str))
}

pub(crate) fn enrichment_state() -> Object {
    one_of(EnrichmentState::ALL.into_iter().map(EnrichmentState::as_str))
}

pub(crate) fn known_from() -> Object {
    one_of(KnownFrom::ALL.into_iter().map(KnownFrom::as_str))
}

pub(crate) fn personal_data() -> Object {
    one_of(["shown", "redacted", "left_out"])
}

pub(crate) fn left_out() -> Array {
    list_of(one_of(LeftOut::ALL.into_iter().map(LeftOut::as_str)))
}

pub(crate) fn audit_action() -> Object {
    one_of(AuditAction::ALL.iter().map(|action| action.as_str()))
}

pub(crate) fn subject_kind() -> Object {
    one_of(SubjectKind::ALL.iter().map(|kind| kind.as_str()))
}

pub(crate) fn scope() -> Object {
    one_of(Scope::ALL.iter().map(|scope| scope.as_str()))
}

pub(crate) fn scopes() -> Array {
    list_of(scope())
}

/// A part of a list.
#[derive(Debug, utoipa::IntoParams)]
#[expect(dead_code, reason = "describes what handlers read one by one")]
pub(crate) struct PageQuery {
    /// The most items.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u32>,
    /// How many to leave out at the beginning.
    #[param(minimum = 0, maximum = 10000, default = 0)]
    offset: Option<u32>,
}
