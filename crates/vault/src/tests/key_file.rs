//! Checks of the key file: first run, races, garbage, modes.

use std::error::Error as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Barrier;
use std::thread;

use super::{KEY_BASE64, KEY_HEX};
use crate::{KeyFile, Origin, VaultError};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn put(path: &Path, content: &[u8], mode: u32) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_first_run_makes_a_key_file_and_the_next_finds_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    let (made, how) = KeyFile::new(&path).load_or_create().unwrap();
    assert_eq!(how, Origin::Created);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(fs::read_to_string(&path).unwrap(), made.to_text());

    let (found, how) = KeyFile::new(&path).load_or_create().unwrap();
    assert_eq!((found.to_text(), how), (made.to_text(), Origin::Found));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "only the key file stays");
}

#[test]
fn a_key_file_may_hold_base64_and_be_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    put(&path, KEY_BASE64.as_bytes(), 0o400);
    assert_eq!(KeyFile::new(&path).load_or_create().unwrap().0.to_text(), format!("{KEY_HEX}\n"));
}

#[test]
fn threads_that_start_at_once_get_one_key() {
    for _ in 0..50 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let barrier = Barrier::new(8);
        let results: Vec<_> = thread::scope(|scope| {
            let start = || {
                barrier.wait();
                let (key, how) = KeyFile::new(&path).load_or_create().unwrap();
                (key.to_text(), how)
            };
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let created = results.iter().filter(|(_, how)| *how == Origin::Created).count();
        assert_eq!(created, 1);
        assert!(results.iter().all(|(key, _)| *key == results[0].0));
        assert_eq!(mode(&path), 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_file_that_holds_no_key_is_an_error_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    for content in [
        &b""[..],
        b"\n",
        &KEY_HEX.as_bytes()[..40],
        b"hunter2",
        &[0xff, 0xfe, 0x00],
        &vec![b'a'; 100_000],
        format!("{KEY_HEX}\n{KEY_HEX}\n").as_bytes(),
    ] {
        put(&path, content, 0o600);
        let error = KeyFile::new(&path).load_or_create().unwrap_err();
        assert!(matches!(error, VaultError::KeyFileContent { .. }), "{error:?}");
        assert!(error.to_string().contains("master.key"), "{error}");
        let cause = error.source().unwrap().to_string();
        let is_list = content.len() > KEY_HEX.len() + 1 && content.starts_with(KEY_HEX.as_bytes());
        let expected = if is_list {
            "not a list of master keys: line 2"
        } else {
            "not a master key: expected 64 hexadecimal digits"
        };
        assert!(cause.starts_with(expected), "{cause}");
        assert!(!format!("{error} {error:?} {cause}").contains("hunter2"));
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

#[test]
fn a_file_that_is_open_to_others_is_refused_with_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("master.key");
    for bits in [0o644, 0o640, 0o604, 0o660, 0o602, 0o620, 0o610, 0o777, 0o444] {
        put(&path, KEY_HEX.as_bytes(), bits);
        let error = KeyFile::new(&path).load_or_create().unwrap_err();
        let shown = error.to_string();
        assert!(matches!(error, VaultError::KeyFileOpen { mode, .. } if mode == bits), "{shown}");
        assert!(shown.contains(&format!("(mode {bits:03o})")), "{shown}");
        assert!(shown.contains(&format!("`chmod 600 {}`", path.display())), "{shown}");
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn a_path_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    put(&file, b"", 0o600);
    let dangling = folder.path().join("dangling");
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &dangling).unwrap();
    let locked_folder = folder.path().join("folder");
    fs::create_dir(&locked_folder).unwrap();
    fs::set_permissions(&locked_folder, Permissions::from_mode(0o700)).unwrap();
    for path in
        [folder.path().join("missing/master.key"), file.join("key"), dangling, locked_folder]
    {
        let error = KeyFile::new(&path).load_or_create().unwrap_err();
        assert!(matches!(error, VaultError::KeyFileIo { .. }), "{error:?}");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        assert!(error.source().is_some());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left behind");
}
