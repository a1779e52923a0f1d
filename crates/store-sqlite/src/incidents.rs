//! Incidents: lists, one of them, and what people change and open.

mod list;
mod open;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;
use watchbell_model::{Incident, IncidentId, IncidentNumber, TimelineEntry};
use watchbell_store::stored::{number_in, number_out};
use watchbell_store::{
    IncidentChange, IncidentCursor, IncidentFilter, IncidentStore, Listed, NewIncident, Opened,
    Opening, Page, StoreError,
};

use crate::SqliteStore;
use crate::error::Failure;
use crate::jobs;
use crate::rows::{IncidentRow, IncidentSet, Indexed, TimelineRow, timeline_insert};
use crate::schema::{incidents, timeline};

#[cfg(test)]
pub(crate) use list::{one_too_many, page_of};

const NOT_FOUND: StoreError = StoreError::NotFound { what: "incident" };

impl IncidentStore for SqliteStore {
    fn incident_list(
        &self,
        filter: &IncidentFilter,
        page: Page<IncidentCursor>,
    ) -> Result<Listed<Incident, IncidentCursor>, StoreError> {
        self.pool.read(|reader| list::list(reader, filter, page))
    }

    fn incident_versions(
        &self,
        newest: i64,
        also: &[IncidentNumber],
    ) -> Result<Vec<(IncidentNumber, i64)>, StoreError> {
        // A number that cannot be stored is one that is not there.
        let also: Vec<_> = also.iter().filter_map(|number| number_in(*number).ok()).collect();
        let found = self.pool.read(|reader| {
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
        self.pool.read(|reader| {
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
        let opened = self.pool.write(|writer| open::open(writer, opening, make))?;
        self.waker.wrote(matches!(&opened, Opened::New(new) if !new.jobs.is_empty()));
        Ok(opened)
    }

    fn incident_change(
        &self,
        number: IncidentNumber,
        decide: &mut dyn FnMut(Incident) -> Option<IncidentChange>,
    ) -> Result<Incident, StoreError> {
        let (incident, wrote) = self.pool.write(|writer| {
            let before = incident_read(writer, number)?;
            let Some(IncidentChange { incident, timeline, jobs }) = decide(before.clone()) else {
                return Ok((before, false));
            };
            let same = incident.number == number && incident.id == before.id;
            if !same || incident.version != before.version.saturating_add(1) {
                return Err(Failure::refused("not the next version of the incident"));
            }
            let indexed = Indexed::of(&before);
            incident_update(writer, &incident, Some(&indexed)).map_err(|failure| {
                failure.on_unique(StoreError::Conflict { what: "the incident's open identity" })
            })?;
            for entry in &timeline {
                timeline_insert(writer, entry)?;
            }
            jobs::add(writer, &jobs)?;
            Ok((incident, !jobs.is_empty()))
        })?;
        self.waker.wrote(wrote);
        Ok(incident)
    }
}

type Versions<'a> = incidents::BoxedQuery<'a, Sqlite, (BigInt, BigInt)>;

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
pub(crate) fn incident_read(
    connection: &mut SqliteConnection,
    number: IncidentNumber,
) -> Result<Incident, Failure> {
    // A number that cannot be stored is one that is not there.
    let stored = number_in(number).map_err(|_| NOT_FOUND)?;
    let row: Option<IncidentRow> = incidents::table.find(stored).first(connection).optional()?;
    Ok(row.ok_or(NOT_FOUND)?.try_into()?)
}

/// The timeline of an incident, the oldest line first.
pub(crate) fn timeline_read(
    connection: &mut SqliteConnection,
    id: IncidentId,
) -> Result<Vec<TimelineEntry>, Failure> {
    let lines: Vec<TimelineRow> = timeline::table
        .filter(timeline::incident.eq(&id.as_bytes()[..]))
        .order(timeline::id)
        .load(connection)?;
    Ok(lines.into_iter().map(TimelineEntry::try_from).collect::<Result<_, _>>()?)
}

/// Writes what has changed of an incident since it was as `before`. Gives 0 if it is not there.
pub(crate) fn incident_update(
    writer: &mut SqliteConnection,
    incident: &Incident,
    before: Option<&Indexed>,
) -> Result<usize, Failure> {
    let number = number_in(incident.number)?;
    let unindexed = before.is_some_and(|before| *before == Indexed::of(incident));
    Ok(IncidentSet::new(incident)?.update(writer, number, unindexed)?)
}
