//! What the sources of incidents say of them.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use watchbell_model::{IncidentId, IncidentNumber};
use watchbell_store::{Enrichment, EnrichmentRecord, EnrichmentStore, Job, StoreError};

use crate::PostgresStore;
use crate::rows::{EnrichmentFields, EnrichmentRow, JobRow};
use crate::schema::{enrichments, incidents, jobs};

impl EnrichmentStore for PostgresStore {
    fn enrichment_set(&self, record: &EnrichmentRecord) -> Result<(), StoreError> {
        let record = record.clone();
        self.pool.write(move |writer| {
            let own = incidents::table.filter(incidents::id.eq(record.incident.as_uuid()));
            // Nobody forgets the incident meanwhile.
            let own = own.select(incidents::number).for_share();
            let there: Option<i64> = own.first(writer).optional()?;
            if there.is_none() {
                return Ok(());
            }
            let fields = EnrichmentFields::new(&record);
            diesel::insert_into(enrichments::table)
                .values(&fields)
                .on_conflict(enrichments::incident)
                .do_update()
                .set(&fields)
                .execute(writer)?;
            Ok(())
        })
    }

    fn enrichment_get(
        &self,
        incident: IncidentId,
        number: IncidentNumber,
    ) -> Result<Enrichment, StoreError> {
        self.pool.read(move |reader| {
            let row: Option<EnrichmentRow> =
                enrichments::table.find(incident.as_uuid()).first(reader).optional()?;
            let job: Option<JobRow> = job_of(number.to_string()).first(reader).optional()?;
            Ok(Enrichment {
                record: row.map(EnrichmentRecord::try_from).transpose()?,
                job: job.map(Job::try_from).transpose()?,
            })
        })
    }
}

/// The job that asks about an incident. The words of states are in the order in which they matter:
/// what waits, what runs, what is dead.
pub(crate) fn job_of(subject: String) -> jobs::BoxedQuery<'static, Pg> {
    // Written out, since an index of some rows is used only by whoever says which they are.
    jobs::table
        .filter(sql::<Bool>("kind = 'incident.enrich'"))
        .filter(jobs::subject.eq(subject))
        .order((jobs::state.desc(), jobs::id.desc()))
        .limit(1)
        .into_boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_that_is_written_out_is_the_kind_of_the_job() {
        let query = diesel::debug_query::<Pg, _>(&job_of("a".to_owned())).to_string();
        assert!(query.contains(&format!("'{}'", watchbell_store::ENRICHMENT)), "{query}");
    }
}
