//! HMAC-SHA256 over the body, or over a time and the body.

use std::borrow::Cow;

use watchbell_model::{Delivery, Timestamp};
use watchbell_provider::{Hmac, SignatureHeaders, SignedTime};

use crate::verify::ProofError;
use crate::{HmacKey, hex};

/// As many digits as the greatest `i64` has.
const MAX_TIMESTAMP_DIGITS: usize = 19;

/// The index of the secret that the delivery's signature fits.
///
/// The signature is checked before the time's age: only who has the secret learns what the window
/// is and how far off their clock is.
pub(crate) fn check(
    scheme: &Hmac,
    delivery: &Delivery,
    secrets: &[HmacKey],
    now: Timestamp,
) -> Result<usize, ProofError> {
    let Hmac { headers, prefix, time } = scheme;
    let offer = Offer::find(headers, *time, delivery)?;
    let header = || offer.header.clone();

    let digits = offer.signature.strip_prefix(prefix);
    let tag = digits
        .and_then(hex::decode)
        .ok_or_else(|| ProofError::SignatureForm { header: header(), prefix })?;
    let sent = offer.sent()?;

    // The time as it was sent, not as it was read: the sender may have written leading zeros.
    let (timestamp, separator) =
        offer.time.as_ref().map_or(("", ""), |time| (time.text, time.signed.separator));
    let parts = [timestamp.as_bytes(), separator.as_bytes(), &delivery.body];
    let secret = secrets
        .iter()
        .position(|secret| secret.holds(&parts, &tag))
        .ok_or_else(|| ProofError::Mismatch { header: header(), secrets: secrets.len() })?;

    match sent {
        Some(sent) => sent.check_age(now).map(|()| secret),
        None => Ok(secret),
    }
}

/// The headers of a request with `body` that is sent at `now`.
pub(crate) fn sign(
    scheme: &Hmac,
    secret: &HmacKey,
    body: &[u8],
    now: Timestamp,
) -> Vec<(Cow<'static, str>, String)> {
    let Some(names) = scheme.headers.first() else {
        return Vec::new();
    };
    let timestamp = now.timestamp().to_string();
    let tag = match scheme.time {
        Some(SignedTime { separator, .. }) => {
            secret.tag(&[timestamp.as_bytes(), separator.as_bytes(), body])
        }
        None => secret.tag(&[body]),
    };
    let signature = format!("{}{}", scheme.prefix, hex::encode(tag.as_ref()));
    let time = names.timestamp.clone().filter(|_| scheme.time.is_some());
    [(names.signature.clone(), signature)]
        .into_iter()
        .chain(time.map(|header| (header, timestamp)))
        .collect()
}

/// What a request offers as its proof.
struct Offer<'a> {
    header: &'a Cow<'static, str>,
    signature: &'a str,
    time: Option<OfferedTime<'a>>,
}

/// The time that a request says was signed.
struct OfferedTime<'a> {
    header: &'a Cow<'static, str>,
    text: &'a str,
    signed: SignedTime,
}

impl<'a> Offer<'a> {
    /// The first entry of which any header is there. A later one is not looked at then, so that a
    /// request cannot mean one thing here and another elsewhere.
    fn find(
        entries: &'a [SignatureHeaders],
        time: Option<SignedTime>,
        delivery: &'a Delivery,
    ) -> Result<Self, ProofError> {
        let first = entries.first().ok_or(ProofError::NoScheme)?;
        let missing = |header: &Cow<'static, str>| {
            Err(ProofError::SignatureMissing { header: header.clone() })
        };
        for names in entries {
            let SignatureHeaders { signature: header, timestamp } = names;
            let signature = delivery.headers.get(header);
            let timed = time.zip(timestamp.as_ref());
            let offered =
                timed.map(|(signed, header)| (signed, header, delivery.headers.get(header)));
            return match (signature, offered) {
                (None, None | Some((_, _, None))) => continue,
                (None, Some((_, _, Some(_)))) => missing(header),
                (Some(_), Some((_, header, None))) => missing(header),
                (Some(signature), None) => Ok(Self { header, signature, time: None }),
                (Some(signature), Some((signed, time_header, Some(text)))) => {
                    let time = Some(OfferedTime { header: time_header, text, signed });
                    Ok(Self { header, signature, time })
                }
            };
        }
        missing(&first.signature)
    }

    /// When it was sent, where that is signed.
    fn sent(&self) -> Result<Option<Sent<'a>>, ProofError> {
        let Some(OfferedTime { header, text, signed }) = &self.time else {
            return Ok(None);
        };
        let unix_s = unix_seconds(text)
            .ok_or_else(|| ProofError::TimestampForm { header: Cow::clone(header) })?;
        Ok(Some(Sent { header, unix_s, signed: *signed }))
    }
}

/// When a request was sent.
struct Sent<'a> {
    header: &'a Cow<'static, str>,
    unix_s: i64,
    signed: SignedTime,
}

impl Sent<'_> {
    fn check_age(&self, now: Timestamp) -> Result<(), ProofError> {
        let age_s = now.timestamp().saturating_sub(self.unix_s);
        let limit_s = if age_s < 0 { self.signed.max_ahead_s } else { self.signed.max_age_s };
        if age_s.saturating_abs() > limit_s {
            return Err(ProofError::TimestampStale { header: self.header.clone(), age_s, limit_s });
        }
        Ok(())
    }
}

/// Unix seconds in ASCII digits only: no sign, no white space, no fraction, which `parse` alone
/// would in part let through.
fn unix_seconds(text: &str) -> Option<i64> {
    let is_number =
        text.len() <= MAX_TIMESTAMP_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}
