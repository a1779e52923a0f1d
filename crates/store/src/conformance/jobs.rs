//! Work that changes cause.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use watchbell_model::{JobId, ServerId};

use super::Fixture;
use super::opening::opened;
use super::races::at_once;
use super::samples::{apply, assert_sound, delivery, id, identity, logged, seconds};
use crate::{
    Changes, ConfigChange, ConfigStore, IncidentChange, IncidentStore, Job, JobClaim, JobFilter,
    JobLease, JobState, JobStore, NewJob, Opening, Page, Store, StoreError,
};

pub(super) const LONG: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(20);

fn server() -> ServerId {
    id("srv")
}

pub(super) fn alone(kind: &'static str) -> NewJob {
    NewJob::alone(id("job"), kind, "inc_1", "{}")
}

fn joining(subject: &str, payload: &str) -> NewJob {
    NewJob::joining(id("job"), "joins", subject, payload)
}

fn claim(store: &impl Store, kind: &str, most: usize, lease: Duration) -> Vec<Job> {
    store.jobs_claim(server(), &[JobClaim { kind, most, lease }]).unwrap()
}

pub(super) fn take(store: &impl Store, kind: &str) -> Job {
    let mut taken = claim(store, kind, 1, LONG);
    taken.pop().unwrap()
}

pub(super) fn all(store: &impl Store) -> Vec<Job> {
    store.job_list(&JobFilter::default(), Page::new(1_000, 0)).unwrap().items
}

/// A job of this kind that was given up.
pub(super) fn dead_job(store: &impl Store, kind: &'static str) -> JobId {
    store.jobs_add(&[NewJob::joining(id("job"), kind, "dead", "{}")]).unwrap();
    let job = take(store, kind);
    assert!(store.job_give_up(&job.lease(), "it never works").unwrap());
    job.id
}

pub fn every_field_of_a_job_comes_back<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let payload = "{\"a \\\"quote\\\"\": [1, \"\u{fc} \\u0000\"]}";
    let new = NewJob::alone(id("job"), "a.kind", "Ein Thema: \u{fc}", payload).after(LONG);
    store.jobs_add(std::slice::from_ref(&new)).unwrap();
    let waits = again.job_get(new.id).unwrap();
    let expected = Job {
        id: new.id,
        kind: "a.kind".to_owned(),
        subject: "Ein Thema: \u{fc}".to_owned(),
        joins: false,
        payload: payload.to_owned(),
        state: JobState::Waiting,
        created_at: waits.created_at,
        run_at: waits.created_at + LONG,
        attempts: 0,
        holder: None,
        last_error: None,
    };
    assert_eq!(waits, expected);
    assert_eq!(claim(store, "a.kind", 9, LONG), [], "not before its time");
    store.jobs_add(&[joining("now", "[]")]).unwrap();
    let holder = server();
    let claims = [JobClaim { kind: "joins", most: 9, lease: LONG }];
    let runs = store.jobs_claim(holder, &claims).unwrap().pop().unwrap();
    assert_eq!(again.job_get(runs.id).unwrap(), runs);
    assert!(runs.joins && runs.run_at > runs.created_at);
    assert_eq!((runs.state, runs.attempts, runs.holder), (JobState::Running, 1, Some(holder)));
    assert!(store.job_give_up(&runs.lease(), &"no\0".repeat(900)).unwrap());
    let dead = again.job_get(runs.id).unwrap();
    assert_eq!((dead.state, dead.attempts, dead.holder), (JobState::Dead, 1, None));
    assert_eq!(dead.last_error.unwrap().chars().count(), 500);
    assert_sound(store);
}

pub fn a_job_is_written_with_the_change_that_causes_it_or_not_at_all<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let record = delivery(identity("a").integration, watchbell_model::Outcome::Processed);
    let batch = Changes { jobs: vec![alone("batch")], ..logged(vec![record.clone()]) };
    apply(store, &batch).unwrap();
    // The same delivery again is refused, and with it the job.
    let twice = Changes { jobs: vec![alone("lost")], ..logged(vec![record]) };
    assert!(matches!(apply(store, &twice), Err(StoreError::Refused { .. })));
    let no_json = NewJob { payload: "{".to_owned(), ..alone("lost") };
    assert!(matches!(store.jobs_add(&[no_json]), Err(StoreError::Refused { .. })));
    store.config_change(0, &[ConfigChange::JobAdd(alone("config"))], &[]).unwrap();
    store.config_change(0, &[ConfigChange::JobAdd(alone("lost"))], &[]).unwrap_err();
    let opening = Opening { at: seconds(0), request: None, remembered_since: seconds(0) };
    let by_hand = opened(store, &opening).incident;
    let change = |error: bool| {
        store.incident_change(by_hand.number, &mut |mut incident| {
            incident.version += if error { 2 } else { 1 };
            let jobs = vec![alone(if error { "lost" } else { "incident" })];
            Some(IncidentChange { incident, timeline: Vec::new(), jobs })
        })
    };
    change(true).unwrap_err();
    change(false).unwrap();
    let kinds: Vec<_> = all(store).into_iter().map(|job| job.kind).collect();
    assert_eq!(kinds, ["incident", "config", "batch"]);
    // And one with the end of another job.
    let done = take(store, "batch");
    assert!(store.job_finish(&done.lease(), &[alone("then")]).unwrap());
    let kinds: Vec<_> = all(store).into_iter().map(|job| job.kind).collect();
    assert_eq!(kinds, ["then", "incident", "config"]);
    assert_sound(store);
}

