//! What servers accepted for integrations with a rate limit.

use std::collections::BTreeMap;

use watchbell_model::{DeliveryRecord, IntegrationId, Outcome, ServerId, Timestamp};

use super::Fixture;
use super::expiry::expire_all;
use super::samples::{apply, ask, assert_sound, delivery, id, logged, seconds, wanted};
use crate::{Accepted, Class, Expiry, IntakeStore, Store, Wanted};

/// Sums by integration and second: a store may give a row for each server or one for all.
type Sums = BTreeMap<(IntegrationId, Timestamp), u32>;

fn sums(accepted: &[Accepted]) -> Sums {
    let mut sums = Sums::new();
    for row in accepted {
        *sums.entry((row.integration, row.second)).or_default() += row.deliveries;
    }
    sums
}

fn expected<const N: usize>(rows: [(IntegrationId, u64, u32); N]) -> Sums {
    rows.into_iter().map(|(one, second, count)| ((one, seconds(second)), count)).collect()
}

/// A delivery that arrived in the middle of a second.
fn arrived(integration: IntegrationId, outcome: Outcome, second: u64) -> DeliveryRecord {
    let mut record = delivery(integration, outcome);
    record.received_at = super::samples::at(second * 1_000_000 + 500_000);
    record
}

/// A batch of `server` with these integrations limited, which cares for `since` and later.
fn limited(server: ServerId, integrations: &[IntegrationId], since: u64) -> Wanted {
    let accepted_since = seconds(since);
    Wanted { server, limited: integrations.to_vec(), accepted_since, ..wanted(&[]) }
}

/// A batch of so many deliveries.
fn accept(store: &impl Store, wanted: &Wanted, deliveries: &[DeliveryRecord]) -> Sums {
    let mut known = Vec::new();
    store
        .batch_apply(wanted, &mut |told| {
            known = told.accepted;
            logged(deliveries.to_vec())
        })
        .unwrap();
    sums(&known)
}

pub fn what_other_servers_accepted_is_told_and_what_the_own_did_is_not<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let [one, two, free]: [IntegrationId; 3] = [id("int"), id("int"), id("int")];
    let [here, there, third]: [ServerId; 3] = [id("srv"), id("srv"), id("srv")];
    let both = [one, two];
    let batch = vec![
        arrived(one, Outcome::Processed, 1),
        arrived(one, Outcome::Ignored, 1),
        arrived(one, Outcome::Duplicate, 2),
        arrived(two, Outcome::Failed, 2),
        arrived(two, Outcome::Rejected, 2),
        arrived(free, Outcome::Processed, 2),
    ];
    // What was run again came from no sender, and takes no place.
    let again_of_first = DeliveryRecord { repeats: Some(batch[0].id), ..batch[1].clone() };
    let replay = DeliveryRecord { id: delivery(one, Outcome::Ignored).id, ..again_of_first };
    let batch = [batch, vec![replay]].concat();
    assert_eq!(accept(store, &limited(here, &both, 0), &batch), Sums::new());
    // The same second again adds up; the other server's own do not come back to it.
    let mine = || vec![arrived(one, Outcome::Processed, 2)];
    let all_here = expected([(one, 1, 2), (one, 2, 1), (two, 2, 1)]);
    assert_eq!(accept(&again, &limited(there, &both, 0), &mine()), all_here);
    assert_eq!(accept(&again, &limited(there, &both, 0), &mine()), all_here);
    let from_there = expected([(one, 2, 2)]);
    assert_eq!(accept(store, &limited(here, &both, 0), &[]), from_there);
    // A third server hears of both, of what it asks for alone, and of nothing too old.
    let hears = |integrations: &[IntegrationId], since| {
        sums(&ask(store, &limited(third, integrations, since)).accepted)
    };
    assert_eq!(hears(&both, 0), expected([(one, 1, 2), (one, 2, 3), (two, 2, 1)]));
    assert_eq!(hears(&[two, free], 0), expected([(two, 2, 1)]));
    assert_eq!(hears(&both, 2), expected([(one, 2, 3), (two, 2, 1)]));
    assert_eq!(hears(&both, 3), Sums::new());
    assert_eq!(hears(&[], 0), Sums::new());
    assert_sound(store);
}

pub fn a_server_that_starts_hears_what_all_accepted<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let [one, two]: [IntegrationId; 2] = [id("int"), id("int")];
    let [here, there]: [ServerId; 2] = [id("srv"), id("srv")];
    assert_eq!(store.accepted_since(seconds(0)).unwrap(), []);
    for (server, second) in [(here, 1), (there, 1), (there, 2)] {
        let batch =
            vec![arrived(one, Outcome::Processed, second), arrived(two, Outcome::Ignored, 3)];
        accept(store, &limited(server, &[one, two], 0), &batch);
    }
    let found = |since| sums(&fixture.open_again().accepted_since(seconds(since)).unwrap());
    assert_eq!(found(0), expected([(one, 1, 2), (one, 2, 1), (two, 3, 3)]));
    assert_eq!(found(2), expected([(one, 2, 1), (two, 3, 3)]));
    assert_eq!(found(4), Sums::new());
    // Without a limit nothing is written down.
    apply(store, &logged(vec![arrived(one, Outcome::Processed, 9)])).unwrap();
    assert_eq!(found(4), Sums::new());
}

pub fn what_was_accepted_is_forgotten_in_time<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (one, server) = (id::<IntegrationId>("int"), id::<ServerId>("srv"));
    let batch: Vec<_> = (0..700).map(|second| arrived(one, Outcome::Processed, second)).collect();
    accept(store, &limited(server, &[one], 0), &batch);
    let before = |second| Expiry::default().with(Class::Accepted, seconds(second));
    assert_eq!(expire_all(store, &before(0)).of(Class::Accepted), 0);
    assert_eq!(expire_all(store, &before(600)).of(Class::Accepted), 600);
    let left = sums(&store.accepted_since(seconds(0)).unwrap());
    assert_eq!(left.len(), 100);
    assert_eq!(left.keys().next(), Some(&(one, seconds(600))));
    assert_sound(store);
}
