//! Lines of timelines.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{DeliveryId, IncidentId, TimelineEntry, TimelineId, TimelineKind};
use watchbell_store::StoreError;
use watchbell_store::stored::{corrupt, refused, word};

use crate::error::Failure;
use crate::query::rows_statement;

rows_statement! {
    /// Adds lines to incidents that are there. Fewer are added than there are rows if one has none:
    /// see [`all_added`].
    InsertTimeline<'a>:
    "INSERT INTO timeline (incident, id, at, kind, actor, delivery, text) SELECT q.* FROM " {
        incident: Uuid as SqlUuid,
        id: Uuid as SqlUuid,
        at: DateTime<Utc> as Timestamptz,
        kind: &'static str as Text,
        actor: String as Text,
        delivery: Option<Uuid> as Nullable<SqlUuid>,
        text: &'a str as Text,
    } " AS q (incident, id, at, kind, actor, delivery, text)
      WHERE EXISTS (SELECT FROM incidents WHERE incidents.id = q.incident)"
}

impl<'a> InsertTimeline<'a> {
    /// Adds lines, all of which must belong to an incident that is there.
    pub(crate) fn add(entries: &[TimelineEntry], writer: &mut PgConnection) -> Result<(), Failure> {
        if entries.is_empty() {
            return Ok(());
        }
        all_added(entries, InsertTimeline::of(entries).execute(writer)?)
    }

    pub(crate) fn of(entries: &'a [TimelineEntry]) -> Self {
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
}

/// Whether the database took all of `entries`.
pub(crate) fn all_added(entries: &[TimelineEntry], added: usize) -> Result<(), Failure> {
    if added == entries.len() {
        return Ok(());
    }
    Err(refused("a line of a timeline has no incident").into())
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
