//! Keeping a database in order.

mod check;

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer};
use watchbell_store::{Expiry, Finding, MaintenanceStore, StoreError};

use crate::SqliteStore;
use crate::error::Failure;
use crate::intake::move_to_counted;
use crate::query::static_statement;
use crate::rows::micros;
pub(crate) use check::all as check_all;

use crate::schema::{accepted_counts, config_state, deliveries, idempotency, source_clocks};

/// The most rows of a kind that one step forgets, so that it holds the write lock for a moment only.
const STEP: i64 = 500;

/// How far the write-ahead log has been moved into the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WalState {
    /// The pages in it.
    pub pages: i64,
    /// Of these, those that have been moved.
    pub moved: i64,
}

impl MaintenanceStore for SqliteStore {
    fn ping(&self) -> Result<(), StoreError> {
        let pending = self.migrations_pending()?;
        if pending.is_empty() {
            return Ok(());
        }
        let text = format!("the schema is behind: {} to run", pending.join(", "));
        Err(StoreError::unavailable(text))
    }

    fn probe(&self) -> Result<(), StoreError> {
        self.pool.write(|writer| {
            // The same value again still writes its page, and so finds out whether there is room.
            diesel::update(config_state::table)
                .set(config_state::revision.eq(config_state::revision))
                .execute(writer)?;
            Ok(())
        })
    }

    fn expire(&self, before: Expiry) -> Result<usize, StoreError> {
        // Looked at first, so that a server with nothing to forget does not write.
        if !self.pool.read(|reader| anything(reader, before))? {
            return Ok(0);
        }
        self.pool.write(|writer| {
            let remembered = &micros(before.remembered);
            let ids = ForgetIds { before: remembered, limit: &STEP }.execute(writer)?;
            let clocks = ForgetClocks { before: remembered, limit: &STEP }.execute(writer)?;
            let accepted = &micros(before.accepted);
            let accepted = ForgetAccepted { before: accepted, limit: &STEP }.execute(writer)?;
            Ok(ids + clocks + accepted + forget_rejected(writer, micros(before.rejected))?)
        })
    }

    fn check(&self) -> Result<Vec<Finding>, StoreError> {
        self.pool.with_checker(|reader| check::all(reader, &|| self.pool.let_the_log_start_anew()))
    }

    fn checks(&self) -> Vec<&'static str> {
        check::names()
    }
}

static_statement! {
    /// Forgets some of the remembered ids of before a moment.
    ForgetIds:
    "DELETE FROM idempotency WHERE (integration, key) IN (
         SELECT integration, key FROM idempotency WHERE at < ", before: i64 as BigInt;
    " ORDER BY at LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Forgets some of the source clocks of before a moment.
    ForgetClocks:
    "DELETE FROM source_clocks WHERE (integration, scope, dedup_key) IN (
         SELECT integration, scope, dedup_key FROM source_clocks WHERE at < ",
    before: i64 as BigInt;
    " ORDER BY at LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Forgets some of what was accepted before a moment.
    ForgetAccepted:
    "DELETE FROM accepted_counts WHERE (integration, server, second) IN (
         SELECT integration, server, second FROM accepted_counts WHERE second < ",
    before: i64 as BigInt;
    " ORDER BY second LIMIT ", limit: i64 as BigInt;
    end ")"
}

static_statement! {
    /// Rejected deliveries of before a moment. There are never many rejected ones.
    OldRejected: select (deliveries::seq, deliveries::integration) => (BigInt, Binary);
    " FROM deliveries WHERE outcome = 'rejected' AND received_at < ", before: i64 as BigInt;
    " LIMIT ", limit: i64 as BigInt;
    end ""
}

/// Whether there is anything to forget.
fn anything(reader: &mut SqliteConnection, before: Expiry) -> Result<bool, Failure> {
    let (remembered, rejected) = (micros(before.remembered), micros(before.rejected));
    let accepted = accepted_counts::second.lt(micros(before.accepted));
    let accepted = accepted_counts::table.filter(accepted).limit(1);
    let ids = idempotency::table.filter(idempotency::at.lt(remembered)).limit(1);
    let clocks = source_clocks::table.filter(source_clocks::at.lt(remembered)).limit(1);
    Ok(!ids.select(idempotency::at).load::<i64>(reader)?.is_empty()
        || !clocks.select(source_clocks::at).load::<i64>(reader)?.is_empty()
        || !accepted.select(accepted_counts::second).load::<i64>(reader)?.is_empty()
        || !OldRejected { before: &rejected, limit: &1 }.load::<(i64, Vec<u8>)>(reader)?.is_empty())
}

fn forget_rejected(writer: &mut SqliteConnection, before: i64) -> Result<usize, Failure> {
    let old: Vec<(i64, Vec<u8>)> = OldRejected { before: &before, limit: &STEP }.load(writer)?;
    let mut by_integration: BTreeMap<Vec<u8>, Vec<i64>> = BTreeMap::new();
    for (delivery, integration) in old {
        by_integration.entry(integration).or_default().push(delivery);
    }
    let mut gone = 0_usize;
    for (integration, old) in by_integration {
        let rows = diesel::delete(deliveries::table)
            .filter(deliveries::seq.eq_any(old))
            .execute(writer)?;
        move_to_counted(writer, &integration, rows)?;
        gone = gone.saturating_add(rows);
    }
    Ok(gone)
}

impl SqliteStore {
    /// Moves what it can of the write-ahead log into the database, on a connection of its own,
    /// while others read and write. Nobody waits for it.
    ///
    /// Call it often (some times a second under load). The writer moves the rest by itself when the
    /// log has grown long, which everybody waits for, and then the log starts anew: the less is
    /// left to be moved, the shorter that takes.
    pub fn checkpoint(&self) -> Result<WalState, StoreError> {
        self.pool.with_checkpointer(|connection| {
            let (_busy, pages, moved): (i32, i32, i32) =
                sql::<(Integer, Integer, Integer)>("PRAGMA wal_checkpoint(PASSIVE)")
                    .get_result(connection)
                    .map_err(Failure::from)?;
            // -1 where there is no log.
            Ok(WalState { pages: pages.max(0).into(), moved: moved.max(0).into() })
        })
    }

    /// Bounds the database's size for what this store writes, in pages of 4 KiB; 0 takes the bound
    /// away. For tests of a full disk, and for whoever wants a bound.
    pub fn set_max_page_count(&self, pages: i64) -> Result<(), StoreError> {
        self.pool.set_max_page_count(pages)
    }
}
