//! The audit log.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool};
use diesel::sqlite::Sqlite;
use watchbell_model::AuditEntry;
use watchbell_store::{AuditFilter, AuditOrder, AuditPage, AuditStore, StoreError};

use crate::SqliteStore;
use crate::error::Failure;
use crate::rows::{AuditRow, NewAudit, micros};
use crate::schema::audit;

impl AuditStore for SqliteStore {
    fn audit_append(&self, entries: &[AuditEntry]) -> Result<(), StoreError> {
        self.pool.write(|writer| append(writer, entries))
    }

    fn audit_list(
        &self,
        filter: &AuditFilter,
        page: AuditPage,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.pool.read(|reader| {
            let past: Option<(i64, Vec<u8>)> = match page.past {
                None => None,
                Some(id) => {
                    let one = audit::table.filter(audit::id.eq(&id.as_bytes()[..]));
                    let place = one.select((audit::at, audit::id)).first(reader).optional()?;
                    Some(place.ok_or(StoreError::NotFound { what: "audit entry" })?)
                }
            };
            let rows: Vec<AuditRow> = page_of(filter, page, past).load(reader)?;
            Ok(rows.into_iter().map(AuditEntry::try_from).collect::<Result<_, _>>()?)
        })
    }
}

/// Adds entries within somebody's transaction.
pub(crate) fn append(writer: &mut SqliteConnection, entries: &[AuditEntry]) -> Result<(), Failure> {
    for entry in entries {
        diesel::insert_into(audit::table).values(&NewAudit::new(entry)).execute(writer)?;
    }
    Ok(())
}

/// The entries on a page, after the one at this place.
pub(crate) fn page_of(
    filter: &AuditFilter,
    page: AuditPage,
    past: Option<(i64, Vec<u8>)>,
) -> audit::BoxedQuery<'_, Sqlite> {
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
        query = query.filter(audit::at.ge(micros(*after)));
    }
    if let Some(before) = before {
        query = query.filter(audit::at.le(micros(*before)));
    }
    if let Some((at, id)) = past {
        // As one comparison of pairs, so that an index finds the place.
        let side = match page.order {
            AuditOrder::NewestFirst => "(at, id) < (",
            AuditOrder::OldestFirst => "(at, id) > (",
        };
        let place = sql::<Bool>(side).bind::<BigInt, _>(at).sql(", ");
        query = query.filter(place.bind::<Binary, _>(id).sql(")"));
    }
    match page.order {
        AuditOrder::NewestFirst => query.order((audit::at.desc(), audit::id.desc())),
        AuditOrder::OldestFirst => query.order((audit::at.asc(), audit::id.asc())),
    }
}
