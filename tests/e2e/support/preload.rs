//! The system under a process, with faults on command: a small C library that is loaded before the
//! system's own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A compiled library and the file that commands it. Both can be read by every user: PostgreSQL
/// does not run as ours.
#[derive(Debug)]
struct Preload {
    folder: TempDir,
    variable: &'static str,
}

impl Preload {
    fn compile(source: &str, variable: &'static str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
        let source_file = folder.path().join("fault.c");
        fs::write(&source_file, source).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]);
        compiler.arg(folder.path().join("fault.so")).arg(source_file).arg("-ldl");
        let output = compiler.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        Self { folder, variable }
    }

    fn control(&self) -> PathBuf {
        self.folder.path().join("control")
    }

    /// Writes the control file in one step: a reader sees the old command or the new one.
    fn command(&self, command: &str) {
        let fresh = self.folder.path().join("fresh");
        fs::write(&fresh, command).unwrap();
        fs::rename(fresh, self.control()).unwrap();
    }

    fn env(&self) -> [(&'static str, String); 2] {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let library = self.folder.path().join("fault.so");
        [("LD_PRELOAD", text(&library)), (self.variable, text(&self.control()))]
    }
}

/// What a [`FaultyDisk`] can do wrong.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// `fsync` and its kin answer EIO.
    Flush,
    /// Nothing below a folder `data` can be written: the system has mounted it read-only.
    ReadOnly,
}

/// A disk that works, until it is told not to.
#[derive(Debug)]
pub(crate) struct FaultyDisk(Preload);

impl FaultyDisk {
    /// A disk that works.
    pub(crate) fn new() -> Self {
        Self(Preload::compile(include_str!("faulty_disk.c"), "FAULTY_DISK"))
    }

    /// What the process under test must have in its environment.
    pub(crate) fn env(&self) -> [(&'static str, String); 2] {
        self.0.env()
    }

    /// From now on this goes wrong, each time.
    pub(crate) fn fail(&self, fault: Fault) {
        self.0.command(match fault {
            Fault::Flush => "flush",
            Fault::ReadOnly => "read-only",
        });
    }

    /// From now on it works again.
    pub(crate) fn work(&self) {
        fs::remove_file(self.0.control()).unwrap();
    }

    /// How often something went wrong: whether the library is in the process at all.
    pub(crate) fn hits(&self) -> u64 {
        let hits = fs::metadata(self.0.folder.path().join("control.hits"));
        hits.map_or(0, |file| file.len())
    }
}

/// A clock of day that is moved on command.
#[derive(Debug)]
pub(crate) struct JumpingClock(Preload);

impl JumpingClock {
    /// The right time, until it is moved.
    pub(crate) fn new() -> Self {
        Self(Preload::compile(include_str!("jumping_clock.c"), "JUMPING_CLOCK"))
    }

    /// What the process under test must have in its environment.
    pub(crate) fn env(&self) -> [(&'static str, String); 2] {
        self.0.env()
    }

    /// From now on the clock is off by so many seconds.
    pub(crate) fn jump_to(&self, seconds: i64) {
        self.0.command(&seconds.to_string());
    }
}
