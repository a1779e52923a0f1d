use std::collections::BTreeMap;

use watchbell_control::{
    ControlError, IntegrationNew, IntegrationSet, Move, ServiceNew, intake_url,
};
use watchbell_model::{IntegrationState, LevelMapping, Secret, Severity, SeverityAction};
use watchbell_vault::{purpose, token_hash};

use crate::{World, why};

fn alertmanager() -> IntegrationNew {
    IntegrationNew { provider: "prometheus".to_owned(), ..IntegrationNew::default() }
}

#[test]
fn an_integration_is_added_with_its_key_and_links() {
    let world = World::new();
    for name in ["One", "Two"] {
        world.control.service_add(&ServiceNew::named(name)).unwrap();
    }
    let new = IntegrationNew {
        services: vec!["ser-00001".to_owned(), "SER-00001".to_owned()],
        default_service: Some("SER-00002".to_owned()),
        ..alertmanager()
    };
    let created = world.control.integration_add(&new).unwrap();
    let view = &created.view;
    assert_eq!(view.integration.provider, "alertmanager");
    assert_eq!(
        (view.integration.name.as_str(), view.integration.rate_limit),
        (&*view.provider_name, 100)
    );
    let linked: Vec<_> = view.links.iter().map(|link| link.service.legacy_key.number()).collect();
    assert_eq!(linked, [1, 2]);
    assert_eq!(view.default_service.as_ref().unwrap().legacy_key.number(), 2);
    let key = created.routing_key.expose();
    assert!(key.starts_with("am_") && key.len() == 35);
    let stored = world.config();
    assert_eq!(stored.routing_keys[0].hash, token_hash(purpose::ROUTING_KEY, key));
    assert!(!String::from_utf8_lossy(&stored.routing_keys[0].sealed).contains(key));
    assert!(!format!("{:?}", world.control.integration_list().unwrap()).contains(key));
    let opened = world.control.integration_credentials("ALERTMANAGER").unwrap();
    assert_eq!(opened.routing_key.expose(), key);
    assert_eq!(
        intake_url("http://h:1/", &opened.routing_key).expose(),
        format!("http://h:1/webhooks/{key}")
    );
    assert_eq!(world.control.integration_show("prometheus").unwrap(), created.view);
}

#[test]
fn names_are_numbered_and_what_fits_several_is_refused() {
    let world = World::new();
    let first = world.control.integration_add(&alertmanager()).unwrap().view.integration;
    let second = world.control.integration_add(&alertmanager()).unwrap().view.integration;
    assert_eq!(second.name, format!("{} 2", first.name));
    let found = world.control.integration_show(&second.name.to_uppercase()).unwrap();
    assert_eq!(found.integration.id, second.id);
    let several = why(world.control.integration_show("prometheus"));
    assert!(several.contains(&first.id.to_string()) && several.contains(&second.id.to_string()));
    assert!(why(world.control.integration_show("nobody")).contains("no integration \"nobody\""));
    assert!(why(world.control.integration_add(&IntegrationNew::default())).contains("one of "));
}

#[test]
fn wrong_values_are_told_at_once_and_nothing_is_written() {
    let world = World::new();
    let new = IntegrationNew {
        name: Some("  ".to_owned()),
        rate_limit: Some(2_000_000),
        options: BTreeMap::from([("no_such_thing".to_owned(), "1".to_owned())]),
        ..alertmanager()
    };
    let ControlError::Invalid(problems) = world.control.integration_add(&new).unwrap_err() else {
        panic!("expected wrong values");
    };
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["name", "rate_limit", "options.no_such_thing"]);
    let unknown = IntegrationNew { services: vec!["SER-00009".to_owned()], ..alertmanager() };
    assert!(
        why(world.control.integration_add(&unknown))
            .contains("service_keys[0]: expected the name of a service")
    );
    assert_eq!(world.config().revision, 0);
}

#[test]
fn keys_brought_along_are_checked() {
    let world = World::new();
    let bring = |provider: &str, key: &str, secrets: &[&str]| {
        world.control.integration_add(&IntegrationNew {
            provider: provider.to_owned(),
            routing_key: Some(Secret::new(key)),
            secrets: secrets.iter().map(|secret| Secret::new(*secret)).collect(),
            ..IntegrationNew::default()
        })
    };
    let short = why(bring("custom", "too_short_by_one_xy", &[]));
    assert!(short.contains("20 to 200") && short.contains("19 characters"));
    assert!(!short.contains("too_short"));
    let good = "a_key_from_elsewhere-1";
    assert_eq!(bring("custom", good, &[]).unwrap().routing_key.expose(), good);
    let taken = bring("custom", good, &[]).unwrap_err();
    assert!(matches!(taken, ControlError::Taken { .. }) && !taken.to_string().contains(good));
    let opsknight = "cln1x2y3z4a5b6c7d8e9f0g1h";
    assert!(why(bring("custom", opsknight, &[])).contains("together with a signing secret"));
    assert!(why(bring("alertmanager", opsknight, &[])).contains("leave the key out"));
    let id = bring("custom", opsknight, &["a-good-secret"]).unwrap().view.integration.id;
    let all = watchbell_control::SecretRemove::All;
    let refused = why(world.control.secret_remove(&id.to_string(), all));
    assert!(refused.contains("rotate the routing key first"));
    world.control.integration_rotate(&id.to_string(), 0).unwrap();
    assert_eq!(world.control.secret_remove(&id.to_string(), all).unwrap(), 0);
}

