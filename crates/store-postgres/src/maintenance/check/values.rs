//! Whether every row can be read as what it is.

mod connections;
mod deploys;
mod issue_links;
mod people;

use diesel::dsl::sql;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::query_dsl::LoadQuery;
use diesel::result::Error;
use diesel::sql_types::Text;
use watchbell_model::{DeliveryRecord, Incident, Link, ProjectMapping, Service, TimelineEntry};
use watchbell_store::{
    ApiKeyRecord, Job, RoutingKeyRecord, SigningSecretRecord, StoreError, SubscriptionRecord,
};

use super::Places;
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
    SELECT format('INC-%s-%s: %s occurrences, version %s', number / 10000000000,
                  number % 10000000000, occurrences, version)
    FROM incidents WHERE occurrences < 1 OR version < 1
    UNION ALL
    SELECT format('dlv_%s: took %s µs, revision %s', replace(id::text, '-', ''), duration_us,
                  revision)
    FROM deliveries WHERE duration_us < 0 OR revision < 0
    UNION ALL
    SELECT format('int_%s: a negative count', replace(integration::text, '-', ''))
    FROM integration_counters
    WHERE least(received, stored, counted, processed, ignored, duplicate, rejected, failed) < 0
    UNION ALL
    SELECT format('what is found by key %s', dedup_key) FROM delivery_keys
    WHERE length(dedup_key) NOT BETWEEN 1 AND 255
    UNION ALL
    SELECT 'a remembered id' FROM idempotency
    WHERE length(key) <> 32 OR length(body) <> 32 OR at NOT BETWEEN '0001-01-01' AND '9999-12-31'
    UNION ALL
    SELECT format('the clock of key %s', dedup_key) FROM source_clocks
    WHERE length(dedup_key) NOT BETWEEN 1 AND 255
       OR clock NOT BETWEEN '0001-01-01' AND '9999-12-31'
       OR at NOT BETWEEN '0001-01-01' AND '9999-12-31'
    UNION ALL
    SELECT format('what int_%s accepted in a second', replace(integration::text, '-', ''))
    FROM accepted_counts
    WHERE second <> date_trunc('second', second) OR deliveries NOT BETWEEN 1 AND 4294967295
       OR second NOT BETWEEN '0001-01-01' AND '9999-12-31'
    UNION ALL
    SELECT format('a request of %s', actor) FROM api_requests
    WHERE length(key) <> 32 OR length(body) <> 32 OR incident < 1
       OR actor !~ '^(system|(int|key|usr)_[0-9a-f]{32})$'
       OR at NOT BETWEEN '0001-01-01' AND '9999-12-31'
    UNION ALL
    SELECT format('the last use of key_%s', replace(key::text, '-', '')) FROM api_key_uses
    WHERE used_at NOT BETWEEN '0001-01-01' AND '9999-12-31'
    UNION ALL
    SELECT format('the password of usr_%s', replace(person::text, '-', '')) FROM passwords
    WHERE phc NOT LIKE '$%'
    UNION ALL
    SELECT format('the numbers of year %s: %s', year, last) FROM incident_numbers
    WHERE year NOT BETWEEN 1 AND 9999 OR last < 0
    LIMIT 100";

/// Reads everything, bodies apart.
pub(super) fn read_all(reader: &mut PgConnection, places: &mut Places) -> Result<(), Failure> {
    configuration(reader, places)?;
    people::read_all(reader, places)?;
    connections::read_all(reader, places)?;
    deploys::read_all(reader, places)?;
    issue_links::read_all(reader, places)?;
    let number = "format('INC-%s-%s', number / 10000000000, number % 10000000000)";
    let rows = incidents::table.select((sql::<Text>(number), incidents::all_columns));
    read(reader, places, rows, |row: IncidentRow| Incident::try_from(row))?;
    let id = "format('tml_%s', replace(id::text, '-', ''))";
    let rows = timeline::table.select((sql::<Text>(id), timeline::all_columns));
    read(reader, places, rows, |row: TimelineRow| TimelineEntry::try_from(row))?;
    let id = "format('dlv_%s', replace(id::text, '-', ''))";
    let rows = deliveries::table.select((sql::<Text>(id), DeliverySummaryRow::as_select()));
    read(reader, places, rows, |row: DeliverySummaryRow| DeliveryRecord::try_from(row))?;
    let rows: Vec<String> = sql::<Text>(NUMBERS_AND_REST).load(reader)?;
    for what in rows {
        places.add(|| what);
    }
    Ok(())
}

fn configuration(reader: &mut PgConnection, places: &mut Places) -> Result<(), Failure> {
    let rows = services::table.select((
        sql::<Text>("format('sid_%s', replace(id::text, '-', ''))"),
        services::all_columns,
    ));
    read(reader, places, rows, |row: ServiceRow| Service::try_from(row))?;
    let rows = integrations::table.select((
        sql::<Text>("format('int_%s', replace(id::text, '-', ''))"),
        integrations::all_columns,
    ));
    read(reader, places, rows, |row: IntegrationRow| row.with(Vec::new(), Vec::new()))?;
    let rows = links::table.select((
        sql::<Text>("format('a link of int_%s', replace(integration::text, '-', ''))"),
        links::all_columns,
    ));
    read(reader, places, rows, |row: LinkRow| Link::try_from(row))?;
    let rows = project_mappings::table.select((
        sql::<Text>("format('a project of int_%s', replace(integration::text, '-', ''))"),
        project_mappings::all_columns,
    ));
    read(reader, places, rows, |row: ProjectRow| Ok(ProjectMapping::from(row)))?;
    let rows = subscriptions::table.select((
        sql::<Text>("format('a topic of int_%s', replace(integration::text, '-', ''))"),
        subscriptions::all_columns,
    ));
    read(reader, places, rows, |row: SubscriptionRow| SubscriptionRecord::try_from(row))?;
    let rows = routing_keys::table.select((
        sql::<Text>("format('a key of int_%s', replace(integration::text, '-', ''))"),
        routing_keys::all_columns,
    ));
    read(reader, places, rows, |row: RoutingKeyRow| RoutingKeyRecord::try_from(row))?;
    let rows = signing_secrets::table.select((
        sql::<Text>("format('sec_%s', replace(id::text, '-', ''))"),
        signing_secrets::all_columns,
    ));
    read(reader, places, rows, |row: SigningSecretRow| SigningSecretRecord::try_from(row))?;
    let rows = api_keys::table.select((
        sql::<Text>("format('key_%s', replace(id::text, '-', ''))"),
        api_keys::all_columns,
    ));
    read(reader, places, rows, |row: ApiKeyRow| ApiKeyRecord::try_from(row))?;
    let rows = jobs::table
        .select((sql::<Text>("format('job_%s', replace(id::text, '-', ''))"), jobs::all_columns));
    read(reader, places, rows, |row: JobRow| Job::try_from(row))?;
    let rows = integration_counters::table.select((
        sql::<Text>("format('the counts of int_%s', replace(integration::text, '-', ''))"),
        integration_counters::all_columns,
    ));
    read(reader, places, rows, |row: CounterRow| Ok(row))
}

/// Reads the rows of a query one by one, each with its name, and writes down those that make no
/// sense.
fn read<'q, R, T>(
    reader: &mut PgConnection,
    places: &mut Places,
    query: impl LoadQuery<'q, PgConnection, (String, R), PgRowByRowLoadingMode>,
    model: impl Fn(R) -> Result<T, StoreError>,
) -> Result<(), Failure> {
    for row in query.load_iter::<(String, R), PgRowByRowLoadingMode>(reader)? {
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
