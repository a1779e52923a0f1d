//! Who PostgreSQL runs as. It refuses to be root.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The user that Debian's package makes.
const POSTGRES: &str = "postgres";

/// A user and its group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Account {
    user: u32,
    group: u32,
    /// Whether we are root and become this one.
    changed: bool,
}

impl Account {
    /// We ourselves, or `postgres` when we are root.
    pub(crate) fn new() -> Self {
        let ourselves = std::fs::metadata("/proc/self").map(|me| (me.uid(), me.gid()));
        let (user, group) = ourselves.unwrap_or_else(|_| (id("-u", None), id("-g", None)));
        if user != 0 {
            return Self { user, group, changed: false };
        }
        let (user, group) = (id("-u", Some(POSTGRES)), id("-g", Some(POSTGRES)));
        Self { user, group, changed: true }
    }

    /// The beginning of a command line that makes what follows run as this user.
    pub(crate) fn prefix(self) -> Vec<String> {
        if !self.changed {
            return Vec::new();
        }
        let Self { user, group, .. } = self;
        let (user, group) = (format!("--reuid={user}"), format!("--regid={group}"));
        ["setpriv", &user, &group, "--clear-groups", "--"].map(str::to_owned).to_vec()
    }

    /// A command that runs as this user.
    pub(crate) fn command(self, program: &Path) -> Command {
        let program = program.as_os_str().to_owned();
        let mut line = self.prefix().into_iter().map(Into::into).chain([program]);
        let mut command = Command::new(line.next().unwrap_or_default());
        command.args(line);
        command
    }

    /// A fresh folder that belongs to this user and that it can reach.
    pub(crate) fn folder(self) -> TempDir {
        let places = [std::env::temp_dir(), PathBuf::from("/tmp")];
        for place in &places {
            let folder = tempfile::Builder::new().prefix("watchbell-pg-").tempdir_in(place);
            let Ok(folder) = folder else { continue };
            self.own(folder.path());
            // A temporary folder of root's own is closed for others. A socket's path must be short.
            let reached =
                self.command(Path::new("test")).arg("-w").arg(folder.path()).status().unwrap();
            if reached.success() && folder.path().as_os_str().len() < 80 {
                return folder;
            }
        }
        panic!("PostgreSQL's user can reach none of {places:?}");
    }

    /// Gives a file to this user.
    pub(crate) fn own(self, path: &Path) {
        if self.changed {
            chown(path, Some(self.user), Some(self.group)).unwrap();
        }
    }
}

fn id(what: &str, user: Option<&str>) -> u32 {
    let output = Command::new("id").arg(what).args(user).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().unwrap_or_else(|_| {
        panic!("there is no user {user:?}; PostgreSQL needs it: run ./scripts/test setup")
    })
}
