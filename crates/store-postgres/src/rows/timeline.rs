//! Lines of timelines.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{DeliveryId, IncidentId, TimelineEntry, TimelineId, TimelineKind};
use watchbell_store::StoreError;
use watchbell_store::stored::{corrupt, refused, word};

use crate::error::Failure;
use crate::query::rows_statement;
use crate::schema::incidents;

rows_statement! {
    /// Adds lines to incidents that are surely there, or come with them.
    InsertLines<'a>:
    "INSERT INTO timeline (incident, id, at, kind, actor, delivery, text) SELECT * FROM " {
        incident: Uuid as SqlUuid,
        id: Uuid as SqlUuid,
        at: DateTime<Utc> as Timestamptz,
        kind: &'static str as Text,
        actor: String as Text,
        delivery: Option<Uuid> as Nullable<SqlUuid>,
        text: &'a str as Text,
    } ""
}

impl<'a> InsertLines<'a> {
    pub(crate) fn of(entries: impl IntoIterator<Item = &'a TimelineEntry>) -> Self {
        let mut rows = Self::default();
        for TimelineEntry { id, incident, at, kind, actor, delivery, text } in entries {
            rows.incident.push(incident.as_uuid());
            rows.id.push(id.as_uuid());
            rows.at.push(*at);
            rows.kind.push(kind.as_str());
            rows.actor.push(actor.to_string());
            rows.delivery.push(delivery.map(|id| id.as_uuid()));
            rows.text.push(text);
        }
        rows
    }

    /// Adds lines, all of which must belong to an incident that is there.
    pub(crate) fn add(
        entries: impl IntoIterator<Item = &'a TimelineEntry>,
        writer: &mut PgConnection,
    ) -> Result<(), Failure> {
        let rows = Self::of(entries);
        let wanted: BTreeSet<_> = rows.incident.iter().copied().collect();
        let there = incidents::table.filter(incidents::id.eq_any(&wanted)).count();
        let there: i64 = if wanted.is_empty() { 0 } else { there.get_result(writer)? };
        if usize::try_from(there).ok() != Some(wanted.len()) {
            return Err(refused("a line of a timeline has no incident").into());
        }
        if !wanted.is_empty() {
            rows.execute(writer)?;
        }
        Ok(())
    }
}

/// A line of a timeline as it is read.
#[derive(Queryable)]
pub(crate) struct TimelineRow {
    incident: Uuid,
    id: Uuid,
    at: DateTime<Utc>,
    kind: String,
    actor: String,
    delivery: Option<Uuid>,
    text: String,
}

impl TryFrom<TimelineRow> for TimelineEntry {
    type Error = StoreError;

    fn try_from(row: TimelineRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: TimelineId::from_uuid(row.id),
            incident: IncidentId::from_uuid(row.incident),
            at: row.at,
            kind: word("timeline.kind", &TimelineKind::ALL, TimelineKind::as_str, &row.kind)?,
            actor: row.actor.parse().map_err(|_| corrupt("timeline.actor"))?,
            delivery: row.delivery.map(DeliveryId::from_uuid),
            text: row.text,
        })
    }
}
