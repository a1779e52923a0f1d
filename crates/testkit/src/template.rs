//! An empty cluster, made once on this machine and unpacked for each test: `initdb` takes a second.

use std::fs::{self, File};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::account::Account;
use crate::install;

/// Puts an empty cluster at `folder/data`. `folder` belongs to `account`.
pub(crate) fn unpack(account: Account, folder: &Path) {
    let mut tar = Command::new("tar");
    run(tar.arg("-x").arg("-C").arg(folder).arg("-f").arg(packed(account)));
}

/// The packed cluster; it is made when it is not there. One file, so that it is there as a whole or
/// not at all, whoever makes or cleans it.
fn packed(account: Account) -> PathBuf {
    let place = place();
    let version = install::binaries().to_string_lossy().replace('/', "_");
    let packed = place.join(format!("cluster{version}.tar"));
    let lock = File::create(place.join("lock")).unwrap();
    lock.lock().unwrap();
    if !packed.exists() {
        let folder = account.folder();
        let data = folder.path().join("data");
        let mut initdb = account.command(&install::binaries().join("initdb"));
        initdb.env_clear().env("LC_ALL", "C").current_dir(folder.path());
        initdb.args(["--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8"]);
        run(initdb.args(["--locale=C", "--pgdata"]).arg(data));
        let fresh = packed.with_extension("new");
        let mut tar = Command::new("tar");
        run(tar.arg("-c").arg("-C").arg(folder.path()).arg("-f").arg(&fresh).arg("data"));
        fs::rename(fresh, &packed).unwrap();
    }
    packed
}

/// A folder for this user's templates that nobody else can write to.
fn place() -> PathBuf {
    let temporary = tempfile::tempfile().unwrap();
    let user = temporary.metadata().unwrap().uid();
    let place = std::env::temp_dir().join(format!("watchbell-testkit-{user}"));
    drop(fs::DirBuilder::new().mode(0o700).create(&place));
    let found = fs::symlink_metadata(&place).unwrap();
    assert!(found.is_dir() && found.uid() == user, "{} is not ours", place.display());
    place
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
}
