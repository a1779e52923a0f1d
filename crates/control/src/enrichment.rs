//! What the source of an incident says of it beyond what it delivered: asked for by a job, kept, shown.
//!
//! An incident that is opened, or opened again, leaves the job in its own transaction. Until the source
//! has answered, what the delivery itself held is shown. A repeat leaves at most a job that counts.

mod ask;
mod count;
mod document;
mod handler;
mod retry;
mod show;

use watchbell_model::{Actor, AutoChosen, Incident, IncidentNumber, IntegrationId};
use watchbell_provider::{Enrichment as Policy, Options};
use watchbell_sentry_event::{Personal, Told};
use watchbell_store::{
    EnrichmentRecord, EnrichmentState, EnrichmentWanted, StoreError, kept_error,
};
use watchbell_suspects::Evidence;

pub use count::EventCountHandler;
pub use document::{CommitKnown, Known, KnownFrom};
pub use handler::EnrichmentHandler;
pub use show::EnrichmentShown;

use crate::{Control, ControlError, find};

impl Control {
    /// What is kept of what the source says of an integration's incidents. None: it is not asked (any
    /// more).
    fn enrichment_policy(&self, id: IntegrationId) -> Result<Option<Policy>, ControlError> {
        let config = self.store.config_load()?;
        let Some(integration) = config.integrations.iter().find(|one| one.id == id) else {
            return Ok(None);
        };
        let provider = find::provider_of(integration)?;
        Ok(provider.enrichment(&Options::new(&integration.options)))
    }

    /// The incident that a job is about; none, if it was forgotten meanwhile.
    fn enrichment_incident(
        &self,
        wanted: &EnrichmentWanted,
    ) -> Result<Option<Incident>, StoreError> {
        match self.store.incident_get(wanted.incident) {
            Ok((incident, _)) => Ok(Some(incident)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Shows what the delivery held that opened an incident, until the source has said more. Gives what
    /// is known; nothing is written again if it is known already.
    fn enrichment_begin(
        &self,
        incident: &Incident,
        wanted: &EnrichmentWanted,
        personal: Personal,
        attempts: u32,
    ) -> Result<Known, ControlError> {
        let before = self.store.enrichment_get(incident.id, incident.number)?.record;
        let json = wanted.to_json();
        let is_same = before.as_ref().is_some_and(|record| record.wanted == json);
        let older = before.as_ref().map(Known::of).transpose()?;
        let older = match older {
            Some(known) if is_same && known.is_as_wanted(personal) => return Ok(known),
            older => older.filter(|known| known.is_as_wanted(personal)),
        };
        let told = match self.store.delivery_get(wanted.delivery) {
            Ok(record) => Told::by_webhook(&record.body.unwrap_or_default(), personal),
            // It has served its time.
            Err(StoreError::NotFound { .. }) => Told::default(),
            Err(error) => return Err(error.into()),
        };
        let known = Known::by_delivery(told, older);
        let record = EnrichmentRecord {
            incident: incident.id,
            state: EnrichmentState::Pending,
            attempts: attempts.saturating_sub(1),
            reason: None,
            updated_at: self.clock.now(),
            wanted: json,
            document: Some(known.to_json()?),
        };
        self.store.enrichment_set(&record)?;
        self.enrichment_suspects(incident.number, &known)?;
        Ok(known)
    }

    /// Keeps what is known for good, and looks again at which deploys it may have come from.
    fn enrichment_end(
        &self,
        incident: &Incident,
        wanted: &EnrichmentWanted,
        known: &Known,
        attempts: u32,
        reason: Option<String>,
    ) -> Result<(), ControlError> {
        self.store.enrichment_set(&EnrichmentRecord {
            incident: incident.id,
            state: EnrichmentState::Done,
            attempts,
            reason: reason.map(|reason| kept_error(&reason)),
            updated_at: self.clock.now(),
            wanted: wanted.to_json(),
            document: Some(known.to_json()?),
        })?;
        self.enrichment_suspects(incident.number, known)
    }

    fn enrichment_suspects(
        &self,
        number: IncidentNumber,
        known: &Known,
    ) -> Result<(), ControlError> {
        let evidence = known.evidence();
        if evidence.is_empty() {
            return Ok(());
        }
        match self.suspects_work_out(number, Some(evidence)) {
            // It was forgotten meanwhile.
            Ok(_) | Err(ControlError::Store(StoreError::NotFound { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What the source has said that speaks for one deploy or another; none, if it has said nothing.
    pub(crate) fn enrichment_evidence(
        &self,
        incident: &Incident,
    ) -> Result<Option<Evidence>, ControlError> {
        let record = self.store.enrichment_get(incident.id, incident.number)?.record;
        let known = record.as_ref().map(Known::of).transpose()?;
        Ok(known.map(|known| known.evidence()).filter(|evidence| !evidence.is_empty()))
    }

    /// Raises an incident whose severity was left to the number of events, now that it is known.
    fn enrichment_raise(
        &self,
        number: IncidentNumber,
        integration: IntegrationId,
        chosen: AutoChosen,
        events: u64,
    ) -> Result<(), ControlError> {
        let source = self.acting(Actor::Integration(integration), None);
        match source.incident_events(number, chosen, events) {
            Ok(_) | Err(ControlError::Store(StoreError::NotFound { .. })) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Writes down that it was given up.
    fn enrichment_given_up(
        &self,
        wanted: &EnrichmentWanted,
        attempts: u32,
        why: &str,
    ) -> Result<(), ControlError> {
        let Some(incident) = self.enrichment_incident(wanted)? else { return Ok(()) };
        let before = self.store.enrichment_get(incident.id, incident.number)?.record;
        Ok(self.store.enrichment_set(&EnrichmentRecord {
            incident: incident.id,
            state: EnrichmentState::Failed,
            attempts,
            reason: Some(kept_error(why)),
            updated_at: self.clock.now(),
            wanted: wanted.to_json(),
            document: before.and_then(|record| record.document),
        })?)
    }
}

const fn personal(policy: Policy) -> Personal {
    if policy.personal_data { Personal::Keep } else { Personal::LeaveOut }
}
