//! The master key's file.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::token::random;
use crate::{MasterKey, VaultError, text};

/// Read and write for the owner, nothing for others.
const MODE: u32 = 0o600;
/// More than any text of a key needs: a wrong path must not read a huge file.
const MAX_BYTES: u64 = 1024;

/// Whether a key file was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFile {
    /// It was there, or another process made it at the same moment.
    Found,
    /// It was made: tell the operator to keep a copy.
    Created,
}

impl MasterKey {
    /// The key in the file at `path`. If there is no such file, it is made with a new key and mode
    /// 0600; its folder must be there. Processes that start at once all get the same key, and a
    /// crash leaves either no key file or a whole one.
    ///
    /// # Errors
    /// The file can be neither read nor made, is open to other users, or holds no key.
    pub fn load_or_create(path: &Path) -> Result<(Self, KeyFile), VaultError> {
        if let Some(key) = load(path)? {
            return Ok((key, KeyFile::Found));
        }
        let key = Self::generate()?;
        if create(path, &key)? {
            return Ok((key, KeyFile::Created));
        }
        // Another process was faster: its key counts.
        load(path)?
            .map(|key| (key, KeyFile::Found))
            .ok_or_else(|| io_error(path, "read")(ErrorKind::NotFound.into()))
    }
}

/// The key in the file at `path`, if there is such a file.
fn load(path: &Path) -> Result<Option<MasterKey>, VaultError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(path, "open")(error)),
    };
    // Of the open file, not of the path, which may name another file by now.
    let mode = file.metadata().map_err(io_error(path, "look at"))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(VaultError::KeyFileOpen { path: path.to_owned(), mode });
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES).read_to_end(&mut bytes).map_err(io_error(path, "read"))?;
    MasterKey::from_text(&String::from_utf8_lossy(&bytes)).map(Some).map_err(|source| {
        VaultError::KeyFileContent { path: path.to_owned(), source: Box::new(source) }
    })
}

/// Makes the file at `path` with `key`, unless there is one. Whether it was made.
///
/// It is written under another name and then linked to its own, in one step that fails if the name
/// is taken. So nobody ever sees half a key, and the first one wins.
fn create(path: &Path, key: &MasterKey) -> Result<bool, VaultError> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let temporary = Temporary::beside(path, folder)?;
    temporary.write(key).map_err(io_error(path, "write"))?;
    let is_created = match fs::hard_link(&temporary.0, path) {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
        Err(error) => return Err(io_error(path, "make")(error)),
    };
    // Also when another process made it: what is sealed from now on must not outlive the key.
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error(path, "save"))?;
    Ok(is_created)
}

/// A file that is removed in the end.
struct Temporary(PathBuf);

impl Temporary {
    /// A name in the same folder (a link cannot cross file systems) that nobody can foresee.
    fn beside(path: &Path, folder: &Path) -> Result<Self, VaultError> {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}.tmp", text::hex(&random::<8>()?)));
        Ok(Self(folder.join(name)))
    }

    fn write(&self, key: &MasterKey) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(MODE).open(&self.0)?;
        writeln!(file, "{}", key.to_text())?;
        file.sync_all()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // If it stays, it is one more file that only its owner can read, and nothing reads it.
        drop(fs::remove_file(&self.0));
    }
}

fn io_error(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> VaultError {
    let path = path.to_owned();
    move |source| VaultError::KeyFileIo { path, action, source }
}
