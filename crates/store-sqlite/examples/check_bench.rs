//! How long `check` and a backup take, and how much memory, on a database with so many incidents and as many
//! deliveries, each incident with its line:
//!
//! ```text
//! cargo run --release -p watchbell-store-sqlite --example check_bench -- 1000000
//! ```

#![expect(clippy::print_stdout, reason = "an example that measures and prints")]

use std::error::Error;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use watchbell_store::MaintenanceStore;
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};

/// Rows like those of an Alertmanager alert: half of the incidents are over.
const SEED: &str = "
INSERT INTO services VALUES (zeroblob(16), 'svc_K7M4Q9TZ2H', 1, NULL, 'API', NULL, 1, NULL,
    'production', 'api', NULL, NULL, 1, NULL);
INSERT INTO integrations VALUES (1, zeroblob(16), 'bench', 'Bench', 'connected', 0, 0, NULL, 0,
    '{}', 1);
INSERT INTO incident_numbers VALUES (2026, COUNT);
INSERT INTO integration_counters VALUES (zeroblob(16), COUNT, COUNT, 0, COUNT, 0, 0, 0, 0);
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < COUNT)
INSERT INTO incidents SELECT 20260000000000 + n, unhex(format('%032x', n)), zeroblob(16),
    zeroblob(16), format('key %d', n), format('key %d', n), NULL, zeroblob(16),
    iif(n % 2, 'new', 'resolved'), n % 2, 2, 2, 1, 1, 1800000000000000 + n, 1800000000000000 + n,
    iif(n % 2, NULL, 1800000000000000 + n), NULL, NULL, NULL, 0, 'Disk full on host ' || n, 'bench',
    'https://example.com/' || n, '{\"host\":\"a\",\"region\":\"b\",\"job\":\"c\"}', 'description',
    NULL, NULL, NULL FROM n;
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < COUNT)
INSERT INTO timeline SELECT unhex(format('%032x', n)), unhex(format('%032x', n)),
    1800000000000000 + n, 'opened', 'system', unhex(format('%032x', n)), 'opened with SEV2' FROM n;
WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < COUNT)
INSERT INTO deliveries SELECT n, unhex(format('%032x', n)), zeroblob(16), 1800000000000000 + n,
    'processed', 'created', 202, 1000, 1, NULL,
    '[{\"action\":\"trigger\",\"reason\":\"created\",\"severity\":\"SEV2\",\"dedup_key\":\"key\"}]',
    '[{\"stage\":\"proof\",\"text\":\"no proof is asked for\"},
      {\"alert\":0,\"stage\":\"decision\",\"text\":\"created: INC-2026-001\"}]',
    '[[\"content-type\",\"application/json\"],[\"user-agent\",\"Alertmanager\"]]', zeroblob(500)
    FROM n;
INSERT INTO service_references VALUES ('svc_k7m4q9tz2h', zeroblob(16)), ('ser-00001', zeroblob(16));
";

fn main() -> Result<(), Box<dyn Error>> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("watchbell.db");
    let store = SqliteStore::open(SqliteOptions::new(&path))?;
    store.migrate()?;
    let mut raw = SqliteConnection::establish(path.to_str().ok_or("the path is not Unicode")?)?;
    raw.batch_execute(&SEED.replace("COUNT", &count.to_string()))?;
    drop(raw);
    let bytes = std::fs::metadata(&path)?.len();
    let before = memory()?;
    let started = Instant::now();
    let findings = store.check()?;
    let seconds = started.elapsed().as_secs_f64();
    println!("{count} incidents and deliveries, {bytes} bytes: {seconds:.1} s");
    println!("memory before: {before}; at most: {}", memory()?);
    let started = Instant::now();
    let copied = store.backup(&folder.path().join("copy.db"), &mut |_| {})?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "backup of {} bytes, checked: {seconds:.1} s; memory at most: {}",
        copied.bytes,
        memory()?
    );
    println!("{} findings: {:?}", findings.len(), findings.first());
    Ok(())
}

/// The most memory that this process has had, as Linux tells it.
fn memory() -> Result<String, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    Ok(line.unwrap_or("unknown").trim().to_owned())
}
