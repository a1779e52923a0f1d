//! Jobs as people see them, and when they go.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Fixture;
use super::jobs::{LONG, all, alone, dead_job, take};
use super::samples::{apply, assert_sound, at, id};
use crate::{
    Changes, Class, ConfigChange, ConfigStore, Expiry, JobCount, JobCursor, JobFilter, JobState,
    JobStore, MaintenanceStore, Page, StoreError,
};

pub fn jobs_are_listed_counted_and_the_newest_first<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    assert_eq!(store.job_counts().unwrap(), []);
    let mut ids = Vec::new();
    for kind in ["a", "b", "a", "b", "a"] {
        let job = alone(kind);
        ids.push(job.id);
        store.jobs_add(&[job]).unwrap();
    }
    let running = take(store, "a").id;
    let dead = take(store, "b");
    assert!(store.job_give_up(&dead.lease(), "").unwrap());
    assert_eq!((running, dead.id), (ids[0], ids[1]));
    ids.reverse();
    let listed = |state, kind: Option<&str>| {
        let filter = JobFilter { state, kind: kind.map(str::to_owned) };
        let by_place = store.job_list(&filter, Page::new(100, 0)).unwrap();
        let items: Vec<_> = by_place.items.iter().map(|job| job.id).collect();
        assert_eq!(by_place.total, Some(i64::try_from(items.len()).unwrap()));
        // By cursors, two at a time.
        let (mut walked, mut after) = (Vec::new(), None::<JobCursor>);
        loop {
            let part = store.job_list(&filter, Page::after(2, after)).unwrap();
            assert_eq!(part.total, None);
            walked.extend(part.items.iter().map(|job| job.id));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(items, walked);
        items
    };
    assert_eq!(listed(None, None), ids);
    assert_eq!(listed(None, Some("a")), [ids[0], ids[2], ids[4]]);
    assert_eq!(listed(None, Some("c")), []);
    assert_eq!(listed(Some(JobState::Waiting), None), [ids[0], ids[1], ids[2]]);
    assert_eq!(listed(Some(JobState::Running), None), [ids[4]]);
    assert_eq!(listed(Some(JobState::Dead), Some("b")), [ids[3]]);
    assert_eq!(listed(Some(JobState::Dead), Some("a")), []);
    let second = store.job_list(&JobFilter::default(), Page::new(2, 2)).unwrap();
    let second_ids: Vec<_> = second.items.iter().map(|job| job.id).collect();
    assert_eq!((second_ids, second.total), (vec![ids[2], ids[3]], Some(5)));
    let counts = store.job_counts().unwrap();
    let count = |kind: &str, state, jobs| JobCount { kind: kind.to_owned(), state, jobs };
    let expected = [
        count("a", JobState::Waiting, 2),
        count("a", JobState::Running, 1),
        count("b", JobState::Waiting, 1),
        count("b", JobState::Dead, 1),
    ];
    assert_eq!(BTreeSet::from_iter(counts), BTreeSet::from(expected));
}

pub fn dead_jobs_are_revived_or_deleted<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let missing = |result: Result<(), StoreError>| {
        assert!(matches!(result, Err(StoreError::NotFound { .. })), "{result:?}");
    };
    let refused = |result: Result<(), StoreError>| {
        assert!(matches!(result, Err(StoreError::Conflict { .. })), "{result:?}");
    };
    let nobody = id("job");
    missing(store.job_get(nobody).map(drop));
    missing(store.job_revive(nobody).map(drop));
    missing(store.job_delete(nobody));
    let first = dead_job(store, "work");
    let second = dead_job(store, "work");
    let revived = store.job_revive(first).unwrap();
    assert_eq!((revived.state, revived.attempts), (JobState::Waiting, 0));
    assert_eq!(revived.last_error.as_deref(), Some("it never works"));
    // The other one is about the same.
    refused(store.job_revive(second).map(drop));
    refused(store.job_revive(first).map(drop));
    refused(store.job_delete(first));
    let runs = take(store, "work");
    assert_eq!((runs.id, runs.attempts), (first, 1));
    refused(store.job_delete(first));
    store.job_delete(second).unwrap();
    missing(store.job_delete(second));
    assert_eq!(all(store).len(), 1);
}

pub fn dead_jobs_are_forgotten_in_time_and_others_never<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    for _ in 0..501 {
        dead_job(store, "dead");
    }
    store.jobs_add(&[alone("waits"), alone("runs")]).unwrap();
    let runs = take(store, "runs");
    // The database's own clock says when a job died.
    let died = runs.created_at;
    let expire = |moment| {
        let expiry = Expiry::default().with(Class::DeadJobs, moment);
        store.expire(&expiry).unwrap().of(Class::DeadJobs)
    };
    assert_eq!(expire(died - LONG), 0);
    assert_eq!([expire(died + LONG), expire(died + LONG), expire(died + LONG)], [500, 1, 0]);
    let kinds: Vec<_> = all(store).into_iter().map(|job| job.kind).collect();
    assert_eq!(kinds, ["runs", "waits"]);
}

pub fn whoever_works_is_woken_after_the_commit<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let woken = Arc::new(AtomicBool::new(false));
    let wake = Arc::clone(&woken);
    store.jobs_wake(Arc::new(move || wake.store(true, Ordering::SeqCst)));
    let woken = || woken.swap(false, Ordering::SeqCst);
    apply(store, &Changes { at: at(0), ..Changes::default() }).unwrap();
    store.jobs_add(&[]).unwrap();
    store.config_change(0, &[], &[]).unwrap();
    assert!(!woken(), "there is nothing to do");
    apply(store, &Changes { jobs: vec![alone("a")], at: at(0), ..Changes::default() }).unwrap();
    assert!(woken());
    store.config_change(1, &[ConfigChange::JobAdd(alone("a"))], &[]).unwrap();
    assert!(woken());
    store.jobs_add(&[alone("a")]).unwrap();
    assert!(woken());
    let job = take(store, "a");
    assert!(store.job_finish(&job.lease(), &[]).unwrap());
    assert!(!woken());
    let job = take(store, "a");
    assert!(store.job_finish(&job.lease(), &[alone("b")]).unwrap());
    assert!(woken());
    let dead = dead_job(store, "dead");
    woken();
    store.job_revive(dead).unwrap();
    assert!(woken());
}

pub fn what_waits_can_be_made_due_at_once<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let job = alone("late").after(LONG);
    store.jobs_add(std::slice::from_ref(&job)).unwrap();
    let unknown = id("job");
    assert!(!store.job_hasten(unknown).unwrap());
    assert!(store.job_hasten(job.id).unwrap());
    let taken = take(store, "late");
    assert_eq!(taken.id, job.id);
    assert!(!store.job_hasten(job.id).unwrap(), "it runs");
    assert!(store.job_give_up(&taken.lease(), "no").unwrap());
    assert!(!store.job_hasten(job.id).unwrap(), "it is dead");
    assert_sound(store);
}
