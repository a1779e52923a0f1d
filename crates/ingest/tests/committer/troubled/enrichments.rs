//! Enrichments, which the committer never asks for.

use watchbell_model::{IncidentId, IncidentNumber};
use watchbell_store::{Enrichment, EnrichmentRecord, EnrichmentStore, StoreError};

use super::Troubled;

impl EnrichmentStore for Troubled {
    fn enrichment_set(&self, record: &EnrichmentRecord) -> Result<(), StoreError> {
        self.inner.enrichment_set(record)
    }

    fn enrichment_get(
        &self,
        incident: IncidentId,
        number: IncidentNumber,
    ) -> Result<Enrichment, StoreError> {
        self.inner.enrichment_get(incident, number)
    }
}
