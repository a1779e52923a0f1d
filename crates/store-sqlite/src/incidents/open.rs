//! Incidents that people and programs open.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use watchbell_model::IncidentNumber;
use watchbell_store::stored::{number_in, number_out};
use watchbell_store::{ApiRequest, NewIncident, Opened, Opening};

use crate::error::Failure;
use crate::intake::{next_number, take_numbers};
use crate::jobs;
use crate::query::static_statement;
use crate::rows::{InsertIncident, micros, timeline_insert};
use crate::schema::api_requests;

static_statement! {
    /// Remembers a request. One that has served its time but is not swept away yet gives way.
    Remember:
    "INSERT INTO api_requests (actor, key, body, incident, response, at) VALUES (",
    actor: str as Text;
    ", ", key: [u8] as Binary;
    ", ", body: [u8] as Binary;
    ", ", incident: i64 as BigInt;
    ", ", response: [u8] as Binary;
    ", ", at: i64 as BigInt;
    end ") ON CONFLICT (actor, key) DO UPDATE SET body = excluded.body,
          incident = excluded.incident, response = excluded.response, at = excluded.at"
}

/// Opens an incident, unless the request has opened one before. The write lock is held: nobody
/// comes in between.
pub(super) fn open(
    writer: &mut SqliteConnection,
    opening: &Opening,
    make: &mut dyn FnMut(IncidentNumber) -> NewIncident,
) -> Result<Opened, Failure> {
    if let Some(request) = &opening.request
        && let Some(before) = before(writer, request, micros(opening.remembered_since))?
    {
        return Ok(before);
    }
    let number = next_number(writer, opening.year())?;
    let new = make(number);
    if new.incident.number != number {
        return Err(Failure::refused("an incident with another number than it was given"));
    }
    InsertIncident::run(writer, &new.incident)?;
    for entry in &new.timeline {
        timeline_insert(writer, entry)?;
    }
    jobs::add(writer, &new.jobs)?;
    if let Some(ApiRequest { by, key }) = &opening.request {
        let remember = Remember {
            actor: &by.to_string(),
            key: &key.key,
            body: &key.body,
            incident: &number_in(number)?,
            response: &new.response,
            at: &micros(opening.at),
        };
        remember.execute(writer)?;
    }
    take_numbers(writer, number, 1)?;
    Ok(Opened::New(Box::new(new)))
}

/// What a request with this id opened before.
fn before(
    writer: &mut SqliteConnection,
    ApiRequest { by, key }: &ApiRequest,
    since: i64,
) -> Result<Option<Opened>, Failure> {
    let known: Option<(Vec<u8>, i64, Vec<u8>)> = api_requests::table
        .find((by.to_string(), &key.key[..]))
        .filter(api_requests::at.ge(since))
        .select((api_requests::body, api_requests::incident, api_requests::response))
        .first(writer)
        .optional()?;
    let Some((body, number, response)) = known else {
        return Ok(None);
    };
    let number = number_out(number)?;
    let same = body == key.body;
    Ok(Some(if same { Opened::Before { number, response } } else { Opened::OtherBody { number } }))
}
