//! What explaining and replaying have in common: the present state of configuration and limits.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use watchbell_api::{ExplanationView, Notifications, ThenView};
use watchbell_dedup::Policy;
use watchbell_ingest::{Asking, Explainer, Explanation, Live, RateLimits, Snapshot};
use watchbell_model::{AlertResult, DeliveryRecord, ServerId, error_chain};
use watchbell_providers::PROVIDERS;
use watchbell_store::Store;

use super::{Failure, Session, open};
use crate::config::Config;
use crate::outside::notifications;
use crate::serve::span;

/// An open database with the configuration as a server would use it at this moment.
pub(super) struct Present {
    pub(super) session: Session,
    pub(super) store: Arc<dyn Store>,
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) rates: RateLimits,
    pub(super) policy: Policy,
    pub(super) remember_for: Duration,
    /// This command, beside the servers.
    pub(super) me: ServerId,
    max_body_bytes: usize,
    /// Without any certificate: those are in servers.
    notifications: Notifications,
}

impl Present {
    pub(super) fn open(config: &Config) -> Result<Self, Failure> {
        let session = open(config)?;
        let store = session.opened.store();
        let severity = config.incidents.default_severity;
        let live = Live::start(&*store, PROVIDERS, Arc::clone(&session.vault), severity)
            .map_err(|error| Failure::Failed(error_chain(&error)))?;
        let since = RateLimits::matters_since(session.clock.now());
        let rates = RateLimits::seeded(&store.accepted_since(since)?);
        Ok(Self {
            snapshot: live.load(),
            rates,
            policy: Policy { reopen_within: span(config.incidents.reopen) },
            remember_for: span(config.retention.remembered),
            me: ServerId::from_uuid(session.ids.next()),
            max_body_bytes: config.intake.max_body_bytes,
            notifications: notifications(config)?,
            store,
            session,
        })
    }

    /// Explains against this moment.
    pub(super) fn explainer(&self) -> Explainer<'_> {
        Explainer {
            store: &*self.store,
            snapshot: &self.snapshot,
            asking: Asking {
                server: self.me,
                policy: &self.policy,
                remember_for: self.remember_for,
                at: self.session.clock.now(),
            },
            certificates: &self.notifications,
            rates: &self.rates,
            max_body_bytes: self.max_body_bytes,
            ids: &self.session.ids,
        }
    }
}

/// What became, or would become, of one alert.
pub(super) fn result_value(result: &AlertResult) -> Value {
    json!({
        "action": result.action,
        "reason": result.reason.as_str(),
        "incident_number": result.incident.map(|number| number.to_string()),
        "service_key": result.service.as_ref().map(ToString::to_string),
        "severity": result.severity.map(watchbell_model::Severity::as_str),
        "dedup_key": result.dedup_key.as_ref().map(watchbell_model::DedupKey::as_str),
    })
}

/// How a stored delivery ended, as the API shows it.
pub(super) fn then_value(record: &DeliveryRecord) -> Value {
    serde_json::to_value(ThenView::new(record)).unwrap_or_default()
}

/// What a delivery would do, as the API shows it.
pub(super) fn explanation_value(explanation: &Explanation) -> Value {
    serde_json::to_value(ExplanationView::new(explanation)).unwrap_or_default()
}
