//! Which deliveries must not be in two batches at a time: those that touch the same thing come one
//! after the other, in the order of their arrival.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use watchbell_model::IntegrationId;

use crate::wanted::identity;
use crate::{Prepared, PreparedItem};

/// What one delivery touches.
#[derive(Debug)]
pub(crate) struct Touch {
    /// Hashes of its identities, of its sender's id for it and of its rate limit. Where two of them
    /// meet by chance, one batch waits for the other, and that is all.
    things: Vec<u64>,
    integration: IntegrationId,
    /// It ends a whole group, and only the database knows what that is.
    ends_group: bool,
}

impl Touch {
    pub(crate) fn of(prepared: &Prepared) -> Self {
        let source = &prepared.source.integration;
        let mut things = Vec::with_capacity(prepared.items.len().saturating_add(1));
        for item in &prepared.items {
            if let PreparedItem::Alert(alert, _) = item {
                things.extend(identity(prepared, alert).map(|identity| hash("identity", identity)));
            }
        }
        if let Some((key, _)) = &prepared.idempotency {
            things.push(hash("delivery", (source.id, key.key)));
        }
        if source.rate_limit > 0 && prepared.again.is_none() {
            // Each batch says what other servers accepted: the last word must be the newest.
            things.push(hash("limit", source.id));
        }
        let ends_group = prepared.resolved_group.is_some();
        Self { things, integration: source.id, ends_group }
    }
}

/// The same for everybody who asks in this process.
fn hash(kind: &str, of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    of.hash(&mut hasher);
    hasher.finish()
}

/// What a batch touches.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    things: HashSet<u64>,
    integrations: HashSet<IntegrationId>,
    ends_groups_of: HashSet<IntegrationId>,
}

impl Touched {
    pub(crate) fn by<'a>(deliveries: impl IntoIterator<Item = &'a Touch>) -> Self {
        let mut touched = Self::default();
        for Touch { things, integration, ends_group } in deliveries {
            touched.things.extend(things);
            touched.integrations.insert(*integration);
            if *ends_group {
                touched.ends_groups_of.insert(*integration);
            }
        }
        touched
    }

    /// Whether the two must not be written at the same time.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        !self.things.is_disjoint(&other.things)
            || !self.ends_groups_of.is_disjoint(&other.integrations)
            || !self.integrations.is_disjoint(&other.ends_groups_of)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn touch(integration: u128, things: &[u64], ends_group: bool) -> Touch {
        let integration = IntegrationId::from_uuid(Uuid::from_u128(integration));
        Touch { things: things.to_vec(), integration, ends_group }
    }

    #[test]
    fn batches_overlap_in_a_thing_or_in_an_integration_whose_group_ends() {
        let one = [touch(1, &[10, 11], false), touch(1, &[12], false)];
        for (other, overlap) in [
            (touch(1, &[13], false), false),
            (touch(2, &[12], false), true),
            (touch(1, &[13], true), true),
            (touch(2, &[13], true), false),
            (touch(1, &[], false), false),
        ] {
            let (one, another) = (Touched::by(&one), Touched::by([&other]));
            assert_eq!(one.overlaps(&another), overlap, "{other:?}");
            assert_eq!(another.overlaps(&one), overlap, "{other:?}, the other way round");
            assert!(
                !Touched::default().overlaps(&another),
                "who touches nothing is in no one's way"
            );
        }
    }
}
