//! How a request is proven: described here, checked by `watchbell-signature`.

/// How a sender proves that a request is its own. A provider describes; it does not check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// By knowing the routing key alone. Takes no signing secret.
    RoutingKey,
    /// By an HMAC over time and body, once a signing secret is stored.
    TimestampedHmac(TimestampedHmac),
}

impl Proof {
    /// Whether a signing secret can be stored.
    pub const fn takes_secret(&self) -> bool {
        match self {
            Self::RoutingKey => false,
            Self::TimestampedHmac(_) => true,
        }
    }
}

/// HMAC-SHA256 (RFC 2104) over `{timestamp}.{body}`, in hexadecimal, with the time in unix seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimestampedHmac {
    /// The pairs of headers that may carry it, lower case. The first pair of which either header is
    /// there counts.
    pub headers: &'static [SignatureHeaders],
    /// What stands before the hexadecimal digits.
    pub prefix: &'static str,
    /// The greatest age in seconds that still passes.
    pub max_age_s: i64,
    /// The greatest lead in seconds that still passes.
    pub max_ahead_s: i64,
}

/// The names of a pair of headers, lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureHeaders {
    /// The header with the signature.
    pub signature: &'static str,
    /// The header with the time.
    pub timestamp: &'static str,
}
