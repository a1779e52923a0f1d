//! When nothing is open.

use std::time::Duration;

use watchbell_model::{Reason, Severity};

use super::{
    A, B, C, HOUR, NOW, acknowledge, check, hear, incident, investigating, note,
    note_that_investigates, reminder, resolve, trigger, trigger_as, unresolved, world,
};
use crate::reference::WINDOW;

#[test]
fn none_open_and_a_trigger() {
    check([], trigger(), "created: A new SEV2 x1 +opened");
    check([], trigger_as(Severity::Sev0), "created: A new SEV0 x1 +opened");
    check([], investigating(), "created: A investigating SEV2 x1 +opened");
    check([], trigger().naming(B), "created: B new SEV2 x1 +opened");
    check([], unresolved(), "created: A new SEV2 x1 +opened");
    check([], reminder(), "created: A new SEV2 x1 +opened");
    // Without a place to go, and onto a service that nothing is known of.
    let nowhere = |reason| trigger().nowhere_to_go(reason);
    check([], nowhere(Reason::MissingService), "missing_service");
    check([], nowhere(Reason::UnmappedProject), "unmapped_project");
    check([], trigger().naming_nothing_known(), "unknown_service");
}

#[test]
fn none_open_and_anything_but_a_trigger() {
    for told in [acknowledge(), note(), note_that_investigates(), resolve()] {
        check([], told.clone(), "nothing_open");
        check([incident().resolved(HOUR)], told.clone(), "nothing_open");
        check([incident().closed(HOUR)], told.clone(), "nothing_open");
        check([incident().on(B)], told.clone().naming(A), "nothing_open");
        check([incident()], told.clone().without_key(), "nothing_open");
        check([incident()], told.naming_nothing_known(), "unknown_service");
    }
}

#[test]
fn the_same_occurrence_reopens_within_seven_days() {
    let reopened = "reopened: A new SEV2 x2 +reopened";
    let created = "created: A new SEV2 x1 +opened";
    check([incident().resolved(0)], trigger(), reopened);
    check([incident().resolved(WINDOW)], trigger(), reopened);
    check([incident().resolved(WINDOW + 1)], trigger(), created);
    check([incident().resolved(HOUR)], trigger().naming(A), reopened);
    check([incident().resolved(HOUR)], trigger().of(Some("o2")), created);
    check([incident().resolved(HOUR)], trigger().of(None), created);
    let mut without = incident().resolved(HOUR);
    without.0.occurrence = None;
    check([without], trigger().of(None), created);
    check(
        [incident().resolved(HOUR)],
        investigating(),
        "reopened: A investigating SEV2 x2 +reopened",
    );
    // It reopens where it was, not where a new one would go, and even if that is nowhere.
    let elsewhere = trigger().by_default_to(C);
    check([incident().resolved(HOUR)], elsewhere, reopened);
    let nowhere = trigger().nowhere_to_go(Reason::MissingService);
    check([incident().resolved(HOUR)], nowhere, reopened);
    // A named service has incidents of its own.
    check([incident().resolved(HOUR)], trigger().naming(B), "created: B new SEV2 x1 +opened");
    // The acknowledgement goes, whoever gave it; what a person said of the severity stays.
    check([incident().taken_by_a_person().resolved(HOUR)], trigger(), reopened);
    check([incident().taken_at_the_source().resolved(HOUR)], trigger(), reopened);
    check(
        [incident().rated(Severity::Sev4).resolved(HOUR)],
        trigger(),
        "reopened: A new SEV4 x2 +reopened",
    );
    check(
        [incident().resolved(HOUR)],
        trigger_as(Severity::Sev1),
        "reopened: A new SEV1 x2 +reopened +raised",
    );
    // The one that ended last.
    check(
        [
            incident().resolved(HOUR),
            incident().on(B).resolved(HOUR / 2),
            incident().on(C).resolved(2 * HOUR),
        ],
        trigger(),
        "reopened: B new SEV2 x2 +reopened",
    );
}

#[test]
fn the_time_for_reopening_can_be_set() {
    let hear_after = |seconds| {
        let mut world = world(vec![incident().resolved(seconds)]);
        world.policy.reopen_within = Duration::from_mins(1);
        hear(&mut world, &trigger())
    };
    assert_eq!(hear_after(60), "reopened: A new SEV2 x2 +reopened");
    assert_eq!(hear_after(61), "created: A new SEV2 x1 +opened");
}

#[test]
fn closed_never_reopens() {
    let created = "created: A new SEV2 x1 +opened";
    check([incident().closed(HOUR)], trigger(), created);
    check([incident().closed(HOUR)], unresolved(), created);
    // Nor does an older one in its place.
    check([incident().resolved(2 * HOUR), incident().closed(HOUR)], trigger(), created);
}

#[test]
fn the_source_may_say_that_it_is_the_latest_one_come_back() {
    let ended = || {
        [
            incident().occurrence("o8").resolved(3 * HOUR),
            incident().on(B).occurrence("o9").resolved(2 * HOUR),
        ]
    };
    check(ended(), unresolved(), "reopened: B new SEV2 x2 +reopened");
    check(ended(), unresolved().of(None), "reopened: B new SEV2 x2 +reopened");
    check(ended(), unresolved().naming(A), "reopened: A new SEV2 x2 +reopened");
    check([incident().resolved(WINDOW + 1)], unresolved(), "created: A new SEV2 x1 +opened");
    check([incident()], unresolved(), "updated: A new SEV2 x2");
}

#[test]
fn a_reminder_reopens_nothing() {
    let created = "created: A new SEV2 x1 +opened";
    check([incident()], reminder(), "updated: A new SEV2 x2");
    check([incident().resolved(HOUR)], reminder(), "already_resolved");
    check([incident().closed(HOUR)], reminder(), "already_resolved");
    // Of a problem that was never seen, or so long ago that it is forgotten, it is news.
    check([incident().occurrence("o9").resolved(HOUR)], reminder(), created);
    check([incident().resolved(HOUR)], reminder().of(None), created);
    check([incident().resolved(WINDOW + 1)], reminder(), created);
}

#[test]
fn without_a_key_each_trigger_is_a_problem_of_its_own() {
    let mut world = world(vec![]);
    let created = "created: A new SEV2 x1 +opened";
    assert_eq!(hear(&mut world, &trigger().without_key()), created);
    assert_eq!(hear(&mut world, &trigger().without_key().dated(NOW)), created);
    assert_eq!(hear(&mut world, &trigger().without_key().dated(NOW - 1)), created);
    assert_eq!(world.incidents.len(), 3);
    assert!(world.clocks.is_empty());
}
