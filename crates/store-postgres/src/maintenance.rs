//! Keeping a database in order.

mod check;

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use uuid::Uuid;
use watchbell_model::{IntegrationId, Timestamp};
use watchbell_store::{Expiry, Finding, MaintenanceStore, StoreError};

use crate::PostgresStore;
use crate::error::Failure;
use crate::intake::move_to_counted;
use crate::schema::{config_state, deliveries};
use crate::session::{Durability, Session};
use crate::stripes::{self, Kind};

/// The most rows of a kind that one step forgets, so that it is over soon.
const STEP: i64 = 500;

impl MaintenanceStore for PostgresStore {
    fn ping(&self) -> Result<(), StoreError> {
        let pending = self.migrations_pending()?;
        if pending.is_empty() {
            return Ok(());
        }
        let text = format!("the schema is behind: {} to run", pending.join(", "));
        Err(StoreError::unavailable(text))
    }

    fn probe(&self) -> Result<(), StoreError> {
        self.pool.with_writer(|session| {
            session.begin(crate::pool::WRITE, |_| Ok(()))?;
            session.commit(|writer| {
                diesel::update(config_state::table)
                    .set(config_state::revision.eq(config_state::revision))
                    .execute(writer)?;
                Ok(())
            })
        })
    }

    fn expire(&self, before: Expiry) -> Result<usize, StoreError> {
        let Expiry { remembered, rejected, accepted } = before;
        self.pool.write(move |writer| {
            let mut gone = 0_usize;
            for (forget, before) in
                [(FORGET_IDS, remembered), (FORGET_CLOCKS, remembered), (FORGET_ACCEPTED, accepted)]
            {
                let query = diesel::sql_query(forget).bind::<Timestamptz, _>(before);
                gone = gone.saturating_add(query.bind::<BigInt, _>(STEP).execute(writer)?);
            }
            Ok(gone.saturating_add(forget_rejected(writer, rejected)?))
        })
    }

    fn check(&self) -> Result<Vec<Finding>, StoreError> {
        // It reads everything, which may take long, and must not keep a connection from others.
        let mut session = Session::open(self.pool.options())?;
        Ok(session.run_within(None, check::all)?)
    }

    fn checks(&self) -> Vec<&'static str> {
        check::names()
    }
}

const FORGET_IDS: &str = "DELETE FROM idempotency WHERE (integration, key) IN (
    SELECT integration, key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2
    FOR UPDATE SKIP LOCKED)";

const FORGET_CLOCKS: &str = "DELETE FROM source_clocks WHERE (integration, scope, dedup_key) IN (
    SELECT integration, scope, dedup_key FROM source_clocks WHERE at < $1 ORDER BY at LIMIT $2
    FOR UPDATE SKIP LOCKED)";

const FORGET_ACCEPTED: &str = "DELETE FROM accepted_counts WHERE (integration, server, second) IN (
    SELECT integration, server, second FROM accepted_counts WHERE second < $1 LIMIT $2
    FOR UPDATE SKIP LOCKED)";

fn forget_rejected(writer: &mut PgConnection, before: Timestamp) -> Result<usize, Failure> {
    let old: Vec<(Uuid, Uuid)> = deliveries::table
        .filter(deliveries::outcome.eq("rejected"))
        .filter(deliveries::received_at.lt(before))
        .select((deliveries::id, deliveries::integration))
        .limit(STEP)
        .load(writer)?;
    let mut by_integration: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (delivery, integration) in old {
        by_integration.entry(integration).or_default().push(delivery);
    }
    let integrations = by_integration.keys().copied().map(IntegrationId::from_uuid);
    stripes::lock(
        writer,
        Kind::Rejected,
        integrations.map(|id| stripes::of_rejected(&id)).collect(),
    )?;
    let mut gone = 0_usize;
    for (integration, old) in by_integration {
        let rows =
            diesel::delete(deliveries::table).filter(deliveries::id.eq_any(old)).execute(writer)?;
        move_to_counted(writer, integration, rows)?;
        gone = gone.saturating_add(rows);
    }
    Ok(gone)
}

impl PostgresStore {
    /// What the server says about durability, on the committer's own connection.
    pub fn durability(&self) -> Result<Durability, StoreError> {
        self.pool.durability()
    }
}
