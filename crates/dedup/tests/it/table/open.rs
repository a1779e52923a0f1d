//! When an incident is open.

use watchbell_model::{Severity, Status};

use super::{
    HOUR, acknowledge, check, escalating, hear, incident, investigating, note,
    note_that_investigates, resolve, trigger, trigger_as, world,
};

#[test]
fn open_and_a_trigger() {
    check([incident()], trigger(), "updated: A new SEV2 x2");
    check([incident()], trigger().of(Some("o2")), "updated: A new SEV2 x2");
    for status in [Status::Investigating, Status::Fixing, Status::Monitoring] {
        let same = format!("updated: A {status} SEV2 x2");
        check([incident().status(status)], trigger(), &same);
        check([incident().status(status)], investigating(), &same);
    }
    check([incident()], investigating(), "updated: A investigating SEV2 x2 +status_changed");
    check(
        [incident().taken_by_a_person()],
        trigger(),
        "updated: A investigating SEV2 x2 taken-by-person",
    );
    // One that is open comes before one that could be reopened.
    check(
        [incident().resolved(HOUR), incident().occurrence("o2")],
        trigger(),
        "updated: A new SEV2 x2",
    );
}

#[test]
fn worse_than_ever_reported_raises() {
    use Severity::{Sev0, Sev1, Sev2, Sev3, Sev4};
    check([incident()], trigger_as(Sev1), "raised: A new SEV1 x2 +raised");
    check([incident()], trigger_as(Sev3), "updated: A new SEV2 x2");
    // A person has lowered it: the same again does not undo that, something worse is news.
    let lowered = || [incident().rated(Sev4)];
    check(lowered(), trigger_as(Sev2), "updated: A new SEV4 x2");
    check(lowered(), trigger_as(Sev3), "updated: A new SEV4 x2");
    check(lowered(), trigger_as(Sev1), "raised: A new SEV1 x2 +raised");
    // A person has raised it: what the source says is as bad or milder.
    let raised = || [incident().rated(Sev1)];
    check(raised(), trigger_as(Sev2), "updated: A new SEV1 x2");
    check(raised(), trigger_as(Sev1), "updated: A new SEV1 x2");
    check(raised(), trigger_as(Sev0), "raised: A new SEV0 x2 +raised");
}

#[test]
fn what_was_reported_is_remembered_under_a_persons_change() {
    use Severity::{Sev0, Sev1, Sev4};
    let mut world = world(vec![incident().rated(Sev0)]);
    assert_eq!(hear(&mut world, &trigger_as(Sev1)), "updated: A new SEV0 x2");
    assert_eq!(world.incidents[0].worst_reported, Sev1);
    world.incidents[0].severity = Sev4;
    assert_eq!(hear(&mut world, &trigger_as(Sev1)), "updated: A new SEV4 x3");
    assert_eq!(hear(&mut world, &trigger_as(Sev0)), "raised: A new SEV0 x4 +raised");
    // It is not forgotten when the incident ends, either.
    hear(&mut world, &resolve());
    world.incidents[0].severity = Sev4;
    assert_eq!(hear(&mut world, &trigger_as(Sev0)), "reopened: A new SEV4 x5 +reopened");
}

#[test]
fn escalation_takes_back_what_the_source_had_acknowledged() {
    check(
        [incident().taken_at_the_source()],
        escalating(),
        "updated: A investigating SEV2 x2 +updated",
    );
    check(
        [incident().taken_by_a_person()],
        escalating(),
        "updated: A investigating SEV2 x2 taken-by-person",
    );
    check([incident()], escalating(), "updated: A new SEV2 x2");
}

#[test]
fn open_and_an_acknowledgement() {
    check(
        [incident()],
        acknowledge(),
        "acknowledged: A investigating SEV2 x1 taken-at-source +acknowledged",
    );
    for status in [Status::Investigating, Status::Fixing, Status::Monitoring] {
        check(
            [incident().status(status)],
            acknowledge(),
            &format!("acknowledged: A {status} SEV2 x1 taken-at-source +acknowledged"),
        );
    }
    // Whoever was first stays.
    check(
        [incident().taken_by_a_person()],
        acknowledge(),
        "acknowledged: A investigating SEV2 x1 taken-by-person",
    );
    check(
        [incident().taken_at_the_source().status(Status::New)],
        acknowledge(),
        "acknowledged: A new SEV2 x1 taken-at-source",
    );
}

#[test]
fn open_and_a_note() {
    check([incident()], note(), "noted: A new SEV2 x1 +noted");
    check(
        [incident()],
        note_that_investigates(),
        "noted: A investigating SEV2 x1 +noted +status_changed",
    );
    check(
        [incident().status(Status::Monitoring)],
        note_that_investigates(),
        "noted: A monitoring SEV2 x1 +noted",
    );
}

#[test]
fn open_and_a_resolve() {
    for status in [Status::New, Status::Investigating, Status::Fixing, Status::Monitoring] {
        check([incident().status(status)], resolve(), "resolved: A resolved SEV2 x1 +resolved");
    }
    check(
        [incident().taken_by_a_person()],
        resolve(),
        "resolved: A resolved SEV2 x1 taken-by-person +resolved",
    );
}
