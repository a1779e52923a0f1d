//! Running a stored delivery again: which may be, what would come of it, and doing it.
//!
//! A replay is a delivery of its own. It is decided now, with today's configuration, but with the
//! source's own times; neither rate limit nor sender's id stands in its way, since no sender sent it.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use watchbell_model::{
    AlertResult, Delivery, DeliveryId, DeliveryRecord, Ids, IntegrationState, Outcome, Reason,
    Stage, Timestamp, Trace,
};
use watchbell_signature::Verified;
use watchbell_store::{ReplayStore, StoreError};

use crate::explain::Walk;
use crate::{
    Answer, Explainer, Explanation, Intake, Overloaded, Prepared, Refusal, RunAgain, Snapshot,
    SubmitError, prepare,
};

/// Why a stored delivery is never run again, or not as things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReplayable {
    /// Nobody proved that it came from its sender, or it was not let in.
    #[error("it was refused with {status} ({reason}): what was not let in is never run again")]
    NotLetIn {
        /// The status that answered it.
        status: u16,
        /// Why.
        reason: Reason,
    },
    /// It was refused for its form, which no configuration changes.
    #[error("it was refused with {status} ({reason}), and would be again")]
    Form {
        /// The status that answered it.
        status: u16,
        /// Why.
        reason: Reason,
    },
    /// It repeats another one.
    #[error("it repeats {first}: run that one again")]
    Duplicate {
        /// The first one.
        first: DeliveryId,
    },
    /// There is nothing to read.
    #[error("its body was not kept")]
    NoBody,
    /// Its integration takes nothing.
    #[error("its integration is {}", state.as_str())]
    Integration {
        /// Why not.
        state: IntegrationState,
    },
    /// This program does not know its integration's provider, or the integration is gone.
    #[error("its integration is not there")]
    NoIntegration,
}

/// Why a delivery was not run again.
#[derive(Debug, thiserror::Error)]
pub enum NotReplayed {
    /// It must not be.
    #[error(transparent)]
    Not(#[from] NotReplayable),
    /// It cannot be read today either. Nothing was written.
    #[error("it is still refused: {}", .0.why)]
    Refused(Box<Refusal>, Trace),
    /// Too much is under way.
    #[error(transparent)]
    Overloaded(#[from] Overloaded),
    /// It did not become durable.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// Whether a stored delivery may be run again, as far as the delivery says.
///
/// # Errors
/// Why not.
pub fn replayable(record: &DeliveryRecord) -> Result<(), NotReplayable> {
    let DeliveryRecord { status, reason, .. } = *record;
    match record.outcome {
        Outcome::Processed | Outcome::Ignored | Outcome::Failed => {}
        Outcome::Duplicate => {
            let first = record.repeats.unwrap_or(record.id);
            return Err(NotReplayable::Duplicate { first });
        }
        Outcome::Rejected => match (status, reason) {
            (401 | 403, _)
            | (
                _,
                Reason::SignatureMissing
                | Reason::SignatureMismatch
                | Reason::TimestampStale
                | Reason::RawDelivery
                | Reason::CertificateRefused
                | Reason::CertificateUnavailable
                | Reason::TopicNotAllowed
                | Reason::Disabled,
            ) => return Err(NotReplayable::NotLetIn { status, reason }),
            (400 | 413 | 429, _) => {}
            _ => return Err(NotReplayable::Form { status, reason }),
        },
    }
    if record.body.is_some() { Ok(()) } else { Err(NotReplayable::NoBody) }
}

/// The stored delivery, read and routed anew as the delivery `id` that arrives `at`.
///
/// # Errors
/// Why it cannot be: never [`NotReplayed::Overloaded`] or [`NotReplayed::Submit`].
pub(crate) fn prepare_again(
    record: &DeliveryRecord,
    snapshot: &Arc<Snapshot>,
    id: DeliveryId,
    at: Timestamp,
) -> Result<Prepared, NotReplayed> {
    replayable(record)?;
    let source = snapshot.source(record.integration).ok_or(NotReplayable::NoIntegration)?;
    let state = source.integration.state;
    if state != IntegrationState::Connected {
        return Err(NotReplayable::Integration { state }.into());
    }
    let again = RunAgain { delivery: record.id };
    let mut trace = Trace::new();
    let of = record.received_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    trace.note(Stage::Proof, format!("run again: delivery {} of {of}", record.id));
    let delivery = Delivery {
        id,
        received_at: at,
        headers: record.headers.clone(),
        body: record.body.clone().unwrap_or_default(),
    };
    let verified = Verified::from_store(delivery);
    let prepared = prepare(verified, source, snapshot, trace, Instant::now());
    let mut prepared = prepared.map_err(|unreadable| {
        let refusal = Refusal::of_reading(&unreadable.error);
        NotReplayed::Refused(Box::new(refusal), unreadable.trace)
    })?;
    if let Some(topic) = prepared.topic.take()
        && let Some(refusal) = Refusal::of_topic(source, &topic)
    {
        return Err(NotReplayed::Refused(Box::new(refusal), prepared.trace));
    }
    prepared.again = Some(again);
    prepared.idempotency = None;
    Ok(prepared)
}

/// What running a delivery again would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Would {
    /// An incident would be opened or opened again.
    Create,
    /// Open incidents would change.
    Change,
    /// Nothing would change.
    Ignore,
    /// It would still be refused.
    Refuse,
    /// It may not be run again.
    NotRun(NotReplayable),
}

impl Would {
    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::Ignore => "ignore",
            Self::Refuse => "refuse",
            Self::NotRun(_) => "not_run",
        }
    }

