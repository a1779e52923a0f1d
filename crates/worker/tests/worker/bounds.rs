//! How many at once, for how long, and what is left when the server stops.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::time::Duration;

use watchbell_model::ServerId;
use watchbell_store::{Done, JobClaim, JobError, JobHandler, JobState, JobStore, Limits};
use watchbell_worker::Outcome;

use crate::support::{QUICK, Told, World, eventually, fresh, job};

const NEVER: Duration = Duration::from_hours(1);

#[test]
fn a_kind_that_hangs_leaves_room_for_the_others_and_no_bound_is_crossed() {
    let world = World::new();
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    let hangs = Told::new("hangs", QUICK, move |_| {
        held.lock().unwrap().recv().unwrap();
        Ok(Done::default())
    });
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (running, peak) = (Arc::clone(&now), Arc::clone(&most));
    let one = Limits { at_once: 1, ..QUICK };
    let works = Told::new("works", one, move |_| {
        peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::yield_now();
        running.fetch_sub(1, Ordering::SeqCst);
        Ok(Done::default())
    });
    let worker = world.worker(vec![hangs, works]);
    let mut jobs: Vec<_> = (0..5).map(|_| job("hangs", "{}")).collect();
    jobs.extend((0..40).map(|_| job("works", "{}")));
    world.store.jobs_add(&jobs).unwrap();
    eventually("the others are done", || world.seen.of(Outcome::Done) == 40);
    assert_eq!(most.load(Ordering::SeqCst), 1, "one at a time");
    let hanging = world.jobs().into_iter().filter(|job| job.state == JobState::Running).count();
    assert_eq!(hanging, 2);
    (0..5).for_each(|_| release.send(()).unwrap());
    eventually("all are done", || world.seen.of(Outcome::Done) == 45);
    worker.stop(NEVER);
    assert_eq!(world.jobs(), []);
}

#[test]
fn no_kind_is_left_out_however_many_there_are() {
    const KINDS: [&str; 12] =
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "the last one has jobs"];
    let world = World::new();
    let handler = |kind| -> Arc<dyn JobHandler> { Told::new(kind, QUICK, |_| Ok(Done::default())) };
    let worker = world.worker(KINDS.map(handler).into());
    let last = KINDS[KINDS.len() - 1];
    world.store.jobs_add(&[job(last, "{}")]).unwrap();
    eventually("it is done", || world.seen.of(Outcome::Done) == 1);
    worker.stop(NEVER);
}

#[test]
fn what_takes_too_long_is_tried_again_and_says_nothing_any_more() {
    let world = World::new();
    let limits = Limits { time: Duration::from_millis(20), ..QUICK };
    let both = Arc::new(Barrier::new(2));
    let calls = Arc::new(AtomicUsize::new(0));
    let (counted, met) = (Arc::clone(&calls), Arc::clone(&both));
    let slow = Told::new("slow", limits, move |attempt| {
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            met.wait();
            assert_eq!(attempt.left(), Duration::ZERO);
            return Ok(Done::then(vec![job("never", "{}")]));
        }
        // The second attempt ends before the first one does.
        Ok(Done::default())
    });
    let worker = world.worker(vec![slow]);
    world.store.jobs_add(&[job("slow", "{}")]).unwrap();
    eventually("the second attempt is done", || world.seen.of(Outcome::Done) == 1);
    assert_eq!(world.seen.of(Outcome::TimedOut), 1);
    both.wait();
    worker.stop(NEVER);
    assert_eq!(world.jobs(), [], "the first attempt wrote nothing");
    assert_eq!((world.seen.of(Outcome::Done), calls.load(Ordering::SeqCst)), (1, 2));
}

#[test]
fn a_server_that_stops_finishes_what_it_can_and_gives_the_rest_back() {
    let world = World::new();
    let (begun, begins) = mpsc::channel();
    let begun = Mutex::new(begun);
    let polite = Told::new("polite", QUICK, move |attempt| {
        begun.lock().unwrap().send(()).unwrap();
        while !attempt.is_stopping() {
            std::thread::yield_now();
        }
        if attempt.job().payload == "1" { Ok(Done::default()) } else { Err(JobError::give_back()) }
    });
    let worker = world.worker(vec![polite]);
    world.store.jobs_add(&[job("polite", "1"), job("polite", "2"), job("polite", "3")]).unwrap();
    (0..2).for_each(|_| begins.recv().unwrap());
    worker.stop(NEVER);
    assert_eq!((world.seen.of(Outcome::Done), world.seen.of(Outcome::GivenBack)), (1, 1));
    let left: Vec<_> = world.jobs().into_iter().map(|job| (job.state, job.attempts)).collect();
    assert_eq!(left, [(JobState::Waiting, 0), (JobState::Waiting, 0)]);

    // One that does not listen is given back over its head.
    let world = World::new();
    let (begun, begins) = mpsc::channel();
    let (begun, end) = (Mutex::new(begun), Arc::new(Barrier::new(2)));
    let ending = Arc::clone(&end);
    let deaf = Told::new("deaf", QUICK, move |_| {
        begun.lock().unwrap().send(()).unwrap();
        ending.wait();
        Ok(Done::default())
    });
    let worker = world.worker(vec![deaf]);
    world.store.jobs_add(&[job("deaf", "{}")]).unwrap();
    begins.recv().unwrap();
    worker.stop(Duration::ZERO);
    let claim = JobClaim { kind: "deaf", most: 1, lease: NEVER };
    let other = world.store.jobs_claim(ServerId::from_uuid(fresh()), &[claim]).unwrap();
    assert_eq!(other.len(), 1, "the next server has it at once");
    end.wait();
    assert_eq!(world.jobs(), other);
}

#[test]
fn a_job_that_no_attempt_survives_is_given_up() {
    let world = World::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let deadly = Told::new("deadly", QUICK, move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Ok(Done::default())
    });
    world.store.jobs_add(&[job("deadly", "{}")]).unwrap();
    // Servers that died with it: each took it and was never heard of again.
    for _ in 0..3 {
        eventually("the last server's time is over", || {
            let claim = JobClaim { kind: "deadly", most: 1, lease: Duration::ZERO };
            !world.store.jobs_claim(ServerId::from_uuid(fresh()), &[claim]).unwrap().is_empty()
        });
    }
    let worker = world.worker(vec![deadly.clone()]);
    eventually("it is dead", || world.seen.of(Outcome::Dead) == 1);
    worker.stop(NEVER);
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let dead = world.jobs().pop().unwrap();
    assert!(dead.last_error.unwrap().contains("each time while it worked on this job"));
    assert_eq!(deadly.given_up.lock().unwrap().len(), 1);
}
