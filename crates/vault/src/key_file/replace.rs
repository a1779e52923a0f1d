//! Changing the key file, whole, by one process at a time.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use super::{KeyFile, folder_of, sync};
use crate::token::random;
use crate::{MasterKeys, VaultError, text};

/// Read and write for the owner, nothing for others.
const MODE: u32 = 0o600;

/// The right to change a key file. It ends when this is dropped, or with the process, however that
/// ends.
#[derive(Debug)]
pub struct KeyFileLock {
    file: KeyFile,
    folder: PathBuf,
    _lock: File,
}

impl KeyFile {
    /// The right to change this file, which must be there.
    ///
    /// # Errors
    /// [`VaultError::KeyFileBusy`] while another process has it; [`VaultError::KeyFileIo`].
    pub fn lock(&self) -> Result<KeyFileLock, VaultError> {
        // What a link names is replaced, not the link.
        let path = fs::canonicalize(&self.path).map_err(self.io_error("find"))?;
        let file = Self::new(path);
        let folder = folder_of(&file.path).to_owned();
        // The folder and not the file, which is another one after each change.
        let lock = File::open(&folder).map_err(file.io_error("lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(KeyFileLock { file, folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(VaultError::KeyFileBusy { path: file.path }),
            Err(TryLockError::Error(error)) => Err(file.io_error("lock")(error)),
        }
    }
}

impl KeyFileLock {
    /// The keys in the file.
    ///
    /// # Errors
    /// As [`KeyFile::load`].
    pub fn load(&self) -> Result<MasterKeys, VaultError> {
        self.file.load()
    }

    /// Puts `keys` into the file, in one step that survives a power cut once this returns: whoever
    /// reads it meanwhile gets the old keys or the new ones. Owner and mode stay.
    ///
    /// # Errors
    /// The file cannot be written or would get another owner. Then it is as it was.
    pub fn replace(&self, keys: &MasterKeys) -> Result<(), VaultError> {
        let path = &self.file.path;
        let owner = fs::metadata(path).map_err(self.file.io_error("look at"))?;
        self.clean();
        let temporary = Temporary::beside(path, &self.folder)?;
        temporary.write(keys, Some(&owner)).map_err(self.file.io_error("write"))?;
        fs::rename(temporary.path(), path).map_err(self.file.io_error("replace"))?;
        sync(&self.folder).map_err(self.file.io_error("save"))
    }

    /// Removes what a process that was killed here left behind: it holds keys.
    fn clean(&self) {
        let (start, end) = Temporary::name_around(&self.file.path);
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.as_encoded_bytes();
            if name.starts_with(start.as_encoded_bytes()) && name.ends_with(end.as_bytes()) {
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

/// A file that is removed in the end.
pub(super) struct Temporary(PathBuf);

impl Temporary {
    /// A name in the same folder (neither a link nor a rename crosses file systems) that nobody can
    /// foresee.
    pub(super) fn beside(path: &Path, folder: &Path) -> Result<Self, VaultError> {
        let (mut name, end) = Self::name_around(path);
        name.push(text::hex(&random::<8>()?));
        name.push(end);
        Ok(Self(folder.join(name)))
    }

    /// What stands before and after the random part of its name.
    fn name_around(path: &Path) -> (OsString, &'static str) {
        let mut start = OsString::from(".");
        start.push(path.file_name().unwrap_or_default());
        start.push(".");
        (start, ".tmp")
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes `keys`, and gives the file the owner of `like` if it has another one.
    pub(super) fn write(&self, keys: &MasterKeys, like: Option<&Metadata>) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&self.0)?;
        if let Some(like) = like {
            let ours = file.metadata()?;
            // A server that runs as somebody else must still be able to read it.
            if (ours.uid(), ours.gid()) != (like.uid(), like.gid()) {
                fchown(&file, Some(like.uid()), Some(like.gid()))?;
            }
        }
        file.write_all(keys.to_text().as_bytes())?;
        file.sync_all()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // If it stays, it is one more file that only its owner can read, and nothing reads it.
        drop(fs::remove_file(&self.0));
    }
}
