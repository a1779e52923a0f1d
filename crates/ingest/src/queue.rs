//! Between handlers and the committers: bounded in entries and in bytes, with a small lane of its
//! own for what was refused.

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;
use watchbell_model::{Counts, DeliveryRecord, IntegrationId, Outcome};

use crate::overlap::{Touch, Touched};
use crate::room::Room;
use crate::{Admission, Answer, Prepared};

/// The most refused deliveries that wait for the event log; what comes on top is only counted.
const MAX_REJECTED: usize = 256;
/// The most bytes of them.
const MAX_REJECTED_BYTES: usize = 8 << 20;

/// The bounds of the queue.
#[derive(Debug, Clone, Copy)]
pub struct IntakeSettings {
    /// The most deliveries between their first byte and their answer.
    pub entries: usize,
    /// The most bytes of bodies in flight together.
    pub bytes: usize,
    /// The largest body that is taken at all.
    pub largest: usize,
    /// How long a delivery waits for a place before it is refused with 503.
    pub wait: Duration,
    /// How long a delivery waits for its commit before it is answered 503.
    pub answer_within: Duration,
}

/// There was no place in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much is being worked on already")]
pub struct Overloaded;

/// A delivery did not become durable in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The store did not take it. Nothing was written.
    #[error("the store did not take it")]
    NotStored,
    /// No answer in time. It may still become durable.
    #[error("the store did not answer in time")]
    NoAnswer,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
}

/// A refused delivery, for the event log.
#[derive(Debug)]
pub struct Rejected {
    /// As the event log keeps it.
    pub record: DeliveryRecord,
}

impl Rejected {
    fn bytes(&self) -> usize {
        self.record.body.as_ref().map_or(0, Vec::len).saturating_add(1_024)
    }
}

/// A delivery that waits for its commit.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) prepared: Prepared,
    pub(crate) answer: oneshot::Sender<Result<Answer, SubmitError>>,
    touch: Touch,
    /// Held until the answer: the body is in memory as long.
    _admission: Admission,
}

/// What a committer takes at once.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    pub(crate) entries: Vec<Entry>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) counted: Vec<(IntegrationId, Counts)>,
    /// To be dropped when what was taken is written, or is known never to be.
    pub(crate) claim: Claim<'a>,
}

impl Taken<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.rejected.is_empty() && self.counted.is_empty()
    }
}

/// Nobody else is given what touches the same things.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    intake: &'a Intake,
    number: u64,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.intake.lock().claims.retain(|(number, _)| *number != self.number);
        self.intake.ended.notify_all();
    }
}

#[derive(Debug, Default)]
struct Lanes {
    entries: VecDeque<Entry>,
    /// What the batches touch that are being written.
    claims: Vec<(u64, Touched)>,
    last_claim: u64,
    rejected: VecDeque<Rejected>,
    rejected_bytes: usize,
    counted: HashMap<IntegrationId, Counts>,
    counted_since: Option<Instant>,
    closed: bool,
}

impl Lanes {
    /// How many deliveries make a batch, and what they touch; none while they have to wait for a
    /// batch that touches the same.
    fn next_batch(&self, appetite: Appetite) -> Option<(usize, Touched)> {
        let mut alerts = 0_usize;
        let fits = |entry: &&Entry| {
            let fits = alerts < appetite.alerts;
            alerts = alerts.saturating_add(entry.prepared.items.len());
            fits
        };
        let next = self.entries.iter().take(appetite.deliveries).take_while(fits);
        let next: Vec<_> = next.map(|entry| &entry.touch).collect();
        let deliveries = next.len();
        let touched = Touched::by(next);
        let waits = self.claims.iter().any(|(_, other)| other.overlaps(&touched));
        (!waits).then_some((deliveries, touched))
    }
}

/// How much a committer takes at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Appetite {
    pub(crate) deliveries: usize,
    pub(crate) alerts: usize,
    pub(crate) rejected: usize,
}

/// Where handlers put deliveries, and where the committers take them.
#[derive(Debug)]
pub struct Intake {
    settings: IntakeSettings,
    lanes: Mutex<Lanes>,
    arrived: Condvar,
    ended: Condvar,
    room: Room,
}

impl Intake {
    /// An empty queue with these bounds.
    pub fn new(settings: IntakeSettings) -> Self {
        let room = Room::new(&settings);
        let (arrived, ended) = (Condvar::new(), Condvar::new());
        Self { settings, lanes: Mutex::default(), arrived, ended, room }
    }