#[test]
fn a_rotated_key_ends_at_once_or_after_its_grace() {
    let world = World::new();
    let id = world.custom();
    let first = world.control.integration_credentials(&id).unwrap().routing_key;
    world.wait(10);
    let second = world.control.integration_rotate(&id, 60).unwrap();
    assert_ne!(second.routing_key, first);
    assert_eq!(second.view.keys.len(), 2);
    assert_eq!(second.view.keys[1].expires_at, Some(crate::at(70)));
    assert_eq!(world.control.integration_show(&id).unwrap(), second.view);
    world.wait(60);
    assert_eq!(world.control.integration_show(&id).unwrap().keys.len(), 1);
    let third = world.control.integration_rotate(&id, 0).unwrap();
    assert_eq!(third.view.keys.len(), 1);
    assert_eq!(world.control.integration_show(&id).unwrap(), third.view);
    let opened = world.control.integration_credentials(&id).unwrap();
    assert_eq!(opened.routing_key, third.routing_key);
    assert!(why(world.control.integration_rotate(&id, 2_592_001)).contains("at most 2592000"));
}

#[test]
fn states_move_only_where_they_can() {
    use IntegrationState::{Connected, Disabled, Disconnected};
    let world = World::new();
    let id = world.custom();
    let go = |to| world.control.integration_move(&id, to);
    for (to, state, is_changed) in [
        (Move::Reconnect, Connected, false),
        (Move::Disable, Disabled, true),
        (Move::Disable, Disabled, false),
        (Move::Enable, Connected, true),
        (Move::Disconnect, Disconnected, true),
        (Move::Reconnect, Connected, true),
        (Move::Disable, Disabled, true),
        (Move::Disconnect, Disconnected, true),
    ] {
        let (view, changed) = go(to).unwrap();
        assert_eq!((view.integration.state, changed), (state, is_changed), "{to:?}");
    }
    assert!(why(go(Move::Enable)).ends_with("is disconnected: use `reconnect`"));
    assert!(why(go(Move::Disable)).contains("`reconnect` it first"));
    go(Move::Reconnect).unwrap();
    go(Move::Disable).unwrap();
    assert!(why(go(Move::Reconnect)).ends_with("is disabled: use `enable`"));
}

#[test]
fn links_mappings_and_settings_change() {
    let world = World::new();
    world.control.service_add(&ServiceNew::named("One")).unwrap();
    let id = world.custom();
    let mapping =
        LevelMapping::new([("Warning".to_owned(), SeverityAction::Severity(Severity::Sev3))]);
    assert!(world.control.integration_link(&id, "SER-00001", None).unwrap().1);
    assert!(!world.control.integration_link(&id, "SER-00001", None).unwrap().1);
    let (view, changed) = world.control.integration_link(&id, "SER-00001", Some(&mapping)).unwrap();
    assert!(changed && view.links[0].mapping == mapping);
    let set = IntegrationSet {
        name: Some("Mine".to_owned()),
        default_service: Some(Some("ser-00001".to_owned())),
        rate_limit: Some(0),
        restricted_to_links: Some(true),
        ..IntegrationSet::default()
    };
    let (view, _) = world.control.integration_set(&id, &set).unwrap();
    assert_eq!(world.control.integration_show("mine").unwrap(), view);
    assert!(view.integration.restricted_to_links && view.integration.rate_limit == 0);
    assert_eq!(view.links[0].mapping, mapping);
    assert!(why(world.control.integration_unlink("mine", "SER-00001")).contains("default service"));
    let none = IntegrationSet { default_service: Some(None), ..IntegrationSet::default() };
    assert!(world.control.integration_set("mine", &none).unwrap().1);
    assert!(!world.control.integration_set("mine", &none).unwrap().1);
    assert!(world.control.integration_unlink("mine", "SER-00001").unwrap().0.links.is_empty());
    assert!(!world.control.integration_unlink("mine", "SER-00001").unwrap().1);
}
