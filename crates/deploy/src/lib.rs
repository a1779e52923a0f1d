#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod body;
mod field;
pub mod github;
mod report;
pub mod snippet;

pub use body::{NotRead, read};
pub use report::{Pushed, Report};

/// The most characters of names: a commit's hash, a branch, an environment, a person.
pub const MAX_NAME_CHARS: usize = 255;
/// The most characters of texts. Longer ones are cut.
pub const MAX_TEXT_CHARS: usize = 5_000;
/// The most commits of a deploy or a push.
pub const MAX_COMMITS: usize = 100;
/// The most files of a commit that are kept.
pub const MAX_FILES: usize = 300;
/// The most characters of a file's path.
pub const MAX_PATH_CHARS: usize = 1_024;
