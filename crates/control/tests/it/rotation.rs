//! A new master key, interrupted after every step.

use std::sync::Arc;

use watchbell_control::{Control, IntegrationNew, RotationStep};
use watchbell_model::Secret;
use watchbell_vault::{KeyFile, KeyUse, MasterKeys, Vault};

use crate::{World, why};

/// A world whose master key is in a file, with sealed values of both kinds.
struct Rotating {
    world: World,
    file: KeyFile,
    integrations: Vec<String>,
}

impl Rotating {
    fn new(integrations: usize) -> Self {
        let mut world = World::new();
        let file = KeyFile::new(world.folder.path().join("master.key"));
        world.control = process(&world, &file);
        let integrations = (0..integrations).map(|n| add(&world.control, n)).collect();
        Self { world, file, integrations }
    }

    /// Another process on the same database and key file, which begins now.
    fn process(&self) -> Control {
        process(&self.world, &self.file)
    }

    fn keys(&self) -> MasterKeys {
        self.file.load().unwrap()
    }

    /// Every routing key and signing secret, opened by `control`.
    fn opened(&self, control: &Control) -> Vec<(String, Option<String>)> {
        let open = |id: &String| {
            let credentials = control.integration_credentials(id).unwrap();
            let secret = credentials.secret.map(|secret| secret.expose().to_owned());
            (credentials.routing_key.expose().to_owned(), secret)
        };
        self.integrations.iter().map(open).collect()
    }

    /// Rotates to the end; gives the steps.
    fn rotate(&self) -> Vec<RotationStep> {
        let control = self.process();
        let mut rotation = control.rotation(false).unwrap();
        std::iter::from_fn(|| rotation.step().unwrap()).collect()
    }

    fn assert_only_the_first_key_seals(&self) {
        let status = self.process().vault_status().unwrap();
        assert_eq!((status.behind(), status.is_rotating()), (0, false), "{status:?}");
        assert!(status.unreadable.is_empty(), "{status:?}");
        let (sealing, config) = (status.keys.first().unwrap(), self.world.config());
        assert_eq!(sealing.purpose, Some(KeyUse::Seals));
        assert_eq!(sealing.routing_keys, config.routing_keys.len());
        assert_eq!(sealing.signing_secrets, config.signing_secrets.len());
    }
}

pub(crate) fn process(world: &World, file: &KeyFile) -> Control {
    let (keys, _) = file.load_or_create().unwrap();
    world.control_with(Arc::new(Vault::of_file(file.clone(), &keys).unwrap()))
}

/// Adds a custom integration with a secret, and gives its id.
fn add(control: &Control, number: usize) -> String {
    let new = IntegrationNew {
        provider: "custom".to_owned(),
        name: Some(format!("Number {number}")),
        secrets: vec![Secret::new(format!("the secret of number {number}"))],
        ..IntegrationNew::default()
    };
    control.integration_add(&new).unwrap().view.integration.id.to_string()
}

#[test]
fn everything_is_sealed_anew_and_the_old_key_is_kept_for_backups() {
    let rotating = Rotating::new(3);
    let before = rotating.opened(&rotating.world.control);
    let backup = rotating.world.config();
    let old = rotating.keys().sealing();
    let steps = rotating.rotate();
    let new = rotating.keys().sealing();
    assert_eq!(
        steps,
        [
            RotationStep::Prepared(new),
            RotationStep::Switched(new),
            RotationStep::Resealed { values: 6, left: 0 },
            RotationStep::Settled(old)
        ]
    );
    assert_ne!(old, new);
    rotating.assert_only_the_first_key_seals();
    // The process from before the rotation opens everything too.
    assert_eq!(rotating.opened(&rotating.world.control), before);
    let vault = Vault::new(rotating.keys()).unwrap();
    for record in &backup.signing_secrets {
        assert_eq!(Vault::sealed_with(&record.sealed), Some(old));
        let context = watchbell_vault::purpose::signing_secret(record.id);
        assert!(vault.open_text(&context, &record.sealed).is_ok());
    }
}

