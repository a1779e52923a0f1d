//! What a delivery would do, step by step, without doing it.
//!
//! It goes the way that deliveries go, through the same functions, over what the store shows of its
//! present state. What they would change is thrown away.

mod walk;

use std::fmt;
use std::sync::Arc;

use watchbell_model::{
    Alert, AlertResult, Delivery, DeliveryId, DeliveryRecord, Identity, Ids, Incident,
    IntegrationId, Outcome, Reason, TimelineEntry, Timestamp, Trace,
};
use watchbell_provider::Origin;
use watchbell_signature::{HeldBy, ProofError};
use watchbell_store::{IntakeStore, StoreError};

use crate::{Asking, NotReplayable, RateLimits, RateState, Refusal, Snapshot, Source};

pub(crate) use walk::Walk;

/// What the proof of a delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofSays {
    /// It holds.
    Held(HeldBy),
    /// It does not hold.
    Failed(ProofError),
    /// It held when the delivery arrived, or none was asked for; it comes from the event log.
    HeldThen,
    /// All that can be said without asking anybody is right. The rest takes the certificate at this
    /// address, which is not at hand, and is asked for on arrival only.
    WithoutCertificate {
        /// Where it is.
        url: String,
    },
}

/// Looks at proofs that take a certificate of the sender's.
pub trait CertificateProof {
    /// What the proof of `delivery` says at `now`, as far as that can be told without asking anybody
    /// and without changing anything.
    fn look(&self, delivery: Delivery, now: Timestamp) -> ProofSays;
}

impl fmt::Display for ProofSays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held(held_by) => write!(f, "{held_by}"),
            Self::Failed(error) => write!(f, "does not hold: {error}"),
            Self::HeldThen => f.write_str("from the event log: it held when it arrived"),
            Self::WithoutCertificate { url } => write!(
                f,
                "the form is right; the signature is not checked, since the certificate {url} is not \
                 at hand: it is asked for on arrival only, and a server that has taken a delivery \
                 signed with it can say more"
            ),
        }
    }
}

/// One entry of the delivery, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedItem {
    /// What the parser made of it, and whose incidents it looks for; none for what changes nothing
    /// by its kind.
    pub alert: Option<ExplainedAlert>,
    /// Why it changes nothing, where that is said by its kind.
    pub ignored: Option<Reason>,
}

/// An alert, with where every field of it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedAlert {
    /// The alert.
    pub alert: Box<Alert>,
    /// Where its fields come from.
    pub origins: Vec<Origin>,
    /// Whose incidents it looks for; none without a key.
    pub identity: Option<Identity>,
}

/// What becomes of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentStep {
    /// As it is; none for one that would be opened. Its number is then the next one at this moment.
    pub before: Option<Incident>,
    /// As it would be.
    pub after: Incident,
}

/// What the decision would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// How the delivery would end.
    pub outcome: Outcome,
    /// Why.
    pub reason: Reason,
    /// The status that would answer it.
    pub status: u16,
    /// For a duplicate the first delivery.
    pub repeats: Option<DeliveryId>,
    /// What would become of each alert.
    pub results: Vec<AlertResult>,
    /// The incidents that would change, in the order of their numbers.
    pub incidents: Vec<IncidentStep>,
    /// The lines that timelines would get.
    pub timeline: Vec<TimelineEntry>,
}

/// Everything that would come of a delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The delivery: the stored one, or an id that was made for this sample alone.
    pub delivery: DeliveryId,
    /// The integration that it comes through.
    pub integration: IntegrationId,
    /// The revision of the configuration that decides.
    pub revision: i64,
    /// What its proof says.
    pub proof: ProofSays,
    /// Where the rate limit stands; none where there is none or it does not ask.
    pub limit: Option<RateState>,
    /// Why it would be refused. What follows is what would come of it otherwise, as far as that can
    /// be said.
    pub refused: Option<Refusal>,
    /// Its entries; none if it cannot be read.
    pub items: Vec<ExplainedItem>,
    /// Every step.
    pub trace: Trace,
    /// The decision; none if it cannot be read.
    pub decided: Option<Decided>,
}

impl Explanation {
    /// The answer that its sender would get: status, outcome and reason. None only where an answer
    /// is our own trouble.
    pub fn answer(&self) -> Option<(u16, Outcome, Reason)> {
        if let Some(refusal) = &self.refused {
            return Some((refusal.status, Outcome::Rejected, refusal.reason));
        }
        self.decided.as_ref().map(|decided| (decided.status, decided.outcome, decided.reason))
    }
}

/// Explains deliveries against one state of the configuration and the database.
#[derive(Clone, Copy)]
pub struct Explainer<'a> {
    /// The database, which is only read.
    pub store: &'a dyn IntakeStore,
    /// The configuration.
    pub snapshot: &'a Arc<Snapshot>,
    /// Who asks, how far back is looked, and the present moment.
    pub asking: Asking<'a>,
    /// The certificates that are at hand.
    pub certificates: &'a dyn CertificateProof,
    /// Where the rate limits stand. Nothing is counted.
    pub rates: &'a RateLimits,
    /// The most bytes that a body may have.
    pub max_body_bytes: usize,
    /// Ids for what would be opened; they go nowhere.
    pub ids: &'a Ids,
}

impl fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explainer")
            .field("revision", &self.snapshot.revision)
            .finish_non_exhaustive()
    }
}

impl Explainer<'_> {
    /// What would come of `delivery` if it arrived for `source`. Nobody proved it.
    ///
    /// # Errors
    /// The store does not answer.
    pub fn sample(
        &self,
        source: &Arc<Source>,
        delivery: Delivery,
    ) -> Result<Explanation, StoreError> {
        Walk::new(*self).sample(source, delivery)
    }

    /// What would come of a stored delivery if it were run again now, outside rate limit and
    /// idempotency; or why it is not run again.
    ///
    /// # Errors
    /// The store does not answer.
    pub fn stored(
        &self,
        record: &DeliveryRecord,
    ) -> Result<Result<Explanation, NotReplayable>, StoreError> {
        Walk::new(*self).stored(record)
    }
}
