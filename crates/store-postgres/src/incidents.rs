//! Incidents: lists, one of them, and what people change and open.

mod list;
mod open;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use watchbell_model::{Incident, IncidentId, IncidentNumber, TimelineEntry};
use watchbell_store::stored::{number_in, number_out, refused};
use watchbell_store::{
    IncidentChange, IncidentCursor, IncidentFilter, IncidentStore, Listed, NewIncident, Opened,
    Opening, Page, StoreError,
};

use crate::PostgresStore;
use crate::error::Failure;
use crate::jobs;
use crate::pool::WRITE;
use crate::rows::{IncidentRow, InsertLines, TimelineRow, UpdateIncidents};
use crate::schema::{incidents, timeline};
use crate::stripes::{self, Kind};

#[cfg(test)]
pub(crate) use list::{one_too_many, page_of};

const NOT_FOUND: StoreError = StoreError::NotFound { what: "incident" };

impl IncidentStore for PostgresStore {
    fn incident_list(
        &self,
        filter: &IncidentFilter,
        page: Page<IncidentCursor>,
    ) -> Result<Listed<Incident, IncidentCursor>, StoreError> {
        let filter = filter.clone();
        self.pool.read(move |reader| list::list(reader, &filter, page))
    }

    fn incident_versions(
        &self,
        newest: i64,
        also: &[IncidentNumber],
    ) -> Result<Vec<(IncidentNumber, i64)>, StoreError> {
        // A number that cannot be stored is one that is not there.
        let also: Vec<_> = also.iter().filter_map(|number| number_in(*number).ok()).collect();
        let found = self.pool.read(move |reader| {
            let mut found: Vec<(i64, i64)> = newest_versions(newest).load(reader)?;
            if !also.is_empty() {
                found.extend(versions_of(also).load::<(i64, i64)>(reader)?);
            }
            Ok(found)
        })?;
        let number = |(number, version)| Ok((number_out(number)?, version));
        found.into_iter().map(number).collect()
    }

    fn incident_get(
        &self,
        number: IncidentNumber,
    ) -> Result<(Incident, Vec<TimelineEntry>), StoreError> {
        self.pool.read(move |reader| {
            let incident = incident_read(reader, number)?;
            let lines = timeline_read(reader, incident.id)?;
            Ok((incident, lines))
        })
    }

    fn incident_open(
        &self,
        opening: &Opening,
        make: &mut dyn FnMut(IncidentNumber) -> NewIncident,
    ) -> Result<Opened, StoreError> {
        let opened = open::open(self, opening, make)?;
        self.waker.wrote(matches!(&opened, Opened::New(new) if !new.jobs.is_empty()));
        Ok(opened)
    }

    fn incident_change(
        &self,
        number: IncidentNumber,
        decide: &mut dyn FnMut(Incident) -> Option<IncidentChange>,
    ) -> Result<Incident, StoreError> {
        let mut session = self.pool.session()?;
        let before = session.begin(WRITE, move |writer| incident_locked(writer, number));
        let changed = before.map_err(StoreError::from).and_then(|before| {
            let Some(IncidentChange { incident, timeline, jobs }) = decide(before.clone()) else {
                return Ok((before, false));
            };
            let same = incident.number == number && incident.id == before.id;
            if !same || incident.version != before.version.saturating_add(1) {
                return Err(refused("not the next version of the incident"));
            }
            session.commit(move |writer| {
                UpdateIncidents::of([&incident])?.execute(writer).map_err(|error| {
                    let taken = StoreError::Conflict { what: "the incident's open identity" };
                    Failure::from(error).on_unique(taken)
                })?;
                InsertLines::add(&timeline, writer)?;
                jobs::add(writer, &jobs)?;
                Ok((incident, !jobs.is_empty()))
            })
        });
        session.roll_back();
        let (incident, wrote) = changed?;
        self.waker.wrote(wrote);
        Ok(incident)
    }
}

type Versions<'a> = incidents::BoxedQuery<'a, Pg, (BigInt, BigInt)>;

/// Numbers with versions.
fn versions<'a>() -> Versions<'a> {
    incidents::table.select((incidents::number, incidents::version)).into_boxed()
}

/// Those with the highest numbers.
pub(crate) fn newest_versions<'a>(most: i64) -> Versions<'a> {
    versions().order(incidents::number.desc()).limit(most)
}

/// Those of these numbers.
pub(crate) fn versions_of<'a>(numbers: Vec<i64>) -> Versions<'a> {
    versions().filter(incidents::number.eq_any(numbers))
}

/// An incident, or `NotFound`.
fn incident_read(
    connection: &mut PgConnection,
    number: IncidentNumber,
) -> Result<Incident, Failure> {
    // A number that cannot be stored is one that is not there.
    let stored = number_in(number).map_err(|_| NOT_FOUND)?;
    let row: Option<IncidentRow> = incidents::table.find(stored).first(connection).optional()?;
    Ok(row.ok_or(NOT_FOUND)?.try_into()?)
}

/// The timeline of an incident, the oldest line first.
pub(crate) fn timeline_read(
    connection: &mut PgConnection,
    id: IncidentId,
) -> Result<Vec<TimelineEntry>, Failure> {
    let lines: Vec<TimelineRow> = timeline::table
        .filter(timeline::incident.eq(id.as_uuid()))
        .order(timeline::id)
        .load(connection)?;
    Ok(lines.into_iter().map(TimelineEntry::try_from).collect::<Result<_, _>>()?)
}

/// An incident that nobody else changes until the end of the transaction: no batch, by the lock on
/// its identity, which never changes; and no other person, by the lock on its row.
pub(crate) fn incident_locked(
    writer: &mut PgConnection,
    number: IncidentNumber,
) -> Result<Incident, Failure> {
    let seen = incident_read(writer, number)?;
    let stripe = seen.identity().as_ref().map(stripes::of_identity);
    stripes::lock(writer, Kind::Identities, stripe.into_iter().collect())?;
    let row = incidents::table.find(number_in(number)?).for_update();
    // Gone meanwhile, if it had served its time.
    let row: Option<IncidentRow> = row.first(writer).optional()?;
    Ok(row.ok_or(NOT_FOUND)?.try_into()?)
}
