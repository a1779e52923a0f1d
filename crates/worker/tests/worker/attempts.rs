//! What comes of attempts.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use watchbell_store::{Done, JobError, JobState, JobStore};
use watchbell_worker::Outcome;

use crate::support::{QUICK, Told, World, eventually, job};

/// Long enough that nothing happens by looking.
const NEVER: Duration = Duration::from_hours(1);

#[test]
fn a_job_is_done_as_soon_as_it_is_written_and_what_follows_too() {
    let world = World::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (first, second) = (Arc::clone(&seen), Arc::clone(&seen));
    let one = Told::new("one", QUICK, move |attempt| {
        first.lock().unwrap().push(attempt.payload::<u32>()?);
        Ok(Done::then(vec![job("two", "7")]))
    });
    let two = Told::new("two", QUICK, move |attempt| {
        second.lock().unwrap().push(attempt.payload::<u32>()?);
        Ok(Done::default())
    });
    let worker = world.worker_that_looks(vec![one, two], NEVER);
    world.store.jobs_add(&[job("one", "6"), job("nobody's", "1")]).unwrap();
    eventually("both are done", || world.seen.of(Outcome::Done) == 2);
    assert_eq!(*seen.lock().unwrap(), [6, 7]);
    let left = world.jobs();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].kind.as_str(), left[0].state), ("nobody's", JobState::Waiting));
    worker.stop(NEVER);
}

#[test]
fn what_fails_is_tried_again_until_its_attempts_are_used_up() {
    let world = World::new();
    let fails = Told::new("fails", QUICK, |attempt| {
        let last = if attempt.is_last() { ", the last one" } else { "" };
        Err(JobError::retry(format!("attempt {}{last}", attempt.job().attempts)))
    });
    let worker = world.worker(vec![fails.clone()]);
    world.store.jobs_add(&[job("fails", "{}")]).unwrap();
    eventually("it is dead", || world.seen.of(Outcome::Dead) == 1);
    assert_eq!(world.seen.of(Outcome::Failed), 2);
    let dead = world.jobs().pop().unwrap();
    assert_eq!((dead.state, dead.attempts), (JobState::Dead, 3));
    assert_eq!(dead.last_error.as_deref(), Some("attempt 3, the last one"));
    assert_eq!(*fails.given_up.lock().unwrap(), ["attempt 3, the last one"]);
    // Somebody tries it again: it is as new.
    world.store.job_revive(dead.id).unwrap();
    eventually("it is dead again", || world.seen.of(Outcome::Dead) == 2);
    assert_eq!(world.seen.of(Outcome::Failed), 4);
    worker.stop(NEVER);
}

#[test]
fn a_panic_is_one_failed_attempt_and_a_wrong_payload_is_the_last() {
    let world = World::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let panics = Told::new("panics", QUICK, move |attempt| {
        attempt.payload::<u32>()?;
        assert!(counted.fetch_add(1, Ordering::SeqCst) > 0, "the first time");
        Ok(Done::default())
    });
    let worker = world.worker(vec![panics]);
    world.store.jobs_add(&[job("panics", "1")]).unwrap();
    eventually("it is done", || world.seen.of(Outcome::Done) == 1);
    assert_eq!((world.seen.of(Outcome::Failed), calls.load(Ordering::SeqCst)), (1, 2));
    world.store.jobs_add(&[job("panics", "\"no number\"")]).unwrap();
    eventually("it is given up", || world.seen.of(Outcome::Dead) == 1);
    let dead = world.jobs().pop().unwrap();
    assert_eq!(dead.attempts, 1);
    assert!(dead.last_error.unwrap().starts_with("the job's payload: invalid type"));
    worker.stop(NEVER);
}

#[test]
fn who_is_told_to_wait_loses_no_attempt() {
    let world = World::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let waits = Told::new("waits", QUICK, move |attempt| {
        assert_eq!(attempt.job().attempts, 1);
        match counted.fetch_add(1, Ordering::SeqCst) {
            0..=8 => Err(JobError::wait("429, Retry-After", Duration::from_millis(1))),
            _ => Ok(Done::default()),
        }
    });
    let worker = world.worker(vec![waits]);
    world.store.jobs_add(&[job("waits", "{}")]).unwrap();
    eventually("it is done", || world.seen.of(Outcome::Done) == 1);
    assert_eq!((world.seen.of(Outcome::Deferred), calls.load(Ordering::SeqCst)), (9, 10));
    worker.stop(NEVER);
}
