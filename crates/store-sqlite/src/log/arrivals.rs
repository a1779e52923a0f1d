//! When integrations got deliveries: one statement for many of them, which reads little more of a row than
//! its time.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use watchbell_model::{IntegrationId, Outcome, Timestamp};
use watchbell_store::stored::{DeliveryState, Received, to_json, word};
use watchbell_store::{Arrival, DeliveryFilter};

use super::walks;
use crate::error::Failure;
use crate::query::static_statement;
use crate::rows::{hex, time, uuid};
use crate::schema::deliveries;

static_statement! {
    /// The newest deliveries of each of these integrations. Of each state the newest ones are found in
    /// the index, and the newest of all states are the newest. `CROSS JOIN` keeps the lists outside.
    NewestOfEach: select (deliveries::integration, deliveries::received_at, deliveries::outcome)
        => (Binary, BigInt, Text);
    " FROM json_each(", integrations: str as Text;
    ") AS q CROSS JOIN deliveries WHERE deliveries.id IN (
        SELECT n.id FROM json_each(", states: str as Text;
    ") AS s CROSS JOIN deliveries AS n WHERE n.id IN (
            SELECT d.id FROM deliveries AS d
            WHERE d.integration = unhex(q.value) AND d.reason = s.value ->> 0 AND d.outcome = s.value ->> 1
            AND d.id >= ", first: [u8] as Binary;
    " ORDER BY d.id DESC LIMIT ", most_of_state: i64 as BigInt;
    ") ORDER BY n.id DESC LIMIT ", most: i64 as BigInt;
    end ") ORDER BY deliveries.id DESC"
}

/// The arrivals of these integrations.
pub(super) fn of(
    reader: &mut SqliteConnection,
    integrations: &[IntegrationId],
    after: Option<Timestamp>,
    most: i64,
) -> Result<Vec<Arrival>, Failure> {
    let states: Vec<DeliveryState> = walks::states(reader, None)?;
    let states: Vec<_> =
        states.iter().map(|(reason, outcome)| (reason.as_str(), outcome.as_str())).collect();
    let filter = DeliveryFilter { received_after: after, ..DeliveryFilter::default() };
    let first = Received::of(&filter).first.unwrap_or_default();
    let integrations: Vec<_> = integrations.iter().map(|id| hex(id.as_bytes())).collect();
    let query = NewestOfEach {
        integrations: &to_json(&integrations)?,
        states: &to_json(&states)?,
        first: first.as_bytes(),
        most_of_state: &most,
        most: &most,
    };
    let rows: Vec<(Vec<u8>, i64, String)> = query.load(reader)?;
    let mut arrivals = Vec::with_capacity(rows.len());
    for (integration, received_at, outcome) in rows {
        arrivals.push(Arrival {
            integration: IntegrationId::from_uuid(uuid("deliveries.integration", &integration)?),
            received_at: time("deliveries.received_at", received_at)?,
            outcome: word("deliveries.outcome", &Outcome::ALL, Outcome::as_str, &outcome)?,
        });
    }
    // Ids begin a little before the moment.
    arrivals.retain(|one| after.is_none_or(|after| one.received_at >= after));
    Ok(arrivals)
}