    fn of(explanation: &Explanation) -> Self {
        match explanation.decided.as_ref().filter(|_| explanation.refused.is_none()) {
            Some(decided) => Self::of_results(&decided.results),
            None => Self::Refuse,
        }
    }

    /// What running it again has come to.
    pub fn of_answer(answer: &Answer) -> Self {
        Self::of_results(&answer.results)
    }

    fn of_results(results: &[AlertResult]) -> Self {
        let mut reasons = results.iter().map(|result| result.reason);
        let creates = |reason| matches!(reason, Reason::Created | Reason::Reopened);
        if reasons.clone().any(creates) {
            Self::Create
        } else if reasons.any(Reason::is_effect) {
            Self::Change
        } else {
            Self::Ignore
        }
    }
}

/// A delivery as it was, beside what running it again would come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsed {
    /// The delivery as it is stored, without its body.
    pub then: DeliveryRecord,
    /// The deliveries that ran it again already.
    pub replays: Vec<DeliveryId>,
    /// What would come of it.
    pub would: Would,
    /// The same in full; none if it may not be run again.
    pub now: Option<Explanation>,
}

/// Says of one stored delivery after the other what running them again, in this order, would come to.
/// Writes nothing.
pub struct Rehearsal<'a> {
    walk: Walk<'a>,
    store: &'a dyn ReplayStore,
}

impl fmt::Debug for Rehearsal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rehearsal").field("walk", &self.walk).finish_non_exhaustive()
    }
}

impl<'a> Rehearsal<'a> {
    /// A rehearsal in which nothing was run yet.
    pub fn new(explainer: Explainer<'a>, store: &'a dyn ReplayStore) -> Self {
        Self { walk: Walk::new(explainer), store }
    }

    /// What running `record` again would come to, after those before it.
    ///
    /// # Errors
    /// The store does not answer.
    pub fn next(&mut self, mut record: DeliveryRecord) -> Result<Rehearsed, StoreError> {
        let replays = self.store.replays_of(record.id)?;
        let (would, now) = match self.walk.stored(&record)? {
            Ok(explanation) => (Would::of(&explanation), Some(explanation)),
            Err(why) => (Would::NotRun(why), None),
        };
        record.body = None;
        Ok(Rehearsed { then: record, replays, would, now })
    }
}

/// Runs stored deliveries again, through the same queue as all deliveries.
#[derive(Debug, Clone, Copy)]
pub struct Replayer<'a> {
    /// The configuration.
    pub snapshot: &'a Arc<Snapshot>,
    /// The queue.
    pub intake: &'a Intake,
    /// Ids for the new deliveries.
    pub ids: &'a Ids,
}

impl Replayer<'_> {
    /// Runs `record` again at this moment, and waits until what it does is durable.
    ///
    /// # Errors
    /// It was not run; unless the store did not answer in time, nothing was written.
    pub async fn run(&self, record: &DeliveryRecord, at: Timestamp) -> Result<Answer, NotReplayed> {
        let id = DeliveryId::from_uuid(self.ids.next());
        let prepared = prepare_again(record, self.snapshot, id, at)?;
        let bytes = prepared.delivery.body.len();
        let admission = self.intake.admit(record.integration, bytes).await?;
        Ok(self.intake.submit(prepared, admission).await?)
    }
}
