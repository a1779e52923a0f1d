//! The committer over a real SQLite file, and over the same file with trouble on command.

#![cfg(test)]

mod rates;
mod troubled;
mod two;
mod world;

use std::sync::atomic::Ordering;

use watchbell_dedup::Policy;
use watchbell_ingest::SubmitError;
use watchbell_model::{InstanceSettings, Outcome, Reason, Severity};
use watchbell_store::{ConfigChange, ConfigStore};

use troubled::Trouble;
use world::World;

#[test]
fn the_answer_comes_after_the_commit_and_never_before() {
    let world = World::new();
    world.store.hold();
    let waiting = world.submit("disk full");
    world.store.wait_until_held();
    assert!(!waiting.is_finished(), "answered although nothing is committed");
    assert_eq!(world.stored(), 0);
    world.store.release();
    let answer = waiting.join().unwrap().unwrap();
    assert_eq!((answer.outcome, answer.reason), (Outcome::Processed, Reason::Created));
    assert_eq!(world.stored(), 1);
}

#[test]
fn what_queues_up_during_a_commit_is_one_transaction() {
    let world = World::new();
    world.store.hold();
    let first = world.submit("first");
    world.store.wait_until_held();
    let others: Vec<_> = (0..50).map(|n| world.submit(&format!("other {n}"))).collect();
    world.wait_for_queue(50);
    world.store.release();
    for waiting in others.into_iter().chain([first]) {
        assert_eq!(waiting.join().unwrap().unwrap().outcome, Outcome::Processed);
    }
    assert_eq!(
        world.store.batches.load(Ordering::SeqCst),
        2,
        "one for the first, one for the rest"
    );
    assert_eq!(world.stored(), 51);
}

#[test]
fn repeats_within_one_batch_are_one_incident() {
    let world = World::new();
    world.store.hold();
    let first = world.submit("disk full");
    world.store.wait_until_held();
    let repeats: Vec<_> = (0..20).map(|_| world.submit("disk full")).collect();
    world.wait_for_queue(20);
    world.store.release();
    let mut reasons: Vec<_> = repeats
        .into_iter()
        .chain([first])
        .map(|waiting| waiting.join().unwrap().unwrap().reason)
        .collect();
    reasons.sort_by_key(|reason| reason.as_str());
    assert_eq!(reasons[0], Reason::Created);
    assert!(reasons[1..].iter().all(|reason| *reason == Reason::Updated));
    let incidents = world.incidents();
    assert_eq!(incidents.len(), 1);
    assert_eq!(incidents[0].occurrences, 21);
}

/// A delivery that alone breaks its transaction is kept as failed; its neighbours are not harmed.
fn one_bad_among_good(body: &str) {
    let world = World::new();
    world.store.hold();
    let first = world.submit("first");
    world.store.wait_until_held();
    let good: Vec<_> = (0..9).map(|n| world.submit(&format!("good {n}"))).collect();
    let bad = world.submit(body);
    world.wait_for_queue(10);
    world.store.release();
    for waiting in good.into_iter().chain([first]) {
        assert_eq!(waiting.join().unwrap().unwrap().outcome, Outcome::Processed);
    }
    let answer = bad.join().unwrap().unwrap();
    assert_eq!((answer.outcome, answer.reason), (Outcome::Failed, Reason::Internal));
    assert_eq!(world.stored(), 11, "the failed one is kept, too");
    assert_eq!(world.incidents().len(), 10);
    assert_eq!(world.body_of(answer.delivery), body.as_bytes());
    world.wait_until_healthy();
    world.assert_sound();
}

#[test]
fn a_poison_delivery_is_found_and_kept_as_failed() {
    one_bad_among_good("poison");
}

#[test]
fn a_panic_is_found_like_poison() {
    one_bad_among_good("panic");
}

#[test]
fn a_passing_trouble_is_tried_again_and_applied_once() {
    let world = World::new();
    world.store.next(&[Trouble::Unavailable]);
    let answer = world.submit("disk full").join().unwrap().unwrap();
    assert_eq!(answer.reason, Reason::Created);
    assert_eq!((world.stored(), world.incidents()[0].occurrences), (1, 1));
}

#[test]
fn a_store_that_stays_away_is_told_and_comes_back_by_itself() {
    let world = World::new();
    world.store.next(&[Trouble::Unavailable, Trouble::Unavailable]);
    world.store.is_away.store(true, Ordering::SeqCst);
    assert_eq!(world.submit("disk full").join().unwrap(), Err(SubmitError::NotStored));
    assert!(!world.is_healthy());
    assert_eq!(world.stored(), 0);
    world.store.is_away.store(false, Ordering::SeqCst);
    world.wait_until_healthy();
    assert_eq!(world.submit("disk full").join().unwrap().unwrap().reason, Reason::Created);
}

#[test]
fn a_commit_of_unknown_outcome_is_looked_up_before_it_is_written_again() {
    for (trouble, what) in [
        (Trouble::UnknownButWritten, "it was written"),
        (Trouble::UnknownAndNotWritten, "it was not"),
    ] {
        let world = World::new();
        world.store.next(&[trouble]);
        let answer = world.submit("disk full").join().unwrap().unwrap();
        assert_eq!(answer.reason, Reason::Created, "{what}");
        assert_eq!((world.stored(), world.incidents()[0].occurrences), (1, 1), "{what}");
        world.assert_sound();
    }
}

#[test]
fn refused_deliveries_are_kept_up_to_a_bound_and_counted_beyond() {
    let world = World::new();
    world.store.hold();
    let first = world.submit("first");
    world.store.wait_until_held();
    for n in 0..1_000 {
        world.reject(n);
    }
    world.store.release();
    first.join().unwrap().unwrap();
    let (counts, _) = world.finish();
    assert_eq!((counts.received, counts.rejected, counts.processed), (1_001, 1_000, 1));
    assert!(counts.stored < 1_001 && counts.counted > 0, "{counts:?}");
    assert!(counts.is_sound(), "{counts:?}");
}

#[test]
fn closing_finishes_what_was_taken() {
    let world = World::new();
    world.store.hold();
    let first = world.submit("first");
    world.store.wait_until_held();
    let others: Vec<_> = (0..9).map(|n| world.submit(&format!("other {n}"))).collect();
    world.wait_for_queue(9);
    world.close();
    world.store.release();
    for waiting in others.into_iter().chain([first]) {
        assert_eq!(waiting.join().unwrap().unwrap().outcome, Outcome::Processed);
    }
    assert_eq!(world.submit("late").join().unwrap(), Err(SubmitError::Stopping));
    let (counts, _) = world.finish();
    assert_eq!(counts.stored, 10);
}

#[test]
fn the_settings_of_the_instance_win_over_the_file() {
    let world = World::new();
    let file = Policy::default();
    assert_eq!(world.live.load().policy(&file), file);
    let settings = InstanceSettings {
        default_severity: Some(Severity::Sev4),
        reopen_days: Some(30),
        ..InstanceSettings::default()
    };
    let change = ConfigChange::SettingsSet(settings.clone());
    world.store.config_change(1, &[change], &[]).unwrap();
    assert!(world.live.refresh(&*world.store).unwrap());
    let snapshot = world.live.load();
    assert_eq!((snapshot.default_severity, &snapshot.settings), (Severity::Sev4, &settings));
    assert_eq!(snapshot.policy(&file).reopen_within, std::time::Duration::from_hours(30 * 24));
    world.submit("disk full").join().unwrap().unwrap();
    assert_eq!(world.incidents()[0].severity, Severity::Sev4);
}
