//! The way of one delivery after the other, each over what the ones before it would have left.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use watchbell_model::{Delivery, DeliveryId, DeliveryRecord, Stage, Trace};
use watchbell_provider::{Options, Proof, origins};
use watchbell_signature::{Verified, verify};
use watchbell_store::{Changes, Known, StoreError, Wanted};

use super::{
    Decided, ExplainedAlert, ExplainedItem, Explainer, Explanation, IncidentStep, ProofSays,
};
use crate::fold::{Batch, fold};
use crate::replay::prepare_again;
use crate::wanted::{identity, wanted};
use crate::{
    NotReplayable, NotReplayed, Prepared, PreparedItem, RateState, Refusal, Source, prepare,
};

/// Explains one delivery after the other.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    explainer: Explainer<'a>,
    /// What the deliveries so far would have changed.
    so_far: Changes,
}

/// What was found out about a delivery before it is read.
struct Arrived {
    proof: ProofSays,
    limit: Option<RateState>,
    refused: Option<Refusal>,
    trace: Trace,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(explainer: Explainer<'a>) -> Self {
        Self { explainer, so_far: Changes::default() }
    }

    pub(crate) fn sample(
        &mut self,
        source: &Arc<Source>,
        delivery: Delivery,
    ) -> Result<Explanation, StoreError> {
        let arrived = self.arrived(source, &delivery);
        self.read(source, delivery, arrived)
    }

    /// What running a stored delivery again would come to, or why it is not run.
    pub(crate) fn stored(
        &mut self,
        record: &DeliveryRecord,
    ) -> Result<Result<Explanation, NotReplayable>, StoreError> {
        let Explainer { snapshot, asking, ids, .. } = self.explainer;
        let id = DeliveryId::from_uuid(ids.next());
        let explained = |refused, items, trace, decided| Explanation {
            delivery: record.id,
            integration: record.integration,
            revision: snapshot.revision,
            proof: ProofSays::HeldThen,
            limit: None,
            refused,
            items,
            trace,
            decided,
        };
        Ok(match prepare_again(record, snapshot, id, asking.at) {
            Ok(prepared) => {
                let items = items(&prepared);
                let (decided, trace) = self.decide(&prepared)?;
                Ok(explained(None, items, trace, decided))
            }
            Err(NotReplayed::Not(why)) => Err(why),
            Err(NotReplayed::Refused(refusal, trace)) => {
                Ok(explained(Some(*refusal), Vec::new(), trace, None))
            }
            Err(error @ (NotReplayed::Overloaded(_) | NotReplayed::Submit(_))) => {
                return Err(StoreError::unavailable(error));
            }
        })
    }

    /// What is asked before the body is read, in the order of the answers' precedence.
    fn arrived(&self, source: &Arc<Source>, delivery: &Delivery) -> Arrived {
        let Explainer { certificates, rates, max_body_bytes, .. } = self.explainer;
        let at = delivery.received_at;
        let integration = &source.integration;
        let mut trace = Trace::new();
        let proof = match source.proof {
            Proof::Sns => certificates.look(delivery.clone(), at),
            _ => match verify(&source.proof, delivery.clone(), &source.secrets, at) {
                Ok(verified) => ProofSays::Held(verified.held_by()),
                Err(refused) => ProofSays::Failed(refused.error),
            },
        };
        let unproven = match &proof {
            ProofSays::Failed(error) => Refusal::of_proof(error),
            _ => None,
        };
        // The place under the limit is given back at once.
        let over = rates.admit(integration, at, &mut trace).err();
        let is_large = delivery.body.len() > max_body_bytes;
        let refused = Refusal::of_state(source)
            .or_else(|| is_large.then(|| Refusal::of_size(max_body_bytes)))
            .or(unproven)
            .or_else(|| Refusal::of_encoding(&delivery.headers))
            .or_else(|| over.map(Refusal::of_limit));
        let is_limited = integration.rate_limit > 0;
        let limit = is_limited.then(|| rates.state(integration.id, integration.rate_limit, at));
        if let ProofSays::Failed(error) = &proof {
            trace.note(Stage::Proof, error.to_string());
        }
        Arrived { proof, limit, refused, trace }
    }

