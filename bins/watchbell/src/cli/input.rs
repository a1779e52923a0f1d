//! Secrets from the command line, from files and from standard input.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use watchbell_model::Secret;

use super::{Failure, failed};

/// More than any secret needs: a wrong path must not read a huge file.
const MAX_BYTES: u64 = 64 * 1024;

/// Where secrets are read from. Standard input gives only one.
#[derive(Debug, Default)]
pub(super) struct Input {
    is_read: Cell<bool>,
}

impl Input {
    /// What a flag says: the secret itself, or `-` for standard input.
    pub(super) fn secret(&self, flag: &str, text: &str) -> Result<Secret, Failure> {
        if text != "-" {
            return Ok(Secret::new(text));
        }
        if self.is_read.replace(true) {
            let why = format!("{flag} -: only one secret can be read from standard input");
            return Err(Failure::Usage(why));
        }
        read(io::stdin().lock()).map_err(|e| failed("cannot read standard input", &e))
    }

    /// The secret in a file.
    pub(super) fn file(path: &Path) -> Result<Secret, Failure> {
        secret_in(path).map_err(|e| failed(&format!("cannot read {}", path.display()), &e))
    }
}

/// The secret in a file, or why it cannot be read.
pub(super) fn secret_in(path: &Path) -> io::Result<Secret> {
    File::open(path).and_then(read)
}

/// The text without the end of its last line, which editors and `echo` add.
fn read(from: impl Read) -> io::Result<Secret> {
    let mut text = String::new();
    from.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(Secret::new(text.trim_end_matches(['\r', '\n'])))
}
