//! How people and keys are let in.

use std::sync::atomic::{AtomicUsize, Ordering};

use watchbell_model::{LinkPurpose, OneTimeLink, Session, User, UserId};

use super::Fixture;
use super::config::api_key;
use super::people::user;
use super::races::at_once;
use super::samples::{assert_sound, at, entry, id};
use crate::{
    AuditFilter, AuditOrder, AuditPage, AuditStore, ConfigChange, ConfigStore, SessionExpiry,
    SessionStore, Store, StoreError,
};

pub(super) fn session(user: UserId) -> Session {
    Session { user, created_at: at(10), last_seen_at: at(11), expires_at: at(100) }
}

pub(super) fn link(user: Option<UserId>, purpose: LinkPurpose) -> OneTimeLink {
    OneTimeLink { user, purpose, created_at: at(10), expires_at: at(100) }
}

/// A store with one user.
fn with_user(store: &impl Store) -> User {
    let ada = user("ada@example.com");
    store.config_change(0, &[ConfigChange::UserAdd(ada.clone())], &[]).unwrap();
    ada
}

fn logged(store: &impl AuditStore) -> usize {
    let page = AuditPage { order: AuditOrder::NewestFirst, past: None, limit: 100 };
    store.audit_list(&AuditFilter::default(), page).unwrap().len()
}

fn is_missing<T: std::fmt::Debug>(result: &Result<T, StoreError>) {
    assert!(matches!(result, Err(StoreError::NotFound { .. })), "{result:?}");
}

pub fn a_session_is_found_by_its_hash_with_its_user<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let ada = with_user(store);
    store.session_add(&[1; 32], &session(ada.id), None, &[entry(1)]).unwrap();
    assert_eq!(logged(store), 1);
    let again = fixture.open_again();
    assert_eq!(again.session_find(&[1; 32]).unwrap(), Some((ada.clone(), session(ada.id))));
    assert_eq!(again.session_find(&[2; 32]).unwrap(), None);
    // It was used later, and not earlier.
    again.session_touch(&[1; 32], at(50)).unwrap();
    again.session_touch(&[1; 32], at(40)).unwrap();
    again.session_touch(&[2; 32], at(50)).unwrap();
    let (_, touched) = store.session_find(&[1; 32]).unwrap().unwrap();
    assert_eq!(touched, Session { last_seen_at: at(50), ..session(ada.id) });
    assert!(again.session_remove(&[1; 32], &[entry(2)]).unwrap());
    assert!(!again.session_remove(&[1; 32], &[entry(3)]).unwrap());
    assert_eq!(logged(store), 2, "what was not there was not ended");
    assert_eq!(store.session_find(&[1; 32]).unwrap(), None);
    is_missing(&store.session_add(&[3; 32], &session(id("usr")), None, &[]));
    assert_eq!(store.config_revision().unwrap(), 1, "nothing of this is configuration");
    assert_sound(store);
}

