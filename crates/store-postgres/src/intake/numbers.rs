//! Incidents' numbers, taken in blocks.
//!
//! The counter is one row. To move it within a batch would have every other server wait for that
//! batch's flush; so a block is taken before, in a transaction of its own. What is left of a block
//! when a server ends is never given: numbers may have gaps.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use watchbell_model::IncidentNumber;
use watchbell_store::StoreError;
use watchbell_store::stored::corrupt;

use crate::session::Session;

/// The most numbers that are taken on stock.
const MOST: i64 = 1_024;
/// Blocks that follow each other within this time grow; one that lasted longer was large enough.
const SOON: Duration = Duration::from_secs(2);

/// A block: the next number that may be given, and how many are left.
#[derive(Debug)]
struct Block {
    next: IncidentNumber,
    left: i64,
    taken: Instant,
    size: i64,
}

/// The numbers that this server may give.
#[derive(Debug, Default)]
pub(crate) struct Numbers(Mutex<Option<Block>>);

impl Numbers {
    /// The first of at least `wanted` numbers of this year that nobody else gives.
    pub(crate) fn first(
        &self,
        session: &mut Session,
        year: i32,
        wanted: usize,
    ) -> Result<IncidentNumber, StoreError> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        let mut block = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_year = block.as_ref().filter(|block| block.next.year == year);
        if let Some(block) = of_year
            && block.left >= wanted
        {
            return Ok(block.next);
        }
        // A quiet server takes what it needs, so that its numbers follow each other.
        let stock = match of_year {
            Some(block) if block.taken.elapsed() < SOON => block.size.saturating_mul(2).min(MOST),
            _ => 0,
        };
        let size = stock.max(wanted);
        let last = session.run(move |connection| {
            let last = diesel::dsl::sql::<BigInt>("INSERT INTO incident_numbers VALUES (")
                .bind::<BigInt, _>(i64::from(year))
                .sql(", ")
                .bind::<BigInt, _>(size)
                .sql(
                    ") ON CONFLICT (year) DO UPDATE
                     SET last = incident_numbers.last + excluded.last RETURNING last",
                )
                .get_result::<i64>(connection)?;
            Ok(last)
        })?;
        let first = last.checked_sub(size).and_then(|before| before.checked_add(1));
        let place = first.filter(|place| *place > 0);
        let place = place.ok_or_else(|| corrupt("incident_numbers.last"))?;
        let next = IncidentNumber { year, place };
        *block = Some(Block { next, left: size, taken: Instant::now(), size });
        Ok(next)
    }

    /// So many were used, from `first` on.
    pub(crate) fn used(&self, first: IncidentNumber, used: usize) {
        let used = i64::try_from(used).unwrap_or(i64::MAX);
        let mut block = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(block) = block.as_mut().filter(|block| block.next == first) {
            block.next.place = block.next.place.saturating_add(used);
            block.left = block.left.saturating_sub(used);
        }
    }
}
