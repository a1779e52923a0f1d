//! Two committers on one queue: what shares nothing is written at the same time, what touches the
//! same comes in its order, and neither is harmed by the other's trouble.

use std::sync::atomic::Ordering;

use watchbell_ingest::SubmitError;
use watchbell_model::{Outcome, Reason};

use crate::world::World;

fn batches(world: &World) -> usize {
    world.store.batches.load(Ordering::SeqCst)
}

#[test]
fn what_shares_nothing_is_written_at_the_same_time() {
    let world = World::of_two();
    world.store.hold();
    let disk = world.submit("disk");
    world.store.wait_until_held_are(1);
    let memory = world.submit("memory");
    world.store.wait_until_held_are(2);
    world.store.release();
    for waiting in [disk, memory] {
        assert_eq!(waiting.join().unwrap().unwrap().reason, Reason::Created);
    }
    world.assert_sound();
}

#[test]
fn what_touches_the_same_waits_and_takes_along_what_has_come_since() {
    let world = World::of_two();
    world.store.hold();
    let first = world.submit("disk");
    world.store.wait_until_held();
    let mut others = vec![world.submit("disk")];
    world.wait_for_queue(1);
    others.extend((0..20).map(|n| world.submit(&format!("other {n}"))));
    world.wait_for_queue(21);
    world.store.release();
    for waiting in others.into_iter().chain([first]) {
        assert_eq!(waiting.join().unwrap().unwrap().outcome, Outcome::Processed);
    }
    assert_eq!(batches(&world), 2, "the first, and all that came while it was written");
    world.assert_sound();
}

#[test]
fn what_an_integration_with_a_limit_sends_is_written_batch_after_batch() {
    let world = World::with(10, 2);
    world.store.hold();
    let first = world.submit("disk");
    world.store.wait_until_held();
    let others: Vec<_> = (0..5).map(|n| world.submit(&format!("other {n}"))).collect();
    world.wait_for_queue(5);
    world.store.release();
    for waiting in others.into_iter().chain([first]) {
        assert_eq!(waiting.join().unwrap().unwrap().outcome, Outcome::Processed);
    }
}

#[test]
fn each_keys_alerts_are_applied_in_the_order_of_their_arrival() {
    let world = World::of_two();
    let keys = ["disk", "memory", "load"];
    let bodies: Vec<String> =
        (0..600).map(|n| format!("{}: number {}", keys[n % 3], n / 3)).collect();
    let answers = world.submit_in_order(bodies.iter().map(String::as_str));
    for (n, answer) in answers.into_iter().enumerate() {
        let expected = if n < keys.len() { Reason::Created } else { Reason::Updated };
        assert_eq!(answer.unwrap().reason, expected, "delivery {n}");
    }
    let (_, incidents) = world.finish();
    let mut titles: Vec<_> = incidents.iter().map(|i| (i.title.as_str(), i.occurrences)).collect();
    titles.sort_unstable();
    let last = ["disk: number 199", "load: number 199", "memory: number 199"];
    assert_eq!(titles, last.map(|title| (title, 200)));
}

#[test]
fn the_trouble_of_one_is_not_the_others() {
    for (bad, expected) in [
        ("lost", Err(SubmitError::NotStored)),
        ("poison", Ok(Outcome::Failed)),
        ("panic", Ok(Outcome::Failed)),
    ] {
        let world = World::of_two();
        world.store.hold();
        let bad = world.submit(bad);
        world.store.wait_until_held_are(1);
        let good = world.submit("good");
        world.store.wait_until_held_are(2);
        world.store.release();
        assert_eq!(good.join().unwrap().unwrap().outcome, Outcome::Processed, "beside {bad:?}");
        assert_eq!(bad.join().unwrap().map(|answer| answer.outcome), expected);
        world.wait_until_healthy();
        // Both go on.
        world.store.hold();
        let next = [world.submit("one"), world.submit("two")];
        world.store.wait_until_held();
        world.store.release();
        for waiting in next {
            assert_eq!(waiting.join().unwrap().unwrap().outcome, Outcome::Processed);
        }
        world.assert_sound();
    }
}

#[test]
fn closing_finishes_what_both_have_taken_and_what_waits() {
    let world = World::of_two();
    world.store.hold();
    let mut taken = vec![world.submit("disk")];
    world.store.wait_until_held_are(1);
    taken.push(world.submit("memory"));
    world.store.wait_until_held_are(2);
    taken.extend((0..9).map(|n| world.submit(&format!("other {n}"))));
    world.wait_for_queue(9);
    world.close();
    world.store.release();
    for waiting in taken {
        assert_eq!(waiting.join().unwrap().unwrap().outcome, Outcome::Processed);
    }
    assert_eq!(world.submit("late").join().unwrap(), Err(SubmitError::Stopping));
    let (counts, incidents) = world.finish();
    assert_eq!((counts.stored, incidents.len()), (11, 11));
}
