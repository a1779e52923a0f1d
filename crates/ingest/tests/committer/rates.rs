//! The rate limit over several servers: what the committer writes down and what it is told.

use std::time::Duration;

use uuid::Uuid;
use watchbell_model::{Outcome, ServerId};
use watchbell_store::{Accepted, Changes, IntakeStore, Wanted};

use crate::troubled::Troubled;
use crate::world::{World, now};

fn accepted(world: &World) -> Vec<Accepted> {
    world.store.accepted_since(now() - Duration::from_mins(1)).unwrap()
}

/// Moves what the committer of `world` has written down to another server.
fn as_another_server(store: &Troubled, world: &World, deliveries: usize) {
    let record = |n: u64| {
        let mut record = world.record(n);
        (record.outcome, record.status) = (Outcome::Ignored, 202);
        record
    };
    let wanted = Wanted {
        keys: Vec::new(),
        groups: Vec::new(),
        idempotency: Vec::new(),
        ended_since: now(),
        remembered_since: now(),
        year: 2026,
        numbers: 0,
        server: ServerId::from_uuid(Uuid::from_u128(99)),
        limited: vec![world.integration().id],
        accepted_since: now(),
    };
    let deliveries: Vec<_> = (0..).take(deliveries).map(record).collect();
    let mut counts = watchbell_model::Counts::default();
    for delivery in &deliveries {
        counts.add_stored(delivery.outcome);
    }
    let counts = vec![(world.integration().id, counts)];
    let changes = Changes { deliveries, counts, at: now(), ..Changes::default() };
    store.batch_apply(&wanted, &mut |_| changes.clone()).unwrap();
}

fn remaining(world: &World) -> u32 {
    world.rates.state(world.integration().id, 10, now()).remaining
}

#[test]
fn each_batch_brings_what_other_servers_accepted() {
    let world = World::limited(10);
    as_another_server(&world.store, &world, 3);
    assert_eq!(remaining(&world), 10, "nobody has told it yet");
    world.submit("one").join().unwrap().unwrap();
    assert_eq!(remaining(&world), 7);
    world.submit("two").join().unwrap().unwrap();
    assert_eq!(remaining(&world), 7, "not counted twice; its own are counted by the handlers");
    let own: u32 = accepted(&world).iter().map(|row| row.deliveries).sum();
    assert_eq!(own, 3 + 2, "and the others can read of its own");
    world.assert_sound();
}

#[test]
fn what_is_kept_as_failed_counts_like_any_answer_of_202() {
    let world = World::limited(10);
    let answer = world.submit("poison").join().unwrap().unwrap();
    assert_eq!(answer.outcome, Outcome::Failed);
    assert_eq!(accepted(&world).iter().map(|row| row.deliveries).sum::<u32>(), 1);
}

#[test]
fn without_a_limit_nothing_is_written_down() {
    let world = World::new();
    world.submit("one").join().unwrap().unwrap();
    assert_eq!(accepted(&world), []);
}
