//! Lists of incidents.

use std::marker::PhantomData;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Text};
use diesel::sqlite::Sqlite;
use watchbell_model::Incident;
use watchbell_store::stored::{By, FEW_ENDED, by_end, incident_parts, incident_start, number_in};
use watchbell_store::{IncidentCursor, IncidentFilter, Listed, Page};

use crate::error::Failure;
use crate::newest::Newest;
use crate::rows::{IncidentRow, micros};
use crate::schema::incidents;

/// A part of the list that a filter lets through.
pub(super) fn list(
    reader: &mut SqliteConnection,
    filter: &IncidentFilter,
    page: Page<IncidentCursor>,
) -> Result<Listed<Incident, IncidentCursor>, Failure> {
    let by = if by_end(filter) && few_ended(reader, filter)? { By::End } else { By::Parts };
    let count = page.counts().then(|| filtered(filter, by));
    let total = count.map(|all| all.count().get_result(reader)).transpose()?;
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
fn few_ended(reader: &mut SqliteConnection, filter: &IncidentFilter) -> Result<bool, Failure> {
    let one_more: Option<i64> = one_too_many(filter).first(reader).optional()?;
    Ok(one_more.is_none())
}

/// The one that makes them too many.
pub(crate) fn one_too_many(
    filter: &IncidentFilter,
) -> incidents::BoxedQuery<'static, Sqlite, BigInt> {
    let mut query = incidents::table.select(incidents::number).into_boxed();
    if let Some(at) = filter.ended_after {
        query = query.filter(incidents::ended_at.ge(micros(at)));
    }
    if let Some(at) = filter.ended_before {
        query = query.filter(incidents::ended_at.le(micros(at)));
    }
    query.limit(1).offset(FEW_ENDED)
}

/// The incidents that a filter lets through.
fn filtered(filter: &IncidentFilter, by: By) -> incidents::BoxedQuery<'static, Sqlite> {
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
    // With the plus SQLite does not look for an index of these. By a person it finds fewer than by a
    // service, and by that fewer than by a state.
    let by_end = by == By::End;
    let of_person = by_end || assigned_to.is_some() || resolved_by.is_some();
    let of_service = of_person || services.is_some();
    let name =
        |plain: &'static str, plus: &'static str, other: bool| if other { plus } else { plain };
    let status_name = name("status", "+status", of_service);
    let severity_name = name("severity", "+severity", of_service);
    let service_name = name("service", "+service", of_person);
    let opened_name = name("opened_at", "+opened_at", by_end);
    let assigned_name = name("assigned_to", "+assigned_to", by_end);
    let ended_name = name("+ended_at", "ended_at", by_end);
    let resolved_name = name("resolved_by", "+resolved_by", by_end);
    if !status.is_empty() {
        let words = status.iter().map(|s| s.as_str());
        query = query.filter(sql::<Text>(status_name).eq_any(words));
    }
    if !severity.is_empty() {
        let numbers = severity.iter().map(|s| i64::from(s.number()));
        query = query.filter(sql::<BigInt>(severity_name).eq_any(numbers));
    }
    if let Some(at) = opened_after {
        query = query.filter(sql::<BigInt>(opened_name).ge(micros(*at)));
    }
    if let Some(at) = opened_before {
        query = query.filter(sql::<BigInt>(opened_name).le(micros(*at)));
    }
    if let Some(at) = ended_after {
        query = query.filter(sql::<BigInt>(ended_name).ge(micros(*at)));
    }
    if let Some(at) = ended_before {
        query = query.filter(sql::<BigInt>(ended_name).le(micros(*at)));
    }
    if let Some(user) = assigned_to {
        query = query.filter(sql::<Binary>(assigned_name).eq(user.as_bytes().to_vec()));
    }
    if let Some(actor) = resolved_by {
        query = query.filter(sql::<Text>(resolved_name).eq(actor.to_string()));
    }
    if let Some(services) = services {
        let services = services.iter().map(|service| service.as_bytes().to_vec());
        query = query.filter(sql::<Binary>(service_name).eq_any(services));
    }
    query
}

/// A walk through an index: the order of the list, and the numbers.
type Walk<'a> = incidents::BoxedQuery<'a, Sqlite, (BigInt, BigInt)>;

/// The numbers on a page; none if the filter lets nothing through. An own query, so that indexes
/// alone answer it as far as they can.
pub(crate) fn page_of(
    filter: &IncidentFilter,
    page: Page<IncidentCursor>,
    by: By,
) -> Result<Option<Newest<Walk<'static>, BigInt>>, Failure> {
    let mut parts = Vec::new();
    for part in &incident_parts(filter, by) {
        parts.push(walk(part, page, by)?);
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

fn walk(
    part: &IncidentFilter,
    page: Page<IncidentCursor>,
    by: By,
) -> Result<Walk<'static>, Failure> {
    let (part, after) = incident_start(part, page.cursor());
    let mut query = filtered(&part, by).select((incidents::opened_at, incidents::number));
    if let Some(IncidentCursor { opened_at, number }) = after {
        let before = sql::<Bool>("(opened_at, number) < (")
            .bind::<BigInt, _>(micros(opened_at))
            .sql(", ")
            .bind::<BigInt, _>(number_in(number)?)
            .sql(")");
        query = query.filter(before);
    }
    Ok(query
        .order((incidents::opened_at.desc(), incidents::number.desc()))
        .limit(page.look_for().saturating_add(page.offset())))
}
