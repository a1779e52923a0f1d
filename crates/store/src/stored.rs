//! What every store must turn into the model's types the same way. Whatever stands in a database and
//! was never written by this program is [`StoreError::Corrupt`], not a panic.

mod deploys;
mod documents;
mod latest;
mod parts;
mod received;
mod services;

use watchbell_model::{DedupKey, IncidentNumber, Severity};

use crate::StoreError;

pub use deploys::{
    Missing, PushedCommit, commits_from, commits_to, complete, files_from, files_to,
};
pub use documents::{
    List, Pairs, headers_from, headers_to, is_json, json_opt, mapping_from, mapping_to,
    metadata_from, metadata_to, names_incident, options_from, options_to, results_from, results_to,
    to_json, trace_from, trace_to,
};
pub use latest::latest_ended;
pub use parts::{
    By, DeliveryState, FEW_ENDED, by_end, delivery_parts, delivery_state, incident_parts,
    incident_start, wants_states,
};
pub use received::{Received, Start};
pub use services::{services_from, services_to};

/// A number's place in its year, in the column that holds both.
const PLACES: i64 = 10_000_000_000;

/// A stored value that was never written by this program.
pub fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { what: what.to_owned() }
}

/// A stored digest.
pub fn digest<const N: usize>(what: &'static str, bytes: &[u8]) -> Result<[u8; N], StoreError> {
    bytes.try_into().map_err(|_| corrupt(what))
}

/// One of a closed set of words.
pub fn word<T: Copy>(
    what: &'static str,
    all: &[T],
    text_of: fn(T) -> &'static str,
    text: &str,
) -> Result<T, StoreError> {
    all.iter().copied().find(|one| text_of(*one) == text).ok_or_else(|| corrupt(what))
}

/// A stored severity.
pub fn severity(what: &'static str, number: i64) -> Result<Severity, StoreError> {
    u8::try_from(number).ok().and_then(Severity::from_number).ok_or_else(|| corrupt(what))
}

/// A stored key. One that the model would have changed was not written by it.
pub fn dedup_key(what: &'static str, text: &str) -> Result<DedupKey, StoreError> {
    DedupKey::new(text).filter(|key| key.as_str() == text).ok_or_else(|| corrupt(what))
}

/// An incident's number as it is stored.
pub fn number_in(number: IncidentNumber) -> Result<i64, StoreError> {
    let place_fits = (1..PLACES).contains(&number.place);
    let year_fits = (1..=9999).contains(&number.year);
    if place_fits && year_fits {
        // Below 10^14, so that neither step can overflow.
        Ok(i64::from(number.year) * PLACES + number.place)
    } else {
        Err(refused("the incident's number is out of range"))
    }
}

/// A stored number of an incident.
pub fn number_out(stored: i64) -> Result<IncidentNumber, StoreError> {
    let wrong = || corrupt("incidents.number");
    let year = i32::try_from(stored.div_euclid(PLACES)).map_err(|_| wrong())?;
    let place = stored.rem_euclid(PLACES);
    if !(1..=9999).contains(&year) || place < 1 {
        Err(wrong())
    } else {
        Ok(IncidentNumber { year, place })
    }
}

/// Data that cannot be stored, for our own reason.
pub fn refused(why: &'static str) -> StoreError {
    StoreError::Refused { source: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip_and_wrong_ones_are_refused_or_corrupt() {
        for place in [1, 999, 9_999_999_999] {
            let number = IncidentNumber { year: 2026, place };
            assert!(
                number_in(number).is_ok_and(|stored| number_out(stored).is_ok_and(|n| n == number))
            );
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
        assert!(severity("x", 5).is_err() && severity("x", -1).is_err());
        assert!(dedup_key("x", "").is_err() && dedup_key("x", &"a".repeat(256)).is_err());
        assert!(digest::<4>("x", &[1; 5]).is_err());
    }
}
