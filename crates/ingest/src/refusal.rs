//! Why a delivery is refused: one place for whoever takes deliveries and for whoever explains them.
//!
//! The order in which the questions are asked is the precedence of answers: switched off, too large,
//! not proven, encoded, over the limit, not readable, a foreign topic.

use watchbell_model::{Headers, IntegrationState, Reason, Stage};
use watchbell_provider::{ReadError, Topic, TopicEvent};
use watchbell_signature::ProofError;

use crate::{RateState, Source};

/// A delivery is refused: its sender gets an answer between 400 and 499.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Where on its way.
    pub stage: Stage,
    /// Why, as the event log says it.
    pub reason: Reason,
    /// The status that the event log keeps.
    pub status: u16,
    /// Why, for people.
    pub why: String,
}

impl Refusal {
    fn new(stage: Stage, reason: Reason, status: u16, why: impl Into<String>) -> Self {
        Self { stage, reason, status, why: why.into() }
    }

    /// Whether the integration takes nothing at all.
    pub fn of_state(source: &Source) -> Option<Self> {
        let is_off = source.integration.state == IntegrationState::Disabled;
        is_off.then(|| Self::new(Stage::Read, Reason::Disabled, 403, "the integration is disabled"))
    }

    /// A body of more than `max` bytes.
    pub fn of_size(max: usize) -> Self {
        let why = format!("the body is larger than {max} bytes");
        Self::new(Stage::Read, Reason::TooLarge, 413, why)
    }

    /// A proof that does not hold; none if that is our own trouble and not the sender's.
    pub fn of_proof(error: &ProofError) -> Option<Self> {
        let status = match error.reason() {
            Reason::CertificateUnavailable => return None,
            // Not a proof's form at all: said openly, since its sender can do something about it.
            Reason::Malformed | Reason::RawDelivery => 400,
            _ => 401,
        };
        Some(Self::new(Stage::Proof, error.reason(), status, error.to_string()))
    }

    /// A body that is encoded: nobody here unpacks what was signed.
    pub fn of_encoding(headers: &Headers) -> Option<Self> {
        let encoding = headers.get("content-encoding")?;
        let is_plain = encoding.trim().eq_ignore_ascii_case("identity");
        (!is_plain).then(|| {
            Self::new(Stage::Read, Reason::Malformed, 415, "the body has a content encoding")
        })
    }

    /// More deliveries than the integration's limit.
    pub fn of_limit(rate: RateState) -> Self {
        let why = format!("more than {} deliveries in 60 seconds", rate.limit);
        Self::new(Stage::Limit, Reason::RateLimited, 429, why)
    }

    /// A body that cannot be read.
    pub fn of_reading(error: &ReadError) -> Self {
        let status = match error {
            ReadError::Malformed { .. } | ReadError::Invalid { .. } => 400,
            ReadError::TooManyAlerts { .. } => 413,
        };
        Self::new(Stage::Read, error.reason(), status, error.to_string())
    }

    /// A topic at the source that the integration has not let in. What asks to be let in is none
    /// of them.
    pub fn of_topic(source: &Source, topic: &Topic) -> Option<Self> {
        let why = match topic.event {
            TopicEvent::Confirm { .. } => return None,
            _ if source.has_let_in(&topic.name) => return None,
            TopicEvent::Message => "no subscription to it was confirmed here",
            TopicEvent::Ended { .. } => {
                "no subscription to it was confirmed here, so none has ended"
            }
        };
        Some(Self::foreign_topic(format!("{}: {why}", topic.name)))
    }

    /// A topic that is not taken, for the reason given.
    pub fn foreign_topic(why: impl Into<String>) -> Self {
        Self::new(Stage::Proof, Reason::TopicNotAllowed, 403, why)
    }
}
