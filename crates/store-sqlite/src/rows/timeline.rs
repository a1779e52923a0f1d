//! Lines of timelines.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use watchbell_model::{DeliveryId, IncidentId, TimelineEntry, TimelineId, TimelineKind};
use watchbell_store::StoreError;
use watchbell_store::stored::{corrupt, word};

use super::{micros, time, uuid};
use crate::error::Failure;
use crate::query::static_statement;

static_statement! {
    /// Adds a line to a timeline.
    InsertLine:
    "INSERT INTO timeline (incident, id, at, kind, actor, delivery, text) VALUES (",
    incident: [u8] as Binary;
    ", ", id: [u8] as Binary;
    ", ", at: i64 as BigInt;
    ", ", kind: str as Text;
    ", ", actor: str as Text;
    ", ", delivery: Option<&'a [u8]> as Nullable<Binary>;
    ", ", text: str as Text;
    end ")"
}

/// Writes a line of a timeline.
pub(crate) fn timeline_insert(
    writer: &mut SqliteConnection,
    entry: &TimelineEntry,
) -> Result<(), Failure> {
    let TimelineEntry { id, incident, at, kind, actor, delivery, text } = entry;
    let insert = InsertLine {
        incident: incident.as_bytes(),
        id: id.as_bytes(),
        at: &micros(*at),
        kind: kind.as_str(),
        actor: &actor.to_string(),
        delivery: &delivery.as_ref().map(|id| &id.as_bytes()[..]),
        text,
    };
    insert.execute(writer)?;
    Ok(())
}

/// A line of a timeline as it is read.
#[derive(Queryable)]
pub(crate) struct TimelineRow {
    incident: Vec<u8>,
    id: Vec<u8>,
    at: i64,
    kind: String,
    actor: String,
    delivery: Option<Vec<u8>>,
    text: String,
}

impl TryFrom<TimelineRow> for TimelineEntry {
    type Error = StoreError;

    fn try_from(row: TimelineRow) -> Result<Self, StoreError> {
        let delivery = row.delivery.as_deref();
        let delivery = delivery.map(|id| uuid("timeline.delivery", id)).transpose()?;
        Ok(Self {
            id: TimelineId::from_uuid(uuid("timeline.id", &row.id)?),
            incident: IncidentId::from_uuid(uuid("timeline.incident", &row.incident)?),
            at: time("timeline.at", row.at)?,
            kind: word("timeline.kind", &TimelineKind::ALL, TimelineKind::as_str, &row.kind)?,
            actor: row.actor.parse().map_err(|_| corrupt("timeline.actor"))?,
            delivery: delivery.map(DeliveryId::from_uuid),
            text: row.text,
        })
    }
}
