//! What comes late, by the source's clock.

use watchbell_model::{DedupKey, Reason};

use super::{
    B, Given, Told, acknowledge, hear, incident, note, reminder, resolve, trigger, unresolved,
    world,
};
use crate::world::{at, identity};

/// Each told with its source clock to the same world, one after the other.
#[track_caller]
fn check_in_turn(given: impl IntoIterator<Item = Given>, told: &[(i64, Told, &str)]) {
    let mut world = world(given.into_iter().collect());
    for (clock, told, expected) in told {
        assert_eq!(&hear(&mut world, &told.clone().dated(*clock)), expected, "at {clock}");
    }
}

#[test]
fn what_comes_late_is_stale() {
    let resolved = "resolved: A resolved SEV2 x1 +resolved";
    let created = "created: A new SEV2 x1 +opened";
    // A late trigger does not bring back what is over, nor a late resolve end what is on.
    check_in_turn([incident()], &[(100, resolve(), resolved), (99, trigger(), "stale")]);
    check_in_turn([], &[(100, trigger(), created), (99, resolve(), "stale")]);
    for told in [trigger(), unresolved(), reminder(), acknowledge(), note(), resolve()] {
        check_in_turn(
            [incident()],
            &[
                (100, note(), "noted: A new SEV2 x1 +noted"),
                (99, told.clone(), "stale"),
                (99, told.naming(B), "stale"),
            ],
        );
    }
    // The same moment is not earlier.
    check_in_turn([], &[(100, trigger(), created), (100, trigger(), "updated: A new SEV2 x2")]);
    // It counts also if nothing was open, and what is stale does not set it back.
    check_in_turn(
        [],
        &[
            (100, resolve(), "nothing_open"),
            (50, trigger(), "stale"),
            (99, trigger(), "stale"),
            (100, trigger(), created),
        ],
    );
    // What opens nothing by configuration is known to have been said, too.
    check_in_turn(
        [],
        &[
            (100, trigger().nowhere_to_go(Reason::MissingService), "missing_service"),
            (99, trigger(), "stale"),
        ],
    );
    // An unknown service says nothing about the others.
    check_in_turn(
        [],
        &[(100, trigger().naming_nothing_known(), "unknown_service"), (99, trigger(), created)],
    );
}

#[test]
fn what_has_no_clock_is_never_stale_and_another_key_has_its_own() {
    let mut world = world(vec![]);
    hear(&mut world, &trigger().dated(100));
    assert_eq!(hear(&mut world, &trigger()), "updated: A new SEV2 x2");
    let key = DedupKey::new("disk").unwrap();
    assert_eq!(world.clocks.get(&identity(&key)), Some(&at(100)));
    let mut other = trigger().dated(99);
    other.alert.dedup_key = DedupKey::new("memory");
    assert_eq!(hear(&mut world, &other), "created: A new SEV2 x1 +opened");
}
