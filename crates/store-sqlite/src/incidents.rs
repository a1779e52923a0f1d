//! Incidents: lists, one of them, and what people change.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use watchbell_model::{Incident, IncidentNumber, TimelineEntry};
use watchbell_store::stored::number_in;
use watchbell_store::{IncidentChange, IncidentFilter, IncidentStore, Listed, Page, StoreError};

use crate::SqliteStore;
use crate::error::Failure;
use crate::rows::{IncidentRow, IncidentSet, Indexed, TimelineRow, micros, timeline_insert};
use crate::schema::{incidents, timeline};

const NOT_FOUND: StoreError = StoreError::NotFound { what: "incident" };

impl IncidentStore for SqliteStore {
    fn incident_list(
        &self,
        filter: &IncidentFilter,
        page: Page,
    ) -> Result<Listed<Incident>, StoreError> {
        self.pool.read(|reader| {
            let total = filtered(filter).count().get_result(reader)?;
            let numbers: Vec<i64> = page_of(filter, page).load(reader)?;
            let rows: Vec<IncidentRow> = incidents::table
                .filter(incidents::number.eq_any(&numbers))
                .order((incidents::opened_at.desc(), incidents::number.desc()))
                .load(reader)?;
            let items = rows.into_iter().map(Incident::try_from).collect::<Result<_, _>>()?;
            Ok(Listed { items, total })
        })
    }

    fn incident_get(
        &self,
        number: IncidentNumber,
    ) -> Result<(Incident, Vec<TimelineEntry>), StoreError> {
        self.pool.read(|reader| {
            let incident = incident_read(reader, number)?;
            let lines: Vec<TimelineRow> = timeline::table
                .filter(timeline::incident.eq(&incident.id.as_bytes()[..]))
                .order(timeline::id)
                .load(reader)?;
            let lines = lines.into_iter().map(TimelineEntry::try_from).collect::<Result<_, _>>()?;
            Ok((incident, lines))
        })
    }

    fn incident_change(
        &self,
        number: IncidentNumber,
        decide: &mut dyn FnMut(Incident) -> Option<IncidentChange>,
    ) -> Result<Incident, StoreError> {
        self.pool.write(|writer| {
            let before = incident_read(writer, number)?;
            let Some(IncidentChange { incident, timeline }) = decide(before.clone()) else {
                return Ok(before);
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
            Ok(incident)
        })
    }
}

/// An incident, or `NotFound`.
fn incident_read(
    connection: &mut SqliteConnection,
    number: IncidentNumber,
) -> Result<Incident, Failure> {
    // A number that cannot be stored is one that is not there.
    let stored = number_in(number).map_err(|_| NOT_FOUND)?;
    let row: Option<IncidentRow> = incidents::table.find(stored).first(connection).optional()?;
    Ok(row.ok_or(NOT_FOUND)?.try_into()?)
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

pub(crate) type Filtered<'a> = incidents::BoxedQuery<'a, Sqlite>;

/// The incidents that a filter lets through.
pub(crate) fn filtered(filter: &IncidentFilter) -> Filtered<'_> {
    let IncidentFilter { status, severity, opened_after, opened_before, ended_after, ended_before } =
        filter;
    let mut query = incidents::table.into_boxed();
    if !status.is_empty() {
        if status.iter().all(|status| status.is_open()) {
            // Says what the index of open incidents has to hear, in a literal.
            query = query.filter(sql::<Bool>("open = 1"));
        }
        query = query.filter(incidents::status.eq_any(status.iter().map(|s| s.as_str())));
    }
    if !severity.is_empty() {
        let numbers = severity.iter().map(|s| i64::from(s.number()));
        query = query.filter(incidents::severity.eq_any(numbers));
    }
    if let Some(at) = opened_after {
        query = query.filter(incidents::opened_at.ge(micros(*at)));
    }
    if let Some(at) = opened_before {
        query = query.filter(incidents::opened_at.le(micros(*at)));
    }
    if let Some(at) = ended_after {
        query = query.filter(incidents::ended_at.ge(micros(*at)));
    }
    if let Some(at) = ended_before {
        query = query.filter(incidents::ended_at.le(micros(*at)));
    }
    query
}

/// The numbers on a page. An own query, so that an index alone answers it, however far down the
/// page is.
pub(crate) fn page_of(
    filter: &IncidentFilter,
    page: Page,
) -> incidents::BoxedQuery<'_, Sqlite, diesel::sql_types::BigInt> {
    filtered(filter)
        .select(incidents::number)
        .order((incidents::opened_at.desc(), incidents::number.desc()))
        .limit(page.limit)
        .offset(page.offset)
}
