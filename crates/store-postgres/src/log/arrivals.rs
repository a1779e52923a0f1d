//! When integrations got deliveries: one statement for many of them, which reads little more of a row than
//! its time.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use uuid::Uuid;
use watchbell_model::{IntegrationId, Outcome, Timestamp};
use watchbell_store::stored::{Received, word};
use watchbell_store::{Arrival, DeliveryFilter};

use super::walks;
use crate::error::Failure;
use crate::query::static_query;
use crate::schema::deliveries;

static_query! {
    /// The newest deliveries of each of these integrations. Of each state the newest ones are found in
    /// the index, and the newest of all states are the newest.
    NewestOfEach: (deliveries::integration, deliveries::received_at, deliveries::outcome)
        => (SqlUuid, Timestamptz, Text);
    " FROM unnest(", integrations: Vec<Uuid> as Array<SqlUuid>;
    ") AS q (a) CROSS JOIN LATERAL (SELECT n.id FROM unnest(", reasons: Vec<String> as Array<Text>;
    ", ", outcomes: Vec<String> as Array<Text>;
    ") AS s (r, o) CROSS JOIN LATERAL (
        SELECT d.id FROM deliveries AS d
        WHERE d.integration = q.a AND d.reason = s.r AND d.outcome = s.o AND d.id >= ",
        first: Uuid as SqlUuid;
    " ORDER BY d.id DESC LIMIT ", most_of_state: i64 as BigInt;
    ") AS n ORDER BY n.id DESC LIMIT ", most: i64 as BigInt;
    end ") AS w CROSS JOIN LATERAL (
        SELECT * FROM deliveries AS e WHERE e.id = w.id OFFSET 0) AS deliveries ORDER BY w.id DESC"
}

/// The query for the arrivals of these integrations, of deliveries in these states.
pub(crate) fn newest(
    integrations: &[IntegrationId],
    states: &[watchbell_store::stored::DeliveryState],
    after: Option<Timestamp>,
    most: i64,
) -> NewestOfEach {
    let filter = DeliveryFilter { received_after: after, ..DeliveryFilter::default() };
    NewestOfEach {
        integrations: integrations.iter().map(IntegrationId::as_uuid).collect(),
        reasons: states.iter().map(|(reason, _)| reason.as_str().to_owned()).collect(),
        outcomes: states.iter().map(|(_, outcome)| outcome.as_str().to_owned()).collect(),
        first: Received::of(&filter).first.unwrap_or_default(),
        most_of_state: most,
        most,
    }
}

/// The arrivals of these integrations.
pub(super) fn of(
    reader: &mut PgConnection,
    integrations: &[IntegrationId],
    after: Option<Timestamp>,
    most: i64,
) -> Result<Vec<Arrival>, Failure> {
    let states = walks::states(reader, None)?;
    let query = newest(integrations, &states, after, most);
    let rows: Vec<(Uuid, Timestamp, String)> = query.load(reader)?;
    let mut arrivals = Vec::with_capacity(rows.len());
    for (integration, received_at, outcome) in rows {
        arrivals.push(Arrival {
            integration: IntegrationId::from_uuid(integration),
            received_at,
            outcome: word("deliveries.outcome", &Outcome::ALL, Outcome::as_str, &outcome)?,
        });
    }
    // Ids begin a little before the moment.
    arrivals.retain(|one| after.is_none_or(|after| one.received_at >= after));
    Ok(arrivals)
}
