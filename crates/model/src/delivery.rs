//! One HTTP request to an intake address, and what is kept of it.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    Action, DedupKey, DeliveryId, IncidentNumber, IntegrationId, Reason, ServiceKey, Severity,
    Timestamp, Trace,
};

/// What stands in the event log instead of a secret header's value.
pub const REDACTED: &str = "(redacted)";

/// A request's headers: names in lower case, in the order of arrival, a name possibly twice. Cheap to
/// clone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Arc<[(String, String)]>);

impl Headers {
    /// Headers with these names (any case) and values.
    pub fn new<N: AsRef<str>, V: Into<String>>(entries: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(
            entries
                .into_iter()
                .map(|(name, value)| (name.as_ref().to_ascii_lowercase(), value.into()))
                .collect(),
        )
    }

    /// The first value of `name`, which must be given in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same headers with the value of each secret one replaced by [`REDACTED`]:
    /// `authorization`, `cookie`, every `…-token` and `…-key`, and signatures.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        for (name, value) in Arc::make_mut(&mut self.0) {
            if is_secret_header(name) {
                REDACTED.clone_into(value);
            }
        }
        self
    }
}

fn is_secret_header(name: &str) -> bool {
    name.contains("authorization")
        || name.contains("cookie")
        || name.contains("signature")
        || name.contains("secret")
        || name.contains("password")
        || name == "token"
        || name.ends_with("-token")
        || name.ends_with("-key")
}

/// One HTTP request to an intake address of a known key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id, made before anything is done with it.
    pub id: DeliveryId,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Its headers.
    pub headers: Headers,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
}

/// How a delivery ended. Every delivery ends in exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It changed or counted on an incident.
    Processed,
    /// It was understood and deliberately changed nothing.
    Ignored,
    /// It had been handled before.
    Duplicate,
    /// It was refused with a 4xx.
    Rejected,
    /// It alone broke its transaction. Kept whole, can be replayed.
    Failed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] =
        [Self::Processed, Self::Ignored, Self::Duplicate, Self::Rejected, Self::Failed];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Duplicate => "duplicate",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became of one alert of a delivery on one incident (an alert without a service can touch
/// several, then there are several results).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertResult {
    /// What the alert said: one of [`AlertResult::ACTIONS`].
    pub action: &'static str,
    /// Why it ended as it did.
    pub reason: Reason,
    /// The incident that it touched.
    pub incident: Option<IncidentNumber>,
    /// The service.
    pub service: Option<ServiceKey>,
    /// The incident's severity afterwards.
    pub severity: Option<Severity>,
    /// The alert's key.
    pub dedup_key: Option<DedupKey>,
}

impl AlertResult {
    /// The action of an entry that changes nothing by its kind, such as a heartbeat.
    pub const IGNORE: &'static str = "ignore";

    /// Every action that a result can have.
    pub const ACTIONS: [&'static str; 5] = [
        Action::TRIGGER,
        Action::Acknowledge.as_str(),
        Action::Resolve.as_str(),
        Action::Note { investigating: false }.as_str(),
        Self::IGNORE,
    ];
}

/// A sender's own id for a delivery, with the digest of the body that it came with. Both are
/// SHA-256, so that neither has a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// The digest of the sender's id.
    pub key: [u8; 32],
    /// The digest of the body.
    pub body: [u8; 32],
}

impl IdempotencyKey {
    /// The key for a sender's id and a body.
    pub fn new(id: &str, body: &[u8]) -> Self {
        Self { key: Sha256::digest(id.as_bytes()).into(), body: Sha256::digest(body).into() }
    }
}

/// What is remembered of a delivery with an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// The integration that it came through.
    pub integration: IntegrationId,
    /// Its key and body.
    pub key: IdempotencyKey,
    /// The first delivery.
    pub delivery: DeliveryId,
    /// What became of it.
    pub results: Vec<AlertResult>,
}

