//! Work that one server at a time may do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use watchbell_model::ServerId;

use super::Fixture;
use super::races::at_once;
use super::samples::{assert_sound, id};
use crate::{LeaseStore, Store};

const LONG: Duration = Duration::from_hours(1);
const SHORT: Duration = Duration::from_millis(20);

fn server() -> ServerId {
    id("srv")
}

/// Takes a lease as soon as its holder's time is over.
fn take_when_free(store: &impl Store, name: &str, holder: ServerId) {
    let started = Instant::now();
    while !store.lease_take(name, holder, LONG).unwrap() {
        assert!(started.elapsed() < Duration::from_secs(20), "the lease is never free");
        thread::yield_now();
    }
}

pub fn of_many_servers_one_takes_a_lease<F: Fixture>(fixture: &F) {
    let taken = AtomicUsize::new(0);
    at_once(&[fixture.store(), &fixture.open_again()], 64, |store, _| {
        if store.lease_take("work", server(), LONG).unwrap() {
            taken.fetch_add(1, Ordering::SeqCst);
        }
    });
    assert_eq!(taken.into_inner(), 1);
    assert_sound(fixture.store());
}

pub fn a_lease_is_its_holders_until_it_is_given_back<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let (holder, other) = (server(), server());
    assert!(store.lease_take("work", holder, LONG).unwrap());
    assert!(store.lease_take("work", holder, LONG).unwrap(), "who has it holds it for longer");
    assert!(!again.lease_take("work", other, LONG).unwrap());
    assert!(again.lease_take("other work", other, LONG).unwrap(), "each name for itself");
    // Only its holder gives it back.
    again.lease_give_back("work", other).unwrap();
    assert!(!again.lease_take("work", other, LONG).unwrap());
    store.lease_give_back("work", holder).unwrap();
    store.lease_give_back("work", holder).unwrap();
    assert!(again.lease_take("work", other, LONG).unwrap());
    assert!(!store.lease_take("work", holder, LONG).unwrap());
}

pub fn a_lease_is_taken_over_after_its_time<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let (lost, other) = (server(), server());
    for name in ["left", "renewed"] {
        assert!(store.lease_take(name, lost, SHORT).unwrap());
    }
    assert!(store.lease_take("renewed", lost, LONG).unwrap());
    take_when_free(&again, "left", other);
    assert!(!again.lease_take("renewed", other, LONG).unwrap(), "it was renewed in time");
    // Who has lost it neither has it nor can give it back.
    assert!(!store.lease_take("left", lost, LONG).unwrap());
    store.lease_give_back("left", lost).unwrap();
    assert!(!store.lease_take("left", lost, LONG).unwrap());
}
