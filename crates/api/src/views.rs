//! Values as JSON shows them.

mod deploys;
mod enrichment;
mod explanation;
mod issue_links;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;
use watchbell_ingest::Snapshot;
use watchbell_model::{
    Actor, AlertResult, DeliveryRecord, Incident, IssueLink, Service, Step, TimelineEntry,
};

use crate::envelope::time;
use crate::rest::words;

pub(crate) use deploys::{DeployView, SuspectsView};
pub(crate) use enrichment::{EnrichmentShortView, EnrichmentView, May};
pub use explanation::{ExplanationView, ThenView};
pub(crate) use issue_links::IssueLinkShortView;

/// What became of one alert.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultView<'a> {
    action: &'a str,
    #[schema(schema_with = words::reason)]
    reason: &'static str,
    incident_number: Option<String>,
    service_key: Option<&'a str>,
    #[schema(schema_with = words::severity_or_null)]
    severity: Option<&'static str>,
    dedup_key: Option<&'a str>,
}

impl<'a> ResultView<'a> {
    pub(crate) fn new(result: &'a AlertResult) -> Self {
        let AlertResult { action, reason, incident, service, severity, dedup_key } = result;
        Self {
            action,
            reason: reason.as_str(),
            incident_number: incident.map(|number| number.to_string()),
            service_key: service.as_ref().map(watchbell_model::ServiceKey::as_str),
            severity: severity.map(watchbell_model::Severity::as_str),
            dedup_key: dedup_key.as_ref().map(watchbell_model::DedupKey::as_str),
        }
    }
}

/// A service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceView<'a> {
    service_key: &'a str,
    legacy_key: String,
    slug: Option<&'a str>,
    name: &'a str,
    description: Option<&'a str>,
    is_active: bool,
    #[schema(schema_with = words::severity_or_null)]
    default_severity: Option<&'static str>,
    #[schema(schema_with = words::environment)]
    environment: &'static str,
    #[serde(rename = "type")]
    #[schema(schema_with = words::service_kind)]
    kind: &'static str,
    repository: Option<&'a str>,
    url: Option<&'a str>,
    team_name: Option<&'a str>,
    created_at: String,
}

impl<'a> ServiceView<'a> {
    pub(crate) fn new(service: &'a Service, snapshot: &'a Snapshot) -> Self {
        Self {
            service_key: service.key.as_str(),
            legacy_key: service.legacy_key.to_string(),
            slug: service.slug.as_ref().map(watchbell_model::ServiceSlug::as_str),
            name: &service.name,
            description: service.description.as_deref(),
            is_active: service.active,
            default_severity: service.default_severity.map(watchbell_model::Severity::as_str),
            environment: service.environment.as_str(),
            kind: service.kind.as_str(),
            repository: service.repository.as_deref(),
            url: service.url.as_deref(),
            team_name: service.team.and_then(|id| snapshot.team(id)).map(|team| team.name.as_str()),
            created_at: time(service.created_at),
        }
    }
}

/// A service where something else refers to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ServiceReferenceView {
    service_key: String,
    name: String,
}

/// The incident's own service, then those that suffer too.
fn service_references(incident: &Incident, snapshot: &Snapshot) -> Vec<ServiceReferenceView> {
    [incident.service]
        .iter()
        .chain(&incident.also_affected)
        .filter_map(|id| snapshot.services.get(*id))
        .map(|service| ServiceReferenceView {
            service_key: service.key.to_string(),
            name: service.name.clone(),
        })
        .collect()
}

/// An incident.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentView<'a> {
    incident_number: String,
    title: &'a str,
    description: Option<&'a str>,
    #[schema(schema_with = words::severity)]
    severity: &'static str,
    #[schema(schema_with = words::status)]
    status: &'static str,
    services: Vec<ServiceReferenceView>,
    integration_id: Option<String>,
    dedup_key: Option<&'a str>,
    occurrences: i64,
    source_name: Option<&'a str>,
    source_url: Option<&'a str>,
    metadata: BTreeMap<&'a str, &'a str>,
    test: bool,
    detected_at: Option<String>,
    created_at: String,
    last_seen_at: String,
    acknowledged_at: Option<String>,
    acknowledged_by: Option<ActorView>,
    /// The e-mail address of whose it is.
    assigned_to: Option<String>,
    /// The team of its service.
    team_name: Option<String>,
    resolved_at: Option<String>,
    resolved_by: Option<ActorView>,
}

impl<'a> IncidentView<'a> {
    pub(crate) fn new(incident: &'a Incident, snapshot: &Snapshot) -> Self {
        Self {
            incident_number: incident.number.to_string(),
            title: &incident.title,
            description: incident.description.as_deref(),
            severity: incident.severity.as_str(),
            status: incident.status.as_str(),
            services: service_references(incident, snapshot),
            integration_id: incident.integration.map(|id| id.to_string()),
            dedup_key: incident.dedup_key.as_ref().map(watchbell_model::DedupKey::as_str),
            occurrences: incident.occurrences,
            source_name: incident.source_name.as_deref(),
            source_url: incident.source_url.as_deref(),
            metadata: incident.metadata.iter().collect(),
            test: incident.test,
            detected_at: incident.detected_at.map(time),
            created_at: time(incident.opened_at),
            last_seen_at: time(incident.last_seen_at),
            acknowledged_at: incident.acknowledged.map(|ack| time(ack.at)),
            acknowledged_by: incident.acknowledged.map(|ack| ActorView::new(ack.by, snapshot)),
            assigned_to: incident.assigned_to.map(|id| {
                snapshot.user(id).map_or_else(|| id.to_string(), |u| u.email.to_string())
            }),
            team_name: snapshot.team_of(incident.service).map(|team| team.name.clone()),
            resolved_at: incident.ended_at.map(time),
            resolved_by: incident.resolved_by.map(|by| ActorView::new(by, snapshot)),
        }
    }
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActorView {
    /// `user`, `api_key`, `integration` or `system`.
    kind: &'static str,
    id: String,
    /// For people: a name or an e-mail address; the id if there is none any more.
    name: String,
}

impl ActorView {
    pub(crate) fn new(actor: Actor, snapshot: &Snapshot) -> Self {
        let id = actor.to_string();
        let (kind, name) = match actor {
            Actor::User(user) => ("user", snapshot.user(user).map(|u| u.email.to_string())),
            Actor::ApiKey(key) => {
                ("api_key", snapshot.api_key_by_id(key).map(|key| key.name.clone()))
            }
            Actor::Integration(integration) => {
                let source = snapshot.source(integration);
                ("integration", source.map(|source| source.integration.name.clone()))
            }
            Actor::System => ("system", None),
        };
        Self { kind, name: name.unwrap_or_else(|| id.clone()), id }
    }