/// A delivery as the event log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id.
    pub id: DeliveryId,
    /// The integration that it came through.
    pub integration: IntegrationId,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Its headers, secrets redacted.
    pub headers: Headers,
    /// Its body; none where it was not read or may not be kept.
    pub body: Option<Vec<u8>>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The HTTP status that answered it.
    pub status: u16,
    /// Microseconds from its arrival to its decision.
    pub duration_us: i64,
    /// Every step of the decision.
    pub trace: Trace,
    /// What became of each alert.
    pub results: Vec<AlertResult>,
    /// For a duplicate the first delivery with the same idempotency id; for any other the stored
    /// delivery that was run again.
    pub repeats: Option<DeliveryId>,
    /// The revision of the configuration that decided it.
    pub revision: i64,
}

impl DeliveryRecord {
    /// Whether somebody had a stored delivery run again.
    pub fn is_replay(&self) -> bool {
        self.repeats.is_some() && self.outcome != Outcome::Duplicate
    }

    /// Whether it takes a place under its integration's rate limit: it was answered 202, and a
    /// sender sent it.
    pub fn counts_for_limit(&self) -> bool {
        self.status == 202 && !self.is_replay()
    }
}

/// Durable numbers of an integration. `received` = `stored` + `counted` = the sum of outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Deliveries.
    pub received: i64,
    /// Of these, those in the event log.
    pub stored: i64,
    /// Of these, those that were only counted, or are no longer in the event log.
    pub counted: i64,
    /// Of these, by outcome.
    pub processed: i64,
    /// Understood, changed nothing.
    pub ignored: i64,
    /// Handled before.
    pub duplicate: i64,
    /// Refused.
    pub rejected: i64,
    /// Broke alone.
    pub failed: i64,
}

impl Counts {
    /// One delivery that is stored, with this outcome.
    pub fn add_stored(&mut self, outcome: Outcome) {
        self.received += 1;
        self.stored += 1;
        *self.of(outcome) += 1;
    }

    /// One delivery that is only counted, with this outcome.
    pub fn add_counted(&mut self, outcome: Outcome) {
        self.received += 1;
        self.counted += 1;
        *self.of(outcome) += 1;
    }

    /// Adds another's numbers.
    pub fn add(&mut self, other: &Self) {
        let Self { received, stored, counted, processed, ignored, duplicate, rejected, failed } =
            other;
        self.received += received;
        self.stored += stored;
        self.counted += counted;
        self.processed += processed;
        self.ignored += ignored;
        self.duplicate += duplicate;
        self.rejected += rejected;
        self.failed += failed;
    }

    /// Whether the promise holds: received = stored + counted = the sum of outcomes.
    pub const fn is_sound(&self) -> bool {
        self.received == self.stored + self.counted
            && self.received
                == self.processed + self.ignored + self.duplicate + self.rejected + self.failed
    }

    fn of(&mut self, outcome: Outcome) -> &mut i64 {
        match outcome {
            Outcome::Processed => &mut self.processed,
            Outcome::Ignored => &mut self.ignored,
            Outcome::Duplicate => &mut self.duplicate,
            Outcome::Rejected => &mut self.rejected,
            Outcome::Failed => &mut self.failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_headers_are_redacted_and_others_kept() {
        let headers = Headers::new([
            ("Authorization", "Bearer x"),
            ("X-Watchbell-Signature", "sha256=00"),
            ("X-Deploy-Token", "dpl_x"),
            ("X-Api-Key", "k"),
            ("Content-Type", "application/json"),
        ])
        .redacted();
        let shown: Vec<_> = headers.iter().filter(|(_, v)| *v != REDACTED).collect();
        assert_eq!(shown, [("content-type", "application/json")]);
    }

    #[test]
    fn counts_stay_sound() {
        let mut counts = Counts::default();
        for outcome in Outcome::ALL {
            counts.add_stored(outcome);
            counts.add_counted(outcome);
        }
        assert_eq!((counts.received, counts.stored, counts.counted), (10, 5, 5));
        assert!(counts.is_sound());
        counts.stored -= 1;
        assert!(!counts.is_sound());
    }
}
