//! HMAC-SHA256 over `{timestamp}.{body}`.

use watchbell_model::{Delivery, Timestamp};
use watchbell_provider::{SignatureHeaders, TimestampedHmac};

use crate::verify::ProofError;
use crate::{HmacKey, hex};

/// As many digits as the greatest `i64` has.
const MAX_TIMESTAMP_DIGITS: usize = 19;

/// The index of the secret that the delivery's signature fits.
///
/// The signature is checked before the time's age: only who has the secret learns what the window
/// is and how far off their clock is.
pub(crate) fn check(
    scheme: &TimestampedHmac,
    delivery: &Delivery,
    secrets: &[HmacKey],
    now: Timestamp,
) -> Result<usize, ProofError> {
    let TimestampedHmac { headers, prefix, max_age_s, max_ahead_s } = *scheme;
    let offer = Offer::find(headers, delivery)?;
    let SignatureHeaders { signature, timestamp } = offer.names;

    let digits = offer.signature.strip_prefix(prefix);
    let tag = digits
        .and_then(hex::decode)
        .ok_or(ProofError::SignatureForm { header: signature, prefix })?;
    let sent_s =
        unix_seconds(offer.timestamp).ok_or(ProofError::TimestampForm { header: timestamp })?;

    // The time as it was sent, not as it was read: the sender may have written leading zeros.
    let parts = [offer.timestamp.as_bytes(), b".", &delivery.body];
    let secret = secrets
        .iter()
        .position(|secret| secret.holds(&parts, &tag))
        .ok_or(ProofError::Mismatch { header: signature, secrets: secrets.len() })?;

    let age_s = now.timestamp().saturating_sub(sent_s);
    let limit_s = if age_s < 0 { max_ahead_s } else { max_age_s };
    if age_s.saturating_abs() > limit_s {
        return Err(ProofError::TimestampStale { header: timestamp, age_s, limit_s });
    }
    Ok(secret)
}

/// The headers of a request with `body` that is sent at `now`.
pub(crate) fn sign(
    scheme: &TimestampedHmac,
    secret: &HmacKey,
    body: &[u8],
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    let Some(names) = scheme.headers.first() else {
        return Vec::new();
    };
    let timestamp = now.timestamp().to_string();
    let tag = secret.tag(&[timestamp.as_bytes(), b".", body]);
    let signature = format!("{}{}", scheme.prefix, hex::encode(tag.as_ref()));
    vec![(names.signature, signature), (names.timestamp, timestamp)]
}

/// What a request offers as its proof.
struct Offer<'a> {
    names: SignatureHeaders,
    signature: &'a str,
    timestamp: &'a str,
}

impl<'a> Offer<'a> {
    /// The first pair of which either header is there. A later pair is not looked at then, so that
    /// a request cannot mean one thing here and another elsewhere.
    fn find(
        pairs: &'static [SignatureHeaders],
        delivery: &'a Delivery,
    ) -> Result<Self, ProofError> {
        let first = pairs.first().ok_or(ProofError::NoScheme)?;
        for names in pairs {
            let SignatureHeaders { signature, timestamp } = *names;
            return match (delivery.headers.get(signature), delivery.headers.get(timestamp)) {
                (None, None) => continue,
                (None, Some(_)) => Err(ProofError::SignatureMissing { header: signature }),
                (Some(_), None) => Err(ProofError::SignatureMissing { header: timestamp }),
                (Some(signature), Some(timestamp)) => {
                    Ok(Self { names: *names, signature, timestamp })
                }
            };
        }
        Err(ProofError::SignatureMissing { header: first.signature })
    }
}

/// Unix seconds in ASCII digits only: no sign, no white space, no fraction, which `parse` alone
/// would in part let through.
fn unix_seconds(text: &str) -> Option<i64> {
    let is_number =
        text.len() <= MAX_TIMESTAMP_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}