#[test]
fn a_rotation_that_stops_after_any_step_is_finished_by_the_next_one() {
    // More values than one change takes, so that it also stops between two changes.
    let total = Rotating::new(40).rotate().len();
    assert!(total >= 5, "two changes at least");
    for stop_after in 0..total {
        let rotating = Rotating::new(40);
        let running = rotating.process();
        let before = rotating.opened(&running);
        {
            let control = rotating.process();
            let mut rotation = control.rotation(false).unwrap();
            for _ in 0..stop_after {
                rotation.step().unwrap().unwrap();
            }
        }
        let first = rotating.keys().with(KeyUse::Next);
        assert_eq!(rotating.opened(&running), before, "after {stop_after} steps");
        assert_eq!(rotating.opened(&rotating.process()), before, "after {stop_after} steps");
        rotating.rotate();
        if let Some(next) = first {
            assert_eq!(rotating.keys().sealing(), next, "it goes on with the same key");
        }
        rotating.assert_only_the_first_key_seals();
        assert_eq!(rotating.opened(&running), before, "after {stop_after} steps");
        assert_eq!(rotating.opened(&rotating.process()), before, "after {stop_after} steps");
    }
}

#[test]
fn a_rotation_stopped_after_each_of_its_steps_gets_to_its_end() {
    let rotating = Rotating::new(40);
    let before = rotating.opened(&rotating.world.control);
    let first = rotating.keys().sealing();
    let mut steps = Vec::new();
    while !matches!(steps.last(), Some(RotationStep::Settled(_))) {
        let control = rotating.process();
        steps.extend(control.rotation(false).unwrap().step().unwrap());
        assert!(steps.len() < 20, "{steps:?}");
    }
    assert_eq!(steps.last(), Some(&RotationStep::Settled(first)));
    rotating.assert_only_the_first_key_seals();
    assert_eq!(rotating.opened(&rotating.world.control), before);
}

#[test]
fn operators_go_on_between_any_two_steps() {
    let rotating = Rotating::new(2);
    let operator = rotating.process();
    let control = rotating.process();
    let mut rotation = control.rotation(false).unwrap();
    let mut added = Vec::new();
    while let Some(step) = rotation.step().unwrap() {
        added.push(add(&operator, added.len() + 10));
        assert!(added.len() < 20, "{step:?}");
    }
    added.push(add(&operator, 30));
    drop(rotation);
    rotating.assert_only_the_first_key_seals();
    let others = Rotating { integrations: added, ..rotating };
    others.opened(&others.process());
}

#[test]
fn a_change_that_was_decided_with_the_old_key_is_decided_again() {
    let rotating = Rotating::new(0);
    let service = watchbell_control::ServiceNew::named("Checkout");
    rotating.world.control.service_add(&service).unwrap();
    let stale = rotating.world.config().revision;
    rotating.rotate();
    let late = rotating.world.store.config_change(stale, &[], &[]);
    assert!(matches!(late, Err(watchbell_store::StoreError::Conflict { .. })), "{late:?}");
}

#[test]
fn an_empty_database_stays_empty() {
    let rotating = Rotating::new(0);
    let steps = rotating.rotate();
    assert_eq!(steps.len(), 3, "{steps:?}");
    assert_eq!(rotating.world.config().revision, 0, "the first run is still to come");
    assert!(rotating.world.control.demo_setup().unwrap().is_some());
    rotating.assert_only_the_first_key_seals();
}

#[test]
fn one_process_rotates_at_a_time() {
    let rotating = Rotating::new(1);
    let (first, second) = (rotating.process(), rotating.process());
    let rotation = first.rotation(false).unwrap();
    let refused = second.rotation(false).unwrap_err();
    let cause = std::error::Error::source(&refused).unwrap().to_string();
    assert!(cause.starts_with("another process is changing the key file"), "{cause}");
    assert!(second.vault_prepare().is_err());
    drop(rotation);
    assert!(second.rotation(false).is_ok());
}

