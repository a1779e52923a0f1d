//! Checks of several keys: their texts, the steps of a rotation, and a file that changes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::{KEY_HEX, key};
use crate::{KeyFile, KeyUse, MasterKey, MasterKeys, Vault, VaultError};

/// The uses of all keys, the sealing one first.
fn uses(keys: &MasterKeys) -> Vec<&'static str> {
    keys.list().map(|(_, purpose)| purpose.as_str()).collect()
}

#[test]
fn a_rotation_goes_through_states_that_each_open_what_was_sealed_before() {
    let before = MasterKeys::from(key());
    let prepared = before.prepare().unwrap();
    let switched = prepared.switch();
    let settled = switched.settle();
    let forgotten = settled.forget(before.sealing()).unwrap();
    let states = [&before, &prepared, &switched, &settled, &forgotten];
    let told: Vec<_> = states.iter().map(|keys| uses(keys).join(" ")).collect();
    assert_eq!(told, ["seals", "seals next", "seals leaving", "seals old", "seals"]);
    assert_eq!(prepared.sealing(), before.sealing());
    assert_eq!(Some(switched.sealing()), prepared.with(KeyUse::Next));
    assert_eq!(switched.with(KeyUse::Leaving), Some(before.sealing()));
    assert_eq!(forgotten.sealing(), switched.sealing());
    for pair in states[..4].windows(2) {
        let [earlier, later] = [pair[0], pair[1]].map(|keys| Vault::new(keys.clone()).unwrap());
        let sealed = earlier.seal("a", b"secret").unwrap();
        assert_eq!(later.open("a", &sealed).unwrap(), b"secret");
        // And back: another process may still be one state behind.
        let sealed = later.seal("a", b"secret").unwrap();
        assert_eq!(earlier.open("a", &sealed).unwrap(), b"secret");
    }
    let old = Vault::new(before.clone()).unwrap().seal("a", b"secret").unwrap();
    let error = Vault::new(forgotten).unwrap().open("a", &old).unwrap_err();
    assert!(matches!(error, VaultError::OtherKey { sealed_with, .. } if sealed_with == key().id()));
}

#[test]
fn each_step_done_twice_is_done_once() {
    let prepared = MasterKeys::from(key()).prepare().unwrap();
    assert_eq!(prepared.prepare().unwrap(), prepared);
    let switched = prepared.switch();
    assert_eq!(switched.switch(), switched);
    assert_eq!(switched.prepare().unwrap(), switched, "the one under way is finished first");
    let settled = switched.settle();
    assert_eq!(settled.settle(), settled);
    assert_eq!(settled.forget(settled.sealing()), None, "what seals stays");
    assert_eq!(switched.forget(key().id()), None, "what is not settled stays");
    assert_eq!(uses(&settled.prepare().unwrap().switch()), ["seals", "old", "leaving"]);
}

#[test]
fn a_list_of_keys_has_a_text() {
    let other = "5a".repeat(32);
    let third = "6b".repeat(32);
    let text = format!("{KEY_HEX}\nold {other}\nnext {third}\n");
    let keys = MasterKeys::from_text(&text).unwrap();
    assert_eq!(uses(&keys), ["seals", "old", "next"]);
    assert_eq!(keys.to_text(), text);
    assert_eq!(MasterKeys::from_text(&text.replace('\n', "\r\n")).unwrap(), keys);

    let bad = |text: &str, expected: &str| {
        let error = MasterKeys::from_text(text).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(expected), "{shown}");
        assert!(!shown.contains("5a5a") && !shown.contains("0001020304"), "{shown}");
    };
    bad(&format!("{KEY_HEX}\n{other}"), "line 2: expected `next`");
    bad(&format!("{KEY_HEX}\nsoon {other}"), "line 2: expected `next`");
    bad(&format!("{KEY_HEX}\n\nold {other}"), "line 2: expected `next`");
    bad(&format!("{KEY_HEX}\nold {other}0"), "line 2: expected 64");
    bad(&format!("{KEY_HEX}\nold {KEY_HEX}"), "line 2: the same key");
    bad(&format!("{KEY_HEX}\nnext {other}\nnext {third}"), "line 3: there can be only one");
    bad(&format!("old {KEY_HEX}"), "not a master key");
}

