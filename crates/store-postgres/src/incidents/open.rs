//! Incidents that people and programs open.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text, Timestamptz};
use watchbell_model::{IncidentNumber, Timestamp};
use watchbell_store::stored::{number_in, number_out, refused};
use watchbell_store::{ApiRequest, NewIncident, Opened, Opening, StoreError};

use crate::PostgresStore;
use crate::error::Failure;
use crate::jobs;
use crate::pool::WRITE;
use crate::rows::{InsertIncidents, InsertLines};
use crate::schema::api_requests;
use crate::stripes::{self, Kind};

/// One that has served its time but is not swept away yet gives way.
const REMEMBER: &str = "INSERT INTO api_requests (actor, key, body, incident, response, at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (actor, key) DO UPDATE SET body = excluded.body,
    incident = excluded.incident, response = excluded.response, at = excluded.at";

/// Opens an incident, unless the request has opened one before.
pub(super) fn open(
    store: &PostgresStore,
    opening: &Opening,
    make: &mut dyn FnMut(IncidentNumber) -> NewIncident,
) -> Result<Opened, StoreError> {
    let Opening { at, request, remembered_since } = *opening;
    let mut session = store.pool.session()?;
    // Before the transaction: nobody shall wait for it because of a number.
    let mut numbers = store.numbers.take(&mut session, opening.year(), 1)?;
    let number = numbers.first();
    let before = session.begin(WRITE, move |writer| match &request {
        Some(request) => before(writer, request, remembered_since),
        None => Ok(None),
    });
    let opened = before.map_err(StoreError::from).and_then(|before| {
        if let Some(before) = before {
            return Ok(before);
        }
        let new = make(number);
        if new.incident.number != number {
            return Err(refused("an incident with another number than it was given"));
        }
        // Used, whatever becomes of it: after a commit whose outcome is unknown it may be in the
        // database.
        numbers.used(1);
        session.commit(move |writer| {
            InsertIncidents::of([&new.incident])?.execute(writer)?;
            InsertLines::add(&new.timeline, writer)?;
            jobs::add(writer, &new.jobs)?;
            if let Some(request) = &request {
                remember(writer, request, number, &new.response, at)?;
            }
            Ok(Opened::New(Box::new(new)))
        })
    });
    session.roll_back();
    opened
}

/// What a request with this id opened before. Until the end of the transaction nobody else opens
/// anything by it.
fn before(
    writer: &mut PgConnection,
    request: &ApiRequest,
    since: Timestamp,
) -> Result<Option<Opened>, Failure> {
    let ApiRequest { by, key } = request;
    let actor = by.to_string();
    stripes::lock(writer, Kind::Identities, vec![stripes::of_request(&actor, key)])?;
    let known: Option<(Vec<u8>, i64, Vec<u8>)> = api_requests::table
        .find((actor, &key.key[..]))
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

fn remember(
    writer: &mut PgConnection,
    ApiRequest { by, key }: &ApiRequest,
    number: IncidentNumber,
    response: &[u8],
    at: Timestamp,
) -> Result<(), Failure> {
    diesel::sql_query(REMEMBER)
        .bind::<Text, _>(by.to_string())
        .bind::<Binary, _>(&key.key[..])
        .bind::<Binary, _>(&key.body[..])
        .bind::<BigInt, _>(number_in(number)?)
        .bind::<Binary, _>(response)
        .bind::<Timestamptz, _>(at)
        .execute(writer)?;
    Ok(())
}
