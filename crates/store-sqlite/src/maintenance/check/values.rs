//! Whether every row can be read as what it is.

mod connections;
mod deploys;
mod issue_links;
mod people;

use diesel::connection::DefaultLoadingMode;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::query_dsl::LoadQuery;
use diesel::result::Error;
use diesel::sql_types::Text;
use watchbell_model::{DeliveryRecord, Incident, Link, ProjectMapping, Service, TimelineEntry};
use watchbell_store::{
    ApiKeyRecord, Job, RoutingKeyRecord, SigningSecretRecord, StoreError, SubscriptionRecord,
};

use super::{Breathe, Places};
use crate::error::Failure;
use crate::rows::{
    ApiKeyRow, CounterRow, DeliverySummaryRow, IncidentRow, IntegrationRow, JobRow, LinkRow,
    ProjectRow, RoutingKeyRow, ServiceRow, SigningSecretRow, SubscriptionRow, TimelineRow,
};
use crate::schema::{
    api_keys, deliveries, incidents, integration_counters, integrations, jobs, links,
    project_mappings, routing_keys, services, signing_secrets, subscriptions, timeline,
};

/// What the types do not say: numbers that count from 1 or from 0, and the tables that are read in
/// parts only. Times are those of the years 1 to 9999.
const NUMBERS_AND_REST: &str = "
    SELECT format('INC-%04d-%03d: %d occurrences, version %d', number / 10000000000,
                  number % 10000000000, occurrences, version)
    FROM incidents WHERE occurrences < 1 OR version < 1
    UNION ALL
    SELECT format('dlv_%s: took %d µs, revision %d', lower(hex(id)), duration_us, revision)
    FROM deliveries WHERE duration_us < 0 OR revision < 0
    UNION ALL
    SELECT format('int_%s: a negative count', lower(hex(integration))) FROM integration_counters
    WHERE min(received, stored, counted, processed, ignored, duplicate, rejected, failed) < 0
    UNION ALL
    SELECT format('what is found by key %s', dedup_key) FROM delivery_keys
    WHERE length(dedup_key) NOT BETWEEN 1 AND 255 OR length(delivery) <> 16
    UNION ALL
    SELECT 'a remembered id' FROM idempotency
    WHERE length(integration) <> 16 OR length(key) <> 32 OR length(body) <> 32
       OR length(delivery) <> 16 OR at NOT BETWEEN -62135596800000000 AND 253402300799999999
    UNION ALL
    SELECT format('the clock of key %s', dedup_key) FROM source_clocks
    WHERE length(integration) <> 16 OR length(scope) <> 16
       OR length(dedup_key) NOT BETWEEN 1 AND 255
       OR clock NOT BETWEEN -62135596800000000 AND 253402300799999999
       OR at NOT BETWEEN -62135596800000000 AND 253402300799999999
    UNION ALL
    SELECT format('what int_%s accepted in a second', lower(hex(integration)))
    FROM accepted_counts
    WHERE length(integration) <> 16 OR length(server) <> 16 OR second % 1000000 <> 0
       OR deliveries NOT BETWEEN 1 AND 4294967295
       OR second NOT BETWEEN -62135596800000000 AND 253402300799999999
    UNION ALL
    SELECT format('lease %s', name) FROM leases WHERE length(holder) <> 16
    UNION ALL
    SELECT format('a request of %s', actor) FROM api_requests
    WHERE length(key) <> 32 OR length(body) <> 32 OR incident < 1
       OR NOT (actor = 'system' OR (substr(actor, 1, 4) IN ('int_', 'key_', 'usr_')
               AND length(actor) = 36 AND substr(actor, 5) NOT GLOB '*[^0-9a-f]*'))
       OR at NOT BETWEEN -62135596800000000 AND 253402300799999999
    UNION ALL
    SELECT format('the last use of key_%s', lower(hex(key))) FROM api_key_uses
    WHERE length(key) <> 16 OR used_at NOT BETWEEN -62135596800000000 AND 253402300799999999
    UNION ALL
    SELECT format('the password of usr_%s', lower(hex(person))) FROM passwords
    WHERE length(person) <> 16 OR phc NOT LIKE '$%'
    UNION ALL
    SELECT format('the numbers of year %d: %d', year, last) FROM incident_numbers
    WHERE year NOT BETWEEN 1 AND 9999 OR last < 0
    LIMIT 100";

/// How many rows of the large tables are read by one statement.
const ROWS: i64 = 20_000;

/// Reads everything, bodies apart.
pub(super) fn read_all(
    reader: &mut SqliteConnection,
    places: &mut Places,
    breathe: Breathe<'_>,
) -> Result<(), Failure> {
    configuration(reader, places)?;
    people::read_all(reader, places)?;
    connections::read_all(reader, places)?;
    deploys::read_all(reader, places)?;
    issue_links::read_all(reader, places)?;
    all_incidents(reader, places, breathe)?;
    all_lines(reader, places, breathe)?;
    all_deliveries(reader, places, breathe)?;
    let rows: Vec<String> = sql::<Text>(NUMBERS_AND_REST).load(reader)?;
    for what in rows {
        places.add(|| what);
    }
    Ok(())
}

fn all_incidents(
    reader: &mut SqliteConnection,
    places: &mut Places,
    breathe: Breathe<'_>,
) -> Result<(), Failure> {
    let name = "format('INC-%04d-%03d', number / 10000000000, number % 10000000000)";
    let mut after = i64::MIN;
    loop {
        let next = incidents::table.select(incidents::number).order(incidents::number);
        let next = next.filter(incidents::number.gt(after)).offset(ROWS - 1);
        let last = next.first(reader).optional()?.unwrap_or(i64::MAX);
        let rows = incidents::table
            .filter(incidents::number.gt(after).and(incidents::number.le(last)))
            .select((sql::<Text>(name), incidents::all_columns));
        read(reader, places, rows, |row: IncidentRow| Incident::try_from(row))?;
        if last == i64::MAX {
            return Ok(());
        }
        after = last;
        breathe();
    }
}

