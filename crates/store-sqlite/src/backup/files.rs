//! Files that appear as a whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::BackupError;

/// What SQLite keeps beside a database, and the database itself.
pub(super) const SIDE_FILES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// The path with something behind its name.
pub(super) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut text = OsString::from(path);
    text.push(end);
    text.into()
}

fn failed<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> BackupError + 'a {
    move |source| BackupError::File { what, path: path.to_owned(), source }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the folder for a file.
pub(super) fn make_folder(target: &Path) -> Result<(), BackupError> {
    let folder = folder_of(target);
    fs::create_dir_all(folder).map_err(failed("cannot make the folder", folder))
}

/// A file that is being written, for its owner alone. Dropped before it is published, it goes.
#[derive(Debug)]
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    target: PathBuf,
    published: bool,
}

impl Partial {
    /// Makes it beside `target`, where nothing may be.
    pub(super) fn make(target: &Path) -> Result<Self, BackupError> {
        if fs::symlink_metadata(target).is_ok() {
            return Err(BackupError::Exists(target.to_owned()));
        }
        // As an absolute path it is never taken for anything but a path.
        let folder = folder_of(target);
        let folder = folder.canonicalize().map_err(failed("cannot find the folder", folder))?;
        let name = target.file_name().unwrap_or_default();
        let target = folder.join(name);
        let path = super::partial_of(&target);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Partial(path.clone()),
            _ => failed("cannot make", &path)(source),
        })?;
        Ok(Self { file, path, target, published: false })
    }

    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Its path, as SQLite takes it.
    pub(super) fn text(&self) -> Result<&str, BackupError> {
        let wrong = || io::Error::from(io::ErrorKind::InvalidFilename);
        self.path.to_str().ok_or_else(|| failed("not valid UTF-8:", &self.path)(wrong()))
    }

    /// Copies a file into it.
    pub(super) fn fill_from(&self, from: &Path) -> Result<(), BackupError> {
        let mut source = File::open(from).map_err(failed("cannot read", from))?;
        io::copy(&mut source, &mut &self.file).map_err(failed("cannot write", &self.path))?;
        Ok(())
    }

    /// Has the disk keep it, and gives it its name, unless somebody else has taken that meanwhile.
    /// Gives its size.
    pub(super) fn publish(mut self) -> Result<u64, BackupError> {
        self.file.sync_all().map_err(failed("cannot flush", &self.path))?;
        let bytes = self.file.metadata().map_err(failed("cannot look at", &self.path))?.len();
        match fs::hard_link(&self.path, &self.target) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(BackupError::Exists(self.target.clone()));
            }
            // Not every file system has links.
            Err(_) => {
                fs::rename(&self.path, &self.target)
                    .map_err(failed("cannot give its name to", &self.target))?;
                self.published = true;
            }
        }
        if !self.published {
            fs::remove_file(&self.path).map_err(failed("cannot remove", &self.path))?;
            self.published = true;
        }
        let folder = folder_of(&self.target);
        let flushed = File::open(folder).and_then(|folder| folder.sync_all());
        flushed.map_err(failed("cannot flush the folder", folder))?;
        Ok(bytes)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.published {
            for end in SIDE_FILES {
                drop(fs::remove_file(with_end(&self.path, end)));
            }
        }
    }
}
