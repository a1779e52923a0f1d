//! Counters for Prometheus. Labels come from closed sets and name no key, service or integration.

use std::sync::atomic::AtomicI64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use watchbell_ingest::{BatchReport, Intake};
use watchbell_model::{Outcome, Timestamp};
use watchbell_store::Expired;

use crate::Updates;

/// An outcome as a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct OutcomeLabel(Outcome);

impl EncodeLabelValue for OutcomeLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        self.0.as_str().encode(encoder)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DeliveryLabels {
    provider: &'static str,
    outcome: OutcomeLabel,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StatusLabels {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ClassLabels {
    class: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    kind: &'static str,
    result: &'static str,
}

/// The counters of this process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    deliveries: Family<DeliveryLabels, Counter>,
    strangers: Family<StatusLabels, Counter>,
    unavailable: Counter,
    seconds: Histogram,
    batches: Counter,
    batch_failures: Counter,
    batch_deliveries: Histogram,
    batch_seconds: Histogram,
    queue: Gauge<i64, AtomicI64>,
    under_way: Gauge<i64, AtomicI64>,
    broken_promises: Gauge<i64, AtomicI64>,
    checked_at: Gauge<i64, AtomicI64>,
    expired: Family<ClassLabels, Counter>,
    jobs: Family<JobLabels, Counter>,
    jobs_waiting: Gauge<i64, AtomicI64>,
    jobs_dead: Gauge<i64, AtomicI64>,
    open_pages: Gauge<i64, AtomicI64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Counters at zero.
    pub fn new() -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.000_25, 2.0, 16));
        let mut metrics = Self {
            registry: Registry::with_prefix("watchbell"),
            deliveries: Family::default(),
            strangers: Family::default(),
            unavailable: Counter::default(),
            seconds: seconds(),
            batches: Counter::default(),
            batch_failures: Counter::default(),
            batch_deliveries: Histogram::new(exponential_buckets(1.0, 2.0, 9)),
            batch_seconds: seconds(),
            queue: Gauge::default(),
            under_way: Gauge::default(),
            broken_promises: Gauge::default(),
            checked_at: Gauge::default(),
            expired: Family::default(),
            jobs: Family::default(),
            jobs_waiting: Gauge::default(),
            jobs_dead: Gauge::default(),
            open_pages: Gauge::default(),
        };
        let Self { registry: r, deliveries, strangers, unavailable, .. } = &mut metrics;
        r.register("deliveries", "Deliveries by provider and outcome", deliveries.clone());
        r.register(
            "strangers",
            "Requests to unknown routing keys, by the status of their answer",
            strangers.clone(),
        );
        r.register(
            "unavailable",
            "Deliveries answered 503 because they could not be stored",
            unavailable.clone(),
        );
        let r = &mut metrics.registry;
        let help = "Seconds from a delivery's arrival to its answer";
        r.register("delivery_seconds", help, metrics.seconds.clone());
        r.register("batches", "Batches that were written", metrics.batches.clone());
        let help = "Batches that could not be written";
        r.register("batch_failures", help, metrics.batch_failures.clone());
        r.register("batch_deliveries", "Deliveries in a batch", metrics.batch_deliveries.clone());
        let help = "Seconds from taking a batch to its answers";
        r.register("batch_seconds", help, metrics.batch_seconds.clone());
        let help = "Deliveries that wait for the committer";
        r.register("queue_deliveries", help, metrics.queue.clone());
        let help = "Deliveries between the reading of their body and their answer";
        r.register("under_way_deliveries", help, metrics.under_way.clone());
        let help = "What this server's last check of the database found; must stay 0";
        r.register("broken_promises", help, metrics.broken_promises.clone());
        let help = "When that was, in unix seconds; 0: not yet";
        r.register("promises_checked_timestamp_seconds", help, metrics.checked_at.clone());
        let help = "What this server forgot because it had served its time, by class";
        r.register("expired", help, metrics.expired.clone());
        let help = "Pages that this server tells of changes";
        r.register("open_pages", help, metrics.open_pages.clone());
        metrics.register_jobs();
        metrics
    }

    fn register_jobs(&mut self) {
        let r = &mut self.registry;
        let help = "Attempts at jobs that this server made, by kind and result";
        r.register("jobs", help, self.jobs.clone());
        let help = "Jobs in the database that wait to be done";
        r.register("jobs_waiting", help, self.jobs_waiting.clone());
        let help = "Jobs in the database that were given up";
        r.register("jobs_dead", help, self.jobs_dead.clone());
    }

    /// An attempt at a job has ended. Kinds and results are words of the program.
    pub fn job_ended(&self, kind: &'static str, result: &'static str) {
        self.jobs.get_or_create(&JobLabels { kind, result }).inc();
    }

    /// So many jobs are in the database.
    pub fn jobs_counted(&self, waiting: i64, dead: i64) {
        self.jobs_waiting.set(waiting);
        self.jobs_dead.set(dead);
    }

    /// The database was checked, and so much is wrong.
    pub fn checked(&self, findings: usize, at: Timestamp) {
        self.broken_promises.set(i64::try_from(findings).unwrap_or(i64::MAX));
        self.checked_at.set(at.timestamp());
    }

    /// So much was forgotten.
    pub fn expired(&self, expired: &Expired) {
        for (class, rows) in expired.iter() {
            let labels = ClassLabels { class: class.as_str() };
            let rows = u64::try_from(rows).unwrap_or(u64::MAX);
            self.expired.get_or_create(&labels).inc_by(rows);
        }
    }

    /// A delivery ended.
    pub(crate) fn delivery(&self, provider: &'static str, outcome: Outcome, seconds: f64) {
        let labels = DeliveryLabels { provider, outcome: OutcomeLabel(outcome) };
        self.deliveries.get_or_create(&labels).inc();
        self.seconds.observe(seconds);
    }

    /// A request to an unknown key was answered.
    pub(crate) fn stranger(&self, status: u16) {
        self.strangers.get_or_create(&StatusLabels { status }).inc();
    }

    /// A delivery could not be stored.
    pub(crate) fn unavailable(&self) {
        self.unavailable.inc();
    }

    /// A batch ended.
    pub fn batch(&self, report: &BatchReport) {
        if report.written {
            self.batches.inc();
        } else {
            self.batch_failures.inc();
        }
        let deliveries = u32::try_from(report.deliveries).unwrap_or(u32::MAX);
        self.batch_deliveries.observe(f64::from(deliveries));
        self.batch_seconds.observe(report.took.as_secs_f64());
    }

    /// All counters in the `OpenMetrics` text format.
    pub(crate) fn text(
        &self,
        intake: &Intake,
        updates: &Updates,
    ) -> Result<String, std::fmt::Error> {
        let set = |gauge: &Gauge<i64, AtomicI64>, count: usize| {
            gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        };
        set(&self.queue, intake.depth());
        set(&self.under_way, intake.under_way());
        set(&self.open_pages, updates.listeners());
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
