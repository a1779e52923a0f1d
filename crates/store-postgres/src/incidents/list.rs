//! Lists of incidents.

use std::marker::PhantomData;

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Timestamptz};
use watchbell_model::{Incident, ServiceId};
use watchbell_store::stored::{By, FEW_ENDED, by_end, incident_parts, incident_start, number_in};
use watchbell_store::{IncidentCursor, IncidentFilter, Listed, Page};

use crate::error::Failure;
use crate::newest::Newest;
use crate::rows::IncidentRow;
use crate::schema::incidents;

/// A part of the list that a filter lets through.
pub(super) fn list(
    reader: &mut PgConnection,
    filter: &IncidentFilter,
    page: Page<IncidentCursor>,
) -> Result<Listed<Incident, IncidentCursor>, Failure> {
    let total = page.counts().then(|| filtered(filter).count().get_result(reader)).transpose()?;
    let by = if by_end(filter) && few_ended(reader, filter)? { By::End } else { By::Parts };
    let mut numbers: Vec<i64> = match page_of(filter, page, by)? {
        Some(query) => query.load(reader)?,
        None => Vec::new(),
    };
    let more = page.cut(&mut numbers);
    let rows: Vec<IncidentRow> = incidents::table
        .filter(incidents::number.eq_any(&numbers))
        .order((incidents::opened_at.desc(), incidents::number.desc()))
        .load(reader)?;
    let items = rows.into_iter().map(Incident::try_from).collect::<Result<_, _>>()?;
    Ok(Listed::new(items, total, more, IncidentCursor::of))
}

/// Whether few incidents ended within the time of a filter.
fn few_ended(reader: &mut PgConnection, filter: &IncidentFilter) -> Result<bool, Failure> {
    let one_more: Option<i64> = one_too_many(filter).first(reader).optional()?;
    Ok(one_more.is_none())
}

/// The one that makes them too many.
pub(crate) fn one_too_many(filter: &IncidentFilter) -> incidents::BoxedQuery<'static, Pg, BigInt> {
    let mut query = incidents::table.select(incidents::number).into_boxed();
    if let Some(at) = filter.ended_after {
        query = query.filter(incidents::ended_at.ge(at));
    }
    if let Some(at) = filter.ended_before {
        query = query.filter(incidents::ended_at.le(at));
    }
    query.limit(1).offset(FEW_ENDED)
}

/// The incidents that a filter lets through.
fn filtered(filter: &IncidentFilter) -> incidents::BoxedQuery<'static, Pg> {
    let IncidentFilter {
        status,
        severity,
        opened_after,
        opened_before,
        ended_after,
        ended_before,
        assigned_to,
        resolved_by,
        services,
    } = filter;
    let mut query = incidents::table.into_boxed();
    // One value is said as `=`, after which an index has its order.
    match status.as_slice() {
        [] => {}
        [one] => query = query.filter(incidents::status.eq(one.as_str())),
        _ => query = query.filter(incidents::status.eq_any(status.iter().map(|s| s.as_str()))),
    }
    match severity.as_slice() {
        [] => {}
        [one] => query = query.filter(incidents::severity.eq(i16::from(one.number()))),
        _ => {
            let numbers = severity.iter().map(|s| i16::from(s.number()));
            query = query.filter(incidents::severity.eq_any(numbers));
        }
    }
    if let Some(at) = opened_after {
        query = query.filter(incidents::opened_at.ge(*at));
    }
    if let Some(at) = opened_before {
        query = query.filter(incidents::opened_at.le(*at));
    }
    if let Some(at) = ended_after {
        query = query.filter(incidents::ended_at.ge(*at));
    }
    if let Some(at) = ended_before {
        query = query.filter(incidents::ended_at.le(*at));
    }
    if let Some(user) = assigned_to {
        query = query.filter(incidents::assigned_to.eq(user.as_uuid()));
    }
    if let Some(actor) = resolved_by {
        query = query.filter(incidents::resolved_by.eq(actor.to_string()));
    }
    match services.as_deref() {
        None => {}
        Some([one]) => query = query.filter(incidents::service.eq(one.as_uuid())),
        Some(services) => {
            let services = services.iter().map(ServiceId::as_uuid);
            query = query.filter(incidents::service.eq_any(services));
        }
    }
    query
}

/// A walk through an index: the order of the list, and the numbers.
type Walk<'a> = incidents::BoxedQuery<'a, Pg, (Timestamptz, BigInt)>;

/// The numbers on a page; none if the filter lets nothing through. An own query, so that indexes
/// alone answer it as far as they can.
pub(crate) fn page_of(
    filter: &IncidentFilter,
    page: Page<IncidentCursor>,
    by: By,
) -> Result<Option<Newest<Walk<'static>, BigInt>>, Failure> {
    let mut parts = Vec::new();
    for part in &incident_parts(filter, by) {
        parts.push(walk(part, page)?);
    }
    if parts.is_empty() {
        return Ok(None);
    }
    Ok(Some(Newest {
        column: "number",
        order: "opened_at DESC, number DESC",
        parts,
        limit: page.look_for(),
        offset: page.offset(),
        kind: PhantomData,
    }))
}

fn walk(part: &IncidentFilter, page: Page<IncidentCursor>) -> Result<Walk<'static>, Failure> {
    let (part, after) = incident_start(part, page.cursor());
    let mut query = filtered(&part).select((incidents::opened_at, incidents::number));
    if let Some(IncidentCursor { opened_at, number }) = after {
        let before = sql::<Bool>("(opened_at, number) < (")
            .bind::<Timestamptz, _>(opened_at)
            .sql(", ")
            .bind::<BigInt, _>(number_in(number)?)
            .sql(")");
        query = query.filter(before);
    }
    Ok(query
        .order((incidents::opened_at.desc(), incidents::number.desc()))
        .limit(page.look_for().saturating_add(page.offset())))
}
