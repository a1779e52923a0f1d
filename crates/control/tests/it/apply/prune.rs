use serde_json::json;
use watchbell_control::ServiceNew;
use watchbell_model::IntegrationState;

use crate::World;

#[test]
fn only_with_prune_what_is_not_named_is_switched_off() {
    let world = World::new();
    world.apply(&json!({
        "version": 1,
        "teams": [{"name": "Old"}, {"name": "New"}],
        "services": [{"key": "old", "name": "Old", "team": "Old"}, {"key": "new", "name": "New", "team": "Old"}],
        "integrations": [
            {"name": "Old", "provider": "custom", "default_service": "old"},
            {"name": "New", "provider": "custom", "default_service": "new"},
        ],
    }));
    let file = json!({
        "version": 1,
        "teams": [{"name": "New"}],
        "services": [{"key": "new", "team": "New"}],
        "integrations": [{"name": "New"}],
    });
    assert_eq!(world.apply(&file), ["~ service \"New\" (new): team Old -> New"]);
    let expected = [
        "- team \"Old\"",
        "- service \"Old\" (old): active true -> false, team Old -> none",
        "- integration \"Old\": state connected -> disconnected",
    ];
    assert_eq!(world.apply_and(&file, true), expected);
    let config = world.config();
    assert_eq!((config.teams.len(), config.services.len(), config.integrations.len()), (1, 2, 2));
    assert_eq!(config.integrations[0].state, IntegrationState::Disconnected);
}

#[test]
fn what_a_file_does_not_speak_of_is_left_alone_by_prune_too() {
    let world = World::new();
    world.control.service_add(&ServiceNew::named("S")).unwrap();
    world.custom();
    assert!(world.apply_and(&json!({"version": 1, "teams": []}), true).is_empty());
    let expected = ["- service \"S\" (SER-00001): active true -> false"];
    assert_eq!(world.apply_and(&json!({"version": 1, "services": []}), true), expected);
}

#[test]
fn a_team_that_goes_cannot_be_named() {
    let world = World::new();
    world.apply(&json!({"version": 1, "teams": [{"name": "Old"}], "services": [{"name": "S"}]}));
    let file = json!({"version": 1, "teams": [], "services": [{"name": "S", "team": "Old"}]});
    let refused = world.control.config_apply(&super::wanted(&file), true).unwrap_err();
    let expected = "services[0].team: expected the name of a team, got \"Old\"";
    assert_eq!(refused.to_string(), expected);
}
