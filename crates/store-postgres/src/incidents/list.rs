//! Lists of incidents.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Timestamptz};
use watchbell_model::{Incident, ServiceId};
use watchbell_store::stored::number_in;
use watchbell_store::{IncidentCursor, IncidentFilter, Listed, Page};

use crate::error::Failure;
use crate::rows::IncidentRow;
use crate::schema::incidents;

/// A part of the list that a filter lets through.
pub(super) fn list(
    reader: &mut PgConnection,
    filter: &IncidentFilter,
    page: Page<IncidentCursor>,
) -> Result<Listed<Incident, IncidentCursor>, Failure> {
    let total = page.counts().then(|| filtered(filter).count().get_result(reader)).transpose()?;
    let mut numbers: Vec<i64> = page_of(filter, page)?.load(reader)?;
    let more = page.cut(&mut numbers);
    let rows: Vec<IncidentRow> = incidents::table
        .filter(incidents::number.eq_any(&numbers))
        .order((incidents::opened_at.desc(), incidents::number.desc()))
        .load(reader)?;
    let items = rows.into_iter().map(Incident::try_from).collect::<Result<_, _>>()?;
    Ok(Listed::new(items, total, more, IncidentCursor::of))
}

/// The incidents that a filter lets through.
pub(crate) fn filtered(filter: &IncidentFilter) -> incidents::BoxedQuery<'_, Pg> {
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
    if !status.is_empty() {
        if status.iter().all(|status| status.is_open()) {
            // Says what the index of open incidents has to hear.
            query = query.filter(sql::<Bool>("open"));
        }
        query = query.filter(incidents::status.eq_any(status.iter().map(|s| s.as_str())));
    }
    if !severity.is_empty() {
        let numbers = severity.iter().map(|s| i16::from(s.number()));
        query = query.filter(incidents::severity.eq_any(numbers));
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
    if let Some(services) = services {
        let services = services.iter().map(ServiceId::as_uuid);
        query = query.filter(incidents::service.eq_any(services));
    }
    query
}

/// The numbers on a page. An own query, so that an index alone answers it, however far down the
/// page is.
pub(crate) fn page_of(
    filter: &IncidentFilter,
    page: Page<IncidentCursor>,
) -> Result<incidents::BoxedQuery<'_, Pg, BigInt>, Failure> {
    let mut query = filtered(filter).select(incidents::number);
    if let Some(IncidentCursor { opened_at, number }) = page.cursor() {
        let before = sql::<Bool>("(opened_at, number) < (")
            .bind::<Timestamptz, _>(opened_at)
            .sql(", ")
            .bind::<BigInt, _>(number_in(number)?)
            .sql(")");
        query = query.filter(before);
    }
    Ok(query
        .order((incidents::opened_at.desc(), incidents::number.desc()))
        .limit(page.look_for())
        .offset(page.offset()))
}
