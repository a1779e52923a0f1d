//! Every promise that a database can break by itself, as a query that finds where it did.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use watchbell_store::Finding;

use crate::error::Failure;

/// The most findings that are told of each check.
const MOST: usize = 100;

/// A check's name, and a query that gives one text for each place where it fails.
const CHECKS: [(&str, &str); 7] = [
    ("the file is sound", "PRAGMA integrity_check(100)"),
    (
        "received = stored + counted = the sum of outcomes",
        "SELECT format('int_%s: %d received, %d stored, %d counted', lower(hex(integration)),
                       received, stored, counted)
         FROM integration_counters
         WHERE received <> stored + counted
            OR received <> processed + ignored + duplicate + rejected + failed
         LIMIT 100",
    ),
    (
        "stored = the deliveries in the event log",
        "SELECT format('int_%s: %d counted as stored, %d in the event log',
                       lower(hex(integration)), sum(stored), sum(logged))
         FROM (SELECT integration, stored, 0 AS logged FROM integration_counters
               UNION ALL
               SELECT integration, 0, count(*) FROM deliveries GROUP BY integration)
         GROUP BY integration HAVING sum(stored) <> sum(logged)
         LIMIT 100",
    ),
    (
        "an identity has at most one open incident on a service",
        "SELECT format('int_%s, key %s: %d open', lower(hex(integration)), dedup_key, count(*))
         FROM incidents
         WHERE status NOT IN ('resolved', 'closed')
           AND integration IS NOT NULL AND dedup_key IS NOT NULL
         GROUP BY integration, scope, dedup_key, service HAVING count(*) > 1
         LIMIT 100",
    ),
    (
        "an incident is open as its status says",
        "SELECT format('inc_%s: status %s, open %d', lower(hex(id)), status, open)
         FROM incidents WHERE open <> (status NOT IN ('resolved', 'closed'))
         LIMIT 100",
    ),
    (
        "every timeline entry has its incident",
        "SELECT format('tml_%s: no inc_%s', lower(hex(timeline.id)), lower(hex(incident)))
         FROM timeline LEFT JOIN incidents ON incidents.id = timeline.incident
         WHERE incidents.id IS NULL
         LIMIT 100",
    ),
    (
        "numbers stay below their counter",
        "SELECT format('year %d: last number %d, counter %s', year, place,
                       coalesce(incident_numbers.last, 'missing'))
         FROM (SELECT number / 10000000000 AS y, max(number % 10000000000) AS place
               FROM incidents GROUP BY y)
         LEFT JOIN incident_numbers ON year = y
         WHERE last IS NULL OR place > last
         LIMIT 100",
    ),
];

/// Runs every check, all on one moment's view.
pub(super) fn all(reader: &mut SqliteConnection) -> Result<Vec<Finding>, Failure> {
    let mut findings = Vec::new();
    for (check, query) in CHECKS {
        let texts: Vec<String> = sql::<Text>(query).load(reader)?;
        let wrong = texts.into_iter().filter(|text| text != "ok").take(MOST);
        findings.extend(wrong.map(|what| Finding { check, what }));
    }
    Ok(findings)
}
