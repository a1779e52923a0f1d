//! Incidents' numbers, taken in blocks.
//!
//! The counter is one row. To move it within a batch would have every other server wait for that
//! batch's flush; so a block is taken before, in a transaction of its own. What is left of a block
//! when a server ends is never given: numbers may have gaps.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use watchbell_model::IncidentNumber;
use watchbell_store::StoreError;
use watchbell_store::stored::corrupt;

use crate::error::Failure;
use crate::schema::incident_numbers;
use crate::session::Session;

/// The most numbers that are taken on stock.
const MOST: i64 = 1_024;
/// Blocks that follow each other within this time grow; one that lasted longer was large enough.
const SOON: Duration = Duration::from_secs(2);

/// A block: the next number that may be given, and how many are left.
#[derive(Debug, Clone, Copy)]
struct Block {
    next: IncidentNumber,
    left: i64,
    taken: Instant,
    size: i64,
}

/// The numbers that this server may give: blocks that no batch is using. One is used at a time, as
/// long as batches come one at a time.
#[derive(Debug, Default)]
pub(crate) struct Numbers(Mutex<Vec<Block>>);

impl Numbers {
    /// At least `wanted` numbers of this year that nobody else gives.
    pub(crate) fn take(
        &self,
        session: &mut Session,
        year: i32,
        wanted: usize,
    ) -> Result<Given<'_>, StoreError> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        let last = self.lock().pop().filter(|block| block.next.year == year);
        let block = match last {
            Some(block) if block.left >= wanted => block,
            last => more(session, year, wanted, last.as_ref())?,
        };
        Ok(Given { of: self, block })
    }

    /// The first number that [`take`](Self::take) would give from the stock; none if it would take
    /// a new block.
    pub(crate) fn next(&self, year: i32, wanted: usize) -> Option<IncidentNumber> {
        let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
        let last = self.lock().last().copied();
        last.filter(|block| block.next.year == year && block.left >= wanted).map(|block| block.next)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Block>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Numbers for one batch. What it has not used goes back.
#[derive(Debug)]
pub(crate) struct Given<'a> {
    of: &'a Numbers,
    block: Block,
}

impl Given<'_> {
    /// The first of them.
    pub(crate) fn first(&self) -> IncidentNumber {
        self.block.next
    }

    /// So many were used, from the first on.
    pub(crate) fn used(&mut self, used: usize) {
        let used = i64::try_from(used).unwrap_or(i64::MAX);
        self.block.next.place = self.block.next.place.saturating_add(used);
        self.block.left = self.block.left.saturating_sub(used);
    }
}

impl Drop for Given<'_> {
    fn drop(&mut self) {
        self.of.lock().push(self.block);
    }
}

/// The number with which the next new block begins. Takes none.
pub(super) fn next_block(reader: &mut PgConnection, year: i32) -> Result<IncidentNumber, Failure> {
    let last: Option<i64> = incident_numbers::table
        .filter(incident_numbers::year.eq(i64::from(year)))
        .select(incident_numbers::last)
        .first(reader)
        .optional()?;
    Ok(IncidentNumber { year, place: last.unwrap_or(0).saturating_add(1) })
}

/// A new block, after `last`.
fn more(
    session: &mut Session,
    year: i32,
    wanted: i64,
    last: Option<&Block>,
) -> Result<Block, StoreError> {
    // A quiet server takes what it needs, so that its numbers follow each other.
    let stock = match last {
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
    Ok(Block { next: IncidentNumber { year, place }, left: size, taken: Instant::now(), size })
}