pub fn all_of_a_users_sessions_end<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (ada, bob) = (with_user(store), user("bob@example.com"));
    store.config_change(1, &[ConfigChange::UserAdd(bob.clone())], &[]).unwrap();
    let sign_in = |byte: u8, user: &User| {
        store.session_add(&[byte; 32], &session(user.id), None, &[]).unwrap();
    };
    let live = |byte: u8| store.session_find(&[byte; 32]).unwrap().is_some();
    for (byte, user) in [(1, &ada), (2, &ada), (3, &bob)] {
        sign_in(byte, user);
    }
    assert_eq!(store.sessions_remove(ada.id, &[entry(1)]).unwrap(), 2);
    assert_eq!([1, 2, 3].map(live), [false, false, true]);
    // Another password ends them, and links.
    sign_in(1, &ada);
    let reset = link(Some(ada.id), LinkPurpose::Reset);
    store.link_add(&[9; 32], &reset, &[]).unwrap();
    assert_eq!(store.password_get(ada.id).unwrap(), None);
    store.password_set(ada.id, "$argon2id$first", None, &[entry(2)]).unwrap();
    assert_eq!([1, 3].map(live), [false, true]);
    assert_eq!(store.link_find(&[9; 32]).unwrap(), None);
    store.password_set(ada.id, "$argon2id$second", None, &[]).unwrap();
    assert_eq!(store.password_get(ada.id).unwrap().as_deref(), Some("$argon2id$second"));
    assert_eq!(store.password_get(bob.id).unwrap(), None);
    is_missing(&store.password_set(id("usr"), "$argon2id$", None, &[entry(3)]));
    // So does being made inactive, and nobody inactive gets a session.
    sign_in(1, &ada);
    store.link_add(&[9; 32], &reset, &[]).unwrap();
    let off = User { active: false, ..ada.clone() };
    store.config_change(2, &[ConfigChange::UserSet(off)], &[]).unwrap();
    assert_eq!([1, 3].map(live), [false, true]);
    assert_eq!(store.link_find(&[9; 32]).unwrap(), None);
    is_missing(&store.session_add(&[4; 32], &session(ada.id), None, &[entry(4)]));
    store.config_change(3, &[ConfigChange::UserSet(ada)], &[]).unwrap();
    assert_eq!([1, 3, 4].map(live), [false, true, false]);
    assert_eq!(logged(store), 2);
    assert_sound(store);
}

pub fn a_link_works_once_and_until_its_end<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let ada = with_user(store);
    let first_run = link(None, LinkPurpose::FirstRun);
    let invitation = link(Some(ada.id), LinkPurpose::Invitation);
    let reset = link(Some(ada.id), LinkPurpose::Reset);
    for (byte, one) in [(1, first_run), (2, invitation), (3, reset)] {
        store.link_add(&[byte; 32], &one, &[entry(1)]).unwrap();
        assert_eq!(fixture.open_again().link_find(&[byte; 32]).unwrap(), Some(one));
    }
    assert_eq!(store.link_take(&[1; 32], at(100), &[entry(2)]).unwrap(), None, "too late");
    assert_eq!(store.link_take(&[8; 32], at(0), &[entry(2)]).unwrap(), None, "another token");
    assert_eq!(store.link_take(&[1; 32], at(99), &[entry(2)]).unwrap(), Some(first_run));
    assert_eq!(store.link_take(&[1; 32], at(99), &[entry(2)]).unwrap(), None, "used up");
    // A newer one takes the place of the earlier ones of its purpose, and of its user.
    store.link_add(&[4; 32], &reset, &[]).unwrap();
    let there = [2, 3, 4].map(|byte: u8| store.link_find(&[byte; 32]).unwrap().is_some());
    assert_eq!(there, [true, false, true]);
    is_missing(&store.link_add(&[5; 32], &link(Some(id("usr")), LinkPurpose::Reset), &[entry(3)]));
    assert_eq!(logged(store), 4);
    assert_sound(store);
}

pub fn of_many_who_use_a_link_exactly_one_wins<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    for round in 0..4_u8 {
        let one = link(None, LinkPurpose::FirstRun);
        store.link_add(&[round; 32], &one, &[]).unwrap();
        let won = AtomicUsize::new(0);
        at_once(&[store, &again], 8, |store, thread| {
            let mark = entry(u64::from(round) * 100 + u64::try_from(thread).unwrap());
            if store.link_take(&[round; 32], at(50), &[mark]).unwrap().is_some() {
                won.fetch_add(1, Ordering::SeqCst);
            }
        });
        assert_eq!(won.into_inner(), 1);
    }
    assert_eq!(logged(store), 4, "those who lost leave no entry");
}

