use serde_json::{Value, json};
use watchbell_control::IntegrationNew;
use watchbell_model::Secret;

use super::SECRETS;
use crate::World;

fn with(field: &str, value: &Value) -> Value {
    json!({"version": 1, "integrations": [{"name": "I", "provider": "custom", field: value}]})
}

fn env(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"env": name})).collect()
}

#[test]
fn secrets_that_are_given_are_all_and_those_that_are_not_stay() {
    let world = World::new();
    let check = |names: Option<&[&str]>, expected: &[&str], secret: Option<&str>| {
        let file = match names {
            Some(names) => with("signing_secrets", &env(names)),
            None => with("rate_limit", &json!(100)),
        };
        assert_eq!(world.apply(&file), expected, "{names:?}");
        let credentials = world.control.integration_credentials("I").unwrap();
        assert_eq!(credentials.secret.as_ref().map(Secret::expose), secret, "{names:?}");
    };
    let (one, two) = (Some("the-first-secret"), Some("the-second-secret"));
    let (comes, goes) = ("signing_secret none -> set", "signing_secret set -> none");
    let told = |what: &str| format!("~ integration \"I\": {what}");
    check(Some(&["ONE"]), &["+ integration \"I\""], one);
    check(None, &[], one);
    check(Some(&["ONE", "TWO"]), &[&told(comes)], two);
    check(Some(&["TWO", "ONE"]), &[], two);
    check(Some(&["ONE"]), &[&told(goes)], one);
    check(Some(&["TWO"]), &[&told(&format!("{goes}, {comes}"))], two);
    check(Some(&[]), &[&told(goes)], None);
    check(None, &[], None);
}

#[test]
fn a_routing_key_is_brought_along_and_replaced() {
    let world = World::new();
    let key = with("routing_key", &json!({"env": "KEY"}));
    world.apply(&key);
    let lives = || world.control.integration_credentials("I").unwrap().routing_key;
    assert_eq!(lives().expose(), "cu_brought_along_from_elsewhere");
    let other = with("routing_key", &json!({"file": "cu_another_one_from_a_file"}));
    let expected = "~ integration \"I\": routing_key set -> \"another, the old one ends\"";
    assert_eq!(world.apply(&other), [expected]);
    assert_eq!(lives().expose(), "cu_another_one_from_a_file");
    assert_eq!(world.control.integration_show("I").unwrap().keys.len(), 1);
    let expected = "integrations[0].routing_key: expected a key that nobody has or had, got one of \
                    integration \"I\" (connected)";
    assert_eq!(world.wrong(&key), [expected]);
    let open = "clh7x2k3f0000qwer1234abcd";
    let shown = with("routing_key", &json!({"file": open}));
    assert!(world.wrong(&shown)[0].contains("was never secret"), "{:?}", world.wrong(&shown));
}

#[test]
fn two_integrations_of_a_file_cannot_bring_the_same_key() {
    let world = World::new();
    let one =
        |name: &str| json!({"name": name, "provider": "custom", "routing_key": {"env": "KEY"}});
    let wrong = world.wrong(&json!({"version": 1, "integrations": [one("A"), one("B")]}));
    let expected = "integrations[1].routing_key: expected a key that nobody has or had, got one of \
                    integration \"A\" (connected)";
    assert_eq!(wrong, [expected]);
}

#[test]
fn the_last_secret_stays_beside_a_key_that_was_never_secret() {
    let world = World::new();
    let new = IntegrationNew {
        provider: "custom".to_owned(),
        name: Some("I".to_owned()),
        routing_key: Some(Secret::new("clh7x2k3f0000qwer1234abcd")),
        secrets: vec![Secret::new("the-first-secret")],
        ..IntegrationNew::default()
    };
    world.control.integration_add(&new).unwrap();
    let wrong = world.wrong(&with("signing_secrets", &json!([])));
    assert!(
        wrong[0].starts_with("integrations[0].signing_secrets: expected a signing secret"),
        "{wrong:?}"
    );
    assert!(world.apply(&with("signing_secrets", &env(&["ONE"]))).is_empty());
}

#[test]
fn a_secret_in_the_file_is_refused_and_nothing_shows_one() {
    let world = World::new();
    let source = "{env: NAME} or {file: PATH}: a secret itself does not belong into the file";
    let text = "a text, which is not shown";
    let other = "something else, which is not shown";
    let check = |field: &str, value: Value, place: &str, expected: &str, got: &str| {
        let wrong = world.wrong(&with(field, &value));
        assert_eq!(wrong, [format!("integrations[0].{place}: expected {expected}, got {got}")]);
    };
    let list = format!("a list of {source}");
    check("signing_secrets", json!(["hunter2hunter2"]), "signing_secrets[0]", source, text);
    check("signing_secrets", json!("hunter2hunter2"), "signing_secrets", &list, text);
    check("signing_secrets", json!(null), "signing_secrets", &list, other);
    check(
        "signing_secrets",
        json!([{"secret": "hunter2hunter2"}]),
        "signing_secrets[0]",
        source,
        other,
    );
    check(
        "signing_secrets",
        json!([{"env": "A", "file": "B"}]),
        "signing_secrets[0]",
        source,
        other,
    );
    check("routing_key", json!("hunter2hunter2hunter2"), "routing_key", source, text);
    let set = "the name of a variable that is set";
    check("routing_key", json!({"env": "hunter2"}), "routing_key.env", set, "none of that name");
    let length = "8 to 1000 characters without space at the ends";
    check("signing_secrets", env(&["SHORT"]), "signing_secrets[0]", length, "5 characters");
    check("signing_secrets", env(&["ONE", "TWO", "KEY"]), "signing_secrets", "at most 2", "3");
    let twice = "the same one twice";
    check("signing_secrets", env(&["ONE", "ONE"]), "signing_secrets", "two that differ", twice);
    let alertmanager = json!({"version": 1, "integrations": [
        {"name": "I", "provider": "alertmanager", "signing_secrets": [{"env": "ONE"}]},
    ]});
    assert!(world.wrong(&alertmanager)[0].contains("has no signature scheme"));

    world.apply(&with("signing_secrets", &env(&["ONE"])));
    world.apply(&with("signing_secrets", &env(&["TWO"])));
    world.apply(&with("routing_key", &json!({"env": "KEY"})));
    let export = serde_json::to_string(&world.control.config_export().unwrap()).unwrap();
    let told = format!("{:?}", world.audit());
    for (_, secret) in SECRETS {
        assert!(!export.contains(secret) && !told.contains(secret), "{secret}");
    }
}
