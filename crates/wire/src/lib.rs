#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod body;
mod lenient;
mod link;
mod list;
mod mend;
mod moment;
mod object;
mod text;
mod warnings;

/// What an implementation of [`Shape`] is written with, so that it needs no serde of its own.
pub use serde::de::{IgnoredAny, MapAccess, SeqAccess};

pub use body::{parse, text_of_body};
pub use lenient::{Lenient, Shape};
pub use link::http_url;
pub use list::List;
pub use mend::mended;
pub use moment::{epoch_millis, epoch_seconds, iso8601, rfc3339};
pub use object::Name;
pub use text::{AnyText, Text};
pub use warnings::Warnings;