    /// A place for a delivery to `integration` whose body has `bytes`, as far as is known. Waits
    /// for a moment if there is none.
    ///
    /// # Errors
    /// There was none in time.
    pub async fn admit(
        &self,
        integration: IntegrationId,
        bytes: usize,
    ) -> Result<Admission, Overloaded> {
        let room = self.room.take(integration, bytes);
        tokio::time::timeout(self.settings.wait, room).await.unwrap_or(Err(Overloaded))
    }

    /// Hands a delivery to the committer and waits until it is durable.
    ///
    /// # Errors
    /// It did not become durable, or not in time.
    pub async fn submit(
        &self,
        prepared: Prepared,
        admission: Admission,
    ) -> Result<Answer, SubmitError> {
        let (sender, receiver) = oneshot::channel();
        let touch = Touch::of(&prepared);
        {
            let mut lanes = self.lock();
            if lanes.closed {
                return Err(SubmitError::Stopping);
            }
            let entry = Entry { prepared, answer: sender, touch, _admission: admission };
            lanes.entries.push_back(entry);
        }
        self.arrived.notify_one();
        match tokio::time::timeout(self.settings.answer_within, receiver).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(SubmitError::NotStored),
            Err(_) => Err(SubmitError::NoAnswer),
        }
    }

    /// Hands over a refused delivery for the event log. Does not wait: if the lane is full, it is
    /// only counted.
    pub fn reject(&self, rejected: Rejected) {
        let mut lanes = self.lock();
        let bytes = rejected.bytes();
        let full = lanes.rejected.len() >= MAX_REJECTED
            || lanes.rejected_bytes.saturating_add(bytes) > MAX_REJECTED_BYTES;
        if full {
            let counts = lanes.counted.entry(rejected.record.integration).or_default();
            counts.add_counted(Outcome::Rejected);
            lanes.counted_since.get_or_insert_with(Instant::now);
            return;
        }
        lanes.rejected_bytes = lanes.rejected_bytes.saturating_add(bytes);
        lanes.rejected.push_back(rejected);
        drop(lanes);
        self.arrived.notify_one();
    }

    /// How many deliveries wait for the committer.
    pub fn depth(&self) -> usize {
        self.lock().entries.len()
    }

    /// How many deliveries are under way: from the admission before the body is read to the answer.
    pub fn under_way(&self) -> usize {
        self.room.taken()
    }

    /// No further deliveries are taken; what waits is still committed.
    pub fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Takes what has queued up. Waits up to `patience` for the first; nothing after that may be
    /// empty. `None` once the queue is closed and empty.
    ///
    /// What touches the same as a batch that is being written waits for the end of that one, and
    /// all that has come in between goes with it: so of one thing everything is written in the order
    /// of its arrival, and many repeats of one key make large batches.
    pub(crate) fn take(&self, appetite: Appetite, patience: Duration) -> Option<Taken<'_>> {
        let mut lanes = self.lock();
        if lanes.entries.is_empty() && lanes.rejected.is_empty() && !lanes.closed {
            lanes = self
                .arrived
                .wait_timeout(lanes, patience)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(lanes, _)| lanes);
        }
        let (deliveries, touched) = loop {
            match lanes.next_batch(appetite) {
                Some(next) => break next,
                None => lanes = self.ended.wait(lanes).unwrap_or_else(PoisonError::into_inner),
            }
        };
        let entries = lanes.entries.drain(..deliveries).collect();
        let mut rejected = Vec::new();
        while rejected.len() < appetite.rejected {
            let Some(next) = lanes.rejected.pop_front() else {
                break;
            };
            lanes.rejected_bytes = lanes.rejected_bytes.saturating_sub(next.bytes());
            rejected.push(next);
        }
        let due = lanes.counted_since.is_some_and(|since| since.elapsed() >= patience);
        let mut counted = Vec::new();
        if due || lanes.closed {
            counted = lanes.counted.drain().collect();
            lanes.counted_since = None;
        }
        lanes.last_claim = lanes.last_claim.wrapping_add(1);
        let number = lanes.last_claim;
        lanes.claims.push((number, touched));
        let closed = lanes.closed;
        drop(lanes);
        let taken = Taken { entries, rejected, counted, claim: Claim { intake: self, number } };
        if taken.is_empty() && closed { None } else { Some(taken) }
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
