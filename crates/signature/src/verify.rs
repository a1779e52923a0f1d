//! Checking a delivery's proof, whatever its form.

use std::borrow::Cow;
use std::fmt;

use watchbell_model::{Delivery, Reason, Timestamp};
use watchbell_provider::Proof;

use crate::{HeldBy, HmacKey, Verified, hmac};

/// Lets `delivery` in if it is proven as `proof` describes.
///
/// `secrets` are all secrets that are stored for the integration: without any, knowing the routing
/// key is enough and signature headers are ignored; with any, the signature must fit one of them.
///
/// # Errors
/// The proof does not hold. The delivery comes back with the reason, for the event log.
pub fn verify(
    proof: &Proof,
    delivery: Delivery,
    secrets: &[HmacKey],
    now: Timestamp,
) -> Result<Verified<Delivery>, Box<Refused>> {
    if secrets.is_empty() && !proof.is_always_asked() {
        return Ok(Verified::new(delivery, HeldBy::RoutingKey));
    }
    let held = match proof {
        // A stored secret makes the signature mandatory, also where none can be given: an operator
        // who stored one believes that unsigned requests are refused.
        Proof::RoutingKey | Proof::Sns => Err(ProofError::NoScheme),
        Proof::Hmac(scheme) => {
            hmac::check(scheme, &delivery, secrets, now).map(|secret| HeldBy::Signature { secret })
        }
    };
    match held {
        Ok(held_by) => Ok(Verified::new(delivery, held_by)),
        Err(error) => Err(Box::new(Refused { delivery, error })),
    }
}

/// The headers that prove `body`, sent at `now`, as `proof` describes: for samples and tests. None
/// for a form of proof without a signature.
pub fn sign(
    proof: &Proof,
    secret: &HmacKey,
    body: &[u8],
    now: Timestamp,
) -> Vec<(Cow<'static, str>, String)> {
    match proof {
        Proof::RoutingKey | Proof::Sns => Vec::new(),
        Proof::Hmac(scheme) => hmac::sign(scheme, secret, body, now),
    }
}

/// A delivery whose proof does not hold. `Debug` leaves out its headers and body.
#[derive(PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Refused {
    /// The delivery, as it came.
    pub delivery: Delivery,
    /// What is wrong with its proof.
    pub error: ProofError,
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refused")
            .field("delivery", &self.delivery.id)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Why a proof does not hold. The text is for the event log: the sender gets one text for all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The request is not signed, or without the time that its signature covers.
    #[error("the header {header} is missing")]
    SignatureMissing {
        /// The header that is missing.
        header: Cow<'static, str>,
    },
    /// A secret is stored, but there is no way to sign for this provider.
    #[error("a signing secret is stored, but this provider's requests cannot be signed")]
    NoScheme,
    /// The signature is not written as it must be.
    #[error("the header {header} is not `{prefix}` followed by 64 hexadecimal digits")]
    SignatureForm {
        /// The header.
        header: Cow<'static, str>,
        /// What it must begin with.
        prefix: &'static str,
    },
    /// The time is not written as it must be.
    #[error("the header {header} is not a time in unix seconds, decimal digits only")]
    TimestampForm {
        /// The header.
        header: Cow<'static, str>,
    },
    /// The signature fits no stored secret.
    #[error("the header {header} fits none of the stored secrets ({secrets})")]
    Mismatch {
        /// The header.
        header: Cow<'static, str>,
        /// How many secrets were tried.
        secrets: usize,
    },
    /// The signature fits, but its time is outside the window.
    #[error("the header {header} is {}", Span { age_s: *age_s, limit_s: *limit_s })]
    TimestampStale {
        /// The header.
        header: Cow<'static, str>,
        /// How old it is in seconds; negative if it is ahead.
        age_s: i64,
        /// The greatest number of seconds that still passes, in the direction in which it is off.
        limit_s: i64,
    },
    /// It is not proven to come from Amazon's Simple Notification Service.
    #[cfg(feature = "sns")]
    #[error("{0}")]
    Sns(crate::sns::SnsError),
}

impl ProofError {
    /// The reason in the event log.
    pub fn reason(&self) -> Reason {
        match self {
            Self::SignatureMissing { .. } | Self::NoScheme => Reason::SignatureMissing,
            Self::SignatureForm { .. } | Self::TimestampForm { .. } | Self::Mismatch { .. } => {
                Reason::SignatureMismatch
            }
            Self::TimestampStale { .. } => Reason::TimestampStale,
            #[cfg(feature = "sns")]
            Self::Sns(error) => error.reason(),
        }
    }
}

/// How far off a time is, in words.
struct Span {
    age_s: i64,
    limit_s: i64,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { age_s, limit_s } = self;
        let way = if *age_s < 0 { "ahead" } else { "old" };
        write!(f, "{} s {way}, at most {limit_s} s pass", age_s.unsigned_abs())
    }
}
