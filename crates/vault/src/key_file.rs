//! The master keys' file.

mod replace;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::{MasterKey, MasterKeys, VaultError};

pub use replace::KeyFileLock;
use replace::Temporary;

/// More than any list of keys needs: a wrong path must not read a huge file.
const MAX_BYTES: u64 = 65_536;

/// Whether a key file was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was there, or another process made it at the same moment.
    Found,
    /// It was made: tell the operator to keep a copy.
    Created,
}

/// The file that holds the master keys, see [`MasterKeys::from_text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The file at `path`, whether it is there or not.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its keys.
    ///
    /// # Errors
    /// The file cannot be read, is open to other users, or holds no keys.
    pub fn load(&self) -> Result<MasterKeys, VaultError> {
        self.load_if_there()?.ok_or_else(|| self.io_error("read")(ErrorKind::NotFound.into()))
    }

    /// Its keys. If there is no such file, it is made with a new key and mode 0600; its folder must
    /// be there. Processes that start at once all get the same key, and a crash leaves either no key
    /// file or a whole one.
    ///
    /// # Errors
    /// The file can be neither read nor made, is open to other users, or holds no keys.
    pub fn load_or_create(&self) -> Result<(MasterKeys, Origin), VaultError> {
        if let Some(keys) = self.load_if_there()? {
            return Ok((keys, Origin::Found));
        }
        let keys = MasterKeys::from(MasterKey::generate()?);
        if self.create(&keys)? {
            return Ok((keys, Origin::Created));
        }
        // Another process was faster: its key counts.
        Ok((self.load()?, Origin::Found))
    }

    fn load_if_there(&self) -> Result<Option<MasterKeys>, VaultError> {
        let path = &self.path;
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io_error("open")(error)),
        };
        // Of the open file, not of the path, which may name another file by now.
        let metadata = file.metadata().map_err(self.io_error("look at"))?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(VaultError::KeyFileOpen { path: path.clone(), mode });
        }
        let mut bytes = Vec::new();
        file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(self.io_error("read"))?;
        MasterKeys::from_text(&String::from_utf8_lossy(&bytes)).map(Some).map_err(|source| {
            VaultError::KeyFileContent { path: path.clone(), source: Box::new(source) }
        })
    }

    /// Makes the file with `keys`, unless there is one. Whether it was made.
    ///
    /// It is written under another name and then linked to its own, in one step that fails if the
    /// name is taken. So nobody ever sees half a key, and the first one wins.
    fn create(&self, keys: &MasterKeys) -> Result<bool, VaultError> {
        let folder = folder_of(&self.path);
        let temporary = Temporary::beside(&self.path, folder)?;
        temporary.write(keys, None).map_err(self.io_error("write"))?;
        let is_created = match fs::hard_link(temporary.path(), &self.path) {
            Ok(()) => true,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
            Err(error) => return Err(self.io_error("make")(error)),
        };
        // Also when another process made it: what is sealed from now on must not outlive the key.
        sync(folder).map_err(self.io_error("save"))?;
        Ok(is_created)
    }

    fn io_error(&self, action: &'static str) -> impl FnOnce(io::Error) -> VaultError + use<> {
        let path = self.path.clone();
        move |source| VaultError::KeyFileIo { path, action, source }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| *folder != Path::new("")).unwrap_or_else(|| Path::new("."))
}

/// Makes what happened in `folder` survive a power cut.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
