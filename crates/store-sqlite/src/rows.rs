//! Between rows and the model's types. Whatever stands in a row and was never written by this
//! program is `Corrupt`, not a panic.

#![expect(
    clippy::ref_option_ref,
    reason = "diesel derives implementations for references to the fields' types"
)]

mod config;
mod delivery;
mod incident;
mod json;
mod keys;
mod timeline;

use chrono::DateTime;
use uuid::Uuid;
use watchbell_model::{DedupKey, IncidentNumber, Severity, Timestamp};
use watchbell_store::StoreError;

use crate::error::Failure;

pub(crate) use config::{
    IntegrationFields, IntegrationRow, LinkRow, NewLink, NewService, ServiceRow,
};
pub(crate) use delivery::{CounterRow, DeliveryRow, DeliverySummaryRow, NewDelivery};
pub(crate) use incident::{IncidentRow, IncidentSet, Indexed, NewIncident};
pub(crate) use json::results_from;
pub(crate) use keys::{
    ApiKeyRow, NewApiKey, NewRoutingKey, NewSigningSecret, RoutingKeyRow, SigningSecretRow,
};
pub(crate) use timeline::{NewTimelineEntry, TimelineRow};

/// A number's place in its year, in the column that holds both.
const PLACES: i64 = 10_000_000_000;

/// A stored value that was never written by this program.
pub(crate) fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what: what.to_owned() }
}

/// A moment as it is stored.
pub(crate) fn micros(at: Timestamp) -> i64 {
    at.timestamp_micros()
}

/// A stored moment.
pub(crate) fn time(what: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
    DateTime::from_timestamp_micros(micros).ok_or_else(|| corrupt(what))
}

/// A stored moment that may be absent.
pub(crate) fn time_opt(
    what: &'static str,
    micros: Option<i64>,
) -> Result<Option<Timestamp>, StoreError> {
    micros.map(|micros| time(what, micros)).transpose()
}

/// The UUID of a stored id.
pub(crate) fn uuid(what: &'static str, bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|_| corrupt(what))
}

/// A stored digest.
pub(crate) fn digest<const N: usize>(
    what: &'static str,
    bytes: &[u8],
) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| corrupt(what))
}

/// A stored truth.
pub(crate) fn flag(what: &'static str, number: i64) -> Result<bool, StoreError> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(corrupt(what)),
    }
}

/// One of a closed set of words.
pub(crate) fn word<T: Copy>(
    what: &'static str,
    all: &[T],
    text_of: fn(T) -> &'static str,
    text: &str,
) -> Result<T, StoreError> {
    all.iter().copied().find(|one| text_of(*one) == text).ok_or_else(|| corrupt(what))
}

/// A stored severity.
pub(crate) fn severity(what: &'static str, number: i64) -> Result<Severity, StoreError> {
    u8::try_from(number).ok().and_then(Severity::from_number).ok_or_else(|| corrupt(what))
}

/// A stored key. One that the model would have changed was not written by it.
pub(crate) fn dedup_key(what: &'static str, text: &str) -> Result<DedupKey, StoreError> {
    DedupKey::new(text).filter(|key| key.as_str() == text).ok_or_else(|| corrupt(what))
}

/// An incident's number as it is stored.
pub(crate) fn number_in(number: IncidentNumber) -> Result<i64, Failure> {
    let place_fits = (1..PLACES).contains(&number.place);
    let year_fits = (1..=9999).contains(&number.year);
    if place_fits && year_fits {
        // Below 10^14, so that neither step can overflow.
        Ok(i64::from(number.year) * PLACES + number.place)
    } else {
        Err(Failure::refused("the incident's number is out of range"))
    }
}

/// A stored number of an incident.
pub(crate) fn number_out(stored: i64) -> Result<IncidentNumber, StoreError> {
    let wrong = || corrupt("incidents.number");
    let year = i32::try_from(stored.div_euclid(PLACES)).map_err(|_| wrong())?;
    let place = stored.rem_euclid(PLACES);
    if !(1..=9999).contains(&year) || place < 1 {
        Err(wrong())
    } else {
        Ok(IncidentNumber { year, place })
    }
}

/// Sixteen or so bytes in hexadecimal, for lists of ids in JSON.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    out
}

/// Any value as JSON.
pub(crate) fn to_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value)
        .map_err(|error| Failure::Store(StoreError::Refused { source: error.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip_and_wrong_ones_are_refused_or_corrupt() {
        for place in [1, 999, 9_999_999_999] {
            let number = IncidentNumber { year: 2026, place };
            assert_eq!(number_out(number_in(number).unwrap()).unwrap(), number);
        }
        for place in [0, -1, 10_000_000_000] {
            assert!(number_in(IncidentNumber { year: 2026, place }).is_err());
        }
        for stored in [0, -5, 20_260_000_000_000, i64::MAX, i64::MIN] {
            assert!(number_out(stored).is_err(), "{stored}");
        }
    }

    #[test]
    fn wrong_stored_values_are_corrupt() {
        assert!(uuid("x", &[1; 15]).is_err());
        assert!(time("x", i64::MAX).is_err());
        assert!(severity("x", 5).is_err() && severity("x", -1).is_err());
        assert!(flag("x", 2).is_err());
        assert!(dedup_key("x", "").is_err() && dedup_key("x", &"a".repeat(256)).is_err());
        assert_eq!(hex(&[0, 0xab, 0xff]), "00abff");
    }
}
