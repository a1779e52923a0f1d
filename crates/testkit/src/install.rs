//! Where PostgreSQL's programs are. Debian keeps them out of `PATH`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian puts each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// What to do when there is none.
const MISSING: &str = "PostgreSQL is not installed: run ./scripts/test setup";

/// The folder of `initdb`, `postgres` and `psql`: of the newest version that is installed.
pub(crate) fn binaries() -> PathBuf {
    debian().or_else(in_path).unwrap_or_else(|| panic!("{MISSING}"))
}

/// One of PostgreSQL's programs, with nothing of our own environment that could change what it does.
pub(crate) fn client(program: &str) -> Command {
    let mut command = Command::new(binaries().join(program));
    command.env_clear().env("LC_ALL", "C").env("PGCONNECT_TIMEOUT", "10");
    command
}

fn debian() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).ok()?.flatten();
    let numbered = versions.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        let folder = entry.path().join("bin");
        is_complete(&folder).then_some((number, folder))
    });
    numbered.max().map(|(_, folder)| folder)
}

#[expect(clippy::disallowed_methods, reason = "the shell's path is where other systems have it")]
fn in_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(OsStr::new(&path)).find(|folder| is_complete(folder))
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
}
