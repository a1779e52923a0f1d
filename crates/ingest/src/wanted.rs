//! What a batch needs to know before it is folded. Pure.

use std::collections::HashMap;
use std::time::Duration;

use watchbell_dedup::Policy;
use watchbell_model::{Action, Alert, Identity, Reopen, ServerId, Timestamp};
use watchbell_store::{Wanted, WantedKey};

use crate::fold::Batch;
use crate::{Prepared, PreparedItem, RateLimits};

/// The identity that an alert touches.
pub(crate) fn identity(prepared: &Prepared, alert: &Alert) -> Option<Identity> {
    Some(Identity {
        integration: prepared.source.integration.id,
        scope: prepared.scope,
        key: alert.dedup_key.clone()?,
    })
}

/// Who asks for a batch, and how far it looks back.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The server whose batch it is.
    pub server: ServerId,
    /// What an instance decides for itself.
    pub policy: &'a Policy,
    /// How long senders' delivery ids and source clocks are remembered.
    pub remember_for: Duration,
    /// Now.
    pub at: Timestamp,
}

/// What a batch needs to know.
pub fn wanted(batch: &Batch<'_>, asking: Asking<'_>) -> Wanted {
    let Asking { server, policy, remember_for, at } = asking;
    // Deliveries are decided by the time of their own arrival.
    let first = batch.prepared.iter().map(|prepared| prepared.delivery.received_at).min();
    let first = first.map_or(at, |first| first.min(at));
    // Each is decided by the configuration of its own arrival: the furthest look back serves all.
    let policies = batch.prepared.iter().map(|p| p.snapshot.policy(policy).reopen_within);
    let reopen_within = policies.max().unwrap_or(policy.reopen_within);
    let mut keys: HashMap<Identity, WantedKey> = HashMap::new();
    let mut wanted = Wanted {
        ended_since: first - chrono_delta(reopen_within),
        remembered_since: first - chrono_delta(remember_for),
        year: chrono_year(at),
        numbers: 0,
        keys: Vec::new(),
        groups: Vec::new(),
        idempotency: Vec::new(),
        server,
        limited: Vec::new(),
        accepted_since: RateLimits::matters_since(at),
    };
    for prepared in &batch.prepared {
        let integration = prepared.source.integration.id;
        limit(&mut wanted, prepared);
        if let Some(group) = prepared.resolved_group {
            wanted.groups.push((integration, group));
        }
        if let Some((key, _)) = prepared.idempotency {
            wanted.idempotency.push((integration, key));
        }
        for item in &prepared.items {
            let PreparedItem::Alert(alert, _) = item else {
                continue;
            };
            let trigger = match alert.action {
                Action::Trigger(trigger) => Some(trigger),
                Action::Acknowledge | Action::Resolve | Action::Note { .. } => None,
            };
            wanted.numbers = wanted.numbers.saturating_add(usize::from(trigger.is_some()));
            let Some(identity) = identity(prepared, alert) else {
                continue;
            };
            let key = keys.entry(identity.clone()).or_insert_with(|| WantedKey {
                identity,
                clock: false,
                occurrences: Vec::new(),
                latest_ended: false,
            });
            key.clock |= alert.source_clock.is_some();
            if let Some(trigger) = trigger {
                key.latest_ended |= trigger.reopen == Reopen::LatestOfKey;
                if let Some(occurrence) = &alert.occurrence
                    && !key.occurrences.contains(occurrence)
                {
                    key.occurrences.push(occurrence.clone());
                }
            }
        }
    }
    wanted.keys = keys.into_values().collect();
    wanted
}

/// What keeping a delivery as failed needs to know.
pub(crate) fn wanted_for_failed(prepared: &Prepared, asking: Asking<'_>) -> Wanted {
    let mut wanted = wanted(&Batch::default(), asking);
    limit(&mut wanted, prepared);
    wanted
}

/// A delivery of an integration with a rate limit counts on every server; a replay counts nowhere.
fn limit(wanted: &mut Wanted, prepared: &Prepared) {
    let integration = &prepared.source.integration;
    let counts = integration.rate_limit > 0 && prepared.again.is_none();
    if counts && !wanted.limited.contains(&integration.id) {
        wanted.limited.push(integration.id);
    }
}

fn chrono_delta(duration: Duration) -> chrono::TimeDelta {
    chrono::TimeDelta::from_std(duration).unwrap_or(chrono::TimeDelta::MAX)
}

fn chrono_year(at: Timestamp) -> i32 {
    chrono::Datelike::year(&at)
}