pub fn of_many_who_claim_at_once_each_gets_others<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let jobs: Vec<_> = (0..200).map(|_| alone("work")).collect();
    store.jobs_add(&jobs).unwrap();
    let taken = Mutex::new(Vec::new());
    at_once(&[store, &fixture.open_again()], 16, |store, _| {
        loop {
            let some = claim(store, "work", 7, LONG);
            if some.is_empty() {
                break;
            }
            taken.lock().unwrap().extend(some.into_iter().map(|job| job.id));
        }
    });
    let taken = taken.into_inner().unwrap();
    let each: BTreeSet<_> = taken.iter().collect();
    assert_eq!(taken.len(), each.len(), "somebody's job was taken by another one");
    // Who comes while others have them locked is told of none, and looks again later.
    let rest = claim(store, "work", 1_000, LONG).len();
    assert_eq!(each.len() + rest, jobs.len());
    assert_sound(store);
}

pub fn what_is_due_for_longest_is_taken_first_and_nothing_before_its_time<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let jobs = ["work", "work", "other", "work"].map(alone);
    for job in &jobs {
        store.jobs_add(std::slice::from_ref(job)).unwrap();
    }
    store.jobs_add(&[alone("work").after(LONG)]).unwrap();
    let taken = |most| {
        let taken = claim(store, "work", most, LONG).into_iter().map(|job| job.id);
        taken.collect::<BTreeSet<_>>()
    };
    assert_eq!(taken(2), BTreeSet::from([jobs[0].id, jobs[1].id]));
    assert_eq!(taken(0), BTreeSet::new());
    assert_eq!(taken(2), BTreeSet::from([jobs[3].id]));
    assert_eq!(taken(2), BTreeSet::new(), "it is not time yet");
    let claims = ["work", "nothing", "other"].map(|kind| JobClaim { kind, most: 1, lease: LONG });
    let kinds = store.jobs_claim(server(), &claims).unwrap();
    assert_eq!(kinds.iter().map(|job| job.id).collect::<Vec<_>>(), [jobs[2].id]);
}

/// Takes the one job of a kind as soon as its holder's time is over.
fn take_when_free(store: &impl Store, kind: &str) -> Job {
    let started = Instant::now();
    loop {
        if let Some(job) = claim(store, kind, 1, LONG).pop() {
            return job;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the job is never free");
        thread::yield_now();
    }
}

pub fn what_its_holder_left_behind_is_taken_over<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    store.jobs_add(&[alone("work")]).unwrap();
    let lost = claim(store, "work", 1, SHORT).pop().unwrap();
    let job = take_when_free(&again, "work");
    assert_eq!((job.id, job.attempts), (lost.id, 2));
    // What is given back is free at once, and was not tried.
    assert!(again.job_give_back(&job.lease()).unwrap());
    let next = take(store, "work");
    assert_eq!((next.id, next.attempts, next.last_error), (lost.id, 2, None));
}

pub fn who_has_lost_a_job_changes_nothing<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    store.jobs_add(&[alone("work")]).unwrap();
    let lost = claim(store, "work", 1, SHORT).pop().unwrap().lease();
    let job = take_when_free(&again, "work");
    let by_another = JobLease { holder: Some(server()), ..job.lease() };
    for lease in [lost, by_another] {
        assert!(!store.job_finish(&lease, &[alone("then")]).unwrap());
        assert!(!store.job_retry(&lease, LONG, true, "too late").unwrap());
        assert!(!store.job_give_up(&lease, "too late").unwrap());
        assert!(!store.job_give_back(&lease).unwrap());
    }
    assert_eq!(all(store), std::slice::from_ref(&job));
    assert!(store.job_finish(&job.lease(), &[]).unwrap());
    assert!(!store.job_finish(&job.lease(), &[]).unwrap(), "once");
    assert_eq!(all(store), []);
}

pub fn a_job_that_did_not_work_waits_or_is_dead<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    store.jobs_add(&[alone("work")]).unwrap();
    let job = take(store, "work");
    assert!(store.job_retry(&job.lease(), Duration::ZERO, true, "the first time").unwrap());
    let job = take(store, "work");
    assert_eq!((job.attempts, job.last_error.as_deref()), (2, Some("the first time")));
    assert!(store.job_retry(&job.lease(), LONG, true, "the second time").unwrap());
    assert_eq!(claim(store, "work", 1, LONG), []);
    let waits = store.job_get(job.id).unwrap();
    assert!(waits.run_at > waits.created_at + LONG / 2);
    assert_eq!((waits.state, waits.attempts), (JobState::Waiting, 2));
    assert_eq!(waits.last_error.as_deref(), Some("the second time"));
    store.jobs_add(&[alone("other")]).unwrap();
    let job = take(store, "other");
    assert!(store.job_retry(&job.lease(), Duration::ZERO, false, "told to wait").unwrap());
    assert_eq!(store.job_get(job.id).unwrap().attempts, 0, "that was no attempt");
    let job = take(store, "other");
    assert!(store.job_give_up(&job.lease(), "never").unwrap());
    assert_eq!(claim(store, "other", 1, LONG), []);
    let dead = store.job_get(job.id).unwrap();
    assert_eq!((dead.state, dead.last_error.as_deref()), (JobState::Dead, Some("never")));
    assert_sound(store);
}