#[test]
fn another_machine_does_not_rotate_to_another_key_meanwhile() {
    let rotating = Rotating::new(1);
    let elsewhere = KeyFile::new(rotating.world.folder.path().join("elsewhere/master.key"));
    std::fs::create_dir(elsewhere.path().parent().unwrap()).unwrap();
    std::fs::copy(rotating.file.path(), elsewhere.path()).unwrap();
    let (here, there) = (rotating.process(), process(&rotating.world, &elsewhere));
    let mut first = here.rotation(false).unwrap();
    first.step().unwrap().unwrap();
    first.step().unwrap().unwrap();
    let mut second = there.rotation(false).unwrap();
    assert!(matches!(second.step().unwrap(), Some(RotationStep::Prepared(_))));
    let told = second.step().unwrap_err().to_string();
    assert!(told.contains("another machine is rotating"), "{told}");
    while first.step().unwrap().is_some() {}
    // Now it would be its turn, but what is sealed no longer opens there.
    drop(second);
    let told = why(there.rotation(false));
    assert!(told.contains("if another machine has rotated, copy its key file"), "{told}");
}

#[test]
fn a_prepared_key_is_the_next_one_and_can_be_copied_first() {
    let rotating = Rotating::new(2);
    let before = rotating.opened(&rotating.world.control);
    let next = rotating.world.control.vault_prepare().unwrap();
    assert_eq!(rotating.world.control.vault_prepare().unwrap(), next);
    // Another machine has a copy of this moment, and no newer one.
    let copy = KeyFile::new(rotating.world.folder.path().join("copy.key"));
    std::fs::copy(rotating.file.path(), copy.path()).unwrap();
    let elsewhere = process(&rotating.world, &copy);
    rotating.rotate();
    assert_eq!(rotating.keys().sealing(), next);
    assert_eq!(rotating.opened(&elsewhere), before);
    // It still seals with the old key, which is seen and mended when it has the new file.
    add(&elsewhere, 7);
    assert_eq!(rotating.process().vault_status().unwrap().behind(), 2);
    std::fs::copy(rotating.file.path(), copy.path()).unwrap();
    assert_eq!(elsewhere.vault_reseal().unwrap(), (2, 0));
    assert_eq!(elsewhere.vault_reseal().unwrap(), (0, 0));
    rotating.assert_only_the_first_key_seals();
}

#[test]
fn an_old_key_is_forgotten_when_nothing_needs_it() {
    let rotating = Rotating::new(1);
    let old = rotating.keys().sealing().to_string();
    let control = &rotating.world.control;
    assert!(why(control.vault_forget(&old)).contains("no old master key"));
    rotating.rotate();
    let new = rotating.keys().sealing().to_string();
    assert!(why(control.vault_forget(&new)).contains("no old master key"), "it seals");
    assert_eq!(control.vault_forget(&old).unwrap().to_string(), old);
    assert_eq!(rotating.keys().list().count(), 1);
    assert!(why(control.vault_forget(&old)).contains("no old master key"));
    rotating.assert_only_the_first_key_seals();
    rotating.opened(&rotating.process());
}

#[test]
fn what_no_key_opens_stops_a_rotation_before_it_begins() {
    let rotating = Rotating::new(2);
    let lost = KeyFile::new(rotating.world.folder.path().join("lost.key"));
    add(&process(&rotating.world, &lost), 8);
    let keys = rotating.keys();
    let told = why(rotating.process().rotation(false));
    assert!(told.contains("Number 8") && told.contains("--leave-unreadable"), "{told}");
    assert_eq!(rotating.keys(), keys, "nothing was changed");
    let status = rotating.process().vault_status().unwrap();
    assert_eq!(status.unreadable, ["Number 8"]);
    assert_eq!((status.keys.len(), status.behind()), (2, 2));
    assert_eq!(status.keys[1].purpose, None);
    let control = rotating.process();
    let mut rotation = control.rotation(true).unwrap();
    while rotation.step().unwrap().is_some() {}
    drop(rotation);
    assert_eq!(control.vault_status().unwrap().unreadable, ["Number 8"]);
    rotating.opened(&control);
}

#[test]
fn keys_from_settings_are_rotated_by_settings() {
    let world = World::new();
    let told = why(world.control.rotation(false));
    assert!(told.contains("vault.key"), "{told}");
}
