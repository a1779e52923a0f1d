//! The checks of a database.

use watchbell_model::LinkPurpose;

use super::config::bare_integration;
use super::samples::{apply, at};
use super::sessions::link;
use super::{Fixture, furnish};
use crate::{Changes, ConfigChange, ConfigStore, MaintenanceStore, SessionStore, Store, checks};

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

pub fn what_is_left_open_is_no_wrong_reference<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    // There is no service that it could have as its default, and no user for a link.
    store.config_change(0, &[ConfigChange::IntegrationAdd(bare_integration())], &[]).unwrap();
    store.link_add(&[1; 32], &link(None, LinkPurpose::FirstRun), &[]).unwrap();
    assert_whole(store);
}
