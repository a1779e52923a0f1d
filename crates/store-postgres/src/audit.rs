//! The audit log.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{AuditEntry, Timestamp};
use watchbell_store::{AuditFilter, AuditOrder, AuditPage, AuditStore, StoreError};

use crate::PostgresStore;
use crate::error::Failure;
use crate::rows::{AuditRow, NewAudit};
use crate::schema::audit;

impl AuditStore for PostgresStore {
    fn audit_append(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        let entries = entries.to_vec();
        self.pool.write(move |writer| append(writer, &entries))
    }

    fn audit_list(
        &self,
        filter: &AuditFilter,
        page: AuditPage,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let filter = filter.clone();
        self.pool.read(move |reader| {
            let past: Option<(Timestamp, Uuid)> = match page.past {
                None => None,
                Some(id) => {
                    let one = audit::table.filter(audit::id.eq(id.as_uuid()));
                    let place = one.select((audit::at, audit::id)).first(reader).optional()?;
                    Some(place.ok_or(StoreError::NotFound { what: "audit entry" })?)
                }
            };
            let rows: Vec<AuditRow> = page_of(&filter, page, past).load(reader)?;
            Ok(rows.into_iter().map(AuditEntry::try_from).collect::<Result<_, _>>()?)
        })
    }
}

/// Adds entries within somebody's transaction.
pub(crate) fn append(writer: &mut PgConnection, entries: &[AuditEntry]) -> Result<(), Failure> {
    // A statement takes no more than 65,535 values.
    for some in entries.chunks(1_000) {
        let rows: Vec<_> = some.iter().map(NewAudit::new).collect();
        diesel::insert_into(audit::table).values(&rows).execute(writer)?;
    }
    Ok(())
}

/// The entries on a page, after the one at this place.
pub(crate) fn page_of(
    filter: &AuditFilter,
    page: AuditPage,
    past: Option<(Timestamp, Uuid)>,
) -> audit::BoxedQuery<'_, Pg> {
    let AuditFilter { actor, action, subject, after, before } = filter;
    let mut query = audit::table.into_boxed().limit(page.limit);
    if let Some(actor) = actor {
        query = query.filter(audit::actor.eq(actor.to_string()));
    }
    if let Some(action) = action {
        query = query.filter(audit::action.eq(action.as_str()));
    }
    if let Some((kind, id)) = subject {
        query = query.filter(audit::subject_kind.eq(kind.as_str()));
        query = query.filter(audit::subject_id.eq(id));
    }
    if let Some(after) = after {
        query = query.filter(audit::at.ge(*after));
    }
    if let Some(before) = before {
        query = query.filter(audit::at.le(*before));
    }
    if let Some((at, id)) = past {
        // As one comparison of pairs, so that an index finds the place.
        let side = match page.order {
            AuditOrder::NewestFirst => "(at, id) < (",
            AuditOrder::OldestFirst => "(at, id) > (",
        };
        let place = sql::<Bool>(side).bind::<Timestamptz, _>(at).sql(", ");
        query = query.filter(place.bind::<SqlUuid, _>(id).sql(")"));
    }
    match page.order {
        AuditOrder::NewestFirst => query.order((audit::at.desc(), audit::id.desc())),
        AuditOrder::OldestFirst => query.order((audit::at.asc(), audit::id.asc())),
    }
}