pub fn one_job_waits_for_all_that_comes_before_it_is_begun<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    // Of several in one change the last one's payload counts, and the first one's time.
    let same = [joining("a", "1"), joining("b", "2"), joining("a", "3").after(LONG)];
    store.jobs_add(&same).unwrap();
    store.jobs_add(&[joining("a", "4").after(LONG)]).unwrap();
    let waiting = |subject: &str| {
        let mut jobs = all(store);
        jobs.retain(|job| job.subject == subject);
        jobs.into_iter().map(|job| (job.payload, job.attempts)).collect::<Vec<_>>()
    };
    assert_eq!(waiting("a"), [("4".to_owned(), 0)]);
    // What comes while it is worked on is another one.
    let claims = claim(store, "joins", 9, LONG);
    let first = claims.into_iter().find(|job| job.subject == "a").unwrap();
    store.jobs_add(&[joining("a", "5")]).unwrap();
    assert_eq!(waiting("a").len(), 2);
    // Which takes the place of the first if that did not work, and waits as long.
    assert!(store.job_retry(&first.lease(), LONG, true, "not now").unwrap());
    assert_eq!(waiting("a"), [("5".to_owned(), 1)]);
    store.jobs_add(&[joining("a", "6")]).unwrap();
    assert_eq!(waiting("a"), [("6".to_owned(), 1)]);
    assert_eq!(claim(store, "joins", 9, LONG), [], "it goes on waiting");
    // One that gives way leaves what waits its payload, and is written where nothing does.
    for subject in ["a", "c", "c"] {
        let new = NewJob::unless_waiting(id("job"), "joins", subject, format!("\"{subject}\""));
        store.jobs_add(&[new]).unwrap();
    }
    assert_eq!(waiting("a"), [("6".to_owned(), 1)]);
    assert_eq!(waiting("c"), [("\"c\"".to_owned(), 0)]);
    // It does not let others wait longer.
    store.jobs_add(&[joining("d", "8").after(LONG)]).unwrap();
    store.jobs_add(&[NewJob::unless_waiting(id("job"), "joins", "d", "9")]).unwrap();
    let due = claim(store, "joins", 9, LONG).into_iter().map(|job| (job.subject, job.payload));
    let expected =
        [("c", "\"c\""), ("d", "8")].map(|(subject, payload)| (subject.into(), payload.into()));
    assert_eq!(due.collect::<BTreeSet<(String, String)>>(), BTreeSet::from(expected));
    // A dead one is joined by nobody.
    dead_job(store, "joins");
    store.jobs_add(&[joining("dead", "7")]).unwrap();
    assert_eq!(waiting("dead").len(), 2);
    assert_sound(store);
}

pub fn many_who_add_and_work_at_once_leave_the_last_payload_done<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let adding = AtomicUsize::new(4);
    let seen = Mutex::new(BTreeSet::new());
    at_once(&[store, &again], 8, |store, thread| {
        if thread < 4 {
            for turn in 0..25 {
                let subjects = ["x", "y"].map(|s| joining(s, &format!("\"{thread}-{turn}\"")));
                store.jobs_add(&subjects).unwrap();
            }
            // Nobody else adds of this subject: its payload must be worked on.
            store.jobs_add(&[joining(&format!("last {thread}"), "0")]).unwrap();
            adding.fetch_sub(1, Ordering::SeqCst);
            return;
        }
        let mut failed = false;
        loop {
            let over = adding.load(Ordering::SeqCst) == 0;
            let jobs = claim(store, "joins", 3, LONG);
            if over && jobs.is_empty() {
                return;
            }
            for job in jobs {
                failed = !failed;
                if failed {
                    assert!(store.job_retry(&job.lease(), Duration::ZERO, true, "again").unwrap());
                } else {
                    seen.lock().unwrap().insert(job.subject.clone());
                    assert!(store.job_finish(&job.lease(), &[]).unwrap());
                }
            }
        }
    });
    // One that was locked when the last one looked may be left.
    for job in claim(store, "joins", 99, LONG) {
        seen.lock().unwrap().insert(job.subject.clone());
        assert!(store.job_finish(&job.lease(), &[]).unwrap());
    }
    assert_eq!(all(store), [], "nothing is left behind");
    let seen = seen.into_inner().unwrap();
    assert_eq!(seen.len(), 6, "every subject was worked on: {seen:?}");
}
