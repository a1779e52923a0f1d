//! The audit log.

use watchbell_model::{Actor, AuditAction, AuditEntry, AuditId, AuditSubject, SubjectKind};

use super::Fixture;
use super::config::bare_service;
use super::samples::{assert_sound, at, bare_entry, entry, id};
use crate::{
    AuditFilter, AuditOrder, AuditPage, AuditStore, ConfigChange, ConfigStore, StoreError,
};

fn page(order: AuditOrder, past: Option<AuditId>, limit: i64) -> AuditPage {
    AuditPage { order, past, limit }
}

fn all(store: &impl AuditStore, filter: &AuditFilter) -> Vec<AuditEntry> {
    store.audit_list(filter, page(AuditOrder::NewestFirst, None, 100)).unwrap()
}

pub fn every_field_of_an_entry_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let entries = [bare_entry(2), entry(1)];
    store.audit_append(&entries).unwrap();
    store.audit_append(&[]).unwrap();
    assert_eq!(all(&fixture.open_again(), &AuditFilter::default()), entries);
    assert_sound(store);
}

pub fn a_change_and_its_entries_are_one<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let add = |place| [ConfigChange::ServiceAdd(bare_service(place))];
    let first = entry(1);
    store.config_change(0, &add(1), std::slice::from_ref(&first)).unwrap();
    // The wrong revision, a change that is refused, and an entry that is there already.
    store.config_change(0, &add(2), &[entry(2)]).unwrap_err();
    store.config_change(1, &add(1), &[entry(2)]).unwrap_err();
    store.config_change(1, &add(2), std::slice::from_ref(&first)).unwrap_err();
    assert_eq!(all(store, &AuditFilter::default()), [first]);
    let loaded = store.config_load().unwrap();
    assert_eq!((loaded.revision, loaded.services.len()), (1, 1));
}

pub fn the_log_is_filtered_and_walked_through_in_both_orders<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    // Two of one moment, and one that was written late.
    let entries = [entry(1), entry(3), bare_entry(3), bare_entry(4), entry(2)];
    store.audit_append(&entries).unwrap();
    let mut expected = entries.to_vec();
    expected.sort_by_key(|entry| (entry.at, entry.id));
    for order in [AuditOrder::OldestFirst, AuditOrder::NewestFirst] {
        let (mut walked, mut past) = (Vec::new(), None);
        loop {
            let some = store.audit_list(&AuditFilter::default(), page(order, past, 2)).unwrap();
            let Some(last) = some.last() else { break };
            past = Some(last.id);
            walked.extend(some);
        }
        assert_eq!(walked, expected, "{order:?}");
        expected.reverse();
    }
    expected.reverse();
    let check = |filter: AuditFilter, keeps: &dyn Fn(&AuditEntry) -> bool| {
        let kept: Vec<_> = expected.iter().filter(|entry| keeps(entry)).cloned().collect();
        assert!(!kept.is_empty() && kept.len() < expected.len(), "{filter:?} tells nothing");
        assert_eq!(all(store, &filter), kept, "{filter:?}");
        let past = kept.first().map(|entry| entry.id);
        let rest = store.audit_list(&filter, page(AuditOrder::NewestFirst, past, 9)).unwrap();
        assert_eq!(rest, kept[1..], "{filter:?}");
    };
    let none = AuditFilter::default;
    check(AuditFilter { actor: Some(Actor::System), ..none() }, &|e| e.actor == Actor::System);
    let action = AuditAction::SignInFailed;
    check(AuditFilter { action: Some(action), ..none() }, &|e| e.action == action);
    let about = |one: &AuditEntry| Some((one.subject.kind, one.subject.id.clone()));
    let subject = about(&entries[0]);
    check(AuditFilter { subject: subject.clone(), ..none() }, &|e| about(e) == subject);
    check(AuditFilter { after: Some(at(2)), ..none() }, &|e| e.at >= at(2));
    check(AuditFilter { before: Some(at(3)), ..none() }, &|e| e.at <= at(3));
    check(
        AuditFilter {
            actor: Some(Actor::System),
            after: Some(at(3)),
            before: Some(at(3)),
            ..none()
        },
        &|e| e.actor == Actor::System && e.at == at(3),
    );
    let nowhere = page(AuditOrder::NewestFirst, Some(id("aud")), 9);
    let refused = store.audit_list(&none(), nowhere);
    assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{refused:?}");
}

pub fn every_word_of_the_log_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let mut entries: Vec<_> = AuditAction::ALL
        .iter()
        .map(|action| AuditEntry { action: *action, ..bare_entry(1) })
        .collect();
    entries.extend(SubjectKind::ALL.iter().map(|kind| AuditEntry {
        subject: AuditSubject { kind: *kind, ..bare_entry(1).subject },
        ..bare_entry(1)
    }));
    store.audit_append(&entries).unwrap();
    entries.reverse();
    assert_eq!(all(store, &AuditFilter::default()), entries);
}
