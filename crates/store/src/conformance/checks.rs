//! The checks of a database.

use super::samples::{apply, at};
use super::{Fixture, furnish};
use crate::{Changes, MaintenanceStore, Store, checks};

pub fn every_check_is_made<F: Fixture>(fixture: &F) {
    let mut made = fixture.store().checks();
    let mut wanted: Vec<_> = checks::ALL.iter().map(|check| check.name).collect();
    made.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(made, wanted);
}

/// Asserts that every promise holds, without exception.
fn assert_whole(store: &impl Store) {
    assert_eq!(store.check().unwrap(), []);
}

pub fn a_good_database_passes_its_checks<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    store.ping().unwrap();
    store.probe().unwrap();
    assert_whole(store);
    furnish(store);
    apply(store, &Changes { at: at(0), ..Changes::default() }).unwrap();
    assert_whole(store);
    assert_whole(&fixture.open_again());
}