#[test]
fn ids_have_a_text() {
    let id = key().id();
    assert_eq!(crate::KeyId::parse(&id.to_string()), Some(id));
    for text in ["", "c25d8f9", "c25d8f999", "c25d8f9g", "+25d8f99"] {
        assert_eq!(crate::KeyId::parse(text), None, "{text}");
    }
}

#[test]
fn a_changed_file_is_read_again_when_a_value_asks_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    let (keys, _) = file.load_or_create().unwrap();
    let running = Vault::of_file(file.clone(), &keys).unwrap();
    assert!(!running.refresh().unwrap());

    let lock = file.lock().unwrap();
    lock.replace(&keys.prepare().unwrap().switch()).unwrap();
    let rotating = Vault::of_file(file.clone(), &file.load().unwrap()).unwrap();
    let sealed = rotating.seal("a", b"secret").unwrap();
    assert_eq!(Vault::sealed_with(&sealed), Some(rotating.key_id()));
    assert_ne!(running.key_id(), rotating.key_id());
    assert_eq!(running.open("a", &sealed).unwrap(), b"secret");
    assert_eq!(running.key_id(), rotating.key_id(), "and it seals with the new one too");
    assert!(!running.refresh().unwrap());

    // A file that cannot be read leaves the keys as they are.
    fs::write(file.path(), "nothing").unwrap();
    assert!(matches!(running.refresh(), Err(VaultError::KeyFileContent { .. })));
    assert_eq!(running.open("a", &sealed).unwrap(), b"secret");
}

#[test]
fn one_process_at_a_time_changes_the_file_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    assert!(matches!(file.lock(), Err(VaultError::KeyFileIo { .. })), "there is none yet");
    let (keys, _) = file.load_or_create().unwrap();
    let left_behind = folder.path().join(".master.key.0123456789abcdef.tmp");
    fs::write(&left_behind, KEY_HEX).unwrap();
    let lock = file.lock().unwrap();
    assert!(matches!(file.lock(), Err(VaultError::KeyFileBusy { .. })));
    let prepared = keys.prepare().unwrap();
    lock.replace(&prepared).unwrap();
    assert_eq!(lock.load().unwrap(), prepared);
    drop(lock);
    drop(file.lock().unwrap());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the key file stays");
    let mode = fs::metadata(file.path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}

#[test]
fn a_link_to_the_file_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let real = KeyFile::new(folder.path().join("real.key"));
    let (keys, _) = real.load_or_create().unwrap();
    let link = folder.path().join("link.key");
    std::os::unix::fs::symlink("real.key", &link).unwrap();
    let prepared = keys.prepare().unwrap();
    KeyFile::new(&link).lock().unwrap().replace(&prepared).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(real.load().unwrap(), prepared);
}

#[test]
fn whoever_reads_while_the_file_changes_gets_whole_keys() {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::new(folder.path().join("master.key"));
    let (first, _) = file.load_or_create().unwrap();
    let second = first.prepare().unwrap();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                let keys = file.load().unwrap();
                assert!(keys == first || keys == second);
            }
        });
        let lock = file.lock().unwrap();
        for _ in 0..50 {
            lock.replace(&second).unwrap();
            lock.replace(&first).unwrap();
        }
        over.store(true, Ordering::SeqCst);
        reader.join().unwrap();
    });
}

#[test]
fn keys_that_only_open_can_be_handed_in() {
    let other = MasterKey::from_text(&"5a".repeat(32)).unwrap();
    let sealed = Vault::new(other.clone()).unwrap().seal("a", b"secret").unwrap();
    let keys = MasterKeys::new(key(), [other.clone()]).unwrap();
    assert_eq!(uses(&keys), ["seals", "old"]);
    assert_eq!(Vault::new(keys).unwrap().open("a", &sealed).unwrap(), b"secret");
    assert!(MasterKeys::new(key(), [key()]).is_err());
    let shown = format!("{:?}", MasterKeys::new(key(), [other]).unwrap());
    assert!(!shown.contains("5a5a") && !shown.contains("[90") && shown.contains("hidden"));
}
