//! What can go wrong with keys and sealed values.

use std::io;
use std::path::PathBuf;

use crate::KeyId;

/// What can go wrong with keys and sealed values. No text holds a key or an opened value.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A password could not be hashed: there is no memory for it.
    #[error("a password could not be hashed")]
    PasswordHash,
    /// A text is not a master key.
    #[error(
        "not a master key: expected 64 hexadecimal digits, or base64 of 32 bytes, \
         got {characters} characters"
    )]
    KeyText {
        /// How many characters were given.
        characters: usize,
    },
    /// A key file holds something else.
    #[error(
        "the key file {} holds no master key: put the right one back from your copy, or, only if \
         nothing was sealed yet, delete the file so that a new one is made",
        path.display()
    )]
    KeyFileContent {
        /// The file.
        path: PathBuf,
        /// What is wrong with its text.
        source: Box<Self>,
    },
    /// Several keys do not fit together.
    #[error("not a list of master keys: {what}")]
    KeyList {
        /// What is wrong. Never a key.
        what: String,
    },
    /// Another process works on the key file.
    #[error("another process is changing the key file {}", path.display())]
    KeyFileBusy {
        /// The file.
        path: PathBuf,
    },
    /// A key file is open to others.
    #[error(
        "the key file {0} is open to other users (mode {mode:03o}): run `chmod 600 {0}`",
        path.display()
    )]
    KeyFileOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A key file can be neither read nor made.
    #[error("cannot {action} the key file {}", path.display())]
    KeyFileIo {
        /// The file.
        path: PathBuf,
        /// What was tried.
        action: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A value was sealed with another master key.
    #[error("sealed with the master key {sealed_with}, which is not here: {ours} is")]
    OtherKey {
        /// The key that it was sealed with.
        sealed_with: KeyId,
        /// The key that this vault seals with.
        ours: KeyId,
    },
    /// A value was sealed by a version that seals in another form.
    #[error("sealed in form {version}, which this version of Watchbell does not know")]
    Version {
        /// The form.
        version: u8,
    },
    /// A sealed value was changed, cut, or sealed for another context.
    #[error("a sealed value is damaged, or was sealed for another place")]
    Broken,
    /// A value is too long to seal.
    #[error("a value is too long to be sealed")]
    TooLong,
    /// The system's random number generator does not work.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// The cryptographic library refused something that it always takes.
    #[error("the cryptographic library refused to make a key")]
    Refused,
}
