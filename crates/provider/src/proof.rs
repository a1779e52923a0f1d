//! How a request is proven: described here, checked by `watchbell-signature`.

use std::borrow::Cow;

/// How a sender proves that a request is its own. A provider describes; it does not check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// By knowing the routing key alone. Takes no signing secret.
    RoutingKey,
    /// By an HMAC, once a signing secret is stored.
    Hmac(Hmac),
    /// By the signature of the [Simple Notification Service][sns] over the fields of its envelope:
    /// always, and without a secret of ours.
    ///
    /// [sns]: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
    Sns,
}

impl Proof {
    /// Whether a signing secret can be stored.
    pub const fn takes_secret(&self) -> bool {
        match self {
            Self::RoutingKey | Self::Sns => false,
            Self::Hmac(_) => true,
        }
    }

    /// Whether a request must be proven though no secret is stored.
    pub const fn is_always_asked(&self) -> bool {
        match self {
            Self::RoutingKey | Self::Hmac(_) => false,
            Self::Sns => true,
        }
    }
}

/// HMAC-SHA256 (RFC 2104) in hexadecimal, over the raw body or over a time and the raw body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hmac {
    /// The headers that may carry it. The first entry of which any header is there counts.
    pub headers: Cow<'static, [SignatureHeaders]>,
    /// What stands before the hexadecimal digits.
    pub prefix: &'static str,
    /// The time that is signed with the body; none if the body is signed alone.
    pub time: Option<SignedTime>,
}

/// A time in unix seconds that is signed in front of the body: `{time}{separator}{body}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedTime {
    /// What stands between time and body.
    pub separator: &'static str,
    /// The greatest age in seconds that still passes.
    pub max_age_s: i64,
    /// The greatest lead in seconds that still passes.
    pub max_ahead_s: i64,
}

/// The names of the headers of a signature, lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// The header with the signature.
    pub signature: Cow<'static, str>,
    /// The header with the time; none where no time is signed.
    pub timestamp: Option<Cow<'static, str>>,
}

impl SignatureHeaders {
    /// A signature over the body alone.
    pub const fn body(signature: &'static str) -> Self {
        Self { signature: Cow::Borrowed(signature), timestamp: None }
    }

    /// A signature over a time and the body.
    pub const fn timed(signature: &'static str, timestamp: &'static str) -> Self {
        Self { signature: Cow::Borrowed(signature), timestamp: Some(Cow::Borrowed(timestamp)) }
    }
}
