use watchbell_control::{IntegrationNew, SecretRemove};
use watchbell_model::Secret;

use crate::{World, why};

#[test]
fn two_secrets_live_at_most_and_the_newest_signs() {
    let world = World::new();
    let id = world.custom();
    assert!(world.control.integration_credentials(&id).unwrap().secret.is_none());
    let pasted = Secret::new("pasted-secret");
    let first = world.control.secret_add(&id, Some(&pasted)).unwrap();
    assert_eq!(first.generated, None);
    assert!(why(world.control.secret_add(&id, Some(&pasted))).contains("already used"));
    let second = world.control.secret_add(&id, None).unwrap();
    let generated = second.generated.unwrap();
    assert_eq!(generated.expose().len(), 70);
    assert_eq!(world.control.integration_credentials(&id).unwrap().secret, Some(generated));
    assert!(why(world.control.secret_add(&id, None)).contains("at most 2"));
    let view = world.control.integration_show(&id).unwrap();
    assert_eq!(view.secrets.iter().map(|s| s.id).collect::<Vec<_>>(), [second.id, first.id]);
    assert!(
        world.config().signing_secrets.iter().all(|s| !s.sealed.windows(6).any(|w| w == b"pasted"))
    );
    assert_eq!(world.control.secret_remove(&id, SecretRemove::One(second.id)).unwrap(), 1);
    assert_eq!(world.control.integration_credentials(&id).unwrap().secret, Some(pasted));
    assert!(
        why(world.control.secret_remove(&id, SecretRemove::One(second.id)))
            .contains("no signing secret")
    );
    let last = world.control.secret_remove(&id, SecretRemove::One(first.id));
    assert!(why(last).contains("remove all to ask for no signature"));
    assert_eq!(world.control.secret_remove(&id, SecretRemove::All).unwrap(), 0);
    assert_eq!(world.control.secret_remove(&id, SecretRemove::All).unwrap(), 0);
}

#[test]
fn secrets_are_checked_and_never_repeated() {
    let world = World::new();
    let id = world.custom();
    for secret in ["short", " with space around ", "with\nline end", ""] {
        let told = why(world.control.secret_add(&id, Some(&Secret::new(secret))));
        assert!(told.starts_with("secret: expected 8 to 1000 characters"), "{told}");
        assert!(secret.is_empty() || !told.contains(secret), "{told}");
    }
    let new = IntegrationNew {
        provider: "custom".to_owned(),
        secrets: vec![Secret::new("the-first-one"), Secret::new("the-second-one")],
        generate_secret: true,
        ..IntegrationNew::default()
    };
    assert!(why(world.control.integration_add(&new)).contains("at most 2"));
}

#[test]
fn a_provider_without_signatures_takes_none() {
    let world = World::new();
    let new = IntegrationNew {
        provider: "alertmanager".to_owned(),
        generate_secret: true,
        ..IntegrationNew::default()
    };
    assert!(why(world.control.integration_add(&new)).contains("has no signature scheme"));
    let new = IntegrationNew { generate_secret: false, ..new };
    let created = world.control.integration_add(&new).unwrap();
    assert!(!created.view.takes_secret && created.generated_secret.is_none());
    assert!(
        why(world.control.secret_add("alertmanager", None)).contains("has no signature scheme")
    );
}
