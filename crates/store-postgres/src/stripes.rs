//! Locks that keep servers from deciding about one thing at the same time. They can be taken for
//! what does not exist yet, which a lock on a row cannot.
//!
//! There are 1,024 of them, whatever the number of identities, so that the server's table of locks
//! is never filled. Two identities on one stripe only wait for each other.

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Integer};
use watchbell_model::{IdempotencyKey, Identity, IntegrationId};

use crate::error::Failure;

/// How many there are.
const STRIPES: u64 = 1_024;
/// What is locked, as the first number of a lock; what else uses the database takes others. A
/// transaction that takes both kinds takes them in this order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Identities, senders' delivery ids, and requests to the API.
    Identities,
    /// Integrations whose deliveries are thinned out: the rejected ones, and those that have served
    /// their time.
    Rejected,
}

impl Kind {
    const fn class(self) -> i32 {
        match self {
            Self::Identities => 0x0057_4265,
            Self::Rejected => 0x0057_4266,
        }
    }
}

/// The stripe of an identity.
pub(crate) fn of_identity(identity: &Identity) -> i32 {
    let Identity { integration, scope, key } = identity;
    stripe(&[integration.as_bytes(), scope.as_bytes(), key.as_str().as_bytes()])
}

/// The stripe of a sender's delivery id.
pub(crate) fn of_delivery(integration: &IntegrationId, key: &IdempotencyKey) -> i32 {
    stripe(&[integration.as_bytes(), &key.key])
}

/// The stripe of a request to the API.
pub(crate) fn of_request(actor: &str, key: &IdempotencyKey) -> i32 {
    stripe(&[actor.as_bytes(), &key.key])
}

/// The stripe under which an integration's deliveries are thinned out.
pub(crate) fn of_rejected(integration: &IntegrationId) -> i32 {
    stripe(&[integration.as_bytes()])
}

/// FNV-1a, 64 bits (RFC 9923): every server of every version must come to the same stripe.
fn stripe(parts: &[&[u8]]) -> i32 {
    let hash =
        parts.iter().flat_map(|part| part.iter()).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    // The low bits of FNV follow the low bits of the last bytes alone: fold the high ones in.
    i32::try_from((hash ^ (hash >> 32)) % STRIPES).unwrap_or(0)
}

/// Makes a connection ready for [`begin_and_lock`]: the statement that locks is read and planned once.
pub(crate) fn prepare(connection: &mut PgConnection) -> Result<(), Failure> {
    let class = Kind::Identities.class();
    Ok(connection.batch_execute(&format!(
        "PREPARE lock_identities (int[]) AS
         SELECT pg_advisory_xact_lock({class}, stripe) FROM unnest($1) AS stripe"
    ))?)
}

/// Begins a transaction and takes locks of identities, in one round trip.
pub(crate) fn begin_and_lock(
    connection: &mut PgConnection,
    begin: &str,
    mut stripes: Vec<i32>,
) -> Result<(), Failure> {
    stripes.sort_unstable();
    stripes.dedup();
    let list: Vec<_> = stripes.iter().map(i32::to_string).collect();
    let list = list.join(",");
    Ok(connection.batch_execute(&format!("{begin}; EXECUTE lock_identities ('{{{list}}}')"))?)
}

/// Takes locks until the end of the transaction, in their order, so that nobody waits for somebody
/// who waits for him.
pub(crate) fn lock(
    connection: &mut PgConnection,
    kind: Kind,
    mut stripes: Vec<i32>,
) -> Result<(), Failure> {
    stripes.sort_unstable();
    stripes.dedup();
    if !stripes.is_empty() {
        Lock { class: kind.class(), stripes }.execute(connection)?;
    }
    Ok(())
}

#[derive(Debug)]
struct Lock {
    class: i32,
    stripes: Vec<i32>,
}

impl QueryId for Lock {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Lock {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT pg_advisory_xact_lock(");
        out.push_bind_param::<Integer, _>(&self.class)?;
        out.push_sql(", stripe) FROM unnest(");
        out.push_bind_param::<Array<Integer>, _>(&self.stripes)?;
        out.push_sql(") AS stripe");
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Lock {}

#[cfg(test)]
mod tests {
    use watchbell_model::{ConnectionScope, DedupKey};

    use super::*;

    fn identity(key: &str) -> Identity {
        let integration = IntegrationId::from_uuid(uuid::Uuid::from_u128(7));
        let key = DedupKey::new(key);
        assert!(key.is_some());
        Identity {
            integration,
            scope: ConnectionScope::NONE,
            key: key.unwrap_or_else(|| unreachable!()),
        }
    }

    #[test]
    fn stripes_never_change_from_version_to_version() {
        // As another implementation of FNV-1a computes it.
        assert_eq!(of_identity(&identity("key")), 135);
        let stripes: std::collections::BTreeSet<_> =
            (0..4_096).map(|n| of_identity(&identity(&n.to_string()))).collect();
        assert!(stripes.len() > 900, "only {} of 1024 stripes for 4,096 keys", stripes.len());
        assert!(stripes.iter().all(|stripe| (0..1_024).contains(stripe)));
    }
}
