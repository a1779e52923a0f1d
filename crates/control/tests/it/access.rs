use watchbell_control::ApiKeyNew;
use watchbell_model::Scope;
use watchbell_vault::{purpose, token_hash};

use crate::{World, at, why};

fn named(name: &str) -> ApiKeyNew {
    ApiKeyNew { name: name.to_owned(), scopes: Vec::new(), expires_at: None }
}

#[test]
fn an_api_key_is_known_by_its_hash_whatever_its_prefix() {
    let world = World::new();
    let created = world.control.api_key_create(&named("Dashboard")).unwrap();
    let token = created.token.expose();
    assert!(token.starts_with("wb_") && token.len() == 46);
    assert!(token.ends_with(&created.key.hint) && created.key.hint.len() == 4);
    assert_eq!(created.key.scopes, Scope::READS);
    let stored = world.config().api_keys;
    let twin = token.replacen("wb_", "rf_", 1);
    for text in [token, &twin] {
        let bare = purpose::bare_api_key(text).unwrap();
        assert_eq!(stored[0].hash, token_hash(purpose::API_KEY, bare));
    }
    assert_eq!(world.control.api_key_list().unwrap(), [created.key]);
}

#[test]
fn a_key_is_revoked_by_id_or_by_a_name_that_only_one_live_key_has() {
    let world = World::new();
    let first = world.control.api_key_create(&named("Same")).unwrap();
    let second = world.control.api_key_create(&named("Same")).unwrap();
    assert!(why(world.control.api_key_revoke("Same")).contains("more than one"));
    let id = first.key.id.to_string();
    assert!(world.control.api_key_revoke(&id).unwrap().1);
    assert!(!world.control.api_key_revoke(&id).unwrap().1);
    let (revoked, _) = world.control.api_key_revoke("Same").unwrap();
    assert_eq!((revoked.id, revoked.revoked_at), (second.key.id, Some(at(0))));
    assert!(why(world.control.api_key_revoke("Same")).contains("no API key"));
    assert!(
        !why(world.control.api_key_revoke(first.token.expose())).contains(first.token.expose())
    );
}

#[test]
fn an_end_in_the_past_is_refused() {
    let world = World::new();
    let past = ApiKeyNew { expires_at: Some(at(0)), ..named("Late") };
    assert!(
        why(world.control.api_key_create(&past)).starts_with("expires_at: expected a time to come")
    );
    let scopes = vec![Scope::ServicesRead, Scope::IncidentsRead, Scope::ServicesRead];
    let good = ApiKeyNew { expires_at: Some(at(60)), scopes, ..named("Soon") };
    let key = world.control.api_key_create(&good).unwrap().key;
    assert_eq!(key.scopes, [Scope::IncidentsRead, Scope::ServicesRead]);
    world.wait(60);
    assert!(!world.control.api_key_list().unwrap()[0].is_live(at(60)));
}
