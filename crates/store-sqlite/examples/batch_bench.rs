//! How many deliveries a second the committer's port takes, by size of batch: one alert each, with a
//! body of 1 KiB, a decision trace, an incident (new, or open already) and, if new, a line of its
//! timeline. Real flushes, in a file below the folder for temporary files (`TMPDIR`).
//!
//! `cargo run --release -p watchbell-store-sqlite --example batch_bench [seconds for each figure]`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "an example that measures and prints"
)]

use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use uuid::Uuid;
use watchbell_model::{
    Action, Actor, AlertResult, ConnectionScope, Counts, DedupKey, DeliveryId, DeliveryRecord,
    Headers, Identity, Incident, IncidentId, IncidentNumber, IntegrationId, Metadata, Outcome,
    Reason, ServerId, ServiceId, Severity, Stage, Status, TimelineEntry, TimelineId, TimelineKind,
    Timestamp, Trace,
};
use watchbell_store::{
    Changes, ConfigStore, IncidentChange, IncidentStore, IntakeStore, Known, MaintenanceStore,
    Wanted, WantedKey,
};
use watchbell_store_sqlite::{SqliteOptions, SqliteStore};

static NEXT: AtomicU64 = AtomicU64::new(1);

fn uuid() -> Uuid {
    Uuid::from_u128(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Who moves the write-ahead log into the database.
#[derive(Debug, Clone, Copy)]
enum Checkpoints {
    /// The writer, at this many pages.
    Writer(i64),
    /// A thread of its own, this often.
    Thread(Duration),
}

/// What a run gave.
struct Figures {
    /// Rows a second.
    rate: f64,
    /// Microseconds of the processor for a row.
    cpu_us: f64,
    /// How long each batch took, sorted.
    times: Vec<Duration>,
}

struct Bench {
    at: Timestamp,
    integration: IntegrationId,
    service: ServiceId,
    body: Vec<u8>,
}

impl Bench {
    fn wanted(&self, keys: &[String]) -> Wanted {
        let key = |key: &String| WantedKey {
            clock: false,
            identity: Identity {
                integration: self.integration,
                scope: ConnectionScope::NONE,
                key: DedupKey::new(key).unwrap(),
            },
            occurrences: vec![key.clone()],
            latest_ended: false,
        };
        Wanted {
            keys: keys.iter().map(key).collect(),
            groups: Vec::new(),
            idempotency: Vec::new(),
            ended_since: self.at - Duration::from_hours(7 * 24),
            remembered_since: self.at - Duration::from_hours(7 * 24),
            year: 2026,
            numbers: keys.len(),
            server: ServerId::from_uuid(Uuid::from_u128(3)),
            limited: Vec::new(),
            accepted_since: self.at,
        }
    }

    /// What a committer would make of one trigger for each of `keys`.
    fn decide(&self, known: &Known, keys: &[String]) -> Changes {
        let mut changes = Changes { at: self.at, ..Changes::default() };
        let mut counts = Counts::default();
        for key in keys {
            let key = DedupKey::new(key).unwrap();
            let open = known.incidents.iter().find(|i| i.dedup_key.as_ref() == Some(&key));
            let (reason, number) = if let Some(open) = open {
                let mut next = open.clone();
                next.occurrences += 1;
                next.version += 1;
                let number = next.number;
                changes.changed.push(next);
                (Reason::Updated, number)
            } else {
                let used = i64::try_from(changes.numbers_used).unwrap();
                let place = known.first_number.place + used;
                let number = IncidentNumber { place, ..known.first_number };
                changes.numbers_used += 1;
                let new = self.incident(&key, number);
                changes.timeline.push(self.line(&new));
                changes.opened.push(new);
                (Reason::Created, number)
            };
            counts.add_stored(Outcome::Processed);
            changes.deliveries.push(self.delivery(key, number, reason));
        }
        changes.counts = vec![(self.integration, counts)];
        changes
    }

    fn incident(&self, key: &DedupKey, number: IncidentNumber) -> Incident {
        let mut metadata = Metadata::new();
        metadata.insert("environment", "production");
        metadata.insert("alertname", "HighLatency");
        metadata.insert("instance", "10.0.0.17:9100");
        Incident {
            id: IncidentId::from_uuid(uuid()),
            number,
            integration: Some(self.integration),
            scope: ConnectionScope::NONE,
            dedup_key: Some(key.clone()),
            occurrence: Some(key.to_string()),
            group: None,
            service: self.service,
            title: "HighLatency: p99 above two seconds".to_owned(),
            description: Some("The checkout service answers slowly. ".repeat(4)),
            severity: Severity::Sev1,
            worst_reported: Severity::Sev1,
            status: Status::New,
            acknowledged: None,
            assigned_to: None,
            also_affected: Vec::new(),
            source_name: Some("Prometheus".to_owned()),
            source_url: Some("https://prometheus.example.com/graph?g0.expr=up".to_owned()),
            metadata,
            test: false,
            occurrences: 1,
            detected_at: Some(self.at),
            opened_at: self.at,
            last_seen_at: self.at,
            ended_at: None,
            resolved_by: None,
            version: 1,
        }
    }

    fn line(&self, incident: &Incident) -> TimelineEntry {
        TimelineEntry {
            id: TimelineId::from_uuid(uuid()),
            incident: incident.id,
            at: self.at,
            kind: TimelineKind::Opened,
            actor: Actor::Integration(self.integration),
            delivery: None,
            text: "Opened with SEV1 by the alert's level".to_owned(),
        }
    }

    fn delivery(&self, key: DedupKey, number: IncidentNumber, reason: Reason) -> DeliveryRecord {
        let mut trace = Trace::new();
        trace.note(Stage::Proof, "no signing secret is stored: none is asked for");
        trace.note(Stage::Limit, "1 of 100 in the last 60 seconds");
        trace.note_alert(0, Stage::Service, "service_id names svc_K7M4Q9TZ2H");
        trace.note_alert(0, Stage::Severity, "level critical: SEV1 by the provider's table");
        trace.note_alert(0, Stage::Decision, "nothing is open under this key: opened");
        DeliveryRecord {
            id: DeliveryId::from_uuid(uuid()),
            integration: self.integration,
            received_at: self.at,
            headers: Headers::new([
                ("content-type", "application/json"),
                ("user-agent", "Alertmanager/0.27"),
                ("content-length", "1024"),
                ("host", "127.0.0.1:3000"),
            ]),
            body: Some(self.body.clone()),
            outcome: Outcome::Processed,
            reason,
            status: 202,
            duration_us: 250,
            trace,
            results: vec![AlertResult {
                action: Action::Resolve.as_str(),
                reason,
                incident: Some(number),
                service: Some("svc_K7M4Q9TZ2H".parse().unwrap()),
                severity: Some(Severity::Sev1),
                dedup_key: Some(key),
            }],
            repeats: None,
            revision: 7,
        }
    }

    /// Applies batches of `size` for `time`; with `keys` of them over and over, or ever new ones.
    fn run(
        &self,
        store: &SqliteStore,
        size: usize,
        time: Duration,
        keys: Option<usize>,
    ) -> Figures {
        let (started, mut rows, mut times) = (Instant::now(), 0_usize, Vec::new());
        let mut busy = Duration::ZERO;
        while started.elapsed() < time {
            let keys: Vec<_> = (rows..rows + size)
                .map(|n| match keys {
                    Some(keys) => format!("repeated-{size}-{}", n % keys),
                    None => format!("fingerprint-{size}-{n:016x}"),
                })
                .collect();
            let wanted = self.wanted(&keys);
            let batch = Instant::now();
            let own = on_processor();
            store.batch_apply(&wanted, &mut |known| self.decide(&known, &keys)).unwrap();
            busy += on_processor().saturating_sub(own);
            times.push(batch.elapsed());
            rows += size;
        }
        times.sort_unstable();
        Figures {
            rate: rows as f64 / started.elapsed().as_secs_f64(),
            cpu_us: busy.as_secs_f64() * 1e6 / rows as f64,
            times,
        }
    }
}

fn open(folder: &Path, checkpoints: Checkpoints) -> Result<SqliteStore, Box<dyn Error>> {
    let mut options = SqliteOptions::new(folder.join("bench.db"));
    if let Checkpoints::Writer(pages) = checkpoints {
        options = options.wal_pages(pages);
    }
    let store = SqliteStore::open(options)?;
    store.migrate()?;
    Ok(store)
}

/// How long this thread has run on a processor; zero where the system does not tell. On a shared
/// machine it says more than the clock.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or_default())
}

fn share(times: &[Duration], part: f64) -> Duration {
    let last = times.len().saturating_sub(1);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let place = (last as f64 * part) as usize;
    times.get(place).copied().unwrap_or_default()
}

/// Runs `work` with whatever moves the log, and tells how large the log became.
fn with_checkpoints<T>(
    store: &SqliteStore,
    folder: &Path,
    checkpoints: Checkpoints,
    work: impl FnOnce() -> T,
) -> (T, u64) {
    let (stop, largest) = (AtomicBool::new(false), AtomicU64::new(0));
    let result = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut last = Instant::now();
            while !stop.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(10));
                let size = std::fs::metadata(folder.join("bench.db-wal")).map_or(0, |m| m.len());
                largest.fetch_max(size, Ordering::SeqCst);
                if let Checkpoints::Thread(pause) = checkpoints
                    && last.elapsed() > pause
                {
                    store.checkpoint().unwrap();
                    last = Instant::now();
                }
            }
        });
        let result = work();
        stop.store(true, Ordering::SeqCst);
        result
    });
    (result, largest.into_inner())
}

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(3), |text| text.parse())?;
    let time = Duration::from_secs(seconds);
    let bench = Bench {
        at: "2026-11-21T12:00:00Z".parse()?,
        integration: IntegrationId::from_uuid(uuid()),
        service: ServiceId::from_uuid(uuid()),
        body: vec![b'x'; 1_024],
    };
    let beside = Checkpoints::Thread(Duration::from_millis(100));
    println!(
        "rows/s by rows in a transaction, a checkpoint ten times a second on a thread of its own"
    );
    for (what, keys) in [("distinct", None), ("repeats", Some(1_000))] {
        for size in [1, 16, 64, 256] {
            let folder = tempfile::tempdir()?;
            let store = open(folder.path(), beside)?;
            let (Figures { rate, cpu_us, times }, _) =
                with_checkpoints(&store, folder.path(), beside, || {
                    bench.run(&store, size, time, keys)
                });
            println!(
                "{what:9} {size:4}: {rate:8.0} rows/s, {cpu_us:5.1} us of processor a row, a batch p50 {:?} p99 {:?} max {:?}",
                share(&times, 0.5),
                share(&times, 0.99),
                share(&times, 1.0)
            );
        }
    }
    println!("who moves the log, 64 rows in a transaction, distinct keys");
    for checkpoints in [
        Checkpoints::Writer(1_000),
        Checkpoints::Writer(4_000),
        Checkpoints::Writer(16_384),
        beside,
        Checkpoints::Thread(Duration::from_secs(1)),
    ] {
        let folder = tempfile::tempdir()?;
        let store = open(folder.path(), checkpoints)?;
        let (Figures { rate, cpu_us, times }, largest) =
            with_checkpoints(&store, folder.path(), checkpoints, || {
                bench.run(&store, 64, time * 3, None)
            });
        println!(
            "{:24} {rate:8.0} rows/s, {cpu_us:5.1} us, p50 {:?} p99 {:?} p99.9 {:?} max {:?}, log {} MiB",
            format!("{checkpoints:?}"),
            share(&times, 0.5),
            share(&times, 0.99),
            share(&times, 0.999),
            share(&times, 1.0),
            largest >> 20
        );
        assert_eq!(store.config_revision()?, 0);
    }
    people_beside_the_committer(&bench, time, beside)
}

