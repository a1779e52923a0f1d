//! People, their teams, and the settings of the instance.

use watchbell_model::{InstanceSettings, Role, Service, Severity, Team, User, UserId};

use super::Fixture;
use super::config::{bare_service, service};
use super::samples::{assert_sound, at, entry, id};
use crate::{
    AuditFilter, AuditOrder, AuditPage, AuditStore, ConfigChange, ConfigStore, StoreError,
};

pub(super) fn user(email: &str) -> User {
    User {
        id: id("usr"),
        email: email.parse().unwrap(),
        name: "Ada ü".to_owned(),
        role: Role::Responder,
        active: true,
        created_at: at(3),
    }
}

pub(super) fn team(name: &str, members: &[UserId]) -> Team {
    Team {
        id: id("tea"),
        name: name.to_owned(),
        description: Some("looks after it".to_owned()),
        members: members.to_vec(),
        created_at: at(4),
    }
}

pub(super) fn settings() -> InstanceSettings {
    InstanceSettings {
        organization_name: Some("Örg".to_owned()),
        default_severity: Some(Severity::Sev0),
        reopen_days: Some(0),
    }
}

pub fn every_field_of_people_teams_and_settings_comes_back<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let users = [user("Ada@example.com"), User { active: false, ..user("bob@example.com") }];
    let owners = team("Owners", &[users[0].id, users[1].id]);
    let bare = Team { description: None, ..team("bare", &[]) };
    let owned = Service { team: Some(owners.id), ..service(1, None) };
    let mut changes: Vec<_> = users.iter().rev().cloned().map(ConfigChange::UserAdd).collect();
    changes.extend([&owners, &bare].map(|one| ConfigChange::TeamAdd(one.clone())));
    changes.push(ConfigChange::ServiceAdd(owned.clone()));
    changes.push(ConfigChange::SettingsSet(settings()));
    store.config_change(0, &changes, &[]).unwrap();
    let loaded = fixture.open_again().config_load().unwrap();
    assert_eq!(loaded.users, users);
    assert_eq!(loaded.teams, [bare, owners]);
    assert_eq!(loaded.services, [owned]);
    assert_eq!(loaded.settings, settings());
    store.config_change(1, &[ConfigChange::SettingsSet(InstanceSettings::default())], &[]).unwrap();
    assert_eq!(store.config_load().unwrap().settings, InstanceSettings::default());
    assert_sound(store);
}

pub fn people_teams_and_services_change<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let (ada, bob) = (user("ada@example.com"), user("bob@example.com"));
    let (one, other) = (team("one", &[ada.id]), team("other", &[ada.id, bob.id]));
    let owned = Service { team: Some(one.id), ..bare_service(1) };
    let changes = [
        ConfigChange::UserAdd(ada.clone()),
        ConfigChange::UserAdd(bob.clone()),
        ConfigChange::TeamAdd(one.clone()),
        ConfigChange::TeamAdd(other.clone()),
        ConfigChange::ServiceAdd(owned.clone()),
    ];
    store.config_change(0, &changes, &[]).unwrap();
    let ada = User {
        email: "ADA@example.com".parse().unwrap(),
        name: "Ada L.".to_owned(),
        role: Role::Owner,
        active: false,
        ..ada
    };
    let one = Team { name: "ONE".to_owned(), description: None, members: vec![bob.id], ..one };
    // Every field but the keys, to something else than it was.
    let given = Service { id: owned.id, team: Some(other.id), ..service(1, Some("another")) };
    let changes = [
        ConfigChange::UserSet(ada.clone()),
        ConfigChange::TeamSet(one.clone()),
        ConfigChange::ServiceSet(given.clone()),
    ];
    store.config_change(1, &changes, &[]).unwrap();
    let loaded = store.config_load().unwrap();
    assert_eq!(loaded.users, [ada, bob]);
    assert_eq!(loaded.teams, [one, other]);
    let given = Service { slug: None, ..given };
    assert_eq!(loaded.services, [given]);
    assert_sound(store);
}

pub fn a_team_that_goes_leaves_its_services_without_one<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let ada = user("ada@example.com");
    let (gone, stays) = (team("gone", &[ada.id]), team("stays", &[ada.id]));
    let owned = Service { team: Some(gone.id), ..bare_service(1) };
    let other = Service { team: Some(stays.id), ..bare_service(2) };
    let changes = [
        ConfigChange::UserAdd(ada),
        ConfigChange::TeamAdd(gone.clone()),
        ConfigChange::TeamAdd(stays.clone()),
        ConfigChange::ServiceAdd(owned.clone()),
        ConfigChange::ServiceAdd(other.clone()),
    ];
    store.config_change(0, &changes, &[]).unwrap();
    store.config_change(1, &[ConfigChange::TeamRemove(gone.id)], &[]).unwrap();
    let loaded = store.config_load().unwrap();
    assert_eq!(loaded.teams, [stays]);
    assert_eq!(loaded.services, [Service { team: None, ..owned }, other]);
    assert_sound(store);
}

pub fn addresses_and_names_of_teams_are_unique_without_case<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let changes = [
        ConfigChange::UserAdd(user("Ärger@example.com")),
        ConfigChange::TeamAdd(team("Ämter", &[])),
    ];
    store.config_change(0, &changes, &[]).unwrap();
    let (bob, other) = (user("bob@example.com"), team("other", &[]));
    let more = [ConfigChange::UserAdd(bob.clone()), ConfigChange::TeamAdd(other.clone())];
    store.config_change(1, &more, &[]).unwrap();
    let rivals = [
        ConfigChange::UserAdd(user("ärger@EXAMPLE.com")),
        ConfigChange::TeamAdd(team("äMTER", &[])),
        ConfigChange::UserSet(User { email: "ÄRGER@example.com".parse().unwrap(), ..bob }),
        ConfigChange::TeamSet(Team { name: "ÄMTER".to_owned(), ..other }),
    ];
    for rival in rivals {
        let refused = store.config_change(2, std::slice::from_ref(&rival), &[]);
        assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{rival:?}: {refused:?}");
    }
}

pub fn people_and_teams_that_are_not_there_cannot_be_changed<F: Fixture>(fixture: &F) {
    let store = fixture.store();
    let nobody = user("nobody@example.com");
    let changes = [
        ConfigChange::UserSet(nobody.clone()),
        ConfigChange::TeamSet(team("none", &[])),
        ConfigChange::TeamRemove(id("tea")),
        ConfigChange::TeamAdd(team("one", &[nobody.id])),
        ConfigChange::ServiceSet(bare_service(1)),
        ConfigChange::ServiceAdd(Service { team: Some(id("tea")), ..bare_service(1) }),
    ];
    for change in changes {
        // An entry for a change that is not made is not made either.
        let refused = store.config_change(0, std::slice::from_ref(&change), &[entry(1)]);
        assert!(matches!(refused, Err(StoreError::NotFound { .. })), "{change:?}: {refused:?}");
    }
    assert_eq!(store.config_load().unwrap(), crate::StoredConfig::default());
    let page = AuditPage { order: AuditOrder::NewestFirst, past: None, limit: 10 };
    assert_eq!(store.audit_list(&AuditFilter::default(), page).unwrap(), []);
}