pub fn nobody_stays_signed_in_who_is_put_out_meanwhile<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let ada = with_user(store);
    at_once(&[store, &again], 8, |store, thread| {
        if thread == 0 {
            let off = User { active: false, ..ada.clone() };
            store.config_change(1, &[ConfigChange::UserSet(off)], &[]).unwrap();
        } else {
            let hash = [u8::try_from(thread).unwrap(); 32];
            match store.session_add(&hash, &session(ada.id), None, &[]) {
                Ok(()) | Err(StoreError::NotFound { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    });
    // Not even when they may sign in again.
    store.config_change(2, &[ConfigChange::UserSet(ada)], &[]).unwrap();
    for byte in 1..8_u8 {
        assert_eq!(store.session_find(&[byte; 32]).unwrap(), None);
    }
    assert_sound(store);
}

pub fn a_password_that_is_not_the_present_one_permits_nothing<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let ada = with_user(store);
    let enter =
        |byte: u8, known| store.session_add(&[byte; 32], &session(ada.id), known, &[entry(1)]);
    let change = |phc: &str, known| store.password_set(ada.id, phc, known, &[entry(1)]);
    let is_refused = |result: Result<(), StoreError>| {
        assert!(matches!(result, Err(StoreError::Conflict { .. })), "{result:?}");
    };
    is_refused(enter(1, Some("$argon2id$first")));
    is_refused(change("$argon2id$first", Some("")));
    change("$argon2id$first", None).unwrap();
    enter(1, Some("$argon2id$first")).unwrap();
    change("$argon2id$second", Some("$argon2id$first")).unwrap();
    is_refused(enter(2, Some("$argon2id$first")));
    is_refused(change("$argon2id$third", Some("$argon2id$first")));
    // Another proof than a password.
    enter(3, None).unwrap();
    let there = [1, 2, 3].map(|byte: u8| store.session_find(&[byte; 32]).unwrap().is_some());
    assert_eq!(there, [false, false, true]);
    assert_eq!(store.password_get(ada.id).unwrap().as_deref(), Some("$argon2id$second"));
    assert_eq!(logged(store), 4, "what was refused leaves no entry");
    assert_sound(store);
}

pub fn nobody_stays_signed_in_by_a_password_that_is_changed_meanwhile<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let ada = with_user(store);
    store.password_set(ada.id, "$argon2id$0", None, &[]).unwrap();
    for round in 0..4 {
        let (old, new) = (format!("$argon2id${round}"), format!("$argon2id${}", round + 1));
        at_once(&[store, &again], 8, |store, thread| {
            if thread == 0 {
                store.password_set(ada.id, &new, None, &[]).unwrap();
                return;
            }
            let hash = [u8::try_from(thread).unwrap(); 32];
            match store.session_add(&hash, &session(ada.id), Some(&old), &[]) {
                Ok(()) | Err(StoreError::Conflict { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        });
        for byte in 1..8_u8 {
            assert_eq!(store.session_find(&[byte; 32]).unwrap(), None);
        }
    }
    assert_sound(store);
}

pub fn an_account_at_a_provider_is_one_persons_and_the_only_one<F: Fixture>(fixture: &F) {
    const ISSUER: &str = "https://id.example.com";
    let store = fixture.store();
    let (ada, bob) = (with_user(store), user("bob@example.com"));
    store.config_change(1, &[ConfigChange::UserAdd(bob.clone())], &[]).unwrap();
    let bind = |user: &User, issuer: &str, subject: &str| match store
        .account_bind(user.id, issuer, subject)
    {
        Ok(()) => true,
        Err(StoreError::Conflict { .. }) => false,
        Err(other) => panic!("{other:?}"),
    };
    assert_eq!(store.account_find(ISSUER, "1").unwrap(), None);
    assert!(bind(&ada, ISSUER, "1") && bind(&ada, ISSUER, "1"), "again changes nothing");
    assert!(!bind(&ada, ISSUER, "2"), "she has another");
    assert!(!bind(&bob, ISSUER, "1"), "it is hers");
    assert!(bind(&bob, ISSUER, "2") && bind(&bob, "https://other.example.com", "1"));
    let of = |issuer: &str, subject: &str| fixture.open_again().account_find(issuer, subject);
    assert_eq!(of(ISSUER, "1").unwrap(), Some(ada.id));
    assert_eq!(of("https://other.example.com", "1").unwrap(), Some(bob.id));
    assert_eq!(of(ISSUER, "3").unwrap(), None);
    is_missing(&store.account_bind(id("usr"), ISSUER, "3"));
    // Whoever is made inactive begins anew.
    let off = User { active: false, ..ada.clone() };
    store.config_change(2, &[ConfigChange::UserSet(off)], &[]).unwrap();
    assert_eq!((of(ISSUER, "1").unwrap(), of(ISSUER, "2").unwrap()), (None, Some(bob.id)));
    assert!(bind(&ada, ISSUER, "4"));
    assert_sound(store);
}

pub fn of_two_with_one_account_one_gets_it<F: Fixture>(fixture: &F) {
    let (store, again) = (fixture.store(), fixture.open_again());
    let people: Vec<_> = (0..8).map(|n| user(&format!("user{n}@example.com"))).collect();
    let add: Vec<_> = people.iter().cloned().map(ConfigChange::UserAdd).collect();
    store.config_change(0, &add, &[]).unwrap();
    let won = AtomicUsize::new(0);
    at_once(&[store, &again], 8, |store, thread| {
        match store.account_bind(people[thread].id, "https://id.example.com", "1") {
            Ok(()) => drop(won.fetch_add(1, Ordering::SeqCst)),
            Err(StoreError::Conflict { .. }) => {}
            Err(other) => panic!("{other:?}"),
        }
    });
    assert_eq!(won.into_inner(), 1);
    assert_sound(store);
}

pub fn the_last_use_of_a_key_is_kept<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let keys = [api_key(1), api_key(2)];
    let changes = keys.clone().map(ConfigChange::ApiKeyAdd);
    store.config_change(0, &changes, &[]).unwrap();
    assert_eq!(store.key_uses().unwrap(), []);
    for second in [5, 9, 7] {
        store.key_used(keys[1].key.id, at(second)).unwrap();
    }
    assert_eq!(fixture.open_again().key_uses().unwrap(), [(keys[1].key.id, at(9))]);
    is_missing(&store.key_used(id("key"), at(1)));
    assert_eq!(store.config_revision().unwrap(), 1);
    assert_sound(store);
}

pub fn sessions_and_links_that_are_over_are_forgotten<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let ada = with_user(store);
    let over = Session { expires_at: at(60), ..session(ada.id) };
    let idle = Session { last_seen_at: at(19), ..session(ada.id) };
    let live = Session { last_seen_at: at(20), expires_at: at(61), ..session(ada.id) };
    for (byte, one) in [(1, over), (2, idle), (3, live)] {
        store.session_add(&[byte; 32], &one, None, &[]).unwrap();
    }
    let late = OneTimeLink { expires_at: at(60), ..link(None, LinkPurpose::FirstRun) };
    let good = OneTimeLink { expires_at: at(61), ..link(Some(ada.id), LinkPurpose::Reset) };
    store.link_add(&[1; 32], &late, &[]).unwrap();
    store.link_add(&[2; 32], &good, &[]).unwrap();
    let expiry = SessionExpiry { now: at(60), idle_since: at(20) };
    assert_eq!(store.sessions_expire(expiry).unwrap(), 3);
    assert_eq!(store.sessions_expire(expiry).unwrap(), 0);
    let there = [1, 2, 3].map(|byte: u8| store.session_find(&[byte; 32]).unwrap().is_some());
    assert_eq!(there, [false, false, true]);
    assert_eq!(store.link_find(&[1; 32]).unwrap(), None);
    assert_eq!(store.link_find(&[2; 32]).unwrap(), Some(good));
}