fn all_deliveries(
    reader: &mut SqliteConnection,
    places: &mut Places,
    breathe: Breathe<'_>,
) -> Result<(), Failure> {
    let name = "format('dlv_%s', lower(hex(id)))";
    let mut after = i64::MIN;
    loop {
        let next = deliveries::table.select(deliveries::seq).order(deliveries::seq);
        let next = next.filter(deliveries::seq.gt(after)).offset(ROWS - 1);
        let last = next.first(reader).optional()?.unwrap_or(i64::MAX);
        let rows = deliveries::table
            .filter(deliveries::seq.gt(after).and(deliveries::seq.le(last)))
            .select((sql::<Text>(name), DeliverySummaryRow::as_select()));
        read(reader, places, rows, |row: DeliverySummaryRow| DeliveryRecord::try_from(row))?;
        if last == i64::MAX {
            return Ok(());
        }
        after = last;
        breathe();
    }
}

/// Timelines are read by their incident, each as a whole.
fn all_lines(
    reader: &mut SqliteConnection,
    places: &mut Places,
    breathe: Breathe<'_>,
) -> Result<(), Failure> {
    let name = "format('tml_%s', lower(hex(id)))";
    let mut after: Vec<u8> = Vec::new();
    loop {
        let next = timeline::table.select(timeline::incident).order(timeline::incident);
        let next = next.filter(timeline::incident.gt(&after)).offset(ROWS - 1);
        let last: Option<Vec<u8>> = next.first(reader).optional()?;
        let rows = timeline::table
            .filter(timeline::incident.gt(&after))
            .select((sql::<Text>(name), timeline::all_columns));
        let Some(last) = last else {
            return read(reader, places, rows, |row: TimelineRow| TimelineEntry::try_from(row));
        };
        let rows = rows.filter(timeline::incident.le(&last));
        read(reader, places, rows, |row: TimelineRow| TimelineEntry::try_from(row))?;
        after = last;
        breathe();
    }
}

fn configuration(reader: &mut SqliteConnection, places: &mut Places) -> Result<(), Failure> {
    let rows = services::table
        .select((sql::<Text>("format('sid_%s', lower(hex(id)))"), services::all_columns));
    read(reader, places, rows, |row: ServiceRow| Service::try_from(row))?;
    let rows = integrations::table
        .select((sql::<Text>("format('int_%s', lower(hex(id)))"), integrations::all_columns));
    read(reader, places, rows, |row: IntegrationRow| row.with(Vec::new(), Vec::new()))?;
    let rows = links::table.select((
        sql::<Text>("format('a link of int_%s', lower(hex(integration)))"),
        links::all_columns,
    ));
    read(reader, places, rows, |row: LinkRow| Link::try_from(row))?;
    let rows = project_mappings::table.select((
        sql::<Text>("format('a project of int_%s', lower(hex(integration)))"),
        project_mappings::all_columns,
    ));
    read(reader, places, rows, |row: ProjectRow| ProjectMapping::try_from(row))?;
    let rows = subscriptions::table.select((
        sql::<Text>("format('a topic of int_%s', lower(hex(integration)))"),
        subscriptions::all_columns,
    ));
    read(reader, places, rows, |row: SubscriptionRow| SubscriptionRecord::try_from(row))?;
    let rows = routing_keys::table.select((
        sql::<Text>("format('a key of int_%s', lower(hex(integration)))"),
        routing_keys::all_columns,
    ));
    read(reader, places, rows, |row: RoutingKeyRow| RoutingKeyRecord::try_from(row))?;
    let rows = signing_secrets::table
        .select((sql::<Text>("format('sec_%s', lower(hex(id)))"), signing_secrets::all_columns));
    read(reader, places, rows, |row: SigningSecretRow| SigningSecretRecord::try_from(row))?;
    let rows = api_keys::table
        .select((sql::<Text>("format('key_%s', lower(hex(id)))"), api_keys::all_columns));
    read(reader, places, rows, |row: ApiKeyRow| ApiKeyRecord::try_from(row))?;
    let rows =
        jobs::table.select((sql::<Text>("format('job_%s', lower(hex(id)))"), jobs::all_columns));
    read(reader, places, rows, |row: JobRow| Job::try_from(row))?;
    let rows = integration_counters::table.select((
        sql::<Text>("format('the counts of int_%s', lower(hex(integration)))"),
        integration_counters::all_columns,
    ));
    read(reader, places, rows, |row: CounterRow| {
        TryInto::<(watchbell_model::IntegrationId, watchbell_model::Counts)>::try_into(row)
    })
}

/// Reads the rows of a query one by one, each with its name, and writes down those that make no
/// sense.
fn read<'q, R, T>(
    reader: &mut SqliteConnection,
    places: &mut Places,
    query: impl LoadQuery<'q, SqliteConnection, (String, R)>,
    model: impl Fn(R) -> Result<T, StoreError>,
) -> Result<(), Failure> {
    for row in query.load_iter::<(String, R), DefaultLoadingMode>(reader)? {
        if places.is_full() {
            break;
        }
        match row {
            Ok((name, row)) => {
                if let Err(error) = model(row) {
                    places.add(|| format!("{name}: {error}"));
                }
            }
            Err(Error::DeserializationError(why)) => places.add(|| format!("a row: {why}")),
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}
