use watchbell_control::{ControlError, ServiceNew};

use crate::{World, why};

fn with_key(key: &str) -> ServiceNew {
    ServiceNew { key: Some(key.to_owned()), ..ServiceNew::named("Any") }
}

#[test]
fn legacy_keys_are_given_in_order() {
    let world = World::new();
    let first = world.control.service_add(&ServiceNew::named(" Checkout ")).unwrap();
    let second = world.control.service_add(&ServiceNew::named("Billing")).unwrap();
    assert_eq!((first.name.as_str(), first.legacy_key.number()), ("Checkout", 1));
    assert_eq!(second.legacy_key.to_string(), "SER-00002");
    assert_ne!(first.key, second.key);
    assert_eq!(world.control.service_list().unwrap(), [first, second]);
}

#[test]
fn each_kind_of_key_can_be_brought_along() {
    let world = World::new();
    let canonical = world.control.service_add(&with_key("SVC_k7m4q9tz2h")).unwrap();
    assert_eq!(canonical.key.as_str(), "svc_K7M4Q9TZ2H");
    assert_eq!(canonical.slug, None);
    let slug = world.control.service_add(&with_key("svc_CHECKOUT1")).unwrap();
    assert_eq!(slug.slug.unwrap().as_str(), "svc_CHECKOUT1");
    let legacy = world.control.service_add(&with_key("ser-00070")).unwrap();
    assert_eq!(legacy.legacy_key.number(), 70);
    let next = world.control.service_add(&ServiceNew::named("Next")).unwrap();
    assert_eq!(next.legacy_key.number(), 71);
}

#[test]
fn a_key_is_unique_over_all_kinds_and_without_case() {
    let world = World::new();
    let service = world.control.service_add(&with_key("Checkout")).unwrap();
    for key in ["CHECKOUT", "ser-00001", service.key.as_str()] {
        let refused = world.control.service_add(&with_key(key)).unwrap_err();
        assert!(matches!(refused, ControlError::Taken { .. }), "{key}: {refused}");
        assert!(refused.to_string().ends_with("is already used by service SER-00001 \"Any\""));
    }
    assert_eq!(world.config().services.len(), 1);
}

#[test]
fn every_wrong_value_is_told_at_once() {
    let world = World::new();
    let new = ServiceNew {
        key: Some("with space".to_owned()),
        description: Some("x".repeat(2_001)),
        repository: Some("only-one-part".to_owned()),
        url: Some("ftp://host".to_owned()),
        ..ServiceNew::named("")
    };
    let ControlError::Invalid(problems) = world.control.service_add(&new).unwrap_err() else {
        panic!("expected wrong values");
    };
    let paths: Vec<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["name", "description", "key", "repository", "url"]);
    assert!(why(world.control.service_add(&with_key("SER-00000"))).contains("SER-00001 to"));
    assert_eq!(world.config().revision, 0);
}

#[test]
fn services_added_at_once_all_get_their_own_number() {
    let world = World::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| world.control.service_add(&ServiceNew::named("One of many")).unwrap());
        }
    });
    let numbers: Vec<_> = world.config().services.iter().map(|s| s.legacy_key.number()).collect();
    assert_eq!(numbers, (1..=8).collect::<Vec<_>>());
}
