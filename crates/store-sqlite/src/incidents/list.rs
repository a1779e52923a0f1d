//! Lists of incidents.

use std::marker::PhantomData;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Text};
use diesel::sqlite::Sqlite;
use watchbell_model::Incident;
use watchbell_store::stored::{incident_parts, number_in};
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
    let total = page.counts().then(|| filtered(filter).count().get_result(reader)).transpose()?;
    let mut numbers: Vec<i64> = match page_of(filter, page)? {
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

/// The incidents that a filter lets through.
fn filtered(filter: &IncidentFilter) -> incidents::BoxedQuery<'static, Sqlite> {
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
    // With the plus SQLite does not look for an index of these: by a person or a service it finds
    // fewer.
    let owned = assigned_to.is_some() || resolved_by.is_some() || services.is_some();
    let (status_name, severity_name) =
        if owned { ("+status", "+severity") } else { ("status", "severity") };
    if !status.is_empty() {
        let words = status.iter().map(|s| s.as_str());
        query = query.filter(sql::<Text>(status_name).eq_any(words));
    }
    if !severity.is_empty() {
        let numbers = severity.iter().map(|s| i64::from(s.number()));
        query = query.filter(sql::<BigInt>(severity_name).eq_any(numbers));
    }
    if let Some(at) = opened_after {
        query = query.filter(incidents::opened_at.ge(micros(*at)));
    }
    // What has ended by a moment was opened by then.
    let opened_before = [opened_before, ended_before].into_iter().flatten().min();
    if let Some(at) = opened_before {
        query = query.filter(incidents::opened_at.le(micros(*at)));
    }
    if let Some(at) = ended_after {
        query = query.filter(incidents::ended_at.ge(micros(*at)));
    }
    if let Some(at) = ended_before {
        query = query.filter(incidents::ended_at.le(micros(*at)));
    }
    if let Some(user) = assigned_to {
        query = query.filter(incidents::assigned_to.eq(user.as_bytes().to_vec()));
    }
    if let Some(actor) = resolved_by {
        query = query.filter(incidents::resolved_by.eq(actor.to_string()));
    }
    if let Some(services) = services {
        let of_person = assigned_to.is_some() || resolved_by.is_some();
        let name = sql::<Binary>(if of_person { "+service" } else { "service" });
        let services = services.iter().map(|service| service.as_bytes().to_vec());
        query = query.filter(name.eq_any(services));
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
) -> Result<Option<Newest<Walk<'static>, BigInt>>, Failure> {
    let mut parts = Vec::new();
    for part in &incident_parts(filter) {
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
    let mut query = filtered(part).select((incidents::opened_at, incidents::number));
    if let Some(IncidentCursor { opened_at, number }) = page.cursor() {
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