    /// What people call them.
    pub(crate) fn into_name(self) -> String {
        self.name
    }
}

/// One line of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimelineView {
    at: String,
    #[schema(schema_with = words::timeline_kind)]
    kind: &'static str,
    actor: ActorView,
    delivery_id: Option<String>,
    text: String,
}

impl TimelineView {
    pub(crate) fn new(entry: &TimelineEntry, snapshot: &Snapshot) -> Self {
        Self {
            at: time(entry.at),
            kind: entry.kind.as_str(),
            actor: ActorView::new(entry.actor, snapshot),
            delivery_id: entry.delivery.map(|id| id.to_string()),
            text: entry.text.clone(),
        }
    }
}

/// An incident with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IncidentDetailView<'a> {
    #[serde(flatten)]
    incident: IncidentView<'a>,
    timeline: Vec<TimelineView>,
    /// The newest deliveries that touched it; the rest is in the event log, by `incident_number`.
    deliveries: Vec<DeliveryView<'a>>,
    /// The deploys that it may have come from; null where it was just opened.
    suspects: Option<SuspectsView>,
    /// What its source says of it, in short; null where that is not asked.
    enrichment: Option<EnrichmentShortView>,
    /// The issues at a source that it is linked with.
    issue_links: Vec<IssueLinkShortView>,
}

impl<'a> IncidentDetailView<'a> {
    pub(crate) fn new(
        incident: &'a Incident,
        timeline: &[TimelineEntry],
        deliveries: Vec<DeliveryView<'a>>,
        suspects: Option<SuspectsView>,
        enrichment: Option<EnrichmentShortView>,
        snapshot: &Snapshot,
    ) -> Self {
        let timeline = timeline.iter().map(|entry| TimelineView::new(entry, snapshot)).collect();
        let incident = IncidentView::new(incident, snapshot);
        Self { incident, timeline, deliveries, suspects, enrichment, issue_links: Vec::new() }
    }

    /// The same with its links.
    pub(crate) fn linked(self, links: &[IssueLink]) -> Self {
        Self { issue_links: links.iter().map(IssueLinkShortView::new).collect(), ..self }
    }
}

/// One step of a decision.
#[derive(Debug, Serialize, ToSchema)]
struct StepView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<usize>,
    stage: &'static str,
    text: &'a str,
}

impl<'a> StepView<'a> {
    fn new(step: &'a Step) -> Self {
        Self { alert: step.alert, stage: step.stage.as_str(), text: &step.text }
    }
}

/// A delivery, as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryView<'a> {
    delivery_id: String,
    integration_id: String,
    integration_name: Option<String>,
    provider: Option<&'static str>,
    received_at: String,
    #[schema(schema_with = words::outcome)]
    outcome: &'static str,
    #[schema(schema_with = words::reason)]
    reason: &'static str,
    advice: &'static str,
    http_status: u16,
    duration_us: i64,
    repeats: Option<String>,
    config_revision: i64,
    alerts: Vec<ResultView<'a>>,
}

impl<'a> DeliveryView<'a> {
    pub(crate) fn new(record: &'a DeliveryRecord, snapshot: &Snapshot) -> Self {
        let source = snapshot.source(record.integration);
        Self {
            delivery_id: record.id.to_string(),
            integration_id: record.integration.to_string(),
            integration_name: source.map(|source| source.integration.name.clone()),
            provider: source.map(|source| source.provider.slug()),
            received_at: time(record.received_at),
            outcome: record.outcome.as_str(),
            reason: record.reason.as_str(),
            advice: record.reason.advice(),
            http_status: record.status,
            duration_us: record.duration_us,
            repeats: record.repeats.map(|id| id.to_string()),
            config_revision: record.revision,
            alerts: record.results.iter().map(ResultView::new).collect(),
        }
    }
}

/// A delivery, whole. A body that is not UTF-8 is given in base64 instead.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryDetailView<'a> {
    #[serde(flatten)]
    delivery: DeliveryView<'a>,
    /// Name and value.
    #[schema(value_type = Vec<Vec<String>>)]
    headers: Vec<(&'a str, &'a str)>,
    body: Option<&'a str>,
    body_base64: Option<String>,
    trace: Vec<StepView<'a>>,
}

impl<'a> DeliveryDetailView<'a> {
    pub(crate) fn new(record: &'a DeliveryRecord, snapshot: &Snapshot) -> Self {
        let bytes = record.body.as_deref();
        let text = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok());
        Self {
            delivery: DeliveryView::new(record, snapshot),
            headers: record.headers.iter().collect(),
            body: text,
            body_base64: bytes.filter(|_| text.is_none()).map(|bytes| STANDARD.encode(bytes)),
            trace: record.trace.steps().iter().map(StepView::new).collect(),
        }
    }
}