/// How long a person's change waits beside a committer that never rests.
fn people_beside_the_committer(
    bench: &Bench,
    time: Duration,
    checkpoints: Checkpoints,
) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = open(folder.path(), checkpoints)?;
    let other_process = open(folder.path(), checkpoints)?;
    bench.run(&store, 16, Duration::from_millis(100), None);
    for (what, person) in [("this process", &store), ("another process", &other_process)] {
        let stop = AtomicBool::new(false);
        let mut times = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    bench.run(&store, 64, Duration::from_millis(100), Some(512));
                }
            });
            let (started, mut times) = (Instant::now(), Vec::new());
            while started.elapsed() < time {
                let change = Instant::now();
                person
                    .incident_change(IncidentNumber { year: 2026, place: 1 }, &mut |mut now| {
                        now.version += 1;
                        Some(IncidentChange {
                            incident: now,
                            timeline: Vec::new(),
                            jobs: Vec::new(),
                        })
                    })
                    .unwrap();
                times.push(change.elapsed());
                std::thread::sleep(Duration::from_millis(3));
            }
            stop.store(true, Ordering::SeqCst);
            times
        });
        times.sort_unstable();
        println!(
            "a person's change in {what} beside a busy committer: p50 {:?} p99 {:?} max {:?}",
            share(&times, 0.5),
            share(&times, 0.99),
            share(&times, 1.0)
        );
    }
    let findings = store.check()?;
    println!("check: {} findings", findings.len());
    Ok(())
}