    fn read(
        &mut self,
        source: &Arc<Source>,
        delivery: Delivery,
        arrived: Arrived,
    ) -> Result<Explanation, StoreError> {
        let Arrived { proof, limit, mut refused, trace } = arrived;
        let snapshot = self.explainer.snapshot;
        let id = delivery.id;
        let verified = Verified::unchecked_for_explain(delivery);
        let explained = |refused, items, trace, decided| Explanation {
            delivery: id,
            integration: source.integration.id,
            revision: snapshot.revision,
            proof,
            limit,
            refused,
            items,
            trace,
            decided,
        };
        let mut prepared = match prepare(verified, source, snapshot, trace, Instant::now()) {
            Ok(prepared) => prepared,
            Err(unreadable) => {
                let refusal = refused.unwrap_or_else(|| Refusal::of_reading(&unreadable.error));
                return Ok(explained(Some(refusal), Vec::new(), unreadable.trace, None));
            }
        };
        let foreign = prepared.topic.as_ref().and_then(|topic| Refusal::of_topic(source, topic));
        if let (None, Some(foreign)) = (&refused, foreign) {
            prepared.trace.note(foreign.stage, foreign.why.clone());
            refused = Some(foreign);
        }
        let items = items(&prepared);
        let (decided, trace) = self.decide(&prepared)?;
        Ok(explained(refused, items, trace, decided))
    }

    fn decide(&mut self, prepared: &Prepared) -> Result<(Option<Decided>, Trace), StoreError> {
        let Explainer { store, asking, ids, .. } = self.explainer;
        let batch = Batch { prepared: vec![prepared], ..Batch::default() };
        let wanted = wanted(&batch, asking);
        let known = self.after_so_far(store.batch_look(&wanted)?, &wanted);
        let before = known.incidents.clone();
        let (changes, _) = fold(&batch, known, asking.policy, ids, asking.at);
        let record = changes.deliveries.first().cloned();
        let trace = record.as_ref().map_or_else(Trace::new, |record| record.trace.clone());
        let mut incidents: Vec<_> = changes
            .opened
            .iter()
            .map(|after| IncidentStep { before: None, after: after.clone() })
            .chain(changes.changed.iter().map(|after| IncidentStep {
                before: before.iter().find(|before| before.id == after.id).cloned(),
                after: after.clone(),
            }))
            .collect();
        incidents.sort_by_key(|step| step.after.number);
        let decided = record.map(|record| Decided {
            outcome: record.outcome,
            reason: record.reason,
            status: record.status,
            repeats: record.repeats,
            results: record.results,
            incidents,
            timeline: changes.timeline.clone(),
        });
        self.remember(changes);
        Ok((decided, trace))
    }

    /// What the store shows, with what the deliveries before this one would have changed.
    fn after_so_far(&self, mut known: Known, wanted: &Wanted) -> Known {
        let Changes { opened, changed, clocks, numbers_used, .. } = &self.so_far;
        let used = i64::try_from(*numbers_used).unwrap_or(i64::MAX);
        known.first_number.place = known.first_number.place.saturating_add(used);
        for incident in opened.iter().chain(changed) {
            let identity = incident.identity();
            let by_key = wanted.keys.iter().any(|key| Some(&key.identity) == identity.as_ref());
            let group = incident.integration.zip(incident.group);
            let by_group = group.is_some_and(|group| wanted.groups.contains(&group));
            known.incidents.retain(|older| older.id != incident.id);
            if by_key || by_group {
                known.incidents.push(incident.clone());
            }
        }
        for (identity, clock) in clocks {
            known.clocks.retain(|(older, _)| older != identity);
            known.clocks.push((identity.clone(), *clock));
        }
        known
    }

    /// Adds what a delivery would change to what the ones before it would have.
    fn remember(&mut self, changes: Changes) {
        let so_far = &mut self.so_far;
        so_far.numbers_used = so_far.numbers_used.saturating_add(changes.numbers_used);
        for incident in changes.opened.into_iter().chain(changes.changed) {
            so_far.changed.retain(|older| older.id != incident.id);
            so_far.changed.push(incident);
        }
        for (identity, clock) in changes.clocks {
            so_far.clocks.retain(|(older, _)| *older != identity);
            so_far.clocks.push((identity, clock));
        }
    }
}

/// The entries, with where they come from.
fn items(prepared: &Prepared) -> Vec<ExplainedItem> {
    let provider = prepared.source.provider;
    let delivery = &prepared.delivery;
    let document = provider.document(delivery).unwrap_or(Value::Null);
    let rules = provider.field_rules(&Options::new(&prepared.source.integration.options));
    let explained = |(index, item): (usize, &PreparedItem)| match item {
        PreparedItem::Ignored(reason) => ExplainedItem { alert: None, ignored: Some(*reason) },
        PreparedItem::Alert(alert, _) => ExplainedItem {
            alert: Some(ExplainedAlert {
                origins: origins(rules, &document, delivery, index, alert),
                identity: identity(prepared, alert),
                alert: alert.clone(),
            }),
            ignored: None,
        },
    };
    prepared.items.iter().enumerate().map(explained).collect()
}
