#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod address;
mod bounded;
mod contexts;
mod crumbs;
mod event;
mod issue;
mod normalise;
mod person;
mod read;
mod stack;
mod tags;
mod told;

pub use event::{Breadcrumb, Event, Exception, Frame, LeftOut, Line, Named, Person, Request, Tag};
pub use issue::Issue;
pub use tags::kept_tag;
pub use told::Told;

/// The most bytes of an [`Event`] as JSON.
pub const MAX_BYTES: usize = 64 * 1024;
/// The most exceptions that are kept: the one that was reported, and those that caused it.
pub const MAX_EXCEPTIONS: usize = 5;
/// The most frames of an exception that are kept.
pub const MAX_FRAMES: usize = 50;
/// The most breadcrumbs that are kept, the newest.
pub const MAX_BREADCRUMBS: usize = 50;
/// The most tags that are kept.
pub const MAX_TAGS: usize = 100;
/// How many lines of a source are kept before and after the one that a frame is at.
pub const LINES_AROUND: u64 = 2;

/// What becomes of what tells who a person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// It is kept.
    Keep,
    /// It is left out: the person, the request, addresses, and messages and data of breadcrumbs.
    LeaveOut,
}
